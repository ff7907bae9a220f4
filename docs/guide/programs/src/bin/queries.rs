//! The programs of the chapter "Queries".

use orm::prelude::*;
use orm::query::FrameBound::{CurrentRow, Preceding};
use orm::query::{
    Collation, lag, row_number, stddev_pop, string_agg, window,
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
    let engine = orm_guide::engine()?;
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
    distinct(&mut conn)?;
    orm_guide::if_supported(first_of_each(&mut conn))?;
    orm_guide::if_supported(with_ties(&mut conn))?;
    literals()?;
    rows(&mut conn)?;
    join(&mut conn)?;
    pairs(&mut conn)?;
    totals(&mut conn)?;
    clauses(&mut conn)?;
    labels(&mut conn)?;
    windows(&mut conn)?;
    frames(&mut conn)?;
    choices(&mut conn)?;
    subqueries(&mut conn)?;
    stream(&mut conn)
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
    // PostgreSQL: SELECT "id", "name", "email", "manager_id"
    //     FROM "users" WHERE "name" LIKE $1 AND "email" IS NOT NULL
    // MySQL: SELECT `id`, `name`, `email`, `manager_id` FROM `users`
    //     WHERE `name` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'
    //     AND `email` IS NOT NULL
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
    // PostgreSQL: SELECT "name" FROM "users"
    //     WHERE ("id" = ANY($1) AND NOT ("email" IS NOT NULL))
    //     OR "name" LIKE $2 ORDER BY "name" DESC, "id" ASC
    //     LIMIT $3 OFFSET $4
    // MySQL: SELECT `name` FROM `users`
    //     WHERE (`id` IN (?, ?, ?, ?) AND NOT (`email` IS NOT NULL))
    //     OR `name` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'
    //     ORDER BY `name` DESC, `id` ASC LIMIT ? OFFSET ?
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
    // PostgreSQL: SELECT "name" FROM "users"
    //     ORDER BY "manager_id" ASC NULLS LAST, "name" COLLATE "C" ASC
    // MySQL: SELECT `name` FROM `users`
    //     ORDER BY `manager_id` IS NULL, `manager_id` ASC, `name`
    //     COLLATE utf8mb4_0900_bin ASC
    assert_eq!(names, ["bob", "cy", "ada"]);
    Ok(())
}
// ANCHOR_END: nulls

// ANCHOR: distinct
fn distinct(conn: &mut Connection) -> orm::Result<()> {
    let authors: Vec<i64> = select(Post.author_id)
        .distinct()
        .order_by(Post.author_id)
        .all(conn)?;
    // SELECT DISTINCT "author_id" FROM "posts"
    //     ORDER BY "author_id" ASC
    assert_eq!(authors, [1, 2]);
    Ok(())
}
// ANCHOR_END: distinct

// ANCHOR: distinct_on
fn first_of_each(conn: &mut Connection) -> orm::Result<()> {
    let newest: Vec<(i64, String)> =
        select((Post.author_id, Post.title))
            .distinct_on(Post.author_id)
            .order_by((Post.author_id, Post.id.desc()))
            .all(conn)?;
    // SELECT DISTINCT ON ("author_id") "author_id", "title"
    //     FROM "posts" ORDER BY "author_id" ASC, "id" DESC
    // SQLite: Unsupported
    // MySQL: Unsupported
    assert_eq!(newest[0], (1, "More".to_owned()));
    Ok(())
}
// ANCHOR_END: distinct_on

// ANCHOR: with_ties
fn with_ties(conn: &mut Connection) -> orm::Result<()> {
    let first: Vec<String> = select(Post.title)
        .order_by(Post.author_id)
        .limit_with_ties(1)
        .all(conn)?;
    // SELECT "title" FROM "posts" ORDER BY "author_id" ASC
    //     FETCH FIRST ? ROWS WITH TIES
    // SQLite: Unsupported
    // MySQL: Unsupported
    // MariaDB: SELECT `title` FROM `posts`
    //     ORDER BY `author_id` ASC FETCH FIRST ? ROWS WITH TIES
    assert_eq!(first.len(), 2);
    Ok(())
}
// ANCHOR_END: with_ties

