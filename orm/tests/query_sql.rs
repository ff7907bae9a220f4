//! Golden SQL: what each statement of the typed layer becomes in each dialect, without a server.
//!
//! Runs with all features, since each case names three dialects.
#![cfg(all(feature = "sqlite", feature = "postgres", feature = "mysql"))]
#![expect(clippy::too_many_lines, reason = "the tests are lists of cases")]

use orm::mysql::{MariaDbDialect, MysqlDialect};
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
}

#[derive(Model, Clone, Debug)]
#[orm(table = "posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    title: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "tags")]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    label: String,
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
    let dialects: [&dyn Dialect; 3] = [&SqliteDialect, &PostgresDialect, &MysqlDialect];
    for (dialect, expected) in dialects.into_iter().zip(expected) {
        assert_eq!(to_sql(dialect), expected, "{case} ({})", dialect.name());
    }
}

#[test]
fn conditions_and_clauses() {
    golden!(
        "an entity lists its columns",
        select(User),
        [
            r#"SELECT "id", "name", "email", "logins", "score", "active", "role", "avatar", "boss_id" FROM "users""#,
            "SELECT `id`, `name`, `email`, `logins`, `score`, `active`, `role`, `avatar`, `boss_id` FROM `users`",
        ]
    );
    golden!(
        "one column, one expression, one function",
        select((User.name, User.logins + 1, User.email.coalesce("none"))),
        [
            r#"SELECT "name", "logins" + ?, COALESCE("email", ?) FROM "users""#,
            r#"SELECT "name", "logins" + $1::int8, COALESCE("email", $2::text) FROM "users""#,
            "SELECT `name`, `logins` + ?, COALESCE(`email`, ?) FROM `users`",
        ]
    );
    golden!(
        "conditions",
        select(User.id).filter(
            User.name
                .eq("ada")
                .and(User.logins.gt(3))
                .or(!User.active.is_true())
        ),
        [
            r#"SELECT "id" FROM "users" WHERE ("name" = ? AND "logins" > ?) OR NOT ("active" = ?)"#,
            r#"SELECT "id" FROM "users" WHERE ("name" = $1 AND "logins" > $2) OR NOT ("active" = $3)"#,
            "SELECT `id` FROM `users` WHERE (`name` = ? AND `logins` > ?) OR NOT (`active` = ?)",
        ]
    );
    golden!(
        "several filters are one conjunction",
        select(User.id)
            .filter(User.id.ge(1))
            .filter(User.id.lt(9) | User.id.ne(20)),
        [
            r#"SELECT "id" FROM "users" WHERE "id" >= ? AND ("id" < ? OR "id" <> ?)"#,
            r#"SELECT "id" FROM "users" WHERE "id" >= $1 AND ("id" < $2 OR "id" <> $3)"#,
            "SELECT `id` FROM `users` WHERE `id` >= ? AND (`id` < ? OR `id` <> ?)",
        ]
    );
    golden!(
        "nothing is equal to null",
        select(User.id).filter(Predicate::all([
            User.email.eq(None::<&str>),
            User.email.ne(Null),
            User.email.same_as(Null),
            User.email.same_as("x")
        ])),
        [
            r#"SELECT "id" FROM "users" WHERE "email" IS NULL AND "email" IS NOT NULL AND "email" IS NULL AND "email" IS ?"#,
            r#"SELECT "id" FROM "users" WHERE "email" IS NULL AND "email" IS NOT NULL AND "email" IS NULL AND "email" IS NOT DISTINCT FROM $1"#,
            "SELECT `id` FROM `users` WHERE `email` IS NULL AND `email` IS NOT NULL AND `email` IS NULL AND `email` <=> ?",
        ]
    );
    golden!(
        "between and null tests",
        select(User.id)
            .filter(User.id.between(1, 5))
            .filter(User.email.is_null())
            .filter(User.name.is_not_null()),
        [
            r#"SELECT "id" FROM "users" WHERE "id" BETWEEN ? AND ? AND "email" IS NULL AND "name" IS NOT NULL"#,
            r#"SELECT "id" FROM "users" WHERE "id" BETWEEN $1 AND $2 AND "email" IS NULL AND "name" IS NOT NULL"#,
            "SELECT `id` FROM `users` WHERE `id` BETWEEN ? AND ? AND `email` IS NULL AND `name` IS NOT NULL",
        ]
    );
    golden!(
        "empty junctions",
        select(User.id)
            .filter(Predicate::all([]))
            .filter(Predicate::any([])),
        [
            r#"SELECT "id" FROM "users" WHERE (1 = 1) AND (1 = 0)"#,
            "SELECT `id` FROM `users` WHERE (1 = 1) AND (1 = 0)",
        ]
    );
    golden!(
        "distinct, order, limit and offset",
        select((User.name, User.id))
            .distinct()
            .order_by((User.name.desc(), User.id))
            .limit(10)
            .offset(20),
        [
            r#"SELECT DISTINCT "name", "id" FROM "users" ORDER BY "name" DESC, "id" ASC LIMIT ? OFFSET ?"#,
            r#"SELECT DISTINCT "name", "id" FROM "users" ORDER BY "name" DESC, "id" ASC LIMIT $1 OFFSET $2"#,
            "SELECT DISTINCT `name`, `id` FROM `users` ORDER BY `name` DESC, `id` ASC LIMIT ? OFFSET ?",
        ]
    );
    golden!(
        "an offset without a limit",
        select(User.id).offset(20),
        [
            r#"SELECT "id" FROM "users" LIMIT -1 OFFSET ?"#,
            r#"SELECT "id" FROM "users" OFFSET $1"#,
            "SELECT `id` FROM `users` LIMIT 18446744073709551615 OFFSET ?",
        ]
    );
    golden!(
        "an enum",
        select(User.id)
            .filter(User.role.eq(Role::Admin))
            .filter(User.role.in_([Role::Admin, Role::Member])),
        [
            r#"SELECT "id" FROM "users" WHERE "role" = ? AND "role" IN (?, ?)"#,
            r#"SELECT "id" FROM "users" WHERE "role" = $1 AND "role" = ANY($2)"#,
            "SELECT `id` FROM `users` WHERE `role` = ? AND `role` IN (?, ?)",
        ]
    );
    golden!(
        "bytes and floats",
        select(User.id)
            .filter(User.avatar.eq([1_u8, 2].as_slice()))
            .filter(User.score.gt(0.5)),
        [
            r#"SELECT "id" FROM "users" WHERE "avatar" = ? AND "score" > ?"#,
            r#"SELECT "id" FROM "users" WHERE "avatar" = $1 AND "score" > $2"#,
            "SELECT `id` FROM `users` WHERE `avatar` = ? AND `score` > ?",
        ]
    );
    golden!(
        "a condition as a value",
        select((User.id, User.logins.gt(3).value())),
        [
            r#"SELECT "id", "logins" > ? FROM "users""#,
            r#"SELECT "id", "logins" > $1 FROM "users""#,
            "SELECT `id`, `logins` > ? FROM `users`",
        ]
    );
}

