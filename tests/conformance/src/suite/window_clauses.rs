//! The WINDOW clause, rows that frames leave out, and frames of time.

use std::time::Duration;

use chrono::NaiveDateTime;
use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{FrameBound, FrameExclusion, Order, Window, rank, row_number, window};
use orm::sql::DecimalStyle;
use rust_decimal::Decimal;

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "window_clauses":
    a_named_window_is_written_once,
    named_windows_of_groups_and_subqueries,
    named_windows_with_other_values_are_other_queries,
    two_windows_of_one_name_are_refused,
    frames_leave_rows_out,
    frames_of_time,
    times_bound_ranges_alone,
    frames_of_fractions (Requires::WindowFrames),
    frames_of_exact_decimals (Requires::WindowFrames),
    fractions_of_another_type_are_refused,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "window_trips")]
struct Trip {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 10)]
    line: String,
    riders: i64,
    left: NaiveDateTime,
}

/// Lines, riders and times.
const TRIPS: [(&str, i64, &str); 5] = [
    ("a", 3, "2024-05-01T08:00:00"),
    ("a", 3, "2024-05-01T08:00:30"),
    ("a", 5, "2024-05-01T08:02:00"),
    ("b", 8, "2024-05-01T08:02:00.500"),
    ("b", 1, "2024-05-02T08:02:00"),
];

