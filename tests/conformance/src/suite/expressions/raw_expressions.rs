//! SQL text in expressions: in each clause, with values and expressions as its binds.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::{names, seed};

cases![
    "raw_expressions":
    text_is_selected_with_columns_and_values,
    text_is_a_condition,
    text_orders_and_aggregates,
    text_groups_and_joins,
    text_is_assigned,
    names_and_binds_belong_together,
    each_text_is_its_own,
    hostile_values_are_values,
];

fn text_is_selected_with_columns_and_values(db: &Db) {
    let conn = &mut seed(db);
    let sum = raw_expr::<i64>(":id * 2 + :more", (("id", User.id), ("more", 1_i64)));
    let query = select((User.username, sum)).order_by(User.id).limit(2);
    let expected = [("ada".to_owned(), 3), ("bob".to_owned(), 5)];
    assert_eq!(query.all(conn).unwrap(), expected);
    let nested = raw_expr::<Option<String>>(
        "COALESCE(:a, :b)",
        (("a", User.email), ("b", User.username.concat("?"))),
    );
    let query = select(nested).filter(User.username.eq("bob"));
    assert_eq!(query.one(conn).unwrap(), Some("bob?".to_owned()));
    // A name in a string is text, and one that stands twice is bound twice.
    let text = raw_expr::<bool>("':id' = ':id' AND :id = :id", (("id", User.id),));
    assert!(select(text).filter(User.id.eq(1)).one(conn).unwrap());
}

fn text_is_a_condition(db: &Db) {
    let conn = &mut seed(db);
    let low = |n: i64| raw_expr::<bool>(":id < :n", (("id", User.id), ("n", n)));
    assert_eq!(names(conn, low(3) & User.id.gt(1)), ["bob"]);
    assert_eq!(names(conn, !low(3)), ["cy", "dee"]);
    assert_eq!(names(conn, low(2) | low(1)), ["ada"]);
    // OR in the text stays in it.
    let either = raw_expr::<bool>(":id = 1 OR :id = 2", (("id", User.id),));
    assert_eq!(names(conn, User.id.gt(1).and(either)), ["bob"]);
    let sub = scalar(select(max(User.alias("o").id)));
    let last = raw_expr::<bool>(":id = :last", (("id", User.id), ("last", sub)));
    assert_eq!(names(conn, last.clone().is_not_null() & last), ["dee"]);
}

fn text_orders_and_aggregates(db: &Db) {
    let conn = &mut seed(db);
    let negative = raw_expr::<i64>("0 - :id", (("id", User.id),));
    let query = select(User.username).order_by(negative.clone().asc());
    assert_eq!(query.first(conn).unwrap(), Some("dee".to_owned()));
    let query = select(sum(negative));
    assert_eq!(query.one(conn).unwrap(), Some(-10));
    let counted = raw_expr::<i64>("COUNT(:id)", (("id", User.id),));
    let query = select(counted);
    assert_eq!(query.all(conn).unwrap(), [4]);
    assert_eq!(query.count(conn).unwrap(), 1);
}

fn text_groups_and_joins(db: &Db) {
    let conn = &mut seed(db);
    let half = raw_expr::<i64>("CASE WHEN :id > 2 THEN 1 ELSE 0 END", (("id", User.id),));
    let large = |least: i64| raw_expr::<bool>("COUNT(*) > :least", (("least", least),));
    let query = select(count_all()).from(User);
    let groups = query.group_by(half).having(large(1));
    assert_eq!(groups.all(conn).unwrap(), [2, 2]);
    assert_eq!(groups.having(large(2)).all(conn).unwrap(), [0; 0]);
    let next = User.alias("n");
    let follows = raw_expr::<bool>(
        ":a + :step = :b",
        (("a", User.id), ("step", 1_i64), ("b", next.id)),
    );
    let query = select((User.username, next.username)).join_on(next, follows);
    let rows = query.order_by(User.id).all(conn).unwrap();
    assert_eq!(rows.last(), Some(&("cy".to_owned(), "dee".to_owned())));
    assert_eq!(rows.len(), 3);
}

fn text_is_assigned(db: &Db) {
    let conn = &mut seed(db);
    let longer = raw_expr::<Option<String>>("COALESCE(:a, :b)", (("a", User.email), ("b", "none")));
    update(User).set(User.email, longer).execute(conn).unwrap();
    assert_eq!(names(conn, User.email.eq("none")), ["bob"]);
}

fn names_and_binds_belong_together(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let one = (("a", 1_i64),);
    for expr in [
        raw_expr::<i64>(":a + :b", one),
        raw_expr::<i64>("1", one),
        raw_expr::<i64>("':a'", one),
        raw_expr::<i64>(":a", ()),
        raw_expr::<i64>(":a", (("a", 1_i64), ("a", 2_i64))),
    ] {
        let error = select(expr).from(User).all(conn).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn each_text_is_its_own(db: &Db) {
    let conn = &mut seed(db);
    for (sql, expected) in [(":id + 1", 2), (":id + 2", 3), (":id + 1", 2)] {
        let query = select(raw_expr::<i64>(sql, (("id", User.id),)));
        assert_eq!(query.filter(User.id.eq(1)).one(conn).unwrap(), expected);
    }
}

fn hostile_values_are_values(db: &Db) {
    let conn = &mut seed(db);
    for value in [
        "' OR 1 = 1 --",
        ":a",
        "?",
        "$1",
        "%",
        "*/",
        "; DROP TABLE users",
    ] {
        let same = raw_expr::<bool>(
            ":name = :value",
            (("name", User.username), ("value", value)),
        );
        assert_eq!(names(conn, same & User.id.gt(0)), [""; 0], "{value}");
    }
}
