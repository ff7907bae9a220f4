//! LIMIT and OFFSET by an expression: a scalar subquery, values that are computed, and where there are numbers alone.

use orm::mapping::Column;
use orm::prelude::*;
use orm::query::{Expr, exists, raw_expr, scalar};
use orm::{Criteria, ErrorKind};

use super::support::{fails, seed};
use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};

cases![
    "limit_expressions":
    limits_by_a_subquery (Requires::LimitExpressions),
    values_are_computed (Requires::LimitExpressions),
    a_number_below_zero_is_zero (Requires::LimitExpressions),
    other_values_have_the_same_text (Requires::LimitExpressions),
    the_last_call_counts (Requires::LimitExpressions),
    verbs_keep_the_limit (Requires::LimitExpressions),
    limited_queries_in_other_queries (Requires::LimitExpressions),
    criteria_are_in_the_subquery (Requires::LimitExpressions),
    ties_behind_an_offset (Requires::LimitExpressions),
    columns_and_aggregates_are_refused,
    verbs_that_change_the_limit_are_refused,
    numbers_alone_elsewhere,
];

type Keys = Select<Column<User, i64>>;

fn names() -> Keys {
    select(User.id).order_by(User.id)
}

fn found(query: &Keys, conn: &mut Connection) -> Vec<i64> {
    query.all(conn).unwrap()
}

fn number(value: i64) -> Expr<i64> {
    raw_expr(":n", (("n", value),))
}

/// Three.
fn posts() -> Expr<i64> {
    scalar(select(count_all()).from(Post)).coalesce(0)
}

fn limits_by_a_subquery(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(found(&names().limit_by(posts()), conn), [1, 2, 3]);
    assert_eq!(found(&names().offset_by(posts()), conn), [4]);
    let two = scalar(select(count(Post.id)).filter(Post.author_id.eq(1))).coalesce(0);
    assert_eq!(
        found(&names().limit_by(two.clone()).offset_by(two), conn),
        [3, 4]
    );
    assert_eq!(found(&names().limit(1).offset_by(posts() - 1), conn), [3]);
    assert_eq!(found(&names().limit_by(posts() - 2).offset(2), conn), [3]);
}

fn values_are_computed(db: &Db) {
    let conn = &mut seed(db);
    let page = |number: i64, size: i64| {
        let skipped = raw_expr::<i64>("(:page - 1) * :size", (("page", number), ("size", size)));
        names()
            .limit_by(raw_expr::<i64>(":size", (("size", size),)))
            .offset_by(skipped)
    };
    assert_eq!(found(&page(1, 3), conn), [1, 2, 3]);
    assert_eq!(found(&page(2, 3), conn), [4]);
    assert_eq!(found(&page(3, 3), conn), [0; 0]);
    let filtered = page(2, 1).filter(User.username.ne("bob"));
    assert_eq!(found(&filtered, conn), [3]);
}

fn a_number_below_zero_is_zero(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(found(&names().limit_by(number(-1)), conn), [0; 0]);
    assert_eq!(found(&names().limit_by(number(0)), conn), [0; 0]);
    assert_eq!(found(&names().offset_by(number(-5)), conn), [1, 2, 3, 4]);
    assert_eq!(
        found(&names().limit_by(number(i64::MAX)), conn),
        [1, 2, 3, 4]
    );
    assert_eq!(found(&names().offset_by(number(i64::MAX)), conn), [0; 0]);
}

fn other_values_have_the_same_text(db: &Db) {
    let conn = &mut seed(db);
    let query = |first: &str, limit, offset| {
        let query = names().filter(User.username.ge(first));
        query.limit_by(number(limit)).offset_by(number(offset))
    };
    assert_eq!(found(&query("b", 2, 1), conn), [3, 4]);
    let sent = db.sent();
    assert_eq!(found(&query("a", 1, 0), conn), [1]);
    assert_eq!(db.sent(), sent);
    // By a number it is another text.
    let by_number = names().filter(User.username.ge("b")).limit(2).offset(1);
    assert_eq!(found(&by_number, conn), [3, 4]);
    assert_ne!(db.sent(), sent);
    let limit_alone = names().filter(User.username.ge("b")).limit_by(number(2));
    assert_eq!(found(&limit_alone, conn), [2, 3]);
    let offset_alone = names().filter(User.username.ge("b")).offset_by(number(2));
    assert_eq!(found(&offset_alone, conn), [4]);
}

fn the_last_call_counts(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(found(&names().limit_by(posts()).limit(1), conn), [1]);
    assert_eq!(found(&names().limit(1).limit_by(posts()), conn), [1, 2, 3]);
    assert_eq!(
        found(&names().limit(2).offset_by(posts()).offset(1), conn),
        [2, 3]
    );
    assert_eq!(
        found(&names().limit(2).offset(1).offset_by(posts()), conn),
        [4]
    );
    db.sent();
    assert_eq!(found(&names().limit_by(posts()).limit(2), conn), [1, 2]);
    let sent = db.sent();
    assert_eq!(found(&names().limit(2), conn), [1, 2]);
    assert_eq!(db.sent(), sent);
}