#[test]
fn lists() {
    golden!(
        "a list",
        select(User.id).filter(User.id.in_([1, 2, 3])),
        [
            r#"SELECT "id" FROM "users" WHERE "id" IN (?, ?, ?, ?)"#,
            r#"SELECT "id" FROM "users" WHERE "id" = ANY($1)"#,
            "SELECT `id` FROM `users` WHERE `id` IN (?, ?, ?, ?)",
        ]
    );
    golden!(
        "a range",
        select(User.id).filter(User.id.not_in(1..=2)),
        [
            r#"SELECT "id" FROM "users" WHERE "id" NOT IN (?, ?)"#,
            r#"SELECT "id" FROM "users" WHERE "id" <> ALL($1)"#,
            "SELECT `id` FROM `users` WHERE `id` NOT IN (?, ?)",
        ]
    );
    golden!(
        "an empty list",
        select(User.id).filter(User.id.in_(Vec::<i64>::new()) | User.id.not_in([0_i64; 0])),
        [
            r#"SELECT "id" FROM "users" WHERE 1 = 0 OR 1 = 1"#,
            "SELECT `id` FROM `users` WHERE 1 = 0 OR 1 = 1",
        ]
    );
    golden!(
        "texts",
        select(User.id).filter(User.name.in_(["a", "b"].iter())),
        [
            r#"SELECT "id" FROM "users" WHERE "name" IN (?, ?)"#,
            r#"SELECT "id" FROM "users" WHERE "name" = ANY($1)"#,
            "SELECT `id` FROM `users` WHERE `name` IN (?, ?)",
        ]
    );
    golden!(
        "columns in a list",
        select(User.id).filter(User.name.in_([User.name]) & User.name.not_in([User.name])),
        [
            r#"SELECT "id" FROM "users" WHERE ("name" = "name") AND "name" <> "name""#,
            "SELECT `id` FROM `users` WHERE (`name` = `name`) AND `name` <> `name`",
        ]
    );
    golden!(
        "a query",
        select(User.name).filter(
            User.id
                .in_select(select(Post.author_id).filter(Post.title.eq("x")))
        ),
        [
            r#"SELECT "name" FROM "users" WHERE "id" IN (SELECT "posts"."author_id" FROM "posts" WHERE "posts"."title" = ?)"#,
            r#"SELECT "name" FROM "users" WHERE "id" IN (SELECT "posts"."author_id" FROM "posts" WHERE "posts"."title" = $1)"#,
            "SELECT `name` FROM `users` WHERE `id` IN (SELECT `posts`.`author_id` FROM `posts` WHERE `posts`.`title` = ?)",
        ]
    );
}

