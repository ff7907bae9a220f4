//! Golden SQL: what each statement of the typed layer becomes in each dialect, without a server.
//!
//! Runs with all features, since each case names three dialects. The models and the comparison are here.
#![cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
#![expect(clippy::too_many_lines, reason = "the tests are lists of cases")]

use orm::mysql::MysqlDialect;
use orm::postgres::PostgresDialect;
use orm::prelude::*;
use orm::sql::Dialect;
use orm::sqlite::SqliteDialect;

#[derive(DbEnum, Clone, Debug, PartialEq)]
enum Role {
    Admin,
    Member,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    email: Option<String>,
    logins: i32,
    score: f64,
    active: bool,
    role: Role,
    avatar: Option<Vec<u8>>,
    #[orm(references = User.id)]
    boss_id: Option<i64>,
    boss: BelongsTo<Option<User>>,
    posts: HasMany<Post>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    title: String,
    author: BelongsTo<User>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "tags")]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    label: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "cities", order_by = (name.desc(), id))]
struct City {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "post_tags")]
struct PostTag {
    #[orm(primary_key, references = Post.id)]
    post_id: i64,
    #[orm(primary_key, references = Tag.id)]
    tag_id: i64,
}

/// Compares the text of a statement in SQLite's, PostgreSQL's and MySQL's words. Where two texts are given,
/// SQLite and PostgreSQL have the same.
macro_rules! golden {
    ($case:literal, $statement:expr, [$ansi:literal, $mysql:literal $(,)?]) => {
        golden!($case, $statement, [$ansi, $ansi, $mysql])
    };
    ($case:literal, $statement:expr, [$sqlite:literal, $postgres:literal, $mysql:literal $(,)?]) => {{
        let statement = $statement;
        let expected = [$sqlite, $postgres, $mysql];
        check(
            $case,
            &|dialect| statement.to_sql(dialect).unwrap(),
            expected,
        );
    }};
}

#[track_caller]
fn check(case: &str, to_sql: &dyn Fn(&dyn Dialect) -> String, expected: [&str; 3]) {
    let dialects: [&dyn Dialect; 3] = [&SqliteDialect, &PostgresDialect, &MysqlDialect::MySql];
    for (dialect, expected) in dialects.into_iter().zip(expected) {
        assert_eq!(to_sql(dialect), expected, "{case} ({})", dialect.name());
    }
}

mod arrays;
#[cfg(feature = "json")]
mod codecs;
#[cfg(feature = "json")]
mod computed_sources;
mod conditionals;
mod conditions;
#[cfg(feature = "chrono")]
mod dates;
mod derived_writes;
mod faults;
mod functions;
mod groups;
mod joins;
#[cfg(feature = "json")]
mod json;
mod labels;
mod locks;
mod native_enums;
#[cfg(feature = "rust_decimal")]
mod numbers;
mod orders;
mod own_sql;
#[cfg(feature = "json")]
mod parts;
mod queries;
mod relations;
mod rows;
mod set_operations;
mod sources;
mod statistics;
mod stored;
mod upserts;
mod windows;
mod writes;
