//! Golden SQL of conditions that are columns of truth values, and of lists that are queries, in each dialect.
#![cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]

use orm::mysql::MysqlDialect;
use orm::postgres::PostgresDialect;
use orm::prelude::*;
use orm::sql::Dialect;
use orm::sqlite::SqliteDialect;

#[derive(Model)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    active: bool,
    admin: Option<bool>,
    boss_id: Option<i64>,
}

#[derive(Model)]
#[orm(table = "posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    author_id: i64,
    title: String,
}

/// Compares the text in SQLite's, PostgreSQL's, MySQL's and MariaDB's words. `expected` is SQLite's; the others have
/// their own placeholders and quotes.
#[track_caller]
fn check(to_sql: &dyn Fn(&dyn Dialect) -> orm::Result<String>, expected: &str) {
    let parts = expected.split('?').enumerate();
    let numbered = parts.map(|(number, part)| match number {
        0 => part.to_owned(),
        _ => format!("${number}{part}"),
    });
    let numbered: String = numbered.collect();
    let quoted = expected.replace('"', "`");
    let dialects: [(&dyn Dialect, &str); 4] = [
        (&SqliteDialect, expected),
        (&PostgresDialect, &numbered),
        (&MysqlDialect::MySql, &quoted),
        (&MysqlDialect::MariaDb, &quoted),
    ];
    for (dialect, expected) in dialects {
        assert_eq!(
            to_sql(dialect).expect("the text"),
            expected,
            "{}",
            dialect.name()
        );
    }
}

#[track_caller]
fn condition(condition: impl orm::query::Condition, expected: &str) {
    let query = select(User.id).filter(condition);
    let expected = format!(r#"SELECT "id" FROM "users" WHERE {expected}"#);
    check(&|dialect| query.to_sql(dialect), &expected);
}

#[test]
fn a_column_of_truth_values_is_a_condition() {
    condition(User.active, r#""active" = ?"#);
    condition(!User.active, r#""active" = ?"#);
    condition(User.admin, r#""admin" = ?"#);
    condition(User.active & User.admin, r#""active" = ? AND "admin" = ?"#);
    condition(User.active | !User.admin, r#""active" = ? OR "admin" = ?"#);
    condition(User.active & User.id.gt(3), r#""active" = ? AND "id" > ?"#);
    condition(User.id.gt(3) | User.active, r#""id" > ? OR "active" = ?"#);
    condition(
        User.id.gt(3).and(User.active),
        r#""id" > ? AND "active" = ?"#,
    );
    condition(User.id.gt(3).or(User.admin), r#""id" > ? OR "admin" = ?"#);
    condition(
        !(User.active & User.admin),
        r#"NOT ("active" = ? AND "admin" = ?)"#,
    );
}

#[test]
fn every_clause_takes_a_column_of_truth_values() {
    let other = User.alias("other");
    let query = select(User.id)
        .join_on(other, other.active)
        .left_join_on(Post, User.active)
        .group_by((User.id, User.active))
        .having(User.active);
    check(
        &|dialect| query.to_sql(dialect),
        r#"SELECT "users"."id" FROM "users" INNER JOIN "users" AS "other" ON "other"."active" = ? LEFT JOIN "posts" ON "users"."active" = ? GROUP BY "users"."id", "users"."active" HAVING "users"."active" = ?"#,
    );
    let statement = update(User).set(User.boss_id, Null).filter(User.active);
    check(
        &|dialect| statement.to_sql(dialect),
        r#"UPDATE "users" SET "boss_id" = ? WHERE "active" = ?"#,
    );
    let statement = delete(User).filter(!User.admin);
    check(
        &|dialect| statement.to_sql(dialect),
        r#"DELETE FROM "users" WHERE "admin" = ?"#,
    );
}

#[test]
fn an_expression_of_truth_values_is_a_condition() {
    let query = select(User.id).filter(User.admin.coalesce(false) & !User.active);
    let sql = query.to_sql(&SqliteDialect).unwrap();
    assert_eq!(
        sql,
        r#"SELECT "id" FROM "users" WHERE COALESCE("admin", ?) = ? AND "active" = ?"#
    );
}

#[test]
fn a_list_may_be_a_query() {
    let authors = || select(Post.author_id).filter(Post.title.eq("x"));
    let subquery = r#"(SELECT "posts"."author_id" FROM "posts" WHERE "posts"."title" = ?)"#;
    condition(User.id.in_(authors()), &format!(r#""id" IN {subquery}"#));
    condition(
        User.id.not_in(authors()),
        &format!(r#""id" NOT IN {subquery}"#),
    );
    condition(
        User.id.in_select(authors()),
        &format!(r#""id" IN {subquery}"#),
    );
    condition(
        (User.id + User.id).in_(authors()),
        &format!(r#"("id" + "id") IN {subquery}"#),
    );
}

/// MySQL and MariaDB refuse LIMIT right in a list (error 1235).
#[test]
fn a_list_may_be_a_query_with_a_limit() {
    let first = select(Post.author_id).order_by(Post.id).limit(2);
    let query = select(User.id).filter(User.id.not_in(first));
    assert_eq!(
        query.to_sql(&SqliteDialect).unwrap(),
        r#"SELECT "id" FROM "users" WHERE "id" NOT IN (SELECT "posts"."author_id" FROM "posts" ORDER BY "posts"."id" ASC LIMIT ?)"#
    );
    for dialect in [&MysqlDialect::MySql as &dyn Dialect, &MysqlDialect::MariaDb] {
        assert_eq!(
            query.to_sql(dialect).unwrap(),
            "SELECT `id` FROM `users` WHERE `id` NOT IN (SELECT * FROM (SELECT `posts`.`author_id` FROM `posts` ORDER BY `posts`.`id` ASC LIMIT ?) AS `inner_query`)"
        );
    }
}
