//! The programs of the chapter "Queries".

use orm::prelude::*;
use orm::query::EntitySelection;
use orm::query::{
    Collation, row_number, stddev_pop, string_agg, window,
};

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
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
    let engine = Engine::options("sqlite://").echo().connect()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    for (name, manager) in
        [("ada", None), ("bob", Some(1)), ("cy", Some(1))]
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
    read(&mut conn)?;
    let found = search(&mut conn, Some("a"), true)?;
    assert_eq!(found.len(), 0);
    page(&mut conn)?;
    nulls(&mut conn)?;
    rows(&mut conn)?;
    join(&mut conn)?;
    pairs(&mut conn)?;
    totals(&mut conn)?;
    clauses(&mut conn)?;
    labels(&mut conn)?;
    windows(&mut conn)?;
    choices(&mut conn)?;
    subqueries(&mut conn)?;
    stream(&mut conn)?;
    numbers(&mut conn)?;
    keyset(&mut conn)?;
    explain(&mut conn)?;
    scopes(&mut conn)?;
    model_order(&mut conn)?;
    drop(conn);
    bulk(&engine)
}

// ANCHOR: read
fn read(conn: &mut Connection) -> orm::Result<()> {
    let query = select(User).filter(User.name.eq("ada"));
    let ada: User = query.one(conn)?;
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "name" = ? LIMIT 2
    let first: Option<User> = query.first(conn)?;
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "name" = ? LIMIT 1
    assert_eq!(first.map(|user| user.id), Some(ada.id));
    let count: i64 = query.count(conn)?;
    // SELECT COUNT(*) FROM "users" WHERE "name" = ?
    let exists: bool = query.exists(conn)?;
    // SELECT 1 FROM "users" WHERE "name" = ? LIMIT 1
    let newest: Option<User> = query.last(conn)?;
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "name" = ? ORDER BY "id" DESC LIMIT 1
    let has_it: bool = query.contains(ada.id, conn)?;
    // SELECT 1 FROM "users" WHERE "name" = ? AND "id" = ? LIMIT 1
    assert!(count == 1 && exists && newest.is_some() && has_it);

    // Columns, and tuples of them, instead of entities.
    let names: Vec<String> = select(User.name).all(conn)?;
    // SELECT "name" FROM "users"
    assert_eq!(names, ["ada", "bob", "cy"]);
    Ok(())
}
// ANCHOR_END: read

// ANCHOR: search
fn search(
    conn: &mut Connection,
    part: Option<&str>,
    with_email: bool,
) -> orm::Result<Vec<User>> {
    let mut query = select(User);
    if let Some(part) = part {
        query = query.filter(User.name.contains(part));
    }
    if with_email {
        query = query.filter(User.email.is_not_null());
    }
    query.all(conn)
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE instr("name", ?) > 0 AND "email" IS NOT NULL
}
// ANCHOR_END: search

// ANCHOR: page
fn page(conn: &mut Connection) -> orm::Result<()> {
    let known = User.email.is_not_null();
    let wanted = User.id.in_([1, 2, 3]) & !known;
    let titles: Vec<String> = select(User.name)
        .filter(wanted | User.name.starts_with("z"))
        .order_by((User.name.desc(), User.id))
        .limit(2)
        .offset(1)
        .all(conn)?;
    // SELECT "name" FROM "users"
    //     WHERE ("id" IN (?, ?, ?, ?)
    //         AND NOT ("email" IS NOT NULL))
    //         OR instr("name", ?) = 1
    //     ORDER BY "name" DESC, "id" ASC LIMIT ? OFFSET ?
    assert_eq!(titles, ["bob", "ada"]);
    Ok(())
}
// ANCHOR_END: page

// ANCHOR: nulls
fn nulls(conn: &mut Connection) -> orm::Result<()> {
    let name = User.name.collate(Collation::Binary);
    let names: Vec<String> = select(User.name)
        .order_by((User.manager_id.asc().nulls_last(), name))
        .all(conn)?;
    // SELECT "name" FROM "users"
    //     ORDER BY "manager_id" ASC NULLS LAST,
    //         "name" COLLATE BINARY ASC
    assert_eq!(names, ["bob", "cy", "ada"]);
    Ok(())
}
// ANCHOR_END: nulls

