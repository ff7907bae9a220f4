//! The programs of the chapter "Selects of several sources".

use orm::prelude::*;
use orm::query::{recursive, values};

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    #[orm(references = User.id)]
    manager_id: Option<i64>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    title: String,
    likes: i64,
}
// ANCHOR_END: models

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    for (name, manager) in
        [("ada", None), ("bob", Some(1)), ("cy", Some(2))]
    {
        let user = User::builder().name(name).manager_id(manager);
        insert(User).values(user).execute(&mut conn)?;
    }
    for (author_id, title, likes) in
        [(1, "Notes", 3), (1, "More", 4), (2, "Draft", 0)]
    {
        let post = Post::builder().author_id(author_id);
        let post = post.title(title).likes(likes);
        insert(Post).values(post).execute(&mut conn)?;
    }
    outer(&mut conn)?;
    orm_guide::if_supported(full(&mut conn))?;
    combined(&mut conn)?;
    parts(&mut conn)?;
    derived(&mut conn)?;
    entities(&mut conn)?;
    common(&mut conn)?;
    again(&mut conn)?;
    tree(&mut conn)?;
    rows(&mut conn)?;
    orm_guide::if_supported(lateral(&mut conn))?;
    drop(conn);
    locks(&engine)
}

// ANCHOR: outer
fn outer(conn: &mut Connection) -> orm::Result<()> {
    // Each user, with the titles of those who have posts.
    let all: Vec<(Option<String>, String)> =
        select((optional(Post.title), User.name))
            .from(Post)
            .right_join(User)
            .order_by((User.id, Post.id))
            .all(conn)?;
    // SELECT "posts"."title", "users"."name" FROM "posts"
    //     RIGHT JOIN "users"
    //         ON "posts"."author_id" = "users"."id"
    //     ORDER BY "users"."id" ASC, "posts"."id" ASC
    assert_eq!(all[3], (None, "cy".to_owned()));

    let pairs = select((User.name, Post.title)).cross_join(Post);
    assert_eq!(pairs.count(conn)?, 9);
    // SELECT COUNT(*) FROM "users" CROSS JOIN "posts"
    Ok(())
}
// ANCHOR_END: outer

// ANCHOR: full
fn full(conn: &mut Connection) -> orm::Result<()> {
    let all: Vec<(Option<String>, Option<String>)> =
        select((optional(User.name), optional(Post.title)))
            .from(User)
            .full_join(Post)
            .order_by((User.id, Post.id))
            .all(conn)?;
    // SELECT "users"."name", "posts"."title" FROM "users"
    //     FULL JOIN "posts"
    //         ON "posts"."author_id" = "users"."id"
    //     ORDER BY "users"."id" ASC, "posts"."id" ASC
    // MySQL: Unsupported
    assert_eq!(all.len(), 4);
    Ok(())
}
// ANCHOR_END: full

// ANCHOR: combined
fn combined(conn: &mut Connection) -> orm::Result<()> {
    let words: Vec<String> = select(User.name)
        .union(select(Post.title))
        .order_by(User.name.desc())
        .limit(2)
        .all(conn)?;
    // SELECT "name" FROM "users" UNION SELECT "title" FROM "posts"
    //     ORDER BY "name" DESC LIMIT ?
    assert_eq!(words, ["cy", "bob"]);

    let silent: Vec<i64> =
        select(User.id).except(select(Post.author_id)).all(conn)?;
    // SELECT "id" FROM "users" EXCEPT
    //     SELECT "author_id" FROM "posts"
    assert_eq!(silent, [3]);

    let managers = select(User.manager_id.coalesce(0));
    let both: Vec<i64> =
        select(Post.author_id).intersect(managers).all(conn)?;
    // SELECT "author_id" FROM "posts" INTERSECT
    //     SELECT COALESCE("manager_id", ?) FROM "users"
    assert_eq!(both.len(), 2);
    Ok(())
}
// ANCHOR_END: combined

