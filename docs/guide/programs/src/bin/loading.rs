//! The programs of the chapter "Loading".

use orm::Deferred;
use orm::prelude::*;

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "threads")]
struct Thread {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(order_by = (Comment.created.desc(), Comment.body))]
    comments: HasMany<Comment>,
    #[orm(filter = Comment.published.eq(true))]
    #[orm(order_by = Comment.created.desc())]
    latest: ViewOnly<Option<Comment>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "comments")]
struct Comment {
    #[orm(primary_key)]
    id: i64,
    body: String,
    created: i64,
    published: bool,
    #[orm(references = Thread.id, on_delete = cascade, index)]
    thread_id: i64,
    thread: BelongsTo<Thread>,
}
// ANCHOR_END: models

// ANCHOR: deferred_model
#[derive(Model, Debug)]
#[orm(table = "pages")]
struct Page {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(deferred = "content")]
    body: Deferred<String>,
    #[orm(deferred = "content")]
    footnotes: Deferred<Option<String>>,
}
// ANCHOR_END: deferred_model

// ANCHOR: tree
#[derive(Model, Clone, Debug)]
#[orm(table = "categories")]
struct Category {
    #[orm(primary_key)]
    id: i64,
    name: String,
    #[orm(references = Category.id, index)]
    parent_id: Option<i64>,
    parent: BelongsTo<Option<Category>>,
    #[orm(order_by = Category.name)]
    children: HasMany<Category>,
}
// ANCHOR_END: tree

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    orm::metadata().create_all(&engine)?;
    ordered(&engine)?;
    newest(&engine)?;
    part(&engine)?;
    view_only(&engine)?;
    joined(&engine)?;
    from_join(&engine)?;
    deferred(&engine)?;
    recursive(&engine)?;
    chunks(&engine)?;
    values(&engine)?;
    json(&engine)?;
    graph(&engine)
}

// ANCHOR: ordered
fn ordered(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let thread = session.add(Thread::builder().title("Engines"));
    for created in 1..=4 {
        let comment = Comment::builder()
            .body("…")
            .created(created)
            .published(created < 4);
        session.append(thread, Thread.comments, comment)?;
    }
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "threads" ("title") VALUES (?)
    // INSERT INTO "comments"
    //     ("body", "created", "published", "thread_id")
    //     VALUES (?, ?, ?, ?)
    // COMMIT
    let comments = session.load(thread, Thread.comments)?;
    // SELECT "id", "body", "created", "published", "thread_id"
    //     FROM "comments" WHERE "thread_id" = ?
    //     ORDER BY "created" DESC, "body" ASC, "id" ASC
    assert_eq!(session[comments[0]].created, 4);
    Ok(())
}
// ANCHOR_END: ordered

// ANCHOR: newest
fn newest(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let newest = Thread
        .comments
        .filter(Comment.published.eq(true))
        .order_by(Comment.created.desc())
        .limit(2);
    let threads = select(Thread).with(newest).all(&mut session)?;
    // BEGIN
    // SELECT "id", "title" FROM "threads"
    // SELECT "orm_1"."id", "orm_1"."body", "orm_1"."created",
    //         "orm_1"."published", "orm_1"."thread_id"
    //     FROM (SELECT "id", "body", "created", "published",
    //             "thread_id", ROW_NUMBER() OVER (
    //             PARTITION BY "thread_id"
    //             ORDER BY "created" DESC, "id" ASC) AS "orm_2"
    //         FROM "comments"
    //         WHERE "thread_id" IN (?) AND "published" = ?) AS "orm_1"
    //     WHERE "orm_1"."orm_2" <= ? ORDER BY "orm_1"."orm_2" ASC
    // COMMIT
    for thread in threads {
        let comments = session[thread].comments.part()?;
        assert_eq!(comments.len(), 2);
        assert_eq!(session[comments[0]].created, 3);
    }
    Ok(())
}
// ANCHOR_END: newest

