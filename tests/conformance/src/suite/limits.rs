//! Statements without measure: deep, wide, and with more values than a database takes. Whatever is refused
//! is an error of its kind, and the connection stays usable.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{Condition as _, DynColumn, select_columns, values};

use super::support::{fails, names, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, User};
use crate::suite::Requires;

cases![
    "limits":
    junctions_of_any_width (Requires::ManyBinds),
    nesting_has_an_end,
    more_values_than_a_statement_takes,
    more_values_than_a_source_takes,
    more_values_than_a_write_takes,
    more_values_than_rows_that_are_returned_take (Requires::UpdateReturning),
    ten_thousand_cases_and_columns,
    thousands_of_tables,
];

fn junctions_of_any_width(db: &Db) {
    let conn = &mut seed(db);
    let each = |n: i64| User.id.eq(n);
    assert_eq!(names(conn, Predicate::any((3..2003).map(each))).len(), 2);
    let none = |n: i64| User.id.ne(n);
    assert_eq!(names(conn, Predicate::all((3..12_003).map(none))).len(), 2);
    // One after the other, from either end.
    let left = (3..1503).map(each).reduce(Predicate::or).unwrap();
    assert_eq!(names(conn, left).len(), 2);
    let right = (3..1503).map(each).reduce(|all, one| one | all).unwrap();
    assert_eq!(names(conn, right).len(), 2);
    let many = (3..1503).fold(select(User), |query, n| query.filter(none(n)));
    assert_eq!(many.count(conn).unwrap(), 2);
}

/// A stack that overflows takes the whole program with it.
fn nesting_has_an_end(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let deep = |levels: i64| (0..levels).fold(User.id.eq(1), |inner, n| !(inner | User.id.eq(n)));
    let sums = |terms: i64| (0..terms).fold(Account.balance + 1, |sum, n| sum + n);
    let refused = [
        select(User.id).filter(deep(100_000)),
        select(User.id).filter(sums(100_000).gt(1)),
        (0..1000).fold(select(User.id), |inner, _| {
            select(User.id).filter(User.id.in_select(inner))
        }),
    ];
    for query in refused {
        let error = query.clone().all(conn).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error:?}");
        assert!(error.to_string().contains("nested"), "{error}");
    }
    assert_eq!(db.sent(), [""; 0]);
    assert_eq!(
        names(conn, deep(240)).len() + names(conn, !deep(240)).len(),
        4
    );
    let sum = select(sums(480)).all(conn);
    assert_eq!(sum.unwrap(), [0; 0]);
}

