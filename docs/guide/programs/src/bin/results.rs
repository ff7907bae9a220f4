//! The programs of the chapter "Results".

use orm::DynRow;
use orm::prelude::*;
use orm::query::{DynColumn, select_columns};

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
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
// ANCHOR_END: models

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    for name in ["ada", "bob"] {
        let user = User::builder().name(name);
        insert(User).values(user).execute(&mut conn)?;
    }
    for title in ["Notes", "More"] {
        let post = Post::builder().author_id(1).title(title);
        insert(Post).values(post).execute(&mut conn)?;
    }
    structs(&mut conn)?;
    nested(&mut conn)?;
    by_name(&mut conn)?;
    dynamic(&mut conn)?;
    chosen(&mut conn)?;
    chunks(&mut conn)
}

// ANCHOR: structs
#[derive(FromRow, Debug, PartialEq)]
struct Summary {
    name: String,
    posts: i64,
}

fn structs(conn: &mut Connection) -> orm::Result<()> {
    let columns = Summary.name(User.name).posts(count(Post.id));
    let query = select(columns)
        .left_join(Post)
        .group_by(User)
        .order_by(User.name);
    let rows: Vec<Summary> = query.all(conn)?;
    // SELECT "users"."name", COUNT("posts"."id") FROM "users"
    //     LEFT JOIN "posts"
    //         ON "posts"."author_id" = "users"."id"
    //     GROUP BY "users"."id" ORDER BY "users"."name" ASC
    assert_eq!((rows[0].name.as_str(), rows[0].posts), ("ada", 2));
    Ok(())
}
// ANCHOR_END: structs

// ANCHOR: nested
#[derive(FromRow, Debug)]
struct Member {
    name: String,
    post: Option<Title>,
}

#[derive(FromRow, Debug)]
struct Title {
    id: i64,
    title: String,
}

fn nested(conn: &mut Connection) -> orm::Result<()> {
    let title = Title.id(Post.id).title(Post.title);
    let members = Member.name(User.name).post(optional(title));
    let rows = select(members)
        .left_join(Post)
        .order_by((User.id, Post.id))
        .all(conn)?;
    // SELECT "users"."name", "posts"."id", "posts"."title"
    //     FROM "users" LEFT JOIN "posts"
    //         ON "posts"."author_id" = "users"."id"
    //     ORDER BY "users"."id" ASC, "posts"."id" ASC
    let first = rows[0].post.as_ref().map(|it| (it.id, &it.title));
    assert_eq!(first, Some((1, &"Notes".to_owned())));
    assert!(rows[2].name == "bob" && rows[2].post.is_none());
    Ok(())
}
// ANCHOR_END: nested

// ANCHOR: by_name
fn by_name(conn: &mut Connection) -> orm::Result<()> {
    let sql = "SELECT p.id AS post_id, u.name, p.title AS post_title
        FROM users u LEFT JOIN posts p ON p.author_id = u.id";
    let rows: Vec<Member> = raw(sql).all(conn)?;
    // SELECT p.id AS post_id, u.name, p.title AS post_title
    //     FROM users u LEFT JOIN posts p ON p.author_id = u.id
    assert_eq!(rows.len(), 3);
    Ok(())
}
// ANCHOR_END: by_name

// ANCHOR: dynamic
fn dynamic(conn: &mut Connection) -> orm::Result<()> {
    let sql = "SELECT name, 7 AS days FROM users ORDER BY id";
    let rows: Vec<DynRow> = raw(sql).all(conn)?;
    // SELECT name, 7 AS days FROM users ORDER BY id
    let names: Vec<&str> = rows[0].names().collect();
    assert_eq!(names, ["name", "days"]);
    assert_eq!(rows[0].get::<String>("name")?, "ada");
    assert_eq!(rows[0].get_at::<i64>(1)?, 7);

    let rows = select(User).order_by(User.id).rows(conn)?;
    // SELECT "id", "name", "email" FROM "users"
    //     ORDER BY "id" ASC
    let json = serde_json::to_string(&rows[1]);
    let json = json.map_err(orm::Error::other)?;
    assert_eq!(json, r#"{"id":2,"name":"bob","email":null}"#);
    Ok(())
}
// ANCHOR_END: dynamic

// ANCHOR: chosen
fn chosen(conn: &mut Connection) -> orm::Result<()> {
    // What the user of a program has chosen.
    let choices = ["name", "posts"];
    let columns = choices.map(|choice| match choice {
        "name" => DynColumn::new(User.name),
        _ => DynColumn::new(count(Post.id)).named("posts"),
    });
    let rows = select_columns(columns)
        .left_join(Post)
        .group_by(User)
        .order_by(User.id)
        .rows(conn)?;
    // SELECT "users"."name", COUNT("posts"."id") FROM "users"
    //     LEFT JOIN "posts"
    //         ON "posts"."author_id" = "users"."id"
    //     GROUP BY "users"."id" ORDER BY "users"."id" ASC
    assert_eq!(rows[0].get::<i64>("posts")?, 2);
    Ok(())
}
// ANCHOR_END: chosen

// ANCHOR: chunks
fn chunks(conn: &mut Connection) -> orm::Result<()> {
    let mut titles = 0;
    let users = select(User).with(User.posts);
    users.graph_chunks(1000, conn, |_conn, users| {
        for user in &users {
            titles += users[*user].posts.get()?.len();
        }
        Ok(())
    })?;
    // BEGIN
    // PostgreSQL: none
    // MySQL: START TRANSACTION READ ONLY
    // SELECT "id", "name", "email" FROM "users"
    //     ORDER BY "id" ASC LIMIT ?
    // SELECT "id", "author_id", "title" FROM "posts"
    //     WHERE "author_id" IN (?, ?)
    // PostgreSQL: SELECT "id", "author_id", "title" FROM "posts"
    //     WHERE "author_id" = ANY($1)
    // COMMIT
    // PostgreSQL: none
    assert_eq!(titles, 2);
    Ok(())
}
// ANCHOR_END: chunks
