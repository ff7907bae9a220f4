//! The programs of the chapters "Queries", "Selects of several sources"
//! and "JSON" about clauses that few queries need.

use orm::prelude::*;
use orm::query::{
    Explain, array_agg, force_index, json_array_agg, raw_expr, unnest,
};
use serde_json::{Value, json};

#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50, index)]
    name: String,
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

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    for name in ["ada", "bob", "cy"] {
        insert(User)
            .values(User::builder().name(name))
            .execute(&mut conn)?;
    }
    for (author_id, title) in [(1, "Notes"), (1, "More"), (2, "Draft")]
    {
        let post = Post::builder().author_id(author_id).title(title);
        insert(Post).values(post).execute(&mut conn)?;
    }
    orm_guide::if_supported(limits(&mut conn))?;
    documents(&mut conn)?;
    orm_guide::if_supported(arrays(&mut conn))?;
    lists(&mut conn)?;
    plans(&mut conn)?;
    hints(&mut conn)
}

// ANCHOR: limits
fn limits(conn: &mut Connection) -> orm::Result<()> {
    let authors = scalar(select(count_distinct(Post.author_id)));
    let second = raw_expr::<i64>(
        "(:page - 1) * :size",
        (("page", 2), ("size", 1)),
    );
    let names: Vec<String> = select(User.name)
        .order_by(User.id)
        .limit_by(authors.coalesce(0))
        .offset_by(second)
        .all(conn)?;
    // SELECT "name" FROM "users" ORDER BY "id" ASC
    //     LIMIT max(COALESCE((SELECT
    //     COUNT(DISTINCT "posts"."author_id") FROM "posts"), ?), 0)
    //     OFFSET max((? - 1) * ?, 0)
    // PostgreSQL: SELECT "name" FROM "users" ORDER BY "id" ASC
    //     LIMIT GREATEST(COALESCE((SELECT
    //     COUNT(DISTINCT "posts"."author_id") FROM "posts"), $1), 0)
    //     OFFSET GREATEST(($2 - 1) * $3, 0)
    // MySQL: Unsupported
    // MariaDB: Unsupported
    assert_eq!(names, ["bob", "cy"]);
    Ok(())
}
// ANCHOR_END: limits

// ANCHOR: documents
fn documents(conn: &mut Connection) -> orm::Result<()> {
    let titles: Vec<(i64, Option<Value>)> =
        select((Post.author_id, json_array_agg(Post.title, ())))
            .filter(Post.id.ge(2))
            .group_by(Post.author_id)
            .order_by(Post.author_id)
            .all(conn)?;
    // SELECT "author_id", NULLIF(json_group_array("title"), '[]')
    //     FROM "posts" WHERE "id" >= ? GROUP BY "author_id"
    //     ORDER BY "author_id" ASC
    // PostgreSQL: SELECT "author_id", jsonb_agg("title")
    //     FROM "posts" WHERE "id" >= $1 GROUP BY "author_id"
    //     ORDER BY "author_id" ASC
    // MySQL: SELECT `author_id`, JSON_ARRAYAGG(`title`)
    //     FROM `posts` WHERE `id` >= ? GROUP BY `author_id`
    //     ORDER BY `author_id` ASC
    assert_eq!(titles[0], (1, Some(json!(["More"]))));
    Ok(())
}
// ANCHOR_END: documents

// ANCHOR: arrays
fn arrays(conn: &mut Connection) -> orm::Result<()> {
    let titles: Vec<(i64, Option<Vec<String>>)> =
        select((Post.author_id, array_agg(Post.title, Post.id.desc())))
            .group_by(Post.author_id)
            .order_by(Post.author_id)
            .all(conn)?;
    // SELECT "author_id", ARRAY_AGG("title" ORDER BY "id" DESC)
    //     FROM "posts" GROUP BY "author_id"
    //     ORDER BY "author_id" ASC
    // SQLite: Unsupported
    // MySQL: Unsupported
    // MariaDB: Unsupported
    let expected = ["More", "Notes"].map(str::to_owned);
    assert_eq!(titles[0], (1, Some(expected.into())));
    Ok(())
}
// ANCHOR_END: arrays

// ANCHOR: lists
fn lists(conn: &mut Connection) -> orm::Result<()> {
    let wanted = unnest("wanted", [2_i64, 9]);
    let (id,) = wanted.columns();
    let found: Vec<(i64, Option<String>)> =
        select((id, optional(User.name)))
            .from(&wanted)
            .left_join_on(User, User.id.eq(id))
            .order_by(id)
            .all(conn)?;
    // SELECT "wanted"."c0", "users"."name"
    //     FROM (SELECT value AS "c0" FROM json_each(?)) AS "wanted"
    //     LEFT JOIN "users" ON "users"."id" = "wanted"."c0"
    //     ORDER BY "wanted"."c0" ASC
    // PostgreSQL: SELECT "wanted"."c0", "users"."name"
    //     FROM unnest(CAST($1 AS int8[])) AS "wanted"("c0")
    //     LEFT JOIN "users" ON "users"."id" = "wanted"."c0"
    //     ORDER BY "wanted"."c0" ASC
    // MySQL: SELECT `wanted`.`c0`, `users`.`name`
    //     FROM (SELECT v AS `c0` FROM JSON_TABLE(?, '$[*]'
    //     COLUMNS (v BIGINT PATH '$')) AS list) AS `wanted`
    //     LEFT JOIN `users` ON `users`.`id` = `wanted`.`c0`
    //     ORDER BY `wanted`.`c0` ASC
    assert_eq!(found, [(2, Some("bob".to_owned())), (9, None)]);
    Ok(())
}
// ANCHOR_END: lists

// ANCHOR: plans
fn plans(conn: &mut Connection) -> orm::Result<()> {
    let query = select(User.name).filter(User.id.eq(1));
    let plan: Value = query.explain_json(Explain::new(), conn)?;
    // EXPLAIN QUERY PLAN SELECT "name" FROM "users" WHERE "id" = ?
    // PostgreSQL: EXPLAIN (FORMAT JSON) SELECT "name" FROM "users"
    //     WHERE "id" = $1
    // MySQL: EXPLAIN FORMAT=JSON SELECT `name` FROM `users`
    //     WHERE `id` = ?
    assert!(plan.is_array() || plan.is_object());
    Ok(())
}
// ANCHOR_END: plans

// ANCHOR: hints
fn hints(conn: &mut Connection) -> orm::Result<()> {
    let names: Vec<String> = select(User.name)
        .from(force_index(User, ["ix_users_name"]))
        .hint("mysql", "MAX_EXECUTION_TIME(1000)")
        .filter(User.name.ge("b"))
        .order_by(User.name)
        .all(conn)?;
    // SELECT "name" FROM "users" INDEXED BY "ix_users_name"
    //     WHERE "name" >= ? ORDER BY "name" ASC
    // PostgreSQL: SELECT "name" FROM "users" WHERE "name" >= $1
    //     ORDER BY "name" ASC
    // MySQL: SELECT /*+ MAX_EXECUTION_TIME(1000) */ `name`
    //     FROM `users` FORCE INDEX (`ix_users_name`)
    //     WHERE `name` >= ? ORDER BY `name` ASC
    // MariaDB: SELECT `name` FROM `users`
    //     FORCE INDEX (`ix_users_name`)
    //     WHERE `name` >= ? ORDER BY `name` ASC
    assert_eq!(names, ["bob", "cy"]);
    Ok(())
}
// ANCHOR_END: hints
