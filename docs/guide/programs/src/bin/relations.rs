//! The programs of the chapter "Relations".

use orm::prelude::*;

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    posts: HasMany<Post>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(references = User.id, on_delete = cascade, index)]
    author_id: i64,
    author: BelongsTo<User>,
    #[orm(references = Post.id, on_delete = set_null)]
    answer_to_id: Option<i64>,
    answer_to: BelongsTo<Option<Post>>,
    answers: HasMany<Post>,
}
// ANCHOR_END: models

// ANCHOR: position_models
#[derive(Model, Clone, Debug)]
#[orm(table = "boards")]
struct Board {
    #[orm(primary_key)]
    id: i64,
    #[orm(position = Task.position)]
    tasks: HasMany<Task>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "tasks")]
struct Task {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(default = 0)]
    position: i64,
    #[orm(references = Board.id, on_delete = cascade, index)]
    board_id: i64,
    board: BelongsTo<Board>,
}
// ANCHOR_END: position_models

// ANCHOR: link_models
#[derive(Model, Clone, Debug)]
#[orm(table = "books")]
struct Book {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(link_table = "book_tags")]
    tags: ManyToMany<Tag>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "tags")]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    name: String,
    #[orm(inverse = Book.tags)]
    books: ManyToMany<Book>,
}
// ANCHOR_END: link_models

// ANCHOR: loans
#[derive(Model, Clone, Debug)]
#[orm(table = "readers")]
struct Reader {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = Loan)]
    books: ManyToMany<Book>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "loans")]
struct Loan {
    #[orm(primary_key, references = Reader.id, on_delete = cascade)]
    reader_id: i64,
    #[orm(primary_key, references = Book.id, on_delete = cascade)]
    book_id: i64,
    days: i32,
    reader: BelongsTo<Reader>,
    book: BelongsTo<Book>,
}
// ANCHOR_END: loans

// ANCHOR: follows
#[derive(Model, Clone, Debug)]
#[orm(table = "members")]
struct Member {
    #[orm(primary_key)]
    id: i64,
    #[orm(
        through = Follow,
        inverse = Follow.follower,
        target = Follow.followed
    )]
    following: ManyToMany<Member>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "follows")]
struct Follow {
    #[orm(primary_key, references = Member.id)]
    follower_id: i64,
    #[orm(primary_key, references = Member.id)]
    followed_id: i64,
    #[orm(key = follower_id)]
    follower: BelongsTo<Member>,
    #[orm(key = followed_id)]
    followed: BelongsTo<Member>,
}
// ANCHOR_END: follows

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    orm::metadata().create_all(&engine)?;
    add(&engine)?;
    load(&engine)?;
    assign(&engine)?;
    lists(&engine)?;
    positions(&engine)?;
    link(&engine)?;
    lend(&engine)?;
    eager(&engine)?;
    filter(&engine)?;
    any(&engine)?;
    values(&engine)?;
    join(&engine)
}

// ANCHOR: add
fn add(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ada = session.add(User::builder().name("ada"));
    let post = Post::builder().title("Hello").author(ada);
    let post = session.add(post); // ada has no key yet
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "users" ("name") VALUES (?)
    // INSERT INTO "posts" ("title", "author_id", "answer_to_id")
    //     VALUES (?, ?, ?)
    // COMMIT
    assert_eq!(session[post].author_id, session[ada].id);
    assert_eq!(session[post].author.get()?, ada);
    Ok(())
}
// ANCHOR_END: add

// ANCHOR: load
fn load(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let post = session.get(Post, 1)?.expect("the row is there");
    // SELECT "id", "title", "author_id", "answer_to_id"
    //     FROM "posts" WHERE "id" = ?

    // A row that was read has its relations not loaded.
    let error = session[post].author.get().expect_err("not loaded");
    assert_eq!(error.kind(), orm::ErrorKind::NotLoaded);

    let ada = session.load(post, Post.author)?;
    // SELECT "id", "name" FROM "users" WHERE "id" = ?
    assert_eq!(session[ada].name, "ada");
    assert_eq!(session[post].author.get()?, ada);

    // A NULL key references nothing, and needs no statement.
    assert_eq!(session.load(post, Post.answer_to)?, None);
    Ok(())
}
// ANCHOR_END: load

