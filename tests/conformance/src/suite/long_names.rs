//! Names that a statement gives, of 70 bytes and equal up to the last one: the right rows, or an error before anything is sent.
//! A database that truncates names silently would know both by one.

use std::fmt::Debug;

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{
    exists, generate_series, json_elements, recursive, row_number, unnest, values, window,
};
use orm::sql::JsonElementStyle;
use serde_json::{Value, json};

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::Requires;

cases![
    "long_names":
    labels,
    aliases,
    derived_tables,
    common_table_expressions,
    windows (Requires::WindowFrames),
    rows_of_values,
    lists_of_values (Requires::LongLists),
    series (Requires::Series),
    elements_of_documents (Requires::JsonElements),
    rows_that_are_returned (Requires::UpdateReturning),
    names_of_the_greatest_length,
];

const LENGTH: usize = 70;

/// Two names that differ in their last letter.
fn pair() -> [String; 2] {
    ["x", "y"].map(|end| "a".repeat(LENGTH - 1) + end)
}

fn aliases_are_limited(db: &Db) -> bool {
    db.capabilities().alias_limit < LENGTH
}

/// The rows are right if the database takes such names, else nothing was sent.
#[track_caller]
fn found_or_refused<T: PartialEq + Debug>(
    db: &Db,
    found: orm::Result<T>,
    (is_limited, expected): (bool, T),
) {
    if is_limited {
        let error = fails(found, ErrorKind::Unsupported);
        assert!(error.message().contains("is longer than"), "{error}");
        assert_eq!(db.sent(), [""; 0]);
    } else {
        assert_eq!(found.unwrap(), expected);
        db.sent();
    }
}

fn labels(db: &Db) {
    let conn = &mut seed(db);
    let [one, other] = pair();
    let is_limited = aliases_are_limited(db);
    let down = (-User.id).label(other.clone());
    let query = select((User.id.label(one.clone()), down.clone()));
    let expected = vec![(4, -4), (3, -3), (2, -2), (1, -1)];
    let ordered = query.order_by(down);
    found_or_refused(db, ordered.all(conn), (is_limited, expected));
    let rows = ordered.limit(1).rows(conn);
    let values = rows.map(|rows| (rows[0].get::<i64>(&one).ok(), rows[0].get(&other).ok()));
    found_or_refused(db, values, (is_limited, (Some(4), Some(-4))));
    let inner = select(User.id.label(one)).filter(User.id.gt(3));
    let listed = select(User.id).filter(User.id.in_select(inner));
    found_or_refused(db, listed.all(conn), (is_limited, vec![4]));
}

fn aliases(db: &Db) {
    let conn = &mut seed(db);
    let is_limited = aliases_are_limited(db);
    let [one, other] = pair().map(|name| User.alias(name));
    let pairs = select((one.id, other.id))
        .join_on(other, other.id.gt(one.id))
        .filter(one.id.ge(3));
    found_or_refused(db, pairs.all(conn), (is_limited, vec![(3, 4)]));
    let larger = exists(select(other.id).filter(other.id.gt(one.id)));
    let alone = select(one.id).filter(!larger);
    found_or_refused(db, alone.all(conn), (is_limited, vec![4]));
    let larger = exists(select(other.id).filter(other.id.gt(User.id) & other.id.lt(0)));
    let change = update(User).set(User.email, "new").filter(larger.clone());
    found_or_refused(db, change.execute(conn), (is_limited, 0));
    let gone = delete(User).filter(larger);
    found_or_refused(db, gone.execute(conn), (is_limited, 0));
    assert_eq!(db.count("users"), 4);
}

fn derived_tables(db: &Db) {
    let conn = &mut seed(db);
    let [one, other] = pair();
    let ids = |from: i64| select((User.id,)).filter(User.id.ge(from));
    let (first, second) = (ids(2).as_table(one), ids(3).as_table(other));
    let ((a,), (b,)) = (first.columns(), second.columns());
    let pairs = select((a, b)).from(&first).join_on(&second, a.gt(b));
    found_or_refused(db, pairs.all(conn), (aliases_are_limited(db), vec![(4, 3)]));
}

fn common_table_expressions(db: &Db) {
    let conn = &mut seed(db);
    let is_limited = db.capabilities().identifier_limit < LENGTH;
    let [one, other] = pair();
    let ids = |from: i64| select((User.id,)).filter(User.id.ge(from));
    let (first, second) = (ids(2).cte(one.clone()), ids(3).cte(other));
    let ((a,), (b,)) = (first.columns(), second.columns());
    let pairs = select((a, b)).from(&first).join_on(&second, a.gt(b));
    found_or_refused(db, pairs.all(conn), (is_limited, vec![(4, 3)]));
    let start = select((User.id,)).filter(User.id.eq(1));
    let numbers = recursive(one, start, |numbers| {
        let (number,) = numbers.columns();
        select((number + 1,)).from(&numbers).filter(number.lt(3))
    });
    let (number,) = numbers.columns();
    let all = select(number).from(&numbers).order_by(number);
    found_or_refused(db, all.all(conn), (is_limited, vec![1, 2, 3]));
}

