//! The programs of the chapter "Statements and raw SQL".

use orm::prelude::*;

// ANCHOR: model
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(server_default = 0)]
    likes: i64,
}
// ANCHOR_END: model

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    add(&mut conn)?;
    change(&mut conn)?;
    by_text(&mut conn)?;
    many_times(&mut conn)?;
    edit(&mut conn)?;
    remove(&mut conn)
}

// ANCHOR: insert
fn add(conn: &mut Connection) -> orm::Result<()> {
    let notes = Post::builder().title("Notes");
    let id: i64 =
        insert(Post).values(notes).returning(Post.id).one(conn)?;
    // INSERT INTO "posts" ("title") VALUES (?)
    // PostgreSQL: INSERT INTO "posts" ("title") VALUES ($1)
    //     RETURNING "id"
    // MariaDB: INSERT INTO `posts` (`title`) VALUES (?) RETURNING `id`
    assert_eq!(id, 1);

    let titles = ["One", "Two"];
    let rows = titles.map(|title| Post::builder().title(title));
    let stored: u64 = insert(Post).values(rows).execute(conn)?;
    // BEGIN
    // PostgreSQL: none
    // MySQL: none
    // INSERT INTO "posts" ("title") VALUES (?), (?)
    // PostgreSQL: WITH written AS (INSERT INTO "posts" ("title")
    //     SELECT * FROM UNNEST($1) RETURNING 1) SELECT CASE
    //     WHEN count(*) <> cardinality($1)
    //     THEN ('orm: not all rows of the batch, but ' ||
    //     count(*))::date END FROM written
    // COMMIT
    // PostgreSQL: none
    // MySQL: none
    assert_eq!(stored, 2);
    Ok(())
}
// ANCHOR_END: insert

// ANCHOR: update
fn change(conn: &mut Connection) -> orm::Result<()> {
    let matched: u64 = update(Post)
        .set(Post.likes, Post.likes + 1)
        .filter(Post.title.ne("Notes"))
        .execute(conn)?;
    // UPDATE "posts" SET "likes" =
    //     integer_store("likes" + ?, 64) WHERE "title" <> ?
    // PostgreSQL: UPDATE "posts" SET "likes" = "likes" + $1
    //     WHERE "title" <> $2
    // MySQL: UPDATE `posts` SET `likes` = `likes` + ?
    //     WHERE `title` <> ?
    assert_eq!(matched, 2);
    Ok(())
}
// ANCHOR_END: update

// ANCHOR: raw
#[derive(FromRow)]
struct Total {
    likes: i64,
    posts: i64,
}

fn by_text(conn: &mut Connection) -> orm::Result<()> {
    let sql = "SELECT likes, COUNT(*) AS posts FROM posts
        WHERE title IN :titles GROUP BY likes ORDER BY likes";
    let titles = ["Notes", "One", "Two"];
    let totals: Vec<Total> =
        raw(sql).bind_list("titles", titles).all(conn)?;
    // SELECT likes, COUNT(*) AS posts FROM posts
    //     WHERE title IN (?, ?, ?) GROUP BY likes ORDER BY likes
    assert_eq!((totals[1].likes, totals[1].posts), (1, 2));

    let sql = "SELECT * FROM posts WHERE likes < :most";
    let posts: Vec<Post> =
        raw(sql).bind("most", 1).entities(Post, conn)?;
    // SELECT * FROM posts WHERE likes < ?
    assert_eq!(posts[0].title, "Notes");
    Ok(())
}
// ANCHOR_END: raw

// ANCHOR: many
fn many_times(conn: &mut Connection) -> orm::Result<()> {
    let sql = "UPDATE posts SET title = :new WHERE title = :old";
    let titles = [("Uno", "One"), ("Zero", "Nought")];
    let renamed =
        raw(sql).execute_many(["new", "old"], titles, conn)?;
    // BEGIN
    // UPDATE posts SET title = ? WHERE title = ?
    // COMMIT
    assert_eq!(renamed, 1);
    raw("UPDATE posts SET title = 'One' WHERE title = 'Uno'")
        .execute(conn)?;
    // UPDATE posts SET title = 'One' WHERE title = 'Uno'
    Ok(())
}
// ANCHOR_END: many

// ANCHOR: patch
#[derive(Patch, Default)]
#[orm(model = Post)]
struct PostPatch {
    title: Option<String>,
    likes: Option<i64>,
}

fn edit(conn: &mut Connection) -> orm::Result<()> {
    let patch = PostPatch {
        title: Some("Second".into()),
        ..PostPatch::default()
    };
    update(Post)
        .patch(patch)
        .filter(Post.title.eq("Two"))
        .execute(conn)?;
    // UPDATE "posts" SET "title" = ? WHERE "title" = ?
    Ok(())
}
// ANCHOR_END: patch

// ANCHOR: delete
fn remove(conn: &mut Connection) -> orm::Result<()> {
    let deleted: u64 =
        delete(Post).filter(Post.likes.gt(0)).execute(conn)?;
    // DELETE FROM "posts" WHERE "likes" > ?
    assert_eq!(deleted, 2);
    Ok(())
}
// ANCHOR_END: delete
