//! The programs of the chapter "Expressions".

use std::any::Any;
use std::hash::Hasher;
use std::sync::Arc;

use orm::prelude::*;
use orm::query::{Expr, Operand};
use orm::stmt::{self, Extension, TemplatePart};
use orm::types::base::Text;

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    first: String,
    last: String,
    email: Option<String>,
    age: i32,
    height: f64,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    likes: i32,
}
// ANCHOR_END: models

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    for (first, last, age, height) in [
        ("Ada", "Lovelace", 36, 1.65),
        ("Émilie", "du Châtelet", 42, 1.7),
    ] {
        let user = User::builder().first(first).last(last);
        let user = user.age(age).height(height);
        insert(User).values(user).execute(&mut conn)?;
    }
    for (author_id, likes) in [(1, 3), (1, 5), (2, 4)] {
        let post = Post::builder().author_id(author_id).likes(likes);
        insert(Post).values(post).execute(&mut conn)?;
    }
    texts(&mut conn)?;
    more_texts(&mut conn)?;
    numbers(&mut conn)?;
    more_numbers(&mut conn)?;
    nulls(&mut conn)?;
    casts(&mut conn)?;
    coerced(&mut conn)?;
    searches(&mut conn)?;
    patterns(&mut conn)?;
    values_of_queries(&mut conn)?;
    quantified(&mut conn)?;
    own(&mut conn)?;
    own_node(&mut conn)
}

// ANCHOR: texts
fn texts(conn: &mut Connection) -> orm::Result<()> {
    let name = User.first.concat(" ").concat(User.last);
    let rows: Vec<(String, i32)> = select((name, User.last.length()))
        .filter(User.first.left(1).eq("A"))
        .all(conn)?;
    // SELECT "first" || ? || "last", char_length("last")
    //     FROM "users" WHERE orm_left("first", ?) = ?
    // PostgreSQL: SELECT "first" || $1 || "last", CHAR_LENGTH("last")
    //     FROM "users" WHERE LEFT("first", $2) = $3
    // MySQL: SELECT CONCAT(`first`, ?, `last`), CHAR_LENGTH(`last`)
    //     FROM `users` WHERE LEFT(`first`, ?) = ?
    assert_eq!(rows, [("Ada Lovelace".to_owned(), 8)]);

    // The result is an `Option` if an argument is one.
    let emails: Vec<Option<String>> =
        select(User.email.lower()).all(conn)?;
    // SELECT orm_lower("email") FROM "users"
    // PostgreSQL: SELECT LOWER("email") FROM "users"
    // MySQL: SELECT LOWER(`email`) FROM `users`
    assert_eq!(emails, [None, None]);
    Ok(())
}
// ANCHOR_END: texts

// ANCHOR: more_texts
fn more_texts(conn: &mut Connection) -> orm::Result<()> {
    let name = User.first;
    let rows: Vec<(String, String, String, i32)> = select((
        name.upper().substr(1, 2),
        name.replace("A", "I").lpad(4, "."),
        name.right(2).reverse().repeat(2),
        name.position_of("d"),
    ))
    .filter(name.trim().octet_length().eq(3))
    .all(conn)?;
    // SELECT orm_substr(orm_upper("first"), ?, ?),
    //     lpad(orm_replace("first", ?, ?), ?, ?),
    //     repeat(reverse(orm_right("first", ?)), ?), instr("first", ?)
    //     FROM "users" WHERE length(CAST(trim("first") AS BLOB)) = ?
    // PostgreSQL: SELECT SUBSTR(UPPER("first"), $1, $2),
    //     LPAD(REPLACE("first", $3, $4), $5, $6),
    //     REPEAT(REVERSE(RIGHT("first", $7)), $8), STRPOS("first", $9)
    //     FROM "users" WHERE OCTET_LENGTH(TRIM("first")) = $10
    // MySQL: SELECT SUBSTR(UPPER(`first`), ?, ?), LPAD(REPLACE(`first`,
    //     ?, ?), ?, ?), REPEAT(REVERSE(RIGHT(`first`, ?)), ?),
    //     LOCATE(?, `first` COLLATE utf8mb4_0900_bin) FROM `users`
    //     WHERE OCTET_LENGTH(TRIM(`first`)) = ?
    let row = ("AD".into(), ".Ida".into(), "adad".into(), 2);
    assert_eq!(rows, [row]);
    Ok(())
}
// ANCHOR_END: more_texts