// ANCHOR: assign
fn assign(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let post = session.get(Post, 1)?.expect("the row is there");
    // SELECT "id", "title", "author_id", "answer_to_id"
    //     FROM "posts" WHERE "id" = ?
    let grace = session.add(User::builder().name("grace"));
    session[post].author = grace.into();
    session.commit()
    // BEGIN IMMEDIATE
    // INSERT INTO "users" ("name") VALUES (?)
    // UPDATE "posts" SET "author_id" = ?
    //     WHERE "id" = ? AND "author_id" IS ?
    // COMMIT
}
// ANCHOR_END: assign

// ANCHOR: lists
fn lists(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let linus = session.add(User::builder().name("linus"));
    let first = Post::builder().title("First"); // without an author
    let first = session.append(linus, User.posts, first)?;
    let answer = Post::builder().title("Yes").author(linus);
    let answer = session.append(first, Post.answers, answer)?;

    // Both sides are in step at once.
    assert_eq!(session[first].author.get()?, linus);
    assert_eq!(session[linus].posts.get()?, [first, answer]);
    assert_eq!(session[answer].answer_to.get()?, Some(first));

    session.unlink(first, Post.answers, answer)?;
    assert!(session[first].answers.get()?.is_empty());
    session.commit()
    // BEGIN IMMEDIATE
    // INSERT INTO "users" ("name") VALUES (?)
    // INSERT INTO "posts" ("title", "author_id", "answer_to_id")
    //     VALUES (?, ?, ?)
    // COMMIT
}
// ANCHOR_END: lists

// ANCHOR: positions
fn positions(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let board = session.add(Board::builder());
    let [plan, build] =
        ["plan", "build"].map(|title| Task::builder().title(title));
    let plan = session.append(board, Board.tasks, plan)?;
    let build = session.append(board, Board.tasks, build)?;
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "boards" DEFAULT VALUES
    // INSERT INTO "tasks" ("title", "position", "board_id")
    //     VALUES (?, ?, ?)
    // COMMIT
    assert_eq!(session[build].position, 1);

    session.move_to(board, Board.tasks, build, 0)?;
    assert_eq!(session[board].tasks.get()?, [build, plan]);
    session.commit()
    // SELECT "id", "title", "position", "board_id" FROM "tasks"
    //     WHERE "board_id" = ? ORDER BY "position" ASC, "id" ASC
    // BEGIN IMMEDIATE
    // UPDATE "tasks" SET "position" = ?
    //     WHERE "id" = ? AND "position" IS ?
    // COMMIT
}
// ANCHOR_END: positions

// ANCHOR: link
fn link(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let book = session.add(Book::builder().title("Dune"));
    let fiction = Tag::builder().name("fiction");
    let fiction = session.append(book, Book.tags, fiction)?;
    assert_eq!(session[fiction].books.get()?, [book]);
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "books" ("title") VALUES (?)
    // INSERT INTO "tags" ("name") VALUES (?)
    // INSERT INTO "book_tags" ("book_id", "tag_id") VALUES (?, ?)
    // COMMIT

    let tags = session.load(book, Book.tags)?;
    // SELECT "book_tags"."book_id", "book_tags"."tag_id",
    //     "tags"."id", "tags"."name" FROM "book_tags"
    //     INNER JOIN "tags" ON "tags"."id" = "book_tags"."tag_id"
    //     WHERE "book_tags"."book_id" = ?
    session.unlink(book, Book.tags, tags[0])?;
    assert!(session[fiction].books.get()?.is_empty());
    session.commit()
    // DELETE FROM "book_tags" WHERE "book_id" = ? AND "tag_id" = ?
}
// ANCHOR_END: link

// ANCHOR: lend
fn lend(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let reader = session.add(Reader::builder());
    let book = session.add(Book::builder().title("Emma"));
    let loan = Loan::builder().reader(reader).book(book).days(30);
    session.add(loan);
    assert_eq!(session[reader].books.get()?, [book]);
    session.commit()
    // BEGIN IMMEDIATE
    // INSERT INTO "books" ("title") VALUES (?)
    // INSERT INTO "readers" DEFAULT VALUES
    // INSERT INTO "loans" ("reader_id", "book_id", "days")
    //     VALUES (?, ?, ?)
    // COMMIT
}
// ANCHOR_END: lend