// ANCHOR: rows
fn rows(conn: &mut Connection) -> orm::Result<()> {
    let key = (Post.author_id, Post.title);
    let ids: Vec<i64> = select(Post.id)
        .filter(key.in_([(1, "Notes"), (2, "Notes")]))
        .all(conn)?;
    // SELECT "id" FROM "posts"
    //     WHERE ("author_id", "title") IN ((?, ?), (?, ?))
    assert_eq!(ids, [1]);

    let first =
        select((Post.author_id, min(Post.id))).group_by(Post.author_id);
    let titles: Vec<String> = select(Post.title)
        .filter((Post.author_id, Post.id).in_(first))
        .order_by(Post.id)
        .all(conn)?;
    // SELECT "title" FROM "posts" WHERE ("author_id", "id") IN (
    //         SELECT "posts"."author_id", MIN("posts"."id")
    //             FROM "posts" GROUP BY "posts"."author_id"
    //     ) ORDER BY "id" ASC
    assert_eq!(titles, ["Notes", "Draft"]);
    Ok(())
}
// ANCHOR_END: rows

// ANCHOR: join
fn join(conn: &mut Connection) -> orm::Result<()> {
    // By the foreign key between the two tables.
    let by_ada: Vec<String> = select(Post.title)
        .join(User)
        .filter(User.name.eq("ada"))
        .order_by(Post.title)
        .all(conn)?;
    // SELECT "posts"."title" FROM "posts"
    //     INNER JOIN "users"
    //         ON "posts"."author_id" = "users"."id"
    //     WHERE "users"."name" = ?
    //     ORDER BY "posts"."title" ASC
    assert_eq!(by_ada, ["More", "Notes"]);

    // Users without a post have a row, too.
    let all: Vec<(String, Option<String>)> =
        select((User.name, optional(Post.title)))
            .left_join(Post)
            .filter(Post.likes.eq(0) | Post.id.is_null())
            .order_by(User.name)
            .all(conn)?;
    // SELECT "users"."name", "posts"."title" FROM "users"
    //     LEFT JOIN "posts"
    //         ON "posts"."author_id" = "users"."id"
    //     WHERE "posts"."likes" = ? OR "posts"."id" IS NULL
    //     ORDER BY "users"."name" ASC
    let bob = ("bob".to_owned(), Some("Draft".to_owned()));
    assert_eq!(all, [bob, ("cy".to_owned(), None)]);
    Ok(())
}
// ANCHOR_END: join

// ANCHOR: alias
fn pairs(conn: &mut Connection) -> orm::Result<()> {
    let manager = User.alias("manager");
    let pairs: Vec<(String, String)> =
        select((User.name, manager.name))
            .join_on(manager, User.manager_id.eq(manager.id))
            .order_by(User.name)
            .all(conn)?;
    // SELECT "users"."name", "manager"."name" FROM "users"
    //     INNER JOIN "users" AS "manager"
    //         ON "users"."manager_id" = "manager"."id"
    //     ORDER BY "users"."name" ASC
    assert_eq!(pairs[0], ("bob".to_owned(), "ada".to_owned()));
    Ok(())
}
// ANCHOR_END: alias

// ANCHOR: totals
fn totals(conn: &mut Connection) -> orm::Result<()> {
    let totals: Vec<(String, i64, Option<i64>)> =
        select((User.name, count(Post.id), sum(Post.likes)))
            .join(Post)
            .group_by(User)
            .having(count(Post.id).gt(1))
            .all(conn)?;
    // SELECT "users"."name", COUNT("posts"."id"),
    //         SUM("posts"."likes")
    //     FROM "users"
    //     INNER JOIN "posts"
    //         ON "posts"."author_id" = "users"."id"
    //     GROUP BY "users"."id"
    //     HAVING COUNT("posts"."id") > ?
    assert_eq!(totals, [("ada".to_owned(), 2, Some(7))]);
    Ok(())
}
// ANCHOR_END: totals

