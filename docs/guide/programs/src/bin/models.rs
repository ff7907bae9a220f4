//! The program of the chapter "Models".

use orm::prelude::*;

// ANCHOR: user
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    name: String,
    email: Option<Email>,
    #[orm(server_default = true)]
    active: bool,
}
// ANCHOR_END: user

// ANCHOR: email
#[derive(DbType, Clone, Debug, PartialEq)]
#[orm(length = 254)]
struct Email(String);
// ANCHOR_END: email

// ANCHOR: status
#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Draft,
    InReview,
    #[orm(rename = "public")]
    Published,
}
// ANCHOR_END: status

// ANCHOR: post
#[derive(Model, Clone, Debug)]
#[orm(table = "posts", unique(author_id, title))]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id, on_delete = cascade)]
    author_id: i64,
    #[orm(length = 200)]
    title: String,
    #[orm(default = Status::Draft)]
    status: Status,
}
// ANCHOR_END: post

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    create(&engine)?;
    visible(&engine)?;
    fill(&engine)
}

// ANCHOR: create
fn create(engine: &Engine) -> orm::Result<()> {
    orm::metadata().create_all(engine)
    // BEGIN IMMEDIATE
    // CREATE TABLE "users" (
    //     "id" INTEGER NOT NULL,
    //     "name" VARCHAR(50) NOT NULL,
    //     "email" VARCHAR(254),
    //     "active" BOOLEAN NOT NULL DEFAULT 1,
    //     CONSTRAINT "pk_users"
    //         PRIMARY KEY ("id" AUTOINCREMENT),
    //     CONSTRAINT "uq_users_name" UNIQUE ("name")
    // )
    // CREATE TABLE "posts" (
    //     "id" INTEGER NOT NULL,
    //     "author_id" INTEGER NOT NULL,
    //     "title" VARCHAR(200) NOT NULL,
    //     "status" VARCHAR(9) NOT NULL,
    //     CONSTRAINT "pk_posts"
    //         PRIMARY KEY ("id" AUTOINCREMENT),
    //     CONSTRAINT "uq_posts_author_id_title"
    //         UNIQUE ("author_id", "title"),
    //     CONSTRAINT "ck_posts_status" CHECK (
    //         "status" IN ('draft', 'in_review', 'public')
    //     ),
    //     CONSTRAINT "fk_posts_author_id_users"
    //         FOREIGN KEY ("author_id")
    //         REFERENCES "users" ("id") ON DELETE CASCADE
    // )
    // COMMIT
}
// ANCHOR_END: create

// ANCHOR: attributes
impl Post {
    fn is_visible(&self) -> bool {
        matches!(self.status, Status::Published)
    }
}

trait PostAttributes {
    fn is_visible(&self) -> Predicate;
}

impl PostAttributes for <Post as Model>::Entity {
    fn is_visible(&self) -> Predicate {
        self.status.eq(Status::Published)
    }
}

fn visible(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let posts = select(Post).filter(Post.is_visible());
    let posts = posts.all(&mut session)?;
    // SELECT "id", "author_id", "title", "status" FROM "posts"
    //     WHERE "status" = ?
    assert!(posts.iter().all(|post| session[*post].is_visible()));
    Ok(())
}
// ANCHOR_END: attributes

// ANCHOR: fill
fn fill(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    // A builder: what has a default may be left out.
    let ada = session.add(User::builder().name("ada"));
    // A struct literal: 0 stands for a generated key.
    let bob = session.add(User {
        id: 0,
        name: "bob".to_owned(),
        email: Some(Email("bob@example.com".to_owned())),
        active: false,
    });
    session.commit()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "users" ("name", "email") VALUES (?, ?)
    // SELECT "id", "name", "email", "active" FROM "users"
    //     WHERE "id" = ?
    // INSERT INTO "users" ("name", "email", "active")
    //     VALUES (?, ?, ?)
    // COMMIT
    assert!(session[ada].active); // read back from the server

    let author_id = session[bob].id;
    let post = session
        .add(Post::builder().author_id(author_id).title("Notes"));
    session.commit()?;
    // INSERT INTO "posts" ("author_id", "title", "status")
    //     VALUES (?, ?, ?)
    assert_eq!(session[post].status, Status::Draft);
    Ok(())
}
// ANCHOR_END: fill