// ANCHOR: numbers
fn numbers(conn: &mut Connection) -> orm::Result<()> {
    let rows: Vec<(f64, i32)> =
        select((User.height.round(), (User.age - 40).abs()))
            .order_by(User.age.greatest(40))
            .all(conn)?;
    // SELECT orm_round("height"), abs("age" - ?) FROM "users"
    //     ORDER BY max("age", ?) ASC
    // PostgreSQL: SELECT ROUND("height"), ABS("age" - $1) FROM "users"
    //     ORDER BY GREATEST("age", $2) ASC
    // MySQL: SELECT ROUND(`height`), ABS(`age` - ?) FROM `users`
    //     ORDER BY GREATEST(`age`, ?) ASC
    assert_eq!(rows, [(2.0, 4), (2.0, 2)]);
    Ok(())
}
// ANCHOR_END: numbers

// ANCHOR: more_numbers
fn more_numbers(conn: &mut Connection) -> orm::Result<()> {
    let height = User.height;
    let rows: Vec<(f64, f64, Option<f64>, f64, i32)> = select((
        height.ceil(),
        height.floor(),
        (height * 0.0).sqrt(),
        height.floor().power(2.0),
        User.age.least(40).sign(),
    ))
    .filter(User.id.eq(1))
    .all(conn)?;
    // SELECT ceil("height"), floor("height"), sqrt("height" * ?),
    //     orm_power(floor("height"), ?), sign(min("age", ?))
    //     FROM "users" WHERE "id" = ?
    // PostgreSQL: SELECT CEIL("height"), FLOOR("height"),
    //     SQRT(NULLIF(GREATEST("height" * $1, '-5e-324'::float8),
    //     '-5e-324'::float8)), POWER(FLOOR("height"), $2),
    //     CAST(SIGN(LEAST("age", $3)) AS int4) FROM "users"
    //     WHERE "id" = $4
    // MySQL: SELECT CEIL(`height`), FLOOR(`height`), SQRT(`height` *
    //     ?), POWER(FLOOR(`height`), ?), SIGN(LEAST(`age`, ?))
    //     FROM `users` WHERE `id` = ?
    assert_eq!(rows, [(2.0, 1.0, Some(0.0), 1.0, 1)]);
    Ok(())
}
// ANCHOR_END: more_numbers

// ANCHOR: nulls
fn nulls(conn: &mut Connection) -> orm::Result<()> {
    let rows: Vec<(String, Option<String>)> =
        select((User.email.coalesce("none"), User.first.nullif("Ada")))
            .filter(User.email.same_as(Null))
            .filter(User.email.distinct_from("ada@example.com"))
            .order_by(User.id)
            .all(conn)?;
    // SELECT COALESCE("email", ?), NULLIF("first", ?) FROM "users"
    //     WHERE "email" IS NULL AND NOT ("email" IS ?)
    //     ORDER BY "id" ASC
    // PostgreSQL: SELECT COALESCE("email", $1), NULLIF("first", $2)
    //     FROM "users" WHERE "email" IS NULL
    //     AND NOT ("email" IS NOT DISTINCT FROM $3) ORDER BY "id" ASC
    // MySQL: SELECT COALESCE(`email`, ?), NULLIF(`first`, ?)
    //     FROM `users` WHERE `email` IS NULL AND NOT (`email` <=> ?)
    //     ORDER BY `id` ASC
    assert_eq!(rows[0], ("none".to_owned(), None));
    Ok(())
}
// ANCHOR_END: nulls

// ANCHOR: casts
fn casts(conn: &mut Connection) -> orm::Result<()> {
    let text = User.age.cast::<String>().concat(" years");
    let rows: Vec<(String, i64)> =
        select((text, (User.height * 100.0).cast::<i64>()))
            .filter(User.age.lt(40))
            .all(conn)?;
    // SELECT CAST("age" AS TEXT) || ?, orm_truncate("height" * ?)
    //     FROM "users" WHERE "age" < ?
    // PostgreSQL: SELECT CAST("age" AS text) || $1, CAST(TRUNC("height"
    //     * $2) AS int8) FROM "users" WHERE "age" < $3
    // MySQL: SELECT CONCAT(CAST(`age` AS CHAR), ?), (TRUNCATE(`height`
    //     * ?, 0) DIV 1) FROM `users` WHERE `age` < ?
    assert_eq!(rows, [("36 years".to_owned(), 165)]);
    Ok(())
}
// ANCHOR_END: casts

// ANCHOR: coerce
#[derive(DbType, Clone, Copy, Debug, PartialEq)]
struct Years(i32);