// ANCHOR: parts
fn parts(conn: &mut Connection) -> orm::Result<()> {
    let liked = select(Post).order_by(Post.likes.desc()).limit(1);
    let drafts = select(Post).filter(Post.likes.eq(0));
    let posts: Vec<Post> =
        liked.union_all(drafts).order_by(Post.id).all(conn)?;
    // SELECT * FROM (SELECT "id", "author_id", "title", "likes"
    //         FROM "posts" ORDER BY "likes" DESC LIMIT ?)
    //     UNION ALL SELECT "id", "author_id", "title", "likes"
    //         FROM "posts" WHERE "likes" = ?
    //     ORDER BY "id" ASC
    // PostgreSQL: (SELECT "id", "author_id", "title", "likes"
    //     FROM "posts" ORDER BY "likes" DESC LIMIT $1) UNION ALL
    //     SELECT "id", "author_id", "title", "likes" FROM "posts"
    //     WHERE "likes" = $2 ORDER BY "id" ASC
    // MySQL: (SELECT `id`, `author_id`, `title`, `likes` FROM `posts`
    //     ORDER BY `likes` DESC LIMIT ?) UNION ALL
    //     SELECT `id`, `author_id`, `title`, `likes` FROM `posts`
    //     WHERE `likes` = ? ORDER BY `id` ASC
    assert_eq!(posts[0].title, "More");
    Ok(())
}
// ANCHOR_END: parts

// ANCHOR: derived
fn derived(conn: &mut Connection) -> orm::Result<()> {
    let totals = select((Post.author_id, sum(Post.likes)))
        .group_by(Post.author_id)
        .as_table("totals");
    let (author, likes) = totals.columns();
    let users: Vec<(String, Option<i64>)> = select((User.name, likes))
        .join_on(&totals, author.eq(User.id))
        .filter(likes.gt(5))
        .all(conn)?;
    // SELECT "users"."name", "totals"."c1" FROM "users"
    //     INNER JOIN (SELECT "author_id" AS "c0",
    //             SUM("likes") AS "c1"
    //         FROM "posts" GROUP BY "author_id") AS "totals"
    //     ON "totals"."c0" = "users"."id"
    //     WHERE "totals"."c1" > ?
    // PostgreSQL: SELECT "users"."name", "totals"."c1" FROM "users"
    //     INNER JOIN (SELECT "author_id" AS "c0", CAST(SUM("likes") AS
    //     int8) AS "c1" FROM "posts" GROUP BY "author_id") AS "totals"
    //     ON "totals"."c0" = "users"."id" WHERE "totals"."c1" > $1
    // MySQL: SELECT `users`.`name`, `totals`.`c1` FROM `users` INNER
    //     JOIN (SELECT `author_id` AS `c0`, (SUM(`likes`) DIV 1) AS
    //     `c1` FROM `posts` GROUP BY `author_id`) AS `totals`
    //     ON `totals`.`c0` = `users`.`id` WHERE `totals`.`c1` > ?
    assert_eq!(users, [("ada".to_owned(), Some(7))]);
    Ok(())
}
// ANCHOR_END: derived

// ANCHOR: entities
fn entities(conn: &mut Connection) -> orm::Result<()> {
    let liked = select(Post).order_by(Post.likes.desc()).limit(2);
    let liked = liked.as_entity(Post);
    let pairs: Vec<(User, Post)> = select((User, Post))
        .from(&liked)
        .join(User)
        .order_by(Post.title)
        .all(conn)?;
    // SELECT "users"."id", "users"."name", "users"."manager_id",
    //     "posts"."id", "posts"."author_id", "posts"."title",
    //     "posts"."likes"
    //     FROM (SELECT "id", "author_id", "title", "likes"
    //         FROM "posts" ORDER BY "likes" DESC LIMIT ?) AS "posts"
    //     INNER JOIN "users"
    //         ON "posts"."author_id" = "users"."id"
    //     ORDER BY "posts"."title" ASC
    assert_eq!(pairs[0].1.title, "More");
    Ok(())
}
// ANCHOR_END: entities