// ANCHOR: eager
fn eager(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let users = select(User)
        .with(User.posts.then(Post.answers))
        .order_by(User.id)
        .all(&mut session)?;
    // BEGIN
    // SELECT "id", "name" FROM "users" ORDER BY "id" ASC
    // SELECT "id", "title", "author_id", "answer_to_id"
    //     FROM "posts" WHERE "author_id" IN (?, ?, ?, ?)
    // SELECT "id", "title", "author_id", "answer_to_id"
    //     FROM "posts" WHERE "answer_to_id" IN (?, ?, ?, ?)
    // COMMIT
    for user in users {
        for post in session[user].posts.get()? {
            session[post].title.push('!');
        }
    }
    session.rollback()
}
// ANCHOR_END: eager

// ANCHOR: filter
fn filter(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ken = session.add(User::builder().name("ken"));
    session.add(Post::builder().title("Pipes").author(ken));
    let posts = select(Post.title).filter(Post.author.eq(ken));
    assert_eq!(posts.all(&mut session)?, ["Pipes"]);
    // BEGIN IMMEDIATE
    // INSERT INTO "users" ("name") VALUES (?)
    // INSERT INTO "posts" ("title", "author_id", "answer_to_id")
    //     VALUES (?, ?, ?)
    // SELECT "title" FROM "posts" WHERE "author_id" = ?
    session.commit()
    // COMMIT
}
// ANCHOR_END: filter

// ANCHOR: any
fn any(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let authors = select(User.name)
        .filter(User.posts.any(Post.title.contains("ipe")))
        .all(&mut session)?;
    assert_eq!(authors, ["ken"]);
    // SELECT "name" FROM "users" WHERE EXISTS
    //     (SELECT 1 FROM "posts"
    //     WHERE "posts"."author_id" = "users"."id"
    //     AND instr("posts"."title", ?) > 0)

    let answers = select(Post.title)
        .filter(Post.answer_to.has(Post.title.eq("First")))
        .all(&mut session)?;
    assert!(answers.is_empty());
    // SELECT "title" FROM "posts" WHERE EXISTS
    //     (SELECT 1 FROM "posts" AS "orm_1"
    //     WHERE "posts"."answer_to_id" = "orm_1"."id"
    //     AND "orm_1"."title" = ?)
    Ok(())
}
// ANCHOR_END: any

// ANCHOR: values
fn values(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let busiest = select((User.name, User.posts.count()))
        .order_by(User.posts.count().desc())
        .first(&mut session)?;
    assert_eq!(busiest, Some(("linus".to_owned(), 2)));
    // SELECT "name", (SELECT COUNT(*) FROM "posts"
    //     WHERE "posts"."author_id" = "users"."id")
    //     FROM "users" ORDER BY (SELECT COUNT(*) FROM "posts"
    //     WHERE "posts"."author_id" = "users"."id") DESC LIMIT 1

    let posts = User.posts;
    let titles = select((User.name, posts.max(Post.title)))
        .filter(posts.sum(Post.id).gt(0))
        .all(&mut session)?;
    assert!(!titles.is_empty());
    // SELECT "name", (SELECT MAX("posts"."title") FROM "posts"
    //     WHERE "posts"."author_id" = "users"."id")
    //     FROM "users" WHERE (SELECT SUM("posts"."id")
    //     FROM "posts"
    //     WHERE "posts"."author_id" = "users"."id") > ?

    let by_author = select(Post.title)
        .order_by((Post.author.get(User.name), Post.title))
        .first(&mut session)?;
    assert_eq!(by_author.as_deref(), Some("Hello"));
    // SELECT "title" FROM "posts"
    //     ORDER BY (SELECT "users"."name" FROM "users"
    //     WHERE "posts"."author_id" = "users"."id") ASC,
    //     "title" ASC LIMIT 1
    Ok(())
}
// ANCHOR_END: values

// ANCHOR: join
fn join(engine: &Engine) -> orm::Result<()> {
    let mut conn = engine.connection()?;
    let pairs: Vec<(User, Option<Post>)> =
        select((User, optional(Post)))
            .left_join(User.posts)
            .all(&mut conn)?;
    // SELECT "users"."id", "users"."name", "posts"."id",
    //     "posts"."title", "posts"."author_id",
    //     "posts"."answer_to_id"
    //     FROM "users" LEFT JOIN "posts"
    //     ON "posts"."author_id" = "users"."id"
    assert!(pairs.iter().any(|(_, post)| post.is_none()));
    Ok(())
}
// ANCHOR_END: join