fn verbs_keep_the_limit(db: &Db) {
    let conn = &mut seed(db);
    for limit in 0..4 {
        let query = names().offset_by(number(1)).limit_by(number(limit));
        let first = query.first(conn).unwrap();
        assert_eq!(first, (limit > 0).then_some(2));
        assert_eq!(query.count(conn).unwrap(), limit.min(3));
        assert_eq!(query.exists(conn).unwrap(), limit > 0);
    }
    assert_eq!(names().limit_by(number(1)).one(conn).unwrap(), 1);
    fails(
        names().limit_by(number(2)).one(conn),
        ErrorKind::MultipleRows,
    );
    fails(names().limit_by(number(0)).one(conn), ErrorKind::NotFound);
    assert_eq!(names().limit_by(number(9)).count(conn).unwrap(), 4);
    assert!(!names().offset_by(number(4)).exists(conn).unwrap());
}

fn limited_queries_in_other_queries(db: &Db) {
    let conn = &mut seed(db);
    let last = select(User.id).order_by(User.id.desc()).limit_by(number(2));
    let query = names().filter(User.id.in_(last.clone()));
    assert_eq!(found(&query, conn), [3, 4]);
    let newest = last.clone().as_table("newest");
    let query = select(newest.columns())
        .from(&newest)
        .order_by(newest.columns());
    assert_eq!(query.all(conn).unwrap(), [3, 4]);
    let second = select(User.id)
        .filter(User.id.lt(3))
        .order_by(User.id)
        .offset_by(number(1));
    let mut all = last.union_all(second).all(conn).unwrap();
    all.sort_unstable();
    assert_eq!(all, [2, 3, 4]);
    let some = select(Post.id)
        .filter(Post.author_id.eq(User.id))
        .offset_by(number(1));
    assert_eq!(found(&names().filter(exists(some)), conn), [1]);
}

fn criteria_are_in_the_subquery(db: &Db) {
    seed(db);
    let criteria = Criteria::new().add("title", Post, Post.title.ne("one"));
    let mut session = db.session().criteria(&criteria);
    let users = names().limit_by(posts()).all(&mut session).unwrap();
    assert_eq!(users.len(), 2);
}

fn ties_behind_an_offset(db: &Db) {
    let conn = &mut seed(db);
    let query = select(Post.author_id).order_by(Post.author_id);
    let query = query.limit_with_ties(1).offset_by(number(0));
    if conn.capabilities().with_ties {
        assert_eq!(query.all(conn).unwrap(), [1, 1]);
    } else {
        fails(query.all(conn), ErrorKind::Unsupported);
    }
}

fn columns_and_aggregates_are_refused(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let of_another = scalar(select(count(Post.id)).filter(Post.author_id.eq(User.id)));
    for wrong in [
        names().limit_by(User.id + 0),
        names().offset_by(User.id + 0),
        names().limit_by(count_all()),
        names().limit_by(of_another.coalesce(0)),
        names()
            .limit_by(number(1))
            .offset_by(max(User.id).coalesce(0)),
    ] {
        let error = fails(wrong.all(conn), ErrorKind::Usage);
        assert!(
            error.message().starts_with("LIMIT and OFFSET must not"),
            "{error}"
        );
    }
    let outer = select(Post.id).order_by(Post.id).limit_by(User.id + 0);
    fails(names().filter(exists(outer)).all(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn verbs_that_change_the_limit_are_refused(db: &Db) {
    let conn = &mut seed(db);
    let limited = select(User).order_by(User.id).limit_by(number(2));
    fails(limited.last(conn), ErrorKind::Usage);
    fails(limited.page(1, 2).fetch(conn), ErrorKind::Usage);
    let mut session = db.session();
    db.sent();
    let chunks = limited.chunks(2, &mut session, |_, _| Ok(()));
    fails(chunks, ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn numbers_alone_elsewhere(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let query = names().limit_by(posts());
    if conn.capabilities().selects.limit_expressions {
        let text = query.to_sql_with_literals(db.dialect()).unwrap();
        assert!(text.contains("LIMIT"), "{text}");
        return;
    }
    let error = fails(query.all(conn), ErrorKind::Unsupported);
    assert!(
        error
            .message()
            .ends_with("LIMIT and OFFSET by an expression"),
        "{error}"
    );
    assert!(
        error.hint().unwrap().contains("give it to limit"),
        "{error}"
    );
    assert_eq!(db.sent(), [""; 0]);
}