#[test]
fn searches_in_text() {
    golden!(
        "contains",
        select(User.id).filter(User.name.contains("50%")),
        [
            r#"SELECT "id" FROM "users" WHERE instr("name", ?) > 0"#,
            r#"SELECT "id" FROM "users" WHERE "name" LIKE $1"#,
            "SELECT `id` FROM `users` WHERE `name` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        ]
    );
    golden!(
        "starts with",
        select(User.id).filter(User.name.starts_with("a_")),
        [
            r#"SELECT "id" FROM "users" WHERE instr("name", ?) = 1"#,
            r#"SELECT "id" FROM "users" WHERE "name" LIKE $1"#,
            "SELECT `id` FROM `users` WHERE `name` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        ]
    );
    golden!(
        "ends with",
        select(User.id).filter(User.email.ends_with(".org")),
        [
            r#"SELECT "id" FROM "users" WHERE substr(CAST("email" AS BLOB), -length(CAST(? AS BLOB))) = CAST(? AS BLOB)"#,
            r#"SELECT "id" FROM "users" WHERE "email" LIKE $1"#,
            "SELECT `id` FROM `users` WHERE `email` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        ]
    );
    golden!(
        "ignoring case",
        select(User.id).filter(User.name.icontains("ADA")),
        [
            r#"SELECT "id" FROM "users" WHERE "name" LIKE ? ESCAPE '\'"#,
            r#"SELECT "id" FROM "users" WHERE "name" ILIKE $1"#,
            "SELECT `id` FROM `users` WHERE LOWER(`name`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        ]
    );
    golden!(
        "a pattern",
        select(User.id).filter(User.name.like("a%")),
        [
            r#"SELECT "id" FROM "users" WHERE "name" GLOB replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(?, '[', '[[]'), '*', '[*]'), '?', '[?]'), '\\', '[b]'), '%', '*'), '_', '?'), '\*', '%'), '\?', '_'), '\', ''), '[b]', '\')"#,
            r#"SELECT "id" FROM "users" WHERE "name" LIKE $1"#,
            "SELECT `id` FROM `users` WHERE `name` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        ]
    );
    golden!(
        "an empty needle",
        select(User.id).filter(User.name.contains("")),
        [
            r#"SELECT "id" FROM "users" WHERE instr("name", ?) > 0"#,
            r#"SELECT "id" FROM "users" WHERE "name" LIKE $1"#,
            "SELECT `id` FROM `users` WHERE `name` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        ]
    );
}

#[test]
fn joins() {
    golden!(
        "a join finds its foreign key",
        select((User, Post)).join(Post),
        [
            r#"SELECT "users"."id", "users"."name", "users"."email", "users"."logins", "users"."score", "users"."active", "users"."role", "users"."avatar", "users"."boss_id", "posts"."id", "posts"."author_id", "posts"."title" FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id""#,
            "SELECT `users`.`id`, `users`.`name`, `users`.`email`, `users`.`logins`, `users`.`score`, `users`.`active`, `users`.`role`, `users`.`avatar`, `users`.`boss_id`, `posts`.`id`, `posts`.`author_id`, `posts`.`title` FROM `users` INNER JOIN `posts` ON `posts`.`author_id` = `users`.`id`",
        ]
    );
    golden!(
        "in the other direction, too",
        select((Post.title, User.name)).join(User),
        [
            r#"SELECT "posts"."title", "users"."name" FROM "posts" INNER JOIN "users" ON "posts"."author_id" = "users"."id""#,
            "SELECT `posts`.`title`, `users`.`name` FROM `posts` INNER JOIN `users` ON `posts`.`author_id` = `users`.`id`",
        ]
    );
    golden!(
        "through a third table",
        select((Post.title, Tag.label)).join(PostTag).join(Tag),
        [
            r#"SELECT "posts"."title", "tags"."label" FROM "posts" INNER JOIN "post_tags" ON "post_tags"."post_id" = "posts"."id" INNER JOIN "tags" ON "post_tags"."tag_id" = "tags"."id""#,
            "SELECT `posts`.`title`, `tags`.`label` FROM `posts` INNER JOIN `post_tags` ON `post_tags`.`post_id` = `posts`.`id` INNER JOIN `tags` ON `post_tags`.`tag_id` = `tags`.`id`",
        ]
    );
    golden!(
        "a left join",
        select((User.id, optional(Post))).left_join(Post),
        [
            r#"SELECT "users"."id", "posts"."id", "posts"."author_id", "posts"."title" FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id""#,
            "SELECT `users`.`id`, `posts`.`id`, `posts`.`author_id`, `posts`.`title` FROM `users` LEFT JOIN `posts` ON `posts`.`author_id` = `users`.`id`",
        ]
    );
    golden!(
        "a self-join by alias",
        {
            let boss = User.alias("boss");
            select((User.name, boss.name)).join_on(boss, User.boss_id.eq(boss.id))
        },
        [
            r#"SELECT "users"."name", "boss"."name" FROM "users" INNER JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id""#,
            "SELECT `users`.`name`, `boss`.`name` FROM `users` INNER JOIN `users` AS `boss` ON `users`.`boss_id` = `boss`.`id`",
        ]
    );
    golden!(
        "a left self-join",
        {
            let boss = User.alias("boss");
            select((User.name, optional(boss.name))).left_join_on(boss, User.boss_id.eq(boss.id))
        },
        [
            r#"SELECT "users"."name", "boss"."name" FROM "users" LEFT JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id""#,
            "SELECT `users`.`name`, `boss`.`name` FROM `users` LEFT JOIN `users` AS `boss` ON `users`.`boss_id` = `boss`.`id`",
        ]
    );
    golden!(
        "an alias alone",
        {
            let u = User.alias("u");
            select(u.id).filter(u.name.eq("ada"))
        },
        [
            r#"SELECT "u"."id" FROM "users" AS "u" WHERE "u"."name" = ?"#,
            r#"SELECT "u"."id" FROM "users" AS "u" WHERE "u"."name" = $1"#,
            "SELECT `u`.`id` FROM `users` AS `u` WHERE `u`.`name` = ?",
        ]
    );
}

#[test]
fn groups() {
    golden!(
        "groups and aggregates",
        select((User.name, count(Post.id)))
            .join(Post)
            .group_by(User.name)
            .having(count(Post.id).gt(3))
            .order_by(count(Post.id).desc()),
        [
            r#"SELECT "users"."name", COUNT("posts"."id") FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id" GROUP BY "users"."name" HAVING COUNT("posts"."id") > ? ORDER BY COUNT("posts"."id") DESC"#,
            r#"SELECT "users"."name", COUNT("posts"."id") FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id" GROUP BY "users"."name" HAVING COUNT("posts"."id") > $1 ORDER BY COUNT("posts"."id") DESC"#,
            "SELECT `users`.`name`, COUNT(`posts`.`id`) FROM `users` INNER JOIN `posts` ON `posts`.`author_id` = `users`.`id` GROUP BY `users`.`name` HAVING COUNT(`posts`.`id`) > ? ORDER BY COUNT(`posts`.`id`) DESC",
        ]
    );
    golden!(
        "every aggregate",
        select((
            count_all(),
            count_distinct(User.name),
            sum(User.logins),
            min(User.name),
            max(User.email),
            avg(User.score)
        )),
        [
            r#"SELECT COUNT(*), COUNT(DISTINCT "name"), SUM("logins"), MIN("name"), MAX("email"), AVG("score") FROM "users""#,
            r#"SELECT COUNT(*), COUNT(DISTINCT "name"), CAST(SUM("logins") AS int8), MIN("name"), MAX("email"), CAST(AVG("score") AS float8) FROM "users""#,
            "SELECT COUNT(*), COUNT(DISTINCT `name`), (SUM(`logins`) DIV 1), MIN(`name`), MAX(`email`), CAST(AVG(`score`) AS DOUBLE) FROM `users`",
        ]
    );
    golden!(
        "aggregates alone",
        select(count_all()).from(User),
        [
            r#"SELECT COUNT(*) FROM "users""#,
            "SELECT COUNT(*) FROM `users`",
        ]
    );
    golden!(
        "a model's value groups by its key",
        select((User, count(Post.id)))
            .left_join(Post)
            .group_by(User),
        [
            r#"SELECT "users"."id", "users"."name", "users"."email", "users"."logins", "users"."score", "users"."active", "users"."role", "users"."avatar", "users"."boss_id", COUNT("posts"."id") FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id" GROUP BY "users"."id""#,
            "SELECT `users`.`id`, `users`.`name`, `users`.`email`, `users`.`logins`, `users`.`score`, `users`.`active`, `users`.`role`, `users`.`avatar`, `users`.`boss_id`, COUNT(`posts`.`id`) FROM `users` LEFT JOIN `posts` ON `posts`.`author_id` = `users`.`id` GROUP BY `users`.`id`",
        ]
    );
}

#[test]
fn subqueries() {
    golden!(
        "exists",
        select(User.id).filter(exists(select(Post).filter(Post.author_id.eq(User.id)))),
        [
            r#"SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id")"#,
            "SELECT `id` FROM `users` WHERE EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id`)",
        ]
    );
    golden!(
        "not exists",
        select(User.id).filter(!exists(select(Post.id).filter(Post.author_id.eq(User.id)))),
        [
            r#"SELECT "id" FROM "users" WHERE NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))"#,
            "SELECT `id` FROM `users` WHERE NOT (EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id`))",
        ]
    );
}

#[test]
fn writes() {
    golden!(
        "update",
        update(User)
            .set(User.name, "ada")
            .set(User.email, None::<String>)
            .set(User.logins, User.logins + 1)
            .filter(User.id.eq(7)),
        [
            r#"UPDATE "users" SET "name" = ?, "email" = ?, "logins" = "logins" + ? WHERE "id" = ?"#,
            r#"UPDATE "users" SET "name" = $1, "email" = $2, "logins" = "logins" + $3::int8 WHERE "id" = $4"#,
            "UPDATE `users` SET `name` = ?, `email` = ?, `logins` = `logins` + ? WHERE `id` = ?",
        ]
    );
    golden!(
        "update of every row",
        update(User).set_all([User.active.to(true), User.email.to(Null)]),
        [
            r#"UPDATE "users" SET "active" = ?, "email" = ?"#,
            r#"UPDATE "users" SET "active" = $1, "email" = $2"#,
            "UPDATE `users` SET `active` = ?, `email` = ?",
        ]
    );
    golden!(
        "update by a subquery",
        update(User)
            .set(User.active, false)
            .filter(!exists(select(Post).filter(Post.author_id.eq(User.id)))),
        [
            r#"UPDATE "users" SET "active" = ? WHERE NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))"#,
            r#"UPDATE "users" SET "active" = $1 WHERE NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))"#,
            "UPDATE `users` SET `active` = ? WHERE NOT (EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id`))",
        ]
    );
    golden!(
        "delete",
        delete(User).filter(User.id.in_([1, 2])),
        [
            r#"DELETE FROM "users" WHERE "id" IN (?, ?)"#,
            r#"DELETE FROM "users" WHERE "id" = ANY($1)"#,
            "DELETE FROM `users` WHERE `id` IN (?, ?)",
        ]
    );
    golden!(
        "delete of every row",
        delete(User),
        [r#"DELETE FROM "users""#, "DELETE FROM `users`",]
    );
    golden!(
        "insert of one builder",
        insert(Tag).values(Tag::builder().label("x")),
        [
            r#"INSERT INTO "tags" ("label") VALUES (?)"#,
            r#"INSERT INTO "tags" ("label") VALUES ($1)"#,
            "INSERT INTO `tags` (`label`) VALUES (?)",
        ]
    );
    golden!(
        "insert of an explicit key",
        insert(Tag).values(Tag {
            id: 7,
            label: "x".into()
        }),
        [
            r#"INSERT INTO "tags" ("id", "label") VALUES (?, ?)"#,
            r#"INSERT INTO "tags" ("id", "label") VALUES ($1, $2)"#,
            "INSERT INTO `tags` (`id`, `label`) VALUES (?, ?)",
        ]
    );
    golden!(
        "insert of many",
        insert(Tag).values((0..3).map(|_| Tag::builder().label("x"))),
        [
            r#"INSERT INTO "tags" ("label") VALUES (?), (?)"#,
            r#"INSERT INTO "tags" ("label") SELECT * FROM UNNEST($1::text[])"#,
            "INSERT INTO `tags` (`label`) VALUES (?), (?)",
        ]
    );
    golden!(
        "insert of links",
        insert(PostTag).values(&[
            PostTag {
                post_id: 1,
                tag_id: 2
            },
            PostTag {
                post_id: 1,
                tag_id: 3
            }
        ]),
        [
            r#"INSERT INTO "post_tags" ("post_id", "tag_id") VALUES (?, ?), (?, ?)"#,
            r#"INSERT INTO "post_tags" ("post_id", "tag_id") SELECT * FROM UNNEST($1::int8[], $2::int8[])"#,
            "INSERT INTO `post_tags` (`post_id`, `tag_id`) VALUES (?, ?), (?, ?)",
        ]
    );
    golden!(
        "raw",
        raw("SELECT ':no' FROM t WHERE a = :a AND b IN :b AND c IN :none AND d = :a")
            .bind("a", 1)
            .bind_list("b", ["x", "y"])
            .bind_list("none", [0; 0]),
        [
            "SELECT ':no' FROM t WHERE a = ? AND b IN (?, ?) AND c IN (SELECT v FROM (SELECT NULL AS v) AS list WHERE 1 = 0) AND d = ?",
            "SELECT ':no' FROM t WHERE a = $1 AND b IN ($2, $3) AND c IN (SELECT v FROM (SELECT CAST(NULL AS int4) AS v) AS list WHERE 1 = 0) AND d = $4",
            "SELECT ':no' FROM t WHERE a = ? AND b IN (?, ?) AND c IN (SELECT v FROM (SELECT NULL AS v) AS list WHERE 1 = 0) AND d = ?",
        ]
    );
}

#[test]
fn mariadb_hands_back_what_mysql_can_not() {
    let statement = insert(Tag)
        .values([Tag::builder().label("x")])
        .returning(Tag.label);
    assert_eq!(
        statement.to_sql(&MariaDbDialect).unwrap(),
        "INSERT INTO `tags` (`label`) VALUES (?) RETURNING `label`"
    );
    let error = statement.to_sql(&MysqlDialect).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert!(error.message().contains("mysql"), "{error}");
}

#[test]
fn a_query_is_a_value() {
    fn is_value<T: Clone + Send + Sync + std::fmt::Debug + 'static>(_: &T) {}
    let mut query = select(User.id);
    is_value(&query);
    let before = query.to_sql(&SqliteDialect).unwrap();
    for name in ["ada", "grace"] {
        query = query.filter(User.name.ne(name));
    }
    let after = query.to_sql(&SqliteDialect).unwrap();
    assert_eq!(before, r#"SELECT "id" FROM "users""#);
    assert_eq!(
        after,
        r#"SELECT "id" FROM "users" WHERE "name" <> ? AND "name" <> ?"#
    );
    assert_eq!(query.clone().to_sql(&SqliteDialect).unwrap(), after);
    assert_ne!(query.to_sql(&MysqlDialect).unwrap(), after);
    assert_eq!(query.to_sql(&SqliteDialect).unwrap(), after);
}

/// The error of a statement that can't be compiled.
macro_rules! fault {
    ($statement:expr) => {
        $statement.to_sql(&SqliteDialect).unwrap_err().to_string()
    };
}

/// Asserts that an error speaks of all these.
#[track_caller]
fn speaks_of(error: &str, words: &[&str]) {
    for word in words {
        assert!(error.contains(word), "no {word:?} in: {error}");
    }
}

#[test]
fn joins_without_a_clear_condition_are_refused() {
    let error = fault!(select(User).join(Tag));
    speaks_of(
        &error,
        &["can't join Tag", "no foreign key", "User", "join_on"],
    );
    let error = fault!(select(User).join(User.alias("boss")));
    speaks_of(
        &error,
        &["more than one foreign key", "User (as boss)", "join_on"],
    );
    let error = fault!(select(User).join(Post).join(Post));
    speaks_of(&error, &["has the table posts already", "alias"]);
    let error = fault!(select((Post, User)).from(User).join(Post).from(Post));
    speaks_of(&error, &["has the table posts already"]);
}

#[test]
fn columns_of_other_tables_are_refused() {
    let error = fault!(select(User).filter(Post.title.eq("x")));
    speaks_of(&error, &["posts.title", "no table or alias posts", "join"]);
    let error = fault!(select((User, Post)));
    speaks_of(&error, &["posts.id"]);
    let error = fault!(select(User).filter(User.alias("u").name.eq("x")));
    speaks_of(&error, &["u.name"]);
    let error = fault!(select(User).filter(exists(select(Post).filter(Tag.id.eq(Post.id)))));
    speaks_of(&error, &["tags.id"]);
    let error = fault!(update(User).set(User.logins, 1).filter(Post.id.eq(1)));
    speaks_of(&error, &["posts.id", "exists"]);
    let error = fault!(delete(User).filter(Post.id.eq(1)));
    speaks_of(&error, &["posts.id"]);
}

#[test]
fn a_query_needs_a_table() {
    speaks_of(
        &fault!(select(count_all())),
        &["no table to select from", ".from("],
    );
}

#[test]
fn the_optional_side_of_a_join_must_be_selected_as_such() {
    let error = fault!(select((User, Post)).left_join(Post));
    speaks_of(&error, &["Post", "optional(Post)"]);
    speaks_of(
        &fault!(select((User.id, Post.title)).left_join(Post)),
        &["optional"],
    );
    let boss = User.alias("boss");
    assert!(
        select((User.id, boss.email))
            .left_join_on(boss, boss.id.eq(User.boss_id))
            .to_sql(&SqliteDialect)
            .is_ok()
    );
}

#[test]
fn faults_of_subqueries_are_faults_of_the_statement() {
    let error = fault!(select(User).filter(User.id.in_select(select(Post.author_id).join(Post))));
    speaks_of(&error, &["has the table posts already"]);
    let error = fault!(select(User).filter(!exists(select(Post).join(Tag)) | User.id.eq(1)));
    speaks_of(&error, &["can't join Tag"]);
}

#[test]
fn writes_are_checked_before_they_are_sent() {
    speaks_of(
        &fault!(update(User).filter(User.id.eq(1))),
        &["users", "sets no column"],
    );
    let error = fault!(update(User).set(User.name, "x".repeat(51)));
    speaks_of(&error, &["longer than the 50 characters", "users.name"]);
    assert!(!error.contains("xxx"), "{error}");
    assert!(
        update(User)
            .set(User.name, "é".repeat(50))
            .to_sql(&SqliteDialect)
            .is_ok()
    );
    let error = fault!(update(Post).set(Post.author_id, 0));
    speaks_of(&error, &["posts.author_id is 0", "flushed"]);
    speaks_of(
        &fault!(insert(Tag).values(Vec::<Tag>::new())),
        &["tags", "no rows"],
    );
}

#[test]
fn raw_names_and_values_must_meet() {
    speaks_of(&fault!(raw("SELECT :id")), &[":id", "no value"]);
    speaks_of(&fault!(raw("SELECT 1").bind("id", 1)), &[":id"]);
    speaks_of(
        &fault!(raw("SELECT :id").bind("id", 1).bind("id", 2)),
        &["two values for :id"],
    );
    assert_eq!(
        raw(r"SELECT a\:b").to_sql(&SqliteDialect).unwrap(),
        "SELECT a:b"
    );
}
