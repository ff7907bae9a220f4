//! The programs of the chapter "Performance".

use orm::prelude::*;

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
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
// ANCHOR_END: models

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    bulk(&mut conn)?;
    kept(&mut conn)?;
    authors(&mut conn)
}

// ANCHOR: bulk
fn bulk(conn: &mut Connection) -> orm::Result<()> {
    let names = ["ada", "bob"];
    let rows = names.map(|name| User::builder().name(name));
    insert(User).values(rows).execute(conn)?;
    // BEGIN
    // INSERT INTO "users" ("name") VALUES (?), (?)
    // COMMIT
    Ok(())
}
// ANCHOR_END: bulk

// ANCHOR: kept
fn kept(conn: &mut Connection) -> orm::Result<()> {
    let query = select(User.name).filter(User.id.gt(1));
    for _ in 0..2 {
        assert_eq!(query.all(conn)?, ["bob"]);
    }
    // SELECT "name" FROM "users" WHERE "id" > ?
    // SELECT "name" FROM "users" WHERE "id" > ?
    Ok(())
}
// ANCHOR_END: kept

// ANCHOR: authors
fn authors(conn: &mut Connection) -> orm::Result<()> {
    let ada = Post::builder().author_id(1).title("Notes");
    insert(Post).values(ada).execute(conn)?;
    // INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)
    let posts: Vec<(Post, User)> =
        select((Post, User)).join(User).all(conn)?;
    // SELECT "posts"."id", "posts"."author_id",
    //         "posts"."title", "users"."id", "users"."name"
    //     FROM "posts" INNER JOIN "users"
    //         ON "posts"."author_id" = "users"."id"
    assert_eq!(posts[0].1.name, "ada");
    Ok(())
}
// ANCHOR_END: authors