fn windows(db: &Db) {
    let conn = &mut seed(db);
    let [one, other] = pair();
    let up = row_number().over(window().order_by(User.id).named(one));
    let down = row_number().over(window().order_by(User.id.desc()).named(other));
    let query = select((up, down))
        .from(User)
        .filter(User.id.le(2))
        .order_by(User.id);
    // Where there is no WINDOW clause, no name is written.
    let is_limited = aliases_are_limited(db) && db.capabilities().selects.named_windows;
    found_or_refused(db, query.all(conn), (is_limited, vec![(1, 2), (2, 1)]));
}

fn rows_of_values(db: &Db) {
    let conn = &mut seed(db);
    let [one, other] = pair();
    let (first, second) = (
        values(one, [(1_i64,), (2,)]),
        values(other, [(2_i64,), (3,)]),
    );
    let ((a,), (b,)) = (first.columns(), second.columns());
    let pairs = select((a, b)).from(&first).join_on(&second, a.eq(b));
    found_or_refused(db, pairs.all(conn), (aliases_are_limited(db), vec![(2, 2)]));
}

fn lists_of_values(db: &Db) {
    let conn = &mut seed(db);
    let [one, other] = pair();
    let (first, second) = (unnest(one, [1_i64, 2]), unnest(other, [2_i64, 3]));
    let ((a,), (b,)) = (first.columns(), second.columns());
    let pairs = select((a, b)).from(&first).join_on(&second, a.eq(b));
    found_or_refused(db, pairs.all(conn), (aliases_are_limited(db), vec![(2, 2)]));
}

fn series(db: &Db) {
    let conn = &mut seed(db);
    let [one, other] = pair();
    let (first, second) = (
        generate_series(one, 1, 2, 1),
        generate_series(other, 2, 3, 1),
    );
    let ((a,), (b,)) = (first.columns(), second.columns());
    let pairs = select((a, b)).from(&first).join_on(&second, a.eq(b));
    found_or_refused(db, pairs.all(conn), (aliases_are_limited(db), vec![(2, 2)]));
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "long_named_docs")]
struct Doc {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    tags: Value,
}

fn elements_of_documents(db: &Db) {
    Metadata::of((Doc,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let row = Doc {
        id: 1,
        tags: json!([1, 2]),
    };
    insert(Doc).values([row]).execute(conn).unwrap();
    db.sent();
    let [one, other] = pair();
    let (first, second) = (json_elements(one, Doc.tags), json_elements(other, Doc.tags));
    let pairs = select((first.position(), second.position()))
        .cross_join(&first)
        .cross_join(&second)
        .filter(first.position().gt(second.position()));
    let capabilities = db.capabilities();
    let limit = match capabilities.selects.json_elements {
        JsonElementStyle::JsonTable => capabilities.identifier_limit,
        _ => capabilities.alias_limit,
    };
    found_or_refused(db, pairs.all(conn), (limit < LENGTH, vec![(1, 0)]));
}

fn rows_that_are_returned(db: &Db) {
    let conn = &mut seed(db);
    let [one, other] = pair();
    let change = update(User).set(User.email, "new").filter(User.id.eq(2));
    let change = change.returning((User.id.label(one), (-User.id).label(other)));
    found_or_refused(
        db,
        change.all(conn),
        (aliases_are_limited(db), vec![(2, -2)]),
    );
}

/// As long as they may be, and different in the last letter.
fn names_of_the_greatest_length(db: &Db) {
    let conn = &mut seed(db);
    let capabilities = db.capabilities();
    let names = |limit: usize| {
        let length = limit.min(1000) - 1;
        ["x", "y"].map(|end| "a".repeat(length) + end)
    };
    let [one, other] = names(capabilities.alias_limit);
    let down = (-User.id).label(other);
    let query = select((User.id.label(one), down.clone())).order_by(down);
    assert_eq!(query.first(conn).unwrap(), Some((4, -4)));
    let [one, other] = names(capabilities.alias_limit).map(|name| User.alias(name));
    let pairs = select((one.id, other.id)).join_on(other, other.id.gt(one.id));
    let pairs = pairs.filter(one.id.ge(3));
    assert_eq!(pairs.all(conn).unwrap(), [(3, 4)]);
    let [one, other] = names(capabilities.identifier_limit);
    let ids = |from: i64| select((User.id,)).filter(User.id.ge(from));
    let (first, second) = (ids(2).cte(one), ids(3).cte(other));
    let ((a,), (b,)) = (first.columns(), second.columns());
    let pairs = select((a, b)).from(&first).join_on(&second, a.gt(b));
    assert_eq!(pairs.all(conn).unwrap(), [(4, 3)]);
}
