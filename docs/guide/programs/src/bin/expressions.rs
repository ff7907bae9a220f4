//! The programs of the chapter "Expressions".

use orm::prelude::*;

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
    numbers(&mut conn)?;
    casts(&mut conn)?;
    searches(&mut conn)?;
    values_of_queries(&mut conn)?;
    quantified(&mut conn)?;
    own(&mut conn)
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
    use orm::query::all;

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