// ANCHOR: clauses
fn clauses(conn: &mut Connection) -> orm::Result<()> {
    let liked = count_all().filter(Post.likes.ge(4));
    let titles = string_agg(Post.title, ", ", Post.id);
    let found: Vec<(i64, i64, Option<String>)> =
        select((Post.author_id, liked, titles))
            .group_by(Post.author_id)
            .order_by(Post.author_id)
            .all(conn)?;
    // SELECT "author_id", COUNT(*) FILTER (WHERE "likes" >= ?),
    //         GROUP_CONCAT("title", ', ' ORDER BY "id" ASC)
    //     FROM "posts" GROUP BY "author_id"
    //     ORDER BY "author_id" ASC
    assert_eq!((found[0].0, found[0].1), (1, 1));
    assert_eq!(found[0].2.as_deref(), Some("Notes, More"));
    Ok(())
}
// ANCHOR_END: clauses

// ANCHOR: labels
fn labels(conn: &mut Connection) -> orm::Result<()> {
    let spread = stddev_pop(Post.likes).label("spread");
    let found: Vec<(i64, Option<f64>)> =
        select((Post.author_id, spread.clone()))
            .group_by(Post.author_id)
            .order_by(spread.desc())
            .all(conn)?;
    // SELECT "author_id",
    //         STDDEV_POP(CAST("likes" AS REAL)) AS "spread"
    //     FROM "posts" GROUP BY "author_id"
    //     ORDER BY "spread" DESC
    assert_eq!(found[0], (1, Some(0.5)));
    Ok(())
}
// ANCHOR_END: labels

// ANCHOR: windows
fn windows(conn: &mut Connection) -> orm::Result<()> {
    let by_author = window().partition_by(Post.author_id);
    let newest = by_author.clone().order_by(Post.id.desc());
    let query = select((
        Post.title,
        row_number().over(newest),
        sum(Post.likes).over(by_author),
    ));
    let found: Vec<(String, i64, Option<i64>)> =
        query.order_by(Post.id).all(conn)?;
    // SELECT "title", ROW_NUMBER() OVER (
    //             PARTITION BY "author_id" ORDER BY "id" DESC
    //         ),
    //         SUM("likes") OVER (PARTITION BY "author_id")
    //     FROM "posts" ORDER BY "id" ASC
    assert_eq!(found[0], ("Notes".to_owned(), 2, Some(7)));
    assert_eq!(found[2], ("Draft".to_owned(), 1, Some(0)));
    Ok(())
}
// ANCHOR_END: windows

// ANCHOR: choices
fn choices(conn: &mut Connection) -> orm::Result<()> {
    let rank = case()
        .when(Post.likes.ge(4), "popular")
        .when(Post.likes.gt(0), "liked")
        .otherwise("new");
    let ranks: Vec<(String, String)> =
        select((Post.title, rank)).order_by(Post.title).all(conn)?;
    // SELECT "title", CASE WHEN "likes" >= ? THEN ?
    //         WHEN "likes" > ? THEN ? ELSE ? END
    //     FROM "posts" ORDER BY "title" ASC
    assert_eq!(ranks[0].1, "new");

    // Counts only some of the rows of a group.
    let liked = case().when(Post.likes.gt(0), Post.id).end();
    let liked: i64 = select(count(liked)).one(conn)?;
    // SELECT COUNT(CASE WHEN "likes" > ? THEN "id" END)
    //     FROM "posts" LIMIT 2
    assert_eq!(liked, 2);

    // NULL instead of 0.
    let counts: Vec<Option<i64>> =
        select(Post.likes.nullif(0)).order_by(Post.id).all(conn)?;
    // SELECT NULLIF("likes", ?) FROM "posts" ORDER BY "id" ASC
    assert_eq!(counts, [Some(3), Some(4), None]);
    Ok(())
}
// ANCHOR_END: choices

// ANCHOR: subqueries
fn subqueries(conn: &mut Connection) -> orm::Result<()> {
    let of_user = select(Post).filter(Post.author_id.eq(User.id));
    let authors: Vec<String> =
        select(User.name).filter(exists(of_user)).all(conn)?;
    // SELECT "name" FROM "users" WHERE EXISTS (
    //     SELECT 1 FROM "posts"
    //         WHERE "posts"."author_id" = "users"."id"
    // )
    let liked = select(Post.author_id).filter(Post.likes.gt(2));
    let popular: Vec<String> =
        select(User.name).filter(User.id.in_(liked)).all(conn)?;
    // SELECT "name" FROM "users" WHERE "id" IN (
    //     SELECT "posts"."author_id" FROM "posts"
    //         WHERE "posts"."likes" > ?
    // )
    assert_eq!(authors, ["ada", "bob"]);
    assert_eq!(popular, ["ada"]);
    Ok(())
}
// ANCHOR_END: subqueries

