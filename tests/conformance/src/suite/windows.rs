//! Window functions: partitions, orders, ties, NULLs, frames, aggregates over windows and over groups.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{
    FrameBound, IntoExpr as _, Window, cume_dist, dense_rank, first_value, lag, last_value, lead,
    nth_value, ntile, percent_rank, rank, row_number, window,
};

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "windows":
    rows_are_numbered_in_each_partition,
    ties_have_one_rank,
    rows_are_divided (Requires::WindowFrames),
    values_of_other_rows,
    values_of_the_frame (Requires::WindowFrames),
    aggregates_run_along_the_order,
    frames_bound_the_rows (Requires::WindowFrames),
    groups_of_equal_rows (Requires::WindowFrames),
    aggregates_of_groups_have_windows,
    filtered_aggregates_have_windows,
    the_last_rows_of_each_partition_by_a_subquery,
    windows_have_no_place_in_conditions,
    windows_have_no_place_in_writes,
    windows_need_functions,
    values_in_windows_are_binds,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "races")]
struct Race {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    track: String,
    #[orm(length = 20)]
    driver: String,
    points: Option<i64>,
}

/// Tracks, drivers and points of seven races.
const RACES: [(&str, &str, Option<i64>); 7] = [
    ("east", "ada", Some(10)),
    ("east", "bob", Some(10)),
    ("east", "cy", Some(4)),
    ("east", "dee", None),
    ("west", "ada", Some(7)),
    ("west", "bob", Some(1)),
    ("west", "cy", Some(3)),
];