fn coerced(conn: &mut Connection) -> orm::Result<()> {
    let years = User.age.type_coerce::<Years>();
    let found: Vec<Years> =
        select(years.clone()).filter(years.gt(40)).all(conn)?;
    // SELECT "age" FROM "users" WHERE "age" > ?
    assert_eq!(found, [Years(42)]);
    Ok(())
}
// ANCHOR_END: coerce

// ANCHOR: searches
fn searches(conn: &mut Connection) -> orm::Result<()> {
    let accented = User.first.istarts_with("ém");
    let regular = User.last.matches("^[A-Z][a-z]+$");
    let names: Vec<String> = select(User.first)
        .filter(accented | regular)
        .order_by(User.id)
        .all(conn)?;
    // SELECT "first" FROM "users"
    //     WHERE instr(orm_lower("first"), orm_lower(?)) = 1
    //         OR "last" REGEXP ?
    //     ORDER BY "id" ASC
    // PostgreSQL: SELECT "first" FROM "users" WHERE "first" ILIKE $1
    //     OR "last" ~ $2 ORDER BY "id" ASC
    // MySQL: SELECT `first` FROM `users`
    //     WHERE LOWER(`first`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin
    //     ESCAPE x'5C' OR REGEXP_LIKE(`last` COLLATE utf8mb4_0900_bin,
    //     ?, 'cn') ORDER BY `id` ASC
    // MariaDB: SELECT `first` FROM `users`
    //     WHERE LOWER(`first`) LIKE LOWER(?) COLLATE utf8mb4_nopad_bin
    //     ESCAPE x'5C' OR `last` COLLATE utf8mb4_nopad_bin REGEXP
    //     CONCAT('(?s)', ?) ORDER BY `id` ASC
    assert_eq!(names, ["Ada", "Émilie"]);
    Ok(())
}
// ANCHOR_END: searches

// ANCHOR: patterns
fn patterns(conn: &mut Connection) -> orm::Result<()> {
    let ada = User.first.like("A_a") & User.first.not_like("E%");
    let any_case = User.last.ilike("LOVE%") | User.last.ieq("love");
    let names: Vec<String> = select(User.last)
        .filter(ada & any_case)
        .filter(User.last.contains("_").not())
        .all(conn)?;
    // SELECT "last" FROM "users"
    //     WHERE (orm_like("first", ?) AND NOT (orm_like("first", ?))
    //     AND (orm_like(orm_lower("last"), orm_lower(?)) OR
    //     orm_lower("last") = orm_lower(?)))
    //     AND NOT (instr("last", ?) > 0)
    // PostgreSQL: SELECT "last" FROM "users"
    //     WHERE ("first" LIKE $1 AND NOT ("first" LIKE $2)
    //     AND ("last" ILIKE $3 OR LOWER("last") = LOWER($4)))
    //     AND NOT ("last" LIKE $5)
    // MySQL: SELECT `last` FROM `users`
    //     WHERE (`first` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'
    //     AND NOT (`first` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE
    //     x'5C') AND (LOWER(`last`) LIKE LOWER(?) COLLATE
    //     utf8mb4_0900_bin ESCAPE x'5C' OR LOWER(`last`) = LOWER(?)
    //     COLLATE utf8mb4_0900_bin))
    //     AND NOT (`last` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C')
    assert_eq!(names, ["Lovelace"]);
    Ok(())
}
// ANCHOR_END: patterns

// ANCHOR: scalar
fn values_of_queries(conn: &mut Connection) -> orm::Result<()> {
    let likes =
        select(sum(Post.likes)).filter(Post.author_id.eq(User.id));
    let rows: Vec<(String, Option<i64>)> =
        select((User.first, scalar(likes)))
            .order_by(User.id)
            .all(conn)?;
    // SELECT "first", (
    //         SELECT SUM("posts"."likes") FROM "posts"
    //             WHERE "posts"."author_id" = "users"."id"
    //     ) FROM "users" ORDER BY "id" ASC
    // PostgreSQL: SELECT "first", (SELECT CAST(SUM("posts"."likes") AS
    //     int8) FROM "posts" WHERE "posts"."author_id" = "users"."id")
    //     FROM "users" ORDER BY "id" ASC
    // MySQL: SELECT `first`, (SELECT (SUM(`posts`.`likes`) DIV 1)
    //     FROM `posts` WHERE `posts`.`author_id` = `users`.`id`)
    //     FROM `users` ORDER BY `id` ASC
    let ada = ("Ada".to_owned(), Some(8));
    assert_eq!(rows, [ada, ("Émilie".to_owned(), Some(4))]);
    Ok(())
}
// ANCHOR_END: scalar

