//! Queries as values, and SQL of the program's: functions and operators by name, and text.

use std::any::Any;
use std::hash::Hasher;
use std::sync::Arc;

use orm::query::{Expr, Operand, all, any};
use orm::stmt::{self, Extension, TemplatePart};
use orm::types::base::Text;

use crate::*;

#[test]
fn queries_as_values() {
    golden!(
        "a scalar subquery",
        select((
            User.name,
            scalar(select(max(Post.id)).filter(Post.author_id.eq(User.id)))
        )),
        [
            r#"SELECT "name", (SELECT MAX("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id") FROM "users""#,
            "SELECT `name`, (SELECT MAX(`posts`.`id`) FROM `posts` WHERE `posts`.`author_id` = `users`.`id`) FROM `users`",
        ]
    );
    golden!(
        "ANY",
        select(User.id).filter(
            User.id
                .gt(any(select(Post.author_id).filter(Post.title.eq("x"))))
        ),
        [
            r#"SELECT "id" FROM "users" WHERE (SELECT CASE MAX(COALESCE(2 * ("users"."id" > "inner_query"."c0"), 1)) WHEN 2 THEN 1 WHEN 1 THEN NULL ELSE 0 END FROM (SELECT "posts"."author_id" AS "c0" FROM "posts" WHERE "posts"."title" = ?) AS "inner_query")"#,
            r#"SELECT "id" FROM "users" WHERE "id" > ANY (SELECT "posts"."author_id" AS "c0" FROM "posts" WHERE "posts"."title" = $1)"#,
            "SELECT `id` FROM `users` WHERE `id` > ANY (SELECT `posts`.`author_id` AS `c0` FROM `posts` WHERE `posts`.`title` = ?)",
        ]
    );
    golden!(
        "ALL of a limited query",
        select(User.id).filter(!User.id.le(all(select(Post.author_id).limit(2)))),
        [
            r#"SELECT "id" FROM "users" WHERE NOT ((SELECT CASE MIN(COALESCE(2 * ("users"."id" <= "inner_query"."c0"), 1)) WHEN 0 THEN 0 WHEN 1 THEN NULL ELSE 1 END FROM (SELECT "posts"."author_id" AS "c0" FROM "posts" LIMIT ?) AS "inner_query"))"#,
            r#"SELECT "id" FROM "users" WHERE NOT ("id" <= ALL (SELECT "posts"."author_id" AS "c0" FROM "posts" LIMIT $1))"#,
            "SELECT `id` FROM `users` WHERE NOT (`id` <= ALL (SELECT * FROM (SELECT `posts`.`author_id` AS `c0` FROM `posts` LIMIT ?) AS `inner_query`))",
        ]
    );
}

#[test]
fn sql_by_name() {
    golden!(
        "functions",
        select(func::<i64>("my.function", (User.id, 3, "x", None::<i64>))),
        [
            r#"SELECT my.function("id", CAST(? AS INTEGER), ?, CAST(? AS INTEGER)) FROM "users""#,
            r#"SELECT my.function("id", CAST($1::int8 AS int4), $2::text, CAST($3 AS int8)) FROM "users""#,
            "SELECT my.function(`id`, CAST(? AS SIGNED), ?, CAST(? AS SIGNED)) FROM `users`",
        ]
    );
    golden!(
        "operators",
        select(User.id).filter(
            User.name.op::<bool>("~~", "a%")
                & !User.id.op::<bool>("IS NOT", 7_i64)
                & User.logins.op::<i32>("%", 3).eq(1)
        ),
        [
            r#"SELECT "id" FROM "users" WHERE ("name" ~~ ?) AND NOT ("id" IS NOT ?) AND ("logins" % ?) = ?"#,
            r#"SELECT "id" FROM "users" WHERE ("name" ~~ $1::text) AND NOT ("id" IS NOT $2::int8) AND ("logins" % $3::int8) = $4"#,
            "SELECT `id` FROM `users` WHERE (`name` ~~ ?) AND NOT (`id` IS NOT ?) AND (`logins` % ?) = ?",
        ]
    );
}