// ANCHOR: part
fn part(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let thread = session.get(Thread, 1)?.expect("the row is there");
    // SELECT "id", "title" FROM "threads" WHERE "id" = ?
    let hidden = Thread.comments.filter(Comment.published.eq(false));
    let hidden = session.load(thread, hidden)?;
    // SELECT "id", "body", "created", "published", "thread_id"
    //     FROM "comments" WHERE "thread_id" IN (?) AND "published" = ?
    //     ORDER BY "created" DESC, "body" ASC, "id" ASC
    assert_eq!(session[thread].comments.part()?, hidden);

    // The list itself is not loaded by that.
    let error = session[thread].comments.get().expect_err("a part");
    assert_eq!(error.kind(), orm::ErrorKind::NotLoaded);
    Ok(())
}
// ANCHOR_END: part

// ANCHOR: view_only
fn view_only(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let thread = session.get(Thread, 1)?.expect("the row is there");
    // SELECT "id", "title" FROM "threads" WHERE "id" = ?
    let latest = session.load(thread, Thread.latest)?;
    // SELECT "orm_1"."id", "orm_1"."body", "orm_1"."created",
    //         "orm_1"."published", "orm_1"."thread_id"
    //     FROM (SELECT "id", "body", "created", "published",
    //             "thread_id", ROW_NUMBER() OVER (
    //             PARTITION BY "thread_id"
    //             ORDER BY "created" DESC, "id" ASC) AS "orm_2"
    //         FROM "comments"
    //         WHERE "thread_id" IN (?) AND "published" = ?) AS "orm_1"
    //     WHERE "orm_1"."orm_2" <= ? ORDER BY "orm_1"."orm_2" ASC
    assert_eq!(session[thread].latest.get()?, latest);
    assert_eq!(latest.map(|latest| session[latest].created), Some(3));
    Ok(())
}
// ANCHOR_END: view_only

// ANCHOR: joined
fn joined(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let comments = select(Comment)
        .filter(Comment.published)
        .with(Comment.thread.joined())
        .all(&mut session)?;
    // SELECT "comments"."id", "comments"."body", "comments"."created",
    //         "comments"."published", "comments"."thread_id",
    //         "orm_1"."id", "orm_1"."title"
    //     FROM "comments" INNER JOIN "threads" AS "orm_1"
    //         ON "comments"."thread_id" = "orm_1"."id"
    //     WHERE "comments"."published" = ?
    let thread = session[comments[0]].thread.get()?;
    assert_eq!(session[thread].title, "Engines");
    Ok(())
}
// ANCHOR_END: joined

// ANCHOR: from_join
fn from_join(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let threads = select(Thread)
        .join(Thread.comments)
        .filter(Comment.published.eq(false))
        .with(Thread.comments.from_join())
        .all(&mut session)?;
    // SELECT "threads"."id", "threads"."title", "comments"."id",
    //         "comments"."body", "comments"."created",
    //         "comments"."published", "comments"."thread_id"
    //     FROM "threads" INNER JOIN "comments"
    //         ON "comments"."thread_id" = "threads"."id"
    //     WHERE "comments"."published" = ?
    for thread in threads {
        assert_eq!(session[thread].comments.part()?.len(), 1);
    }
    Ok(())
}
// ANCHOR_END: from_join

// ANCHOR: deferred
fn deferred(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    session.add(Page::builder().title("Tides").body("…"));
    session.commit()?;
    // INSERT INTO "pages" ("title", "body", "footnotes")
    //     VALUES (?, ?, ?)
    session.clear();
    let page = select(Page).one(&mut session)?;
    // SELECT "id", "title" FROM "pages" LIMIT 2
    assert!(session[page].body.get().is_err());

    session[page].title = "Tides and moons".into();
    session.commit()?;
    // UPDATE "pages" SET "title" = ? WHERE "id" = ? AND "title" IS ?
    session.load_columns(page, Page.body)?;
    // SELECT "body", "footnotes" FROM "pages" WHERE "id" = ?
    assert_eq!(session[page].body.get()?, "…");

    let pages = select(Page).undefer(Page.body).all(&mut session)?;
    // SELECT "id", "title", "body", "footnotes" FROM "pages"
    assert_eq!(pages, [page]);
    Ok(())
}
// ANCHOR_END: deferred

