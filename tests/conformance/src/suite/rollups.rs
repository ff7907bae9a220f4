//! Groups of several sizes in one query: ROLLUP, CUBE, GROUPING SETS, and GROUPING.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::grouping;
use orm::sql::Grouping;

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "rollups":
    sums_of_sums (Requires::Rollup),
    a_rollup_is_a_table (Requires::Rollup),
    cubes_and_sets (Requires::GroupingSets),
    null_of_a_row_is_no_null_of_a_group (Requires::GroupingSets),
    grouped_columns_are_optional,
    what_is_missing_is_unsupported,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "rolled_up_sales")]
struct Sale {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 10)]
    region: String,
    #[orm(length = 10)]
    city: Option<String>,
    amount: i64,
}

/// Regions, cities and amounts.
const SALES: [(&str, Option<&str>, i64); 5] = [
    ("n", Some("a"), 1),
    ("n", Some("a"), 2),
    ("n", Some("b"), 4),
    ("s", Some("c"), 8),
    ("s", None, 16),
];

fn sales(db: &Db) -> Connection {
    Metadata::of((Sale,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = SALES.map(|(region, city, amount)| {
        let city = city.map(str::to_owned);
        Sale::builder().region(region).city(city).amount(amount)
    });
    insert(Sale).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

type Total = (Option<String>, Option<i64>);

fn totals(expected: &[(Option<&str>, i64)]) -> Vec<Total> {
    let total = |(name, sum): &(Option<&str>, i64)| (name.map(str::to_owned), Some(*sum));
    expected.iter().map(total).collect()
}

fn sums_of_sums(db: &Db) {
    let conn = &mut sales(db);
    let query = select((optional(Sale.region), sum(Sale.amount)));
    let query = query.filter(Sale.id.gt(0)).group_by_rollup(Sale.region);
    let mut found: Vec<Total> = query.all(conn).unwrap();
    found.sort();
    assert_eq!(
        found,
        totals(&[(None, 31), (Some("n"), 7), (Some("s"), 24)])
    );
    // Of two expressions, one of them computed, under a condition.
    let query = select((
        optional(Sale.region),
        optional(Sale.city.coalesce("-")),
        sum(Sale.amount),
    ));
    let query = query.group_by_rollup((Sale.region, Sale.city.coalesce("-")));
    let query = query.having(sum(Sale.amount).gt(3));
    if let Ok(mut found) = query.all(conn) {
        found.sort();
        let sums: Vec<_> = found.iter().map(|row| row.2.unwrap()).collect();
        assert_eq!(sums, [31, 7, 4, 24, 16, 8]);
    }
}

fn a_rollup_is_a_table(db: &Db) {
    let conn = &mut sales(db);
    let query = select((optional(Sale.region), sum(Sale.amount)));
    let totals = query.group_by_rollup(Sale.region).as_table("totals");
    let (region, amount) = totals.columns();
    let query = select(amount).from(&totals).order_by(amount.desc());
    assert_eq!(query.all(conn).unwrap(), [Some(31), Some(24), Some(7)]);
    let whole = select(amount).from(&totals).filter(region.is_null());
    assert_eq!(whole.one(conn).unwrap(), Some(31));
    // The rows of groups are counted.
    let query = select((optional(Sale.region), sum(Sale.amount))).group_by_rollup(Sale.region);
    assert_eq!(query.count(conn).unwrap(), 3);
}

fn cubes_and_sets(db: &Db) {
    let conn = &mut sales(db);
    let query = || select((optional(Sale.region), Sale.city, count_all()));
    let cube = query().group_by_cube((Sale.region, Sale.city));
    assert_eq!(cube.count(conn).unwrap(), 4 + 2 + 3 + 1 + 1);
    let sets = query().group_by_sets((Sale.region, Sale.city, ()));
    let sets = sets.order_by((Sale.region.asc().nulls_last(), Sale.city.asc().nulls_last()));
    let counts = sets.all(conn).unwrap().into_iter().map(|row| row.2);
    let counts: Vec<_> = counts.collect();
    assert_eq!(counts[..5], [3, 2, 2, 1, 1]);
    assert_eq!(counts.len(), 7);
    // What is in all sets is never NULL.
    let query = select((Sale.region, Sale.city, sum(Sale.amount)));
    let query = query.group_by_sets(((Sale.region, Sale.city), Sale.region));
    let query = query.filter(Sale.region.eq("n")).order_by(sum(Sale.amount));
    let found: Vec<_> = query
        .all(conn)
        .unwrap()
        .into_iter()
        .map(|row| row.2)
        .collect();
    assert_eq!(found, [Some(3), Some(4), Some(7)]);
}

fn null_of_a_row_is_no_null_of_a_group(db: &Db) {
    let conn = &mut sales(db);
    let query = select((Sale.city, grouping(Sale.city), sum(Sale.amount)));
    let query = query.group_by_rollup(Sale.city).having(Sale.city.is_null());
    let query = query.order_by(grouping(Sale.city));
    let found = query.all(conn).unwrap();
    assert_eq!(found, [(None, 0, Some(16)), (None, 1, Some(31))]);
}

fn grouped_columns_are_optional(db: &Db) {
    let conn = &mut sales(db);
    let query = select((Sale.region, count_all())).group_by_rollup(Sale.region);
    let error = fails(query.all(conn), ErrorKind::Usage);
    assert!(error.message().contains("optional"), "{error}");
    let query = select(Sale.region.upper()).group_by_cube(Sale.region);
    fails(query.all(conn), ErrorKind::Usage);
    let query = select(Sale).group_by_rollup(Sale);
    fails(query.all(conn), ErrorKind::Usage);
    // A key determines no other column where it is NULL.
    let query = select((optional(Sale.id), optional(Sale.region))).group_by_rollup(Sale.id);
    fails(query.all(conn), ErrorKind::Usage);
    let query = select(count_all()).from(Sale).group_by_sets(((), ()));
    fails(query.all(conn), ErrorKind::Usage);
    let query = select(count_all()).from(Sale).group_by(Sale.region);
    fails(
        query.group_by_sets((Sale.city, ())).all(conn),
        ErrorKind::Usage,
    );
    assert!(db.sent().is_empty());
}

fn what_is_missing_is_unsupported(db: &Db) {
    let conn = &mut sales(db);
    let style = conn.capabilities().selects.rollup;
    let query = || select((optional(Sale.region), count_all()));
    let rollup = query().group_by_rollup(Sale.region);
    let ordered = rollup.clone().order_by(Sale.region);
    let cube = query().group_by_cube(Sale.region);
    let sets = query().group_by_sets((Sale.region, ()));
    let has_all = style == Grouping::Functions;
    for (query, is_there) in [
        (rollup, style != Grouping::Unsupported),
        (ordered, has_all || style == Grouping::WithRollup),
        (cube, has_all),
        (sets, has_all),
    ] {
        let found = query.all(conn).map(|_| ());
        assert_eq!(found.is_ok(), is_there, "{found:?}");
        assert!(is_there || found.is_err_and(|error| error.is_unsupported()));
    }
}