fn trips(db: &Db) -> Connection {
    Metadata::of((Trip,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = TRIPS.map(|(line, riders, left)| {
        let left: NaiveDateTime = left.parse().unwrap();
        Trip::builder().line(line).riders(riders).left(left)
    });
    insert(Trip).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn by_line() -> Window {
    let window = window().partition_by(Trip.line).order_by(Trip.riders);
    window.named("by line")
}

fn a_named_window_is_written_once(db: &Db) {
    let conn = &mut trips(db);
    let query = select((
        Trip.id,
        rank().over(by_line()),
        sum(Trip.riders).over(by_line()),
    ));
    let query = query.order_by((count_all().over(by_line()).desc(), Trip.id));
    let found = query.all(conn).unwrap();
    let expected = [(3, 3, 11), (1, 1, 6), (2, 1, 6), (4, 2, 9), (5, 1, 1)];
    assert_eq!(found, expected.map(|(id, rank, sum)| (id, rank, Some(sum))));
    let sent = db.sent();
    let partitions = sent[0].matches("PARTITION BY").count();
    let has_clause = conn.capabilities().selects.named_windows;
    assert_eq!(partitions, if has_clause { 1 } else { 3 }, "{sent:?}");
}

fn named_windows_of_groups_and_subqueries(db: &Db) {
    let conn = &mut trips(db);
    // Over the rows of groups.
    let total = sum(Trip.riders);
    let by_total = window().order_by(total.clone().desc()).named("w");
    let query = select((
        Trip.line,
        rank().over(by_total.clone()),
        row_number().over(by_total),
    ));
    let query = query
        .group_by(Trip.line)
        .having(total.gt(0))
        .order_by(Trip.line);
    let expected = [("a", 1, 1), ("b", 2, 2)].map(|(line, a, b)| (line.to_owned(), a, b));
    assert_eq!(query.all(conn).unwrap(), expected);
    // A query inside of another one has windows of its own, of the same name.
    let inner = window().order_by(Trip.id.desc()).named("w");
    let inner = select((Trip.id, row_number().over(inner))).as_table("numbered");
    let (id, number) = inner.columns();
    let outer = window().order_by(number).named("w");
    let query = select((id, row_number().over(outer))).from(&inner);
    let found = query.order_by(id).limit(2).all(conn).unwrap();
    assert_eq!(found, [(1, 5), (2, 4)]);
}

fn named_windows_with_other_values_are_other_queries(db: &Db) {
    let conn = &mut trips(db);
    let query = |first: i64, second: i64| {
        let near = |to: i64| (Trip.riders - to) * (Trip.riders - to);
        let windows = [(first, "w"), (second, "w")]
            .map(|(to, name)| window().order_by((near(to), Trip.id)).named(name));
        let [one, other] = windows;
        let ranks = (row_number().over(one), row_number().over(other));
        select((Trip.id, ranks)).order_by(Trip.id)
    };
    for _ in 0..2 {
        let found = query(8, 8).all(conn).unwrap();
        assert_eq!(found[3], (4, (1, 1)));
        fails(query(8, 1).all(conn), ErrorKind::Usage);
        let found = query(1, 1).all(conn).unwrap();
        assert_eq!(found[3], (4, (5, 5)));
    }
}

fn two_windows_of_one_name_are_refused(db: &Db) {
    let conn = &mut trips(db);
    let other = window().order_by(Trip.id).named("by line");
    let query = select((rank().over(by_line()), rank().over(other)));
    let error = fails(query.from(Trip).all(conn), ErrorKind::Usage);
    assert!(error.message().contains("one name"), "{error}");
    let query = select(rank().over(window().named("")));
    fails(query.from(Trip).all(conn), ErrorKind::Usage);
    assert!(db.sent().is_empty());
}

/// The database has no such frames, and gets no such query.
#[track_caller]
fn is_refused(db: &Db, conn: &mut Connection, window: Window) {
    let query = select(count_all().over(window)).from(Trip);
    fails(query.all(conn), ErrorKind::Unsupported);
    assert_eq!(db.sent(), [""; 0]);
}

fn frames_leave_rows_out(db: &Db) {
    let conn = &mut trips(db);
    if !db.has(Requires::FrameExclusion) {
        for exclusion in [
            FrameExclusion::CurrentRow,
            FrameExclusion::Group,
            FrameExclusion::Ties,
        ] {
            let window = window().order_by(Trip.riders);
            is_refused(db, conn, window.clone().exclude(exclusion));
            let rows = window.rows(FrameBound::UnboundedPreceding, FrameBound::CurrentRow);
            is_refused(db, conn, rows.exclude(exclusion));
        }
        return;
    }
    let mut sums = |exclusion: FrameExclusion| {
        let all = window().order_by(Trip.riders);
        let all = all.range(
            FrameBound::UnboundedPreceding,
            FrameBound::UnboundedFollowing,
        );
        let query = select(sum(Trip.riders).over(all.exclude(exclusion)));
        let found = query.order_by(Trip.id).all(conn).unwrap();
        found
            .into_iter()
            .map(|sum| sum.unwrap_or(0))
            .collect::<Vec<_>>()
    };
    assert_eq!(sums(FrameExclusion::CurrentRow), [17, 17, 15, 12, 19]);
    assert_eq!(sums(FrameExclusion::Group), [14, 14, 15, 12, 19]);
    assert_eq!(sums(FrameExclusion::Ties), [17, 17, 20, 20, 20]);
    // Without a frame of its own.
    let before = window()
        .order_by(Trip.id)
        .exclude(FrameExclusion::CurrentRow);
    let query = select(sum(Trip.riders).over(before)).order_by(Trip.id);
    let expected = [None, Some(3), Some(6), Some(11), Some(19)];
    assert_eq!(query.all(conn).unwrap(), expected);
}

fn frames_of_time(db: &Db) {
    let conn = &mut trips(db);
    if !db.has(Requires::FrameIntervals) {
        let second = Duration::from_secs(1);
        let (before, after) = (
            FrameBound::PrecedingTime(second),
            FrameBound::FollowingTime(second),
        );
        let window = || window().order_by(Trip.left);
        is_refused(db, conn, window().range(before, FrameBound::CurrentRow));
        is_refused(db, conn, window().range(FrameBound::CurrentRow, after));
        return;
    }
    let mut counts = |before: Duration, after: FrameBound| {
        let near = window().order_by(Trip.left);
        let near = near.range(FrameBound::PrecedingTime(before), after);
        let query = select(count_all().over(near)).order_by(Trip.id);
        query.from(Trip).all(conn).unwrap()
    };
    let minute = Duration::from_secs(60);
    assert_eq!(counts(minute, FrameBound::CurrentRow), [1, 2, 1, 2, 1]);
    let half = FrameBound::FollowingTime(Duration::from_millis(500));
    assert_eq!(counts(minute * 2, half), [1, 2, 4, 3, 1]);
    let short = Duration::from_micros(499_999);
    assert_eq!(counts(short, FrameBound::CurrentRow), [1, 1, 1, 1, 1]);
    let day = Duration::from_secs(86_400);
    assert_eq!(counts(day, FrameBound::CurrentRow), [1, 2, 3, 4, 3]);
}

fn times_bound_ranges_alone(db: &Db) {
    let conn = &mut trips(db);
    let hour = FrameBound::PrecedingTime(Duration::from_secs(3600));
    let by_time = || window().order_by(Trip.left);
    for wrong in [
        by_time().rows(hour, FrameBound::CurrentRow),
        by_time()
            .order_by(Trip.id)
            .range(hour, FrameBound::CurrentRow),
        window().range(hour, FrameBound::CurrentRow),
    ] {
        let query = select(count_all().over(wrong)).from(Trip);
        fails(query.all(conn), ErrorKind::Usage);
    }
    // A time before a number, a text or a duration is none.
    let ranges = |window: Window| {
        let before = window.clone().range(hour, FrameBound::CurrentRow);
        let after = FrameBound::FollowingTime(Duration::from_secs(1));
        [before, window.range(FrameBound::CurrentRow, after)]
    };
    for (order, ty) in [
        (window().order_by(Trip.riders), "i64"),
        (window().order_by(Trip.line.desc()), "text"),
        (
            window().order_by((Trip.riders * 2).desc().nulls_last()),
            "i64",
        ),
        (window().order_by(Trip.left.year()), "i32"),
        (
            window().order_by(Trip.left.duration_since(Trip.left)),
            "a duration",
        ),
        (window().order_by(vec![Trip.riders.asc()]), "i64"),
    ] {
        for wrong in ranges(order) {
            let query = select(count_all().over(wrong)).from(Trip);
            let error = fails(query.all(conn), ErrorKind::Usage);
            let expected = format!("ORDER BY of a date or time, not of {ty}");
            assert!(error.message().ends_with(&expected), "{error}");
        }
    }
    assert!(db.sent().is_empty());
}

#[derive(Model, Clone, Debug)]
#[orm(table = "window_points")]
struct Point {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    at: f64,
    single: f32,
    #[orm(precision = 12, scale = 3)]
    exact: Decimal,
}

fn points(db: &Db) -> Connection {
    Metadata::of((Point,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let point = |id: i64, tenths: i16| Point {
        id,
        at: f64::from(tenths) / 10.0,
        single: 0.5 * f32::from(tenths),
        exact: Decimal::new(tenths.into(), 1),
    };
    let rows = [
        point(1, 1),
        point(2, 5),
        point(3, 9),
        point(4, 20),
        point(5, -100),
    ];
    insert(Point).values(&rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

/// The numbers of rows in the frame of each row.
fn counts(conn: &mut Connection, window: Window) -> orm::Result<Vec<i64>> {
    let query = select(count_all().over(window)).from(Point);
    query.order_by(Point.id).all(conn)
}

fn frames_of_fractions(db: &Db) {
    let conn = &mut points(db);
    let by = || window().order_by(Point.at);
    let near = by().range(FrameBound::preceding(0.4), FrameBound::following(0.45));
    assert_eq!(counts(conn, near).unwrap(), [2, 3, 2, 1, 1]);
    let before = by().range(FrameBound::preceding(1.5), FrameBound::CurrentRow);
    assert_eq!(counts(conn, before).unwrap(), [1, 2, 3, 3, 1]);
    let none = by().range(FrameBound::preceding(0.0), FrameBound::following(-0.0));
    assert_eq!(counts(conn, none).unwrap(), [1; 5]);
    let tiny = by().range(FrameBound::preceding(1e-7), FrameBound::following(1e10));
    assert_eq!(counts(conn, tiny).unwrap(), [4, 3, 2, 1, 5]);
    let down = window().order_by(Point.at.desc());
    let down = down.range(FrameBound::preceding(0.45), FrameBound::CurrentRow);
    assert_eq!(counts(conn, down).unwrap(), [2, 2, 1, 1, 1]);
    let single = window().order_by(Point.single);
    let single = single.range(FrameBound::preceding(2.5), FrameBound::following(0.5));
    assert_eq!(counts(conn, single).unwrap(), [1, 2, 2, 1, 1]);
    // Another bound is another text.
    let query = |bound: f64| {
        let window = window().order_by(Point.at);
        counts_of(window.range(FrameBound::preceding(bound), FrameBound::CurrentRow))
    };
    assert_ne!(
        query(0.1).to_sql(db.dialect()).unwrap(),
        query(0.2).to_sql(db.dialect()).unwrap()
    );
    assert_eq!(query(0.5).all(conn).unwrap().iter().sum::<i64>(), 7);
    assert_eq!(query(0.8).all(conn).unwrap().iter().sum::<i64>(), 8);
}

fn counts_of(window: Window) -> Select<orm::query::Expr<i64>> {
    select(count_all().over(window)).from(Point)
}

fn frames_of_exact_decimals(db: &Db) {
    let conn = &mut points(db);
    let number = |text: &str| FrameBound::preceding(text.parse::<Decimal>().unwrap());
    let near = window().order_by(Point.exact);
    let after = FrameBound::following("0.40".parse::<Decimal>().unwrap());
    let near = near.range(number("0.4"), after);
    db.sent();
    match conn.capabilities().decimals {
        DecimalStyle::Native | DecimalStyle::Cast(_) => {
            assert_eq!(counts(conn, near).unwrap(), [2, 3, 2, 1, 1]);
            let less = window().order_by(Point.exact);
            let less = less.range(number("0.399"), FrameBound::CurrentRow);
            assert_eq!(counts(conn, less).unwrap(), [1; 5]);
        }
        DecimalStyle::Functions | DecimalStyle::Unsupported => {
            fails(counts(conn, near), ErrorKind::Unsupported);
            assert_eq!(db.sent(), [""; 0]);
        }
    }
}

fn fractions_of_another_type_are_refused(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    db.sent();
    let exact = || FrameBound::preceding(Decimal::ONE);
    let (now, half) = (FrameBound::CurrentRow, FrameBound::preceding(0.5));
    let by = |order: Order| window().order_by(order);
    for wrong in [
        by(Point.exact.asc()).range(half, now),
        by(Point.exact.desc()).range(FrameBound::Preceding(1), now),
        by(Point.exact.asc()).range(exact(), FrameBound::following(0.5)),
        by(Point.at.asc()).range(exact(), now),
        by(Point.at.asc()).rows(half, now),
        by(Point.at.asc()).groups(half, now),
        window().range(half, now),
        window().order_by((Point.at, Point.id)).range(half, now),
        by(Point.at.asc()).range(FrameBound::preceding(-0.5), now),
        by(Point.at.asc()).range(now, FrameBound::following(f64::NAN)),
        by(Point.at.asc()).range(now, FrameBound::following(f64::INFINITY)),
        by(Point.exact.asc()).range(FrameBound::preceding(Decimal::NEGATIVE_ONE), now),
    ] {
        fails(counts(conn, wrong), ErrorKind::Usage);
    }
    assert_eq!(db.sent(), [""; 0]);
}