// ANCHOR: common
fn common(conn: &mut Connection) -> orm::Result<()> {
    let liked = select((Post.id, Post.author_id))
        .filter(Post.likes.gt(2))
        .cte("liked");
    let (post, author) = liked.columns();
    let other = liked.alias("other");
    let (other_post, other_author) = other.columns();
    let pairs: Vec<(i64, i64)> = select((post, other_post))
        .from(&liked)
        .join_on(&other, author.eq(other_author) & post.lt(other_post))
        .all(conn)?;
    // WITH "liked" AS (SELECT "id" AS "c0", "author_id" AS "c1"
    //         FROM "posts" WHERE "likes" > ?)
    //     SELECT "liked"."c0", "other"."c0" FROM "liked"
    //     INNER JOIN "liked" AS "other"
    //         ON "liked"."c1" = "other"."c1"
    //             AND "liked"."c0" < "other"."c0"
    assert_eq!(pairs, [(1, 2)]);
    Ok(())
}
// ANCHOR_END: common

// ANCHOR: again
fn again(conn: &mut Connection) -> orm::Result<()> {
    let best = select((Post.author_id, max(Post.likes)))
        .group_by(Post.author_id)
        .cte("best")
        .materialized(true);
    let (author, likes) = best.columns();
    let titles: Vec<String> = select(Post.title)
        .join_on(&best, author.eq(Post.author_id))
        .filter(likes.eq(Post.likes))
        .order_by(Post.id)
        .all(conn)?;
    // WITH "best" AS MATERIALIZED (
    //     SELECT "author_id" AS "c0", MAX("likes") AS "c1"
    //         FROM "posts" GROUP BY "author_id"
    // ) SELECT "posts"."title" FROM "posts"
    //     INNER JOIN "best"
    //         ON "best"."c0" = "posts"."author_id"
    //     WHERE "best"."c1" = "posts"."likes"
    //     ORDER BY "posts"."id" ASC
    // MySQL: WITH `best` AS (SELECT `author_id` AS `c0`, MAX(`likes`)
    //     AS `c1` FROM `posts` GROUP BY `author_id`)
    //     SELECT `posts`.`title` FROM `posts` INNER JOIN `best`
    //     ON `best`.`c0` = `posts`.`author_id`
    //     WHERE `best`.`c1` = `posts`.`likes` ORDER BY `posts`.`id` ASC
    assert_eq!(titles, ["More", "Draft"]);
    Ok(())
}
// ANCHOR_END: again

// ANCHOR: tree
fn tree(conn: &mut Connection) -> orm::Result<()> {
    let ada = select(User.id).filter(User.name.eq("ada"));
    let team = recursive("team", ada, |team| {
        let manager = team.columns();
        select(User.id).join_on(&team, User.manager_id.eq(manager))
    });
    let names: Vec<String> = select(User.name)
        .join_on(&team, User.id.eq(team.columns()))
        .order_by(User.id)
        .all(conn)?;
    // WITH RECURSIVE "team" AS (
    //     SELECT "id" AS "c0" FROM "users" WHERE "name" = ?
    //     UNION ALL SELECT "users"."id" FROM "users"
    //         INNER JOIN "team"
    //             ON "users"."manager_id" = "team"."c0"
    // ) SELECT "users"."name" FROM "users"
    //     INNER JOIN "team" ON "users"."id" = "team"."c0"
    //     ORDER BY "users"."id" ASC
    assert_eq!(names, ["ada", "bob", "cy"]);
    Ok(())
}
// ANCHOR_END: tree