fn more_values_than_a_statement_takes(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let each = (0..70_000).map(|n| User.id.eq(n));
    let error = select(User).filter(Predicate::any(each)).all(conn);
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
    let each = (0..70_000).map(|n| User.id.eq(n));
    let error = delete(User).filter(Predicate::any(each)).execute(conn);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
    let raw = raw("SELECT id FROM users WHERE id IN :ids").bind_list("ids", 0..70_000);
    let error = raw.all::<(i64,), _>(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
    assert!(error.to_string().contains("70000"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
    assert_eq!(db.count("users"), 4);
}

const MANY: i64 = 70_000;

/// A condition of a value for each of so many numbers.
fn any_of(numbers: i64) -> Predicate {
    Predicate::any((0..numbers).map(|n| User.id.eq(n)))
}

#[track_caller]
fn too_many<T>(db: &Db, result: orm::Result<T>) {
    let error = fails(result, ErrorKind::Unsupported);
    assert!(error.message().contains("bind parameters"), "{error}");
    assert_eq!(db.sent(), [""; 0]);
}

fn more_values_than_a_source_takes(db: &Db) {
    let conn = &mut seed(db);
    let rows = values("v", (0..MANY).map(|n| (n,)));
    too_many(db, select(rows.columns()).from(&rows).all(conn));
    let rows = values("v", (0..MANY / 2).map(|n| (n, n.to_string())));
    too_many(db, select(rows.columns()).from(&rows).all(conn));
    // 20 queries of 3,500 values each.
    let part = || select(User.id).filter(any_of(3_500));
    let union = (1..20).fold(part(), |all, _| all.union_all(part()));
    too_many(db, union.all(conn));
    let inner = select((User.id,)).filter(any_of(MANY));
    let (table, cte) = (inner.clone().as_table("t"), inner.clone().cte("t"));
    too_many(db, select(table.columns()).from(&table).all(conn));
    too_many(db, select(cte.columns()).from(&cte).all(conn));
    let texts = (0..MANY).map(|n| raw_expr::<bool>("id = :n", (("n", n),)).into_predicate());
    too_many(db, select(User.id).filter(Predicate::any(texts)).all(conn));
    let listed = User.id.in_select(select(User.id).filter(any_of(MANY)));
    too_many(db, select(User.id).filter(listed).all(conn));
    let ordered = select(User.id).order_by(any_of(MANY).value());
    too_many(db, ordered.all(conn));
    let columns = (0..MANY).map(|n| DynColumn::new(User.id + n));
    too_many(db, select_columns(columns).rows(conn));
    assert_eq!(db.count("users"), 4);
}

fn more_values_than_a_write_takes(db: &Db) {
    let conn = &mut seed(db);
    conn.begin().unwrap();
    db.sent();
    let query = select((User.username.concat("x"), User.email)).filter(any_of(MANY));
    let copied = insert(User).from_select((User.username, User.email), query);
    too_many(db, copied.execute(conn));
    let change = update(User).set(User.email, "x").filter(any_of(MANY));
    too_many(db, change.execute(conn));
    let chosen = (1..MANY / 2).fold(case().when(User.id.eq(0), "x"), |case, n| {
        case.when(User.id.eq(n), "x")
    });
    let change = update(User).set(User.email, chosen.end());
    too_many(db, change.execute(conn));
    too_many(db, delete(User).filter(any_of(MANY)).execute(conn));
    conn.commit().unwrap();
    assert_eq!(names(conn, User.email.ne("x")).len(), 3);
}

fn more_values_than_rows_that_are_returned_take(db: &Db) {
    let conn = &mut seed(db);
    let change = update(User).set(User.email, "x").filter(User.id.gt(0));
    let wide = change.clone().returning(any_of(MANY).value());
    too_many(db, wide.all(conn));
    let change = change.filter(any_of(MANY)).returning(User.id);
    too_many(db, change.all(conn));
    let gone = delete(User).filter(any_of(MANY)).returning(User.id);
    too_many(db, gone.all(conn));
    assert_eq!(db.count("users"), 4);
}

/// The right result, or the refusal of what the database has less of.
#[track_caller]
fn found_or_refused<T: PartialEq + std::fmt::Debug>(found: orm::Result<T>, expected: &T) {
    match found {
        Ok(found) => assert_eq!(found, *expected),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}"),
    }
}

fn ten_thousand_cases_and_columns(db: &Db) {
    let conn = &mut seed(db);
    let chosen = (0..10_000).fold(case().when(User.id.lt(0), 0_i64), |case, n| {
        case.when(User.id.eq(n), n * 2)
    });
    let doubled = select(chosen.otherwise(0)).order_by(User.id);
    found_or_refused(doubled.all(conn), &vec![2, 4, 6, 8]);
    for width in [100, 1_500, 5_000, 10_000] {
        let columns = (0..width).map(|_| DynColumn::new(User.id));
        let rows = select_columns(columns).filter(User.id.eq(2)).rows(conn);
        let last = rows.map(|rows| (rows.len(), rows[0].get_at::<i64>(width - 1).ok()));
        assert!(width > 100 || last.is_ok());
        found_or_refused(last, &(1, Some(2)));
    }
    assert_eq!(select(User).count(conn).unwrap(), 4);
}

fn thousands_of_tables(db: &Db) {
    let conn = &mut seed(db);
    let joined = |tables: i64| {
        (0..tables).fold(select(User.id).filter(User.id.le(2)), |query, n| {
            let other = User.alias(format!("u{n}"));
            query.join_on(other, other.id.eq(User.id))
        })
    };
    let text = joined(5_000).to_sql(db.dialect()).unwrap();
    assert_eq!(text.matches(" JOIN ").count(), 5_000);
    for tables in [20, 100] {
        let mut found = joined(tables).all(conn);
        if let Ok(found) = &mut found {
            found.sort_unstable();
        }
        assert!(tables > 20 || found.is_ok());
        found_or_refused(found, &vec![1, 2]);
    }
    assert_eq!(select(User).count(conn).unwrap(), 4);
}
