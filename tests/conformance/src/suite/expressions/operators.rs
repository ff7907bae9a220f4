//! Functions and operators by name, and IS DISTINCT FROM.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::Condition as _;

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::{names, seed};

cases![
    "operators":
    any_function_is_called_by_its_name,
    names_of_functions_are_checked,
    any_operator_stands_between_two_values,
    operators_are_checked,
    distinct_from_knows_null,
];

fn any_function_is_called_by_its_name(db: &Db) {
    let conn = &mut seed(db);
    let upper = func::<String>("UPPER", (User.username,));
    assert_eq!(names(conn, upper.clone().eq("ADA")), ["ada"]);
    let first = func::<Option<String>>("COALESCE", (User.email, User.username.concat("?")));
    let query = select(first).filter(User.username.eq("bob"));
    assert_eq!(query.one(conn).unwrap(), Some("bob?".to_owned()));
    let abs = func::<i32>("ABS", (-7,));
    assert_eq!(select(abs).from(User).first(conn).unwrap(), Some(7));
    let query = select(upper).order_by(func::<String>("LOWER", (User.username,)).desc());
    assert_eq!(query.first(conn).unwrap(), Some("DEE".to_owned()));
    // Each name is a text of its own.
    for (name, expected) in [("LOWER", "ada"), ("UPPER", "ADA"), ("LOWER", "ada")] {
        let value = func::<String>(name, (User.username,));
        let query = select(value).filter(User.username.eq("ada"));
        assert_eq!(query.one(conn).unwrap(), expected);
    }
}

fn names_of_functions_are_checked(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    for name in [
        "", "a b", "1a", "UPPER(", "a;b", "a--", "a/*", "\"a\"", "`a`", "a'", "a..b", "é", "a\0",
    ] {
        let query = select(User.id).filter(func::<i32>(name.to_owned(), (User.username,)).eq(1));
        assert_eq!(
            query.all(conn).unwrap_err().kind(),
            ErrorKind::Usage,
            "{name:?}"
        );
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn any_operator_stands_between_two_values(db: &Db) {
    let conn = &mut seed(db);
    let id = User.id;
    assert_eq!(
        names(conn, id.op::<bool>("<=", 2_i64).into_predicate()),
        ["ada", "bob"]
    );
    assert_eq!(names(conn, !id.op::<bool>("<=", 2_i64)), ["cy", "dee"]);
    let both = User.username.op::<bool>("LIKE", "%e%") & id.op::<bool>(">", 1_i64);
    assert_eq!(names(conn, both), ["dee"]);
    let either = id.op::<bool>("=", 1_i64) | id.op::<bool>("<>", id);
    assert_eq!(names(conn, either), ["ada"]);
    let twice = (id.op::<i64>("*", 3_i64) - 1).op::<i64>("*", 2_i64);
    assert_eq!(
        select(twice).order_by(id).all(conn).unwrap(),
        [4, 10, 16, 22]
    );
}

fn operators_are_checked(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    for operator in [
        "", " ", "--", "/*", "*/", ";", "'", "=;", "= 1 OR", "?", "(", "é", "\0", ":", "a  b",
    ] {
        let query = select(User.id).filter(User.id.op::<bool>(operator.to_owned(), 1_i64));
        assert_eq!(
            query.all(conn).unwrap_err().kind(),
            ErrorKind::Usage,
            "{operator:?}"
        );
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn distinct_from_knows_null(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(
        names(conn, User.email.distinct_from(None::<String>)),
        ["ada", "cy", "dee"]
    );
    assert_eq!(
        names(conn, User.email.distinct_from("")),
        ["ada", "bob", "cy"]
    );
    assert_eq!(names(conn, !User.email.distinct_from("")), ["dee"]);
    assert_eq!(names(conn, User.email.distinct_from(User.email)), [""; 0]);
    let other = User.email.nullif("");
    assert_eq!(names(conn, other.distinct_from(User.email)), ["dee"]);
}
