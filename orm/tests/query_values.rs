//! What becomes of values in statements: equal ones in groups, the order of assignments, and what is shown of
//! them. Golden SQL, without a server.
#![cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]

use orm::mysql::MysqlDialect;
use orm::postgres::PostgresDialect;
use orm::prelude::*;
use orm::sqlite::SqliteDialect;

#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    logins: i32,
    score: f64,
    active: bool,
}

#[test]
fn no_statement_shows_its_values_when_it_is_printed() {
    let secret = "s3cret";
    let condition = User.name.eq(secret) & User.name.in_([secret]) & User.name.contains(secret);
    let texts = [
        format!("{:#?}", select(User).filter(condition.clone())),
        format!("{:#?}", update(User).set(User.name, secret)),
        format!("{:#?}", User.name.to(secret)),
        format!("{:#?}", delete(User).filter(condition.clone())),
        format!(
            "{:#?}",
            raw("SELECT :a").bind("a", secret).bind_list("b", [secret])
        ),
        format!("{condition:#?}"),
    ];
    for text in texts {
        assert!(!text.contains(secret), "{text}");
    }
}

/// With thousands of values a grouped statement is compiled in linear time.
#[test]
fn groups_of_equal_values_have_equal_binds() {
    let next = || User.logins + 1;
    let query = select((next(), count_all()))
        .filter(User.logins.gt(1))
        .group_by(next())
        .having(next().gt(1))
        .order_by(next());
    let postgres = query.to_sql(&PostgresDialect).unwrap();
    assert_eq!(
        postgres,
        r#"SELECT "logins" + $1::int8, COUNT(*) FROM "users" WHERE "logins" > $2 GROUP BY "logins" + $1::int8 HAVING ("logins" + $1::int8) > $3 ORDER BY "logins" + $1::int8 ASC"#
    );
    let mysql = query.to_sql(&MysqlDialect::MySql).unwrap();
    assert_eq!(
        mysql,
        "SELECT `logins` + ? AS `selected_0`, COUNT(*) FROM `users` WHERE `logins` > ? GROUP BY `selected_0` HAVING `selected_0` > ? ORDER BY `selected_0` ASC"
    );
    let unselected = select(count_all())
        .from(User)
        .group_by(next())
        .having(next().gt(1));
    let error = unselected.to_sql(&MysqlDialect::MariaDb).unwrap_err();
    assert_eq!(error.kind(), orm::ErrorKind::Unsupported);
    assert!(unselected.to_sql(&SqliteDialect).is_ok());
    let many = (0..20_000).map(|n| next().ne(n));
    let many = query.having(Predicate::all(many));
    assert!(many.to_sql(&PostgresDialect).is_ok());
}

#[test]
fn assignments_are_in_an_order_for_mysql() {
    let chain = update(User)
        .set(User.logins, 1)
        .set(User.score, 2.0)
        .set(User.active, User.logins.gt(3).value().coalesce(false));
    assert_eq!(
        chain.to_sql(&MysqlDialect::MySql).unwrap(),
        "UPDATE `users` SET `score` = ?, `active` = COALESCE(`logins` > ?, ?), `logins` = ?"
    );
    assert_eq!(
        chain.to_sql(&MysqlDialect::MariaDb).unwrap(),
        "UPDATE `users` SET `logins` = ?, `score` = ?, `active` = COALESCE(`logins` > ?, ?)"
    );
}