// ANCHOR: literals
fn literals() -> orm::Result<()> {
    let query = select(Post.id).filter(Post.title.ne("It's"));
    assert_eq!(
        query.to_sql_with_literals(&orm::postgres::PostgresDialect)?,
        r#"SELECT "id" FROM "posts" WHERE "title" <> 'It''s'"#
    );
    Ok(())
}
// ANCHOR_END: literals

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
    // PostgreSQL: SELECT "users"."name", COUNT("posts"."id"),
    //     CAST(SUM("posts"."likes") AS int8) FROM "users" INNER
    //     JOIN "posts" ON "posts"."author_id" = "users"."id"
    //     GROUP BY "users"."id" HAVING COUNT("posts"."id") > $1
    // MySQL: SELECT `users`.`name`, COUNT(`posts`.`id`),
    //     (SUM(`posts`.`likes`) DIV 1) FROM `users` INNER JOIN `posts`
    //     ON `posts`.`author_id` = `users`.`id`
    //     GROUP BY `users`.`id` HAVING COUNT(`posts`.`id`) > ?
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
    // PostgreSQL: SELECT "author_id", COUNT(*) FILTER
    //     (WHERE "likes" >= $1), STRING_AGG("title", ', '
    //     ORDER BY "id" ASC) FROM "posts" GROUP BY "author_id"
    //     ORDER BY "author_id" ASC
    // MySQL: SELECT `author_id`, COUNT(CASE WHEN `likes` >= ?
    //     THEN 1 END), GROUP_CONCAT(`title`
    //     ORDER BY `id` ASC SEPARATOR ', ') FROM `posts`
    //     GROUP BY `author_id` ORDER BY `author_id` ASC
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
    // PostgreSQL: SELECT "author_id",
    //         STDDEV_POP(CAST("likes" AS float8)) AS "spread"
    //     FROM "posts" GROUP BY "author_id"
    //     ORDER BY "spread" DESC
    // MySQL: SELECT `author_id`,
    //         STDDEV_POP(CAST(`likes` AS DOUBLE)) AS `spread`
    //     FROM `posts` GROUP BY `author_id`
    //     ORDER BY `spread` DESC
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
    // PostgreSQL: SELECT "title", ROW_NUMBER() OVER (PARTITION BY
    //     "author_id" ORDER BY "id" DESC), CAST(SUM("likes") OVER
    //     (PARTITION BY "author_id") AS int8) FROM "posts"
    //     ORDER BY "id" ASC
    // MySQL: SELECT `title`, CAST(ROW_NUMBER() OVER (PARTITION BY
    //     `author_id` ORDER BY `id` DESC) AS SIGNED), (SUM(`likes`)
    //     OVER (PARTITION BY `author_id`) DIV 1) FROM `posts`
    //     ORDER BY `id` ASC
    // MariaDB: SELECT `title`, ROW_NUMBER() OVER (PARTITION BY
    //     `author_id` ORDER BY `id` DESC), (SUM(`likes`) OVER
    //     (PARTITION BY `author_id`) DIV 1) FROM `posts`
    //     ORDER BY `id` ASC
    assert_eq!(found[0], ("Notes".to_owned(), 2, Some(7)));
    assert_eq!(found[2], ("Draft".to_owned(), 1, Some(0)));
    Ok(())
}
// ANCHOR_END: windows

// ANCHOR: frames
fn frames(conn: &mut Connection) -> orm::Result<()> {
    let in_order = window().order_by(Post.id);
    let last_two = in_order.clone().rows(Preceding(1), CurrentRow);
    let query = select((
        lag(Post.title, 1).over(in_order),
        sum(Post.likes).over(last_two),
    ));
    let found: Vec<(Option<String>, Option<i64>)> =
        query.order_by(Post.id).all(conn)?;
    // SELECT LAG("title", 1) OVER (ORDER BY "id" ASC), SUM("likes")
    //     OVER (ORDER BY "id" ASC ROWS BETWEEN 1 PRECEDING
    //     AND CURRENT ROW) FROM "posts" ORDER BY "id" ASC
    // PostgreSQL: SELECT LAG("title", 1) OVER
    //     (ORDER BY "id" ASC), CAST(SUM("likes") OVER
    //     (ORDER BY "id" ASC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    //     AS int8) FROM "posts" ORDER BY "id" ASC
    // MySQL: SELECT LAG(`title`, 1) OVER
    //     (ORDER BY `id` ASC), (SUM(`likes`) OVER
    //     (ORDER BY `id` ASC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    //     DIV 1) FROM `posts` ORDER BY `id` ASC
    assert_eq!(found[0], (None, Some(3)));
    assert_eq!(found[2], (Some("More".to_owned()), Some(4)));
    Ok(())
}
// ANCHOR_END: frames

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