fn races(db: &Db) -> Connection {
    Metadata::of((Race,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = RACES
        .map(|(track, driver, points)| Race::builder().track(track).driver(driver).points(points));
    insert(Race).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

/// The races in their order.
fn in_order() -> Window {
    window().order_by(Race.id)
}

fn by_points() -> Window {
    let points = Race.points.coalesce(0).desc();
    window().partition_by(Race.track).order_by(points)
}

fn rows_are_numbered_in_each_partition(db: &Db) {
    let conn = &mut races(db);
    let number = row_number().over(window().partition_by(Race.track).order_by(Race.id.desc()));
    let query = select((Race.id, number)).order_by(Race.id);
    let numbers = query.all(conn).unwrap();
    let expected = [(1, 4), (2, 3), (3, 2), (4, 1), (5, 3), (6, 2), (7, 1)];
    assert_eq!(numbers, expected);
    // Of an expression, and without a partition.
    let number =
        row_number().over(window().order_by((Race.id.in_([2, 4, 6]).value().desc(), Race.id)));
    let query = select((Race.id, number)).order_by(Race.id);
    let numbers = query.all(conn).unwrap();
    let expected = [(1, 4), (2, 1), (3, 5), (4, 2), (5, 6), (6, 3), (7, 7)];
    assert_eq!(numbers, expected);
}

fn ties_have_one_rank(db: &Db) {
    let conn = &mut races(db);
    let ranks = (rank().over(by_points()), dense_rank().over(by_points()));
    let found = select((Race.id, ranks))
        .order_by(Race.id)
        .all(conn)
        .unwrap();
    let ranks = [
        (1, (1, 1)),
        (2, (1, 1)),
        (3, (3, 2)),
        (4, (4, 3)),
        (5, (1, 1)),
        (6, (3, 3)),
        (7, (2, 2)),
    ];
    assert_eq!(found, ranks);
}

fn rows_are_divided(db: &Db) {
    let conn = &mut races(db);
    let query = select((
        ntile(3).over(in_order()),
        percent_rank().over(in_order()),
        cume_dist().over(by_points()),
    ));
    let found = query.from(Race).order_by(Race.id).all(conn).unwrap();
    let parts: Vec<i64> = found.iter().map(|row| row.0).collect();
    assert_eq!(parts, [1, 1, 1, 2, 2, 3, 3]);
    let places = found.iter().map(|row| (row.1 * 6.0).round());
    assert_eq!(
        places.collect::<Vec<_>>(),
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    );
    let shares = found[..4].iter().map(|row| row.2).collect::<Vec<_>>();
    assert_eq!(shares, [0.5, 0.5, 0.75, 1.0]);
}

fn values_of_other_rows(db: &Db) {
    let conn = &mut races(db);
    let track = || window().partition_by(Race.track).order_by(Race.id);
    let query = select((
        lag(Race.driver, 1).over(track()),
        lead(Race.driver, 2).over(track()),
        lag(Race.points + 1, 1).over(track()),
    ));
    let found = query.order_by(Race.id).all(conn).unwrap();
    let text = |text: Option<&str>| text.map(str::to_owned);
    assert_eq!(
        found[..5],
        [
            (None, text(Some("cy")), None),
            (text(Some("ada")), text(Some("dee")), Some(11)),
            (text(Some("bob")), None, Some(11)),
            (text(Some("cy")), None, Some(5)),
            (None, text(Some("cy")), None),
        ]
    );
}

fn values_of_the_frame(db: &Db) {
    let conn = &mut races(db);
    let whole = || {
        let track = window().partition_by(Race.track).order_by(Race.id);
        track.rows(
            FrameBound::UnboundedPreceding,
            FrameBound::UnboundedFollowing,
        )
    };
    let query = select((
        first_value(Race.driver).over(whole()),
        last_value(Race.driver).over(whole()),
        nth_value(Race.driver, 4).over(whole()),
        last_value(Race.driver).over(in_order()),
    ));
    let found = query.order_by(Race.id).all(conn).unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        found[1],
        (text("ada"), text("dee"), text("dee"), text("bob"))
    );
    assert_eq!(found[5], (text("ada"), text("cy"), None, text("bob")));
}

fn aggregates_run_along_the_order(db: &Db) {
    let conn = &mut races(db);
    let query = select((
        sum(Race.points).over(in_order()),
        count(Race.points).over(in_order()),
        max(Race.points).over(window()),
    ));
    let found = query.order_by(Race.id).all(conn).unwrap();
    let sums = [10, 20, 24, 24, 31, 32, 35].map(Some);
    let counts = [1, 2, 3, 3, 4, 5, 6];
    for (row, found) in found.into_iter().enumerate() {
        assert_eq!(found, (sums[row], counts[row], Some(10)));
    }
    // A query of its own: beside an ordered window and one of all rows, a server computes a wrong one.
    let means = avg(Race.points).over(window().partition_by(Race.driver));
    let means = select(means).order_by(Race.id).all(conn).unwrap();
    let [ada, bob, cy] = [8.5, 5.5, 3.5].map(Some);
    assert_eq!(means, [ada, bob, cy, None, ada, bob, cy]);
    // Rows that are equal in the order count together.
    let equal = window().order_by(Race.track);
    let counts = select(count_all().over(equal)).from(Race).order_by(Race.id);
    assert_eq!(counts.all(conn).unwrap(), [4, 4, 4, 4, 7, 7, 7]);
}

fn frames_bound_the_rows(db: &Db) {
    let conn = &mut races(db);
    let frame = in_order().rows(FrameBound::Preceding(1), FrameBound::Following(1));
    let query = select(count_all().over(frame)).from(Race).order_by(Race.id);
    assert_eq!(query.all(conn).unwrap(), [2, 3, 3, 3, 3, 3, 2]);
    let frame = in_order().rows(FrameBound::CurrentRow, FrameBound::UnboundedFollowing);
    let query = select(sum(Race.points).over(frame)).order_by(Race.id);
    let sums = [35, 25, 15, 11, 11, 4, 3].map(Some);
    assert_eq!(query.all(conn).unwrap(), sums);
    let points = window().order_by(Race.points);
    let close = points.range(FrameBound::Preceding(3), FrameBound::CurrentRow);
    let known = Race.points.is_not_null();
    let query = select((Race.points, count_all().over(close))).filter(known);
    let found = query.order_by(Race.id).all(conn).unwrap();
    let counts = [(10, 3), (10, 3), (4, 3), (7, 2), (1, 1), (3, 2)];
    assert_eq!(found, counts.map(|(points, count)| (Some(points), count)));
}

fn groups_of_equal_rows(db: &Db) {
    let conn = &mut races(db);
    let points = window().order_by(Race.points.coalesce(0));
    let frame = points.groups(FrameBound::Preceding(1), FrameBound::CurrentRow);
    let query = select(count_all().over(frame)).from(Race).order_by(Race.id);
    if !db.capabilities().group_frames {
        fails(query.all(conn), ErrorKind::Unsupported);
        assert_eq!(db.sent(), [""; 0]);
        return;
    }
    assert_eq!(query.all(conn).unwrap(), [3, 3, 2, 1, 2, 2, 2]);
}

fn aggregates_of_groups_have_windows(db: &Db) {
    let conn = &mut races(db);
    let place = rank().over(window().order_by(sum(Race.points).desc()));
    let query = select((Race.driver, sum(Race.points), place));
    let query = query.filter(Race.driver.ne("dee")).group_by(Race.driver);
    let found = query.order_by(Race.driver).all(conn).unwrap();
    let expected = [("ada", 17, 1), ("bob", 11, 2), ("cy", 7, 3)];
    let expected = expected.map(|(name, points, place)| (name.to_owned(), Some(points), place));
    assert_eq!(found, expected);
}

fn filtered_aggregates_have_windows(db: &Db) {
    let conn = &mut races(db);
    let good = count_all().filter(Race.points.ge(4)).over(in_order());
    let query = select(good).from(Race).order_by(Race.id);
    assert_eq!(query.all(conn).unwrap(), [1, 2, 3, 3, 4, 4, 4]);
}

fn the_last_rows_of_each_partition_by_a_subquery(db: &Db) {
    let conn = &mut races(db);
    let query = select((Race.id, row_number().over(in_order())));
    assert_eq!(query.count(conn).unwrap(), 7);
    assert!(query.exists(conn).unwrap());
    assert_eq!(
        query.clone().order_by(Race.id).first(conn).unwrap(),
        Some((1, 1))
    );
    let last = query.order_by(Race.id.desc()).limit(2);
    assert_eq!(last.all(conn).unwrap(), [(7, 7), (6, 6)]);
}

fn windows_have_no_place_in_conditions(db: &Db) {
    let conn = &mut races(db);
    let number = || row_number().over(in_order());
    for query in [
        select(Race.id).filter(number().eq(1)),
        select(Race.id).filter((number() + 1).eq(1)),
        select(Race.id).group_by((Race.id, number())),
        select(Race.id).group_by(Race.id).having(number().eq(1)),
    ] {
        let error = fails(query.all(conn), ErrorKind::Usage);
        assert!(error.message().contains("window functions"), "{error}");
    }
    let nested = window().order_by(number());
    fails(
        select(rank().over(nested)).from(Race).all(conn),
        ErrorKind::Usage,
    );
    assert_eq!(db.sent(), [""; 0]);
}

fn windows_have_no_place_in_writes(db: &Db) {
    let conn = &mut races(db);
    let number = || row_number().over(in_order());
    let refused = |result: orm::Result<u64>, statement: &str| {
        let error = fails(result, ErrorKind::Usage);
        let words = format!("window functions are not allowed in {statement}");
        assert!(error.message().contains(&words), "{error}");
    };
    let raced = update(Race).set(Race.points, 1).filter(number().eq(1));
    refused(raced.execute(conn), "UPDATE");
    refused(
        update(Race).set(Race.points, number()).execute(conn),
        "UPDATE",
    );
    refused(delete(Race).filter(number().gt(2)).execute(conn), "DELETE");
    // An aggregate is of several rows as well.
    let raised = update(Race).set(Race.points, max(Race.points));
    let error = fails(raised.execute(conn), ErrorKind::Usage);
    assert!(
        error
            .message()
            .contains("aggregates are not allowed in UPDATE"),
        "{error}"
    );
    fails(
        delete(Race).filter(count_all().gt(1)).execute(conn),
        ErrorKind::Usage,
    );
    assert_eq!(db.sent(), [""; 0]);
    let mut session = db.session();
    refused(raced.execute(&mut session), "UPDATE");
}

fn windows_need_functions(db: &Db) {
    let conn = &mut races(db);
    let column = Race.points.into_expr().over(window());
    fails(select(column).all(conn), ErrorKind::Usage);
    let column = Race.points.into_expr().filter(Race.id.gt(1));
    fails(select(column).all(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn values_in_windows_are_binds(db: &Db) {
    let conn = &mut races(db);
    for (least, counts) in [(4, [4, 5, 6, 7, 1, 2, 3]), (0, [1, 2, 3, 4, 5, 6, 7])] {
        let order = window().order_by((Race.id.gt(least).not().value(), Race.id));
        let number = row_number().over(order);
        let query = select(number)
            .from(Race)
            .filter(Race.id.gt(0))
            .order_by(Race.id);
        assert_eq!(query.all(conn).unwrap(), counts, "{least}");
    }
}