// ANCHOR: stream
fn stream(conn: &mut Connection) -> orm::Result<()> {
    let mut likes = 0;
    for post in select(Post).stream(conn)? {
        likes += post?.likes;
    }
    // SELECT "id", "author_id", "title", "likes" FROM "posts"
    assert_eq!(likes, 7);
    Ok(())
}
// ANCHOR_END: stream

// ANCHOR: numbers
fn numbers(conn: &mut Connection) -> orm::Result<()> {
    let names = select(User.name).order_by(User.name);
    let page = names.page(2, 2).with_total().fetch(conn)?;
    // SELECT "name" FROM "users"
    //     ORDER BY "name" ASC, "id" ASC LIMIT ? OFFSET ?
    // SELECT COUNT(*) FROM "users"
    assert_eq!(page.rows, ["cy"]);
    assert!(!page.has_next);
    assert_eq!(page.total, Some(3));
    Ok(())
}
// ANCHOR_END: numbers

// ANCHOR: keyset
fn keyset(conn: &mut Connection) -> orm::Result<()> {
    let posts = select(Post).order_by(Post.likes.desc());
    let first = posts.keyset(2).fetch(conn)?;
    // SELECT "id", "author_id", "title", "likes" FROM "posts"
    //     ORDER BY "likes" DESC, "id" ASC LIMIT ?
    assert_eq!(first.rows[0].title, "More");
    if let Some(cursor) = first.next {
        let second = posts.keyset(2).after(cursor).fetch(conn)?;
        // SELECT "id", "author_id", "title", "likes" FROM "posts"
        //     WHERE "likes" <= ? AND ("likes" < ?
        //         OR ("likes" = ? AND "id" > ?))
        //     ORDER BY "likes" DESC, "id" ASC LIMIT ?
        assert_eq!(second.rows[0].title, "Draft");
        assert!(second.next.is_none());
        assert!(second.previous.is_some());
    }
    Ok(())
}
// ANCHOR_END: keyset

// ANCHOR: explain
fn explain(conn: &mut Connection) -> orm::Result<()> {
    let query = select(User).filter(User.id.eq(1));
    let plan: String = query.explain(conn)?;
    // EXPLAIN QUERY PLAN SELECT "id", "name", "email",
    //     "manager_id" FROM "users" WHERE "id" = ?
    assert!(plan.contains("SEARCH users USING INTEGER PRIMARY KEY"));
    Ok(())
}
// ANCHOR_END: explain

// ANCHOR: scopes
trait UserScopes {
    fn reachable(self) -> Self;
}

// For each query whose rows are users. A scope that fits every
// query that has the table is one of `impl<S> … for Select<S>`.
impl<S: EntitySelection<Model = User>> UserScopes for Select<S> {
    fn reachable(self) -> Self {
        self.filter(User.email.is_not_null())
    }
}

fn scopes(conn: &mut Connection) -> orm::Result<()> {
    let users = select(User).reachable().order_by(User.name);
    assert!(users.all(conn)?.is_empty());
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "email" IS NOT NULL ORDER BY "name" ASC
    Ok(())
}
// ANCHOR_END: scopes

// ANCHOR: model_order
#[derive(Model, Clone, Debug)]
#[orm(table = "cities", order_by = (name, id.desc()))]
struct City {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn model_order(conn: &mut Connection) -> orm::Result<()> {
    let first: Option<City> = select(City).first(conn)?;
    // SELECT "id", "name" FROM "cities"
    //     ORDER BY "name" ASC, "id" DESC LIMIT 1
    let any: Vec<City> = select(City).unordered().all(conn)?;
    // SELECT "id", "name" FROM "cities"
    assert!(first.is_none() && any.is_empty());
    Ok(())
}
// ANCHOR_END: model_order

// ANCHOR: bulk
fn bulk(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ada = session.get_one(User, 1)?;
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "id" = ?
    let users = session.in_bulk(User, [1, 2, 9])?;
    // SELECT "id", "name", "email", "manager_id" FROM "users"
    //     WHERE "id" IN (?, ?)
    assert_eq!(users.len(), 2);
    assert_eq!(users[&1], ada);
    Ok(())
}
// ANCHOR_END: bulk