// ANCHOR: recursive
fn recursive(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let root = session.add(Category::builder().name("root"));
    let child = Category::builder().name("child");
    session.append(root, Category.children, child)?;
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "categories" ("name", "parent_id") VALUES (?, ?)
    // INSERT INTO "categories" ("name", "parent_id") VALUES (?, ?)
    // COMMIT
    session.clear();
    let roots = select(Category)
        .filter(Category.parent_id.is_null())
        .with(Category.children.recursive())
        .all(&mut session)?;
    // BEGIN
    // SELECT "id", "name", "parent_id" FROM "categories"
    //     WHERE "parent_id" IS NULL
    // SELECT "id", "name", "parent_id" FROM "categories"
    //     WHERE "parent_id" = ? ORDER BY "name" ASC, "id" ASC
    // SELECT "id", "name", "parent_id" FROM "categories"
    //     WHERE "parent_id" = ? ORDER BY "name" ASC, "id" ASC
    // COMMIT
    let child = session[roots[0]].children.get()?[0];
    assert!(session[child].children.get()?.is_empty());
    Ok(())
}
// ANCHOR_END: recursive

// ANCHOR: chunks
fn chunks(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let (mut comments, query) =
        (0, select(Thread).with(Thread.comments));
    query.chunks(1000, &mut session, |session, threads| {
        for thread in threads {
            comments += session[*thread].comments.get()?.len();
            session[*thread].title.push('!');
        }
        session.commit()
    })?;
    // BEGIN
    // SELECT "id", "title" FROM "threads" ORDER BY "id" ASC LIMIT ?
    // SELECT "id", "body", "created", "published", "thread_id"
    //     FROM "comments" WHERE "thread_id" = ?
    //     ORDER BY "created" DESC, "body" ASC, "id" ASC
    // COMMIT
    // UPDATE "threads" SET "title" = ?
    //     WHERE "id" = ? AND "title" IS ?
    assert_eq!(comments, 4);
    Ok(())
}
// ANCHOR_END: chunks

// ANCHOR: values
fn values(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let thread = session.get_one(Thread, 1)?;
    // SELECT "id", "title" FROM "threads" WHERE "id" = ?
    session.load(thread, Thread.comments)?;
    // SELECT "id", "body", "created", "published", "thread_id"
    //     FROM "comments" WHERE "thread_id" = ?
    //     ORDER BY "created" DESC, "body" ASC, "id" ASC
    let times =
        session.values(thread, Thread.comments, Comment.created)?;
    assert_eq!(times, [4, 3, 2, 1]);
    Ok(())
}
// ANCHOR_END: values

// ANCHOR: json
fn json(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let query = select(Category).with(Category.children);
    let categories = query.all(&mut session)?;
    // BEGIN
    // SELECT "id", "name", "parent_id" FROM "categories"
    // SELECT "id", "name", "parent_id" FROM "categories"
    //     WHERE "parent_id" IN (?, ?) ORDER BY "name" ASC, "id" ASC
    // COMMIT
    let root = session
        .json(categories[0])
        .with(Category.children)
        .except(Category.parent_id);
    let text =
        serde_json::to_string(&root).map_err(orm::Error::other)?;
    assert_eq!(
        text,
        r#"{"id":1,"name":"root","children":[{"id":2,"name":"child"}]}"#
    );
    Ok(())
}
// ANCHOR_END: json

// ANCHOR: graph
fn graph(engine: &Engine) -> orm::Result<()> {
    let mut conn = engine.connection()?;
    let threads =
        select(Thread).with(Thread.comments).graph(&mut conn)?;
    // BEGIN
    // SELECT "id", "title" FROM "threads"
    // SELECT "id", "body", "created", "published", "thread_id"
    //     FROM "comments" WHERE "thread_id" = ?
    //     ORDER BY "created" DESC, "body" ASC, "id" ASC
    // COMMIT
    drop(conn);
    for thread in &threads {
        for comment in threads[*thread].comments.get()? {
            assert!(!threads[comment].body.is_empty());
        }
    }
    Ok(())
}
// ANCHOR_END: graph
