//! Conditions, lists and searches in text.

use crate::*;

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
            r#"SELECT "id" FROM "users" WHERE orm_ends_with("email", ?)"#,
            r#"SELECT "id" FROM "users" WHERE "email" LIKE $1"#,
            "SELECT `id` FROM `users` WHERE `email` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        ]
    );
    golden!(
        "ignoring case",
        select(User.id).filter(User.name.icontains("ADA")),
        [
            r#"SELECT "id" FROM "users" WHERE instr(orm_lower("name"), orm_lower(?)) > 0"#,
            r#"SELECT "id" FROM "users" WHERE "name" ILIKE $1"#,
            "SELECT `id` FROM `users` WHERE LOWER(`name`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        ]
    );
    golden!(
        "a pattern",
        select(User.id).filter(User.name.like("a%")),
        [
            r#"SELECT "id" FROM "users" WHERE orm_like("name", ?)"#,
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