#[test]
fn text_with_binds() {
    golden!(
        "text",
        select(raw_expr::<i64>(
            "a(:a, ':b', :b, :a)::x",
            (("a", User.id + 1), ("b", "y"))
        )),
        [
            r#"SELECT a(("id" + ?), ':b', ?, ("id" + ?))::x FROM "users""#,
            r#"SELECT a(("id" + $1::int8), ':b', $2::text, ("id" + $3::int8))::x FROM "users""#,
            "SELECT a((`id` + ?), ':b', ?, (`id` + ?))::x FROM `users`",
        ]
    );
    golden!(
        "conditions",
        select(User.id)
            .filter(raw_expr::<bool>(":a OR 1 = 1", (("a", User.active),)) & User.id.eq(1)),
        [
            r#"SELECT "id" FROM "users" WHERE ("active" OR 1 = 1) AND "id" = ?"#,
            r#"SELECT "id" FROM "users" WHERE ("active" OR 1 = 1) AND "id" = $1"#,
            "SELECT `id` FROM `users` WHERE (`active` OR 1 = 1) AND `id` = ?",
        ]
    );
}

#[test]
fn a_comment_of_mysql_is_no_operator() {
    let query = select(User.id).filter(User.name.op::<bool>("#>", "a"));
    assert!(query.to_sql(&PostgresDialect).is_ok());
    let error = query.to_sql(&MysqlDialect::MySql).unwrap_err();
    assert_eq!(error.kind(), orm::ErrorKind::Unsupported);
}

/// The number of a text's first letter, which some dialects have a word for.
#[derive(Debug)]
struct CodePoint([stmt::Expr; 1]);

impl Extension for CodePoint {
    fn name(&self) -> &'static str {
        "a code point"
    }

    fn args(&self) -> &[stmt::Expr] {
        &self.0
    }

    fn with_args(&self, args: Vec<stmt::Expr>) -> Arc<dyn Extension> {
        let args = args.try_into().unwrap_or_else(|_| self.0.clone());
        Arc::new(Self(args))
    }

    fn shape(&self, _state: &mut dyn Hasher) {}

    fn template(&self, dialect: &str) -> Option<Vec<TemplatePart>> {
        use TemplatePart::{Arg, Sql};
        let (open, close) = match dialect {
            "sqlite" => ("unicode(", ")"),
            "postgres" => ("ASCII(", ")"),
            "mysql" => ("ORD(CONVERT(", " USING utf32))"),
            _ => return None,
        };
        Some(vec![Sql(open), Arg(0), Sql(close)])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn code_point(text: impl Operand<Text>) -> Expr<i32> {
    Expr::extension(CodePoint([text.into_operand()]))
}

#[test]
fn nodes_of_the_program() {
    let query = select((User.id, code_point(User.name)))
        .filter(code_point(User.name.concat("x")).eq(code_point("y")))
        .order_by(code_point(User.name).desc());
    golden!(
        "other words for each dialect",
        &query,
        [
            r#"SELECT "id", unicode("name") FROM "users" WHERE (unicode("name" || ?)) = (unicode(?)) ORDER BY unicode("name") DESC"#,
            r#"SELECT "id", ASCII("name") FROM "users" WHERE (ASCII("name" || $1::text)) = (ASCII($2::text)) ORDER BY ASCII("name") DESC"#,
            "SELECT `id`, ORD(CONVERT(`name` USING utf32)) FROM `users` WHERE (ORD(CONVERT(CONCAT(`name`, ?) USING utf32))) = (ORD(CONVERT(? USING utf32))) ORDER BY ORD(CONVERT(`name` USING utf32)) DESC",
        ]
    );
    golden!(
        "in UPDATE",
        update(User).set(User.logins, code_point(User.name) + 1),
        [
            r#"UPDATE "users" SET "logins" = integer_store((unicode("name")) + ?, 32)"#,
            r#"UPDATE "users" SET "logins" = (ASCII("name")) + $1::int8"#,
            "UPDATE `users` SET `logins` = (ORD(CONVERT(`name` USING utf32))) + ?",
        ]
    );
    let error = query.to_sql(&MysqlDialect::MariaDb).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert!(error.message().contains("a code point"), "{error}");
}
