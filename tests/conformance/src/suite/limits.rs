//! Statements without measure: deep, wide, and with more values than a database takes. Whatever is refused
//! is an error of its kind, and the connection stays usable.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{names, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, User};
use crate::suite::Requires;

cases![
    "limits":
    junctions_of_any_width (Requires::ManyBinds),
    nesting_has_an_end,
    more_values_than_a_statement_takes,
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