// ANCHOR: quantified
fn quantified(conn: &mut Connection) -> orm::Result<()> {
    use orm::query::{all, any};

    let others = User.alias("others");
    let names: Vec<String> = select(User.first)
        .filter(User.age.ge(all(select(others.age))))
        .all(conn)?;
    // SELECT "first" FROM "users" WHERE (
    //         SELECT CASE MIN(COALESCE(2 * (
    //                 "users"."age" >= "inner_query"."c0"), 1))
    //             WHEN 0 THEN 0 WHEN 1 THEN NULL ELSE 1 END
    //         FROM (SELECT "others"."age" AS "c0"
    //             FROM "users" AS "others") AS "inner_query")
    // PostgreSQL: SELECT "first" FROM "users" WHERE "age" >= ALL
    //     (SELECT "others"."age" AS "c0" FROM "users" AS "others")
    // MySQL: SELECT `first` FROM `users` WHERE `age` >= ALL
    //     (SELECT `others`.`age` AS `c0` FROM `users` AS `others`)
    assert_eq!(names, ["Émilie"]);

    let likes = select(Post.likes).filter(Post.author_id.eq(1));
    let posts: Vec<i64> = select(Post.id)
        .filter(Post.likes.gt(any(likes)) & Post.likes.lt(5))
        .all(conn)?;
    // SELECT "id" FROM "posts" WHERE
    //     (SELECT CASE MAX(COALESCE(2 * ("posts"."likes" >
    //     "inner_query"."c0"), 1)) WHEN 2 THEN 1 WHEN 1 THEN NULL
    //     ELSE 0 END FROM (SELECT "posts"."likes" AS "c0" FROM "posts"
    //     WHERE "posts"."author_id" = ?) AS "inner_query")
    //     AND "likes" < ?
    // PostgreSQL: SELECT "id" FROM "posts" WHERE "likes" > ANY
    //     (SELECT "posts"."likes" AS "c0" FROM "posts"
    //     WHERE "posts"."author_id" = $1) AND "likes" < $2
    // MySQL: SELECT `id` FROM `posts` WHERE `likes` > ANY
    //     (SELECT `posts`.`likes` AS `c0` FROM `posts`
    //     WHERE `posts`.`author_id` = ?) AND `likes` < ?
    assert_eq!(posts, [3]);
    Ok(())
}
// ANCHOR_END: quantified

// ANCHOR: own
fn own(conn: &mut Connection) -> orm::Result<()> {
    let name = (", ", User.last, User.first);
    let name = func::<String>("concat_ws", name);
    let even = User.age.op::<i32>("&", 1).eq(0);
    let near = raw_expr::<bool>(
        "abs(:age - :wanted) < 5",
        (("age", User.age), ("wanted", 40)),
    );
    let rows: Vec<String> =
        select(name).filter(even).filter(near).all(conn)?;
    // SELECT concat_ws(?, "last", "first") FROM "users"
    //     WHERE ("age" & ?) = ? AND (abs("age" - ?) < 5)
    assert_eq!(rows, ["Lovelace, Ada", "du Châtelet, Émilie"]);
    Ok(())
}
// ANCHOR_END: own

// ANCHOR: extension
/// The number of the first letter in Unicode.
#[derive(Debug)]
struct CodePoint([stmt::Expr; 1]);

fn code_point(text: impl Operand<Text>) -> Expr<i32> {
    Expr::extension(CodePoint([text.into_operand()]))
}

impl Extension for CodePoint {
    fn template(&self, dialect: &str) -> Option<Vec<TemplatePart>> {
        use TemplatePart::{Arg, Sql};
        let (open, close) = match dialect {
            "sqlite" => ("unicode(", ")"),
            "postgres" => ("ASCII(", ")"),
            "mysql" | "mariadb" => ("ORD(CONVERT(", " USING utf32))"),
            _ => return None,
        };
        Some(vec![Sql(open), Arg(0), Sql(close)])
    }

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

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn own_node(conn: &mut Connection) -> orm::Result<()> {
    let codes: Vec<(String, i32)> =
        select((User.first, code_point(User.first)))
            .order_by(User.id)
            .all(conn)?;
    // SELECT "first", unicode("first") FROM "users" ORDER BY "id" ASC
    // PostgreSQL: SELECT "first", ASCII("first") FROM "users"
    //     ORDER BY "id" ASC
    // MySQL: SELECT `first`, ORD(CONVERT(`first` USING utf32))
    //     FROM `users` ORDER BY `id` ASC
    assert_eq!((codes[0].1, codes[1].1), (65, 201));
    Ok(())
}
// ANCHOR_END: extension