// ANCHOR: values
fn rows(conn: &mut Connection) -> orm::Result<()> {
    let bonus = values("bonus", [(1_i64, 10_i64), (3, 20)]);
    let (user, points) = bonus.columns();
    let points: Vec<(String, i64)> = select((User.name, points))
        .join_on(&bonus, User.id.eq(user))
        .order_by(User.id)
        .all(conn)?;
    // SELECT "users"."name", "bonus"."c1" FROM "users"
    //     INNER JOIN (SELECT NULL AS "c0", NULL AS "c1" WHERE 1 = 0
    //         UNION ALL VALUES (?, ?), (?, ?)) AS "bonus"
    //     ON "users"."id" = "bonus"."c0"
    //     ORDER BY "users"."id" ASC
    // PostgreSQL: SELECT "users"."name", "bonus"."c1" FROM "users"
    //     INNER JOIN (VALUES ($1, $2), ($3, $4)) AS "bonus"("c0", "c1")
    //     ON "users"."id" = "bonus"."c0" ORDER BY "users"."id" ASC
    // MySQL: SELECT `users`.`name`, `bonus`.`c1` FROM `users` INNER
    //     JOIN (VALUES ROW(?, ?), ROW(?, ?)) AS `bonus`(`c0`, `c1`)
    //     ON `users`.`id` = `bonus`.`c0` ORDER BY `users`.`id` ASC
    // MariaDB: SELECT `users`.`name`, `bonus`.`c1` FROM `users` INNER
    //     JOIN (SELECT NULL AS `c0`, NULL AS `c1` WHERE 1 = 0 UNION ALL
    //     SELECT ?, ? UNION ALL SELECT ?, ?) AS `bonus`
    //     ON `users`.`id` = `bonus`.`c0` ORDER BY `users`.`id` ASC
    assert_eq!(points[1], ("cy".to_owned(), 20));
    Ok(())
}
// ANCHOR_END: values

// ANCHOR: lateral
fn lateral(conn: &mut Connection) -> orm::Result<()> {
    let last = select(Post.title)
        .filter(Post.author_id.eq(User.id))
        .order_by(Post.id.desc())
        .limit(1)
        .as_table("last");
    let users: Vec<(String, Option<String>)> =
        select((User.name, optional(last.columns())))
            .left_join_lateral(&last)
            .order_by(User.id)
            .all(conn)?;
    // SELECT "users"."name", "last"."c0" FROM "users"
    //     LEFT JOIN LATERAL (SELECT "posts"."title" AS "c0"
    //         FROM "posts"
    //         WHERE "posts"."author_id" = "users"."id"
    //         ORDER BY "posts"."id" DESC LIMIT ?) AS "last"
    //     ON 1 = 1 ORDER BY "users"."id" ASC
    // SQLite: Unsupported
    // MariaDB: Unsupported
    assert_eq!(users[0].1.as_deref(), Some("More"));
    Ok(())
}
// ANCHOR_END: lateral

// ANCHOR: locks
fn locks(engine: &Engine) -> orm::Result<()> {
    engine.transaction(|session| {
        let first = select(Post).order_by(Post.id).limit(1);
        let free = first.clone().for_update().skip_locked();
        assert_eq!(free.all(session)?.len(), 1);
        let read = first.for_share().nowait();
        assert_eq!(read.all(session)?.len(), 1);
        Ok(())
    })
    // BEGIN IMMEDIATE
    // SELECT "id", "author_id", "title", "likes" FROM "posts"
    //     ORDER BY "id" ASC LIMIT ?
    // PostgreSQL: SELECT "id", "author_id", "title", "likes"
    //     FROM "posts" ORDER BY "id" ASC
    //     LIMIT $1 FOR UPDATE SKIP LOCKED
    // MySQL: SELECT `id`, `author_id`, `title`, `likes` FROM `posts`
    //     ORDER BY `id` ASC LIMIT ? FOR UPDATE SKIP LOCKED
    // SELECT "id", "author_id", "title", "likes" FROM "posts"
    //     ORDER BY "id" ASC LIMIT ?
    // PostgreSQL: SELECT "id", "author_id", "title", "likes"
    //     FROM "posts" ORDER BY "id" ASC LIMIT $1 FOR SHARE NOWAIT
    // MySQL: SELECT `id`, `author_id`, `title`, `likes` FROM `posts`
    //     ORDER BY `id` ASC LIMIT ? FOR SHARE NOWAIT
    // MariaDB: SELECT `id`, `author_id`, `title`, `likes` FROM `posts`
    //     ORDER BY `id` ASC LIMIT ? LOCK IN SHARE MODE NOWAIT
    // COMMIT
}
// ANCHOR_END: locks
