//! The programs of the chapter "Coming from another mapper".

use orm::prelude::*;

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    name: String,
    email: Option<String>,
    posts: HasMany<Post>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "posts")]
struct Post {
    #[orm(primary_key)]
    id: i64,
    title: String,
    likes: i64,
    #[orm(references = User.id, on_delete = cascade, index)]
    author_id: i64,
    author: BelongsTo<User>,
    #[orm(version)]
    version: i32,
}
// ANCHOR_END: models

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    create(&engine)?;
    let mut session = Session::new(&engine);
    add(&mut session)?;
    add_many(&mut session)?;
    get(&mut session)?;
    one(&mut session)?;
    conditions(&mut session)?;
    page(&mut session)?;
    columns(&mut session)?;
    change(&mut session)?;
    change_many(&mut session)?;
    remove(&mut session)?;
    remove_many(&mut session)?;
    counted(&mut session)?;
    grouped(&mut session)?;
    joined(&mut session)?;
    append(&mut session)?;
    eager(&mut session)?;
    related(&mut session)?;
    found_or_added(&mut session)?;
    nested(&engine)?;
    lost_update(&engine)?;
    by_text(&mut session)
}

// ANCHOR: create
fn create(engine: &Engine) -> orm::Result<()> {
    orm::metadata().create_all(engine)
}
// ANCHOR_END: create

// ANCHOR: add
fn add(session: &mut Session) -> orm::Result<()> {
    let ada = User::builder().name("ada").email("ada@example.com");
    let ada = session.add(ada);
    session.commit()?;
    // INSERT INTO "users" ("name", "email") VALUES (?, ?)
    assert_eq!(session[ada].id, 1);
    Ok(())
}
// ANCHOR_END: add

// ANCHOR: add_many
fn add_many(session: &mut Session) -> orm::Result<()> {
    let names = ["bob", "cy", "dan"];
    let users = names.map(|name| User::builder().name(name));
    insert(User).values(users).execute(session)?;
    // BEGIN IMMEDIATE
    // SAVEPOINT orm_1
    // INSERT INTO "users" ("name", "email")
    //     VALUES (?, ?), (?, ?), (?, ?)
    // RELEASE SAVEPOINT orm_1
    session.commit()
    // COMMIT
}
// ANCHOR_END: add_many

// ANCHOR: get
fn get(session: &mut Session) -> orm::Result<()> {
    let bob = session.get(User, 2)?;
    // SELECT "id", "name", "email" FROM "users" WHERE "id" = ?
    let bob = bob.expect("the row is there");
    assert_eq!(session[bob].name, "bob");
    Ok(())
}
// ANCHOR_END: get

// ANCHOR: one
fn one(session: &mut Session) -> orm::Result<()> {
    let ada = select(User).filter(User.name.eq("ada"));
    let ada = ada.one(session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     WHERE "name" = ? LIMIT 2
    assert_eq!(session[ada].id, 1);
    Ok(())
}
// ANCHOR_END: one

// ANCHOR: conditions
fn conditions(session: &mut Session) -> orm::Result<()> {
    let found = select(User)
        .filter(User.name.starts_with("a") | User.email.is_null())
        .filter(!User.id.in_([3, 4]))
        .all(session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     WHERE (instr("name", ?) = 1 OR "email" IS NULL)
    //     AND NOT ("id" IN (?, ?))
    assert_eq!(found.len(), 2);
    Ok(())
}
// ANCHOR_END: conditions

// ANCHOR: page
fn page(session: &mut Session) -> orm::Result<()> {
    let second = select(User)
        .order_by((User.name.desc(), User.id))
        .limit(2)
        .offset(2)
        .all(session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     ORDER BY "name" DESC, "id" ASC LIMIT ? OFFSET ?
    assert_eq!(session[second[0]].name, "bob");
    Ok(())
}
// ANCHOR_END: page

// ANCHOR: columns
fn columns(session: &mut Session) -> orm::Result<()> {
    let names: Vec<(i64, String)> = select((User.id, User.name))
        .order_by(User.id)
        .all(session)?;
    // SELECT "id", "name" FROM "users" ORDER BY "id" ASC
    assert_eq!(names[0], (1, "ada".to_owned()));
    Ok(())
}
// ANCHOR_END: columns

// ANCHOR: change
fn change(session: &mut Session) -> orm::Result<()> {
    let bob = session.get(User, 2)?.expect("the row is there");
    session[bob].email = Some("bob@example.com".into());
    session.commit()
    // UPDATE "users" SET "email" = ?
    //     WHERE "id" = ? AND "email" IS ?
}
// ANCHOR_END: change

// ANCHOR: change_many
fn change_many(session: &mut Session) -> orm::Result<()> {
    let matched = update(User)
        .set(User.email, Some("unknown"))
        .filter(User.email.is_null())
        .execute(session)?;
    // BEGIN IMMEDIATE
    // UPDATE "users" SET "email" = ? WHERE "email" IS NULL
    assert_eq!(matched, 2);
    session.commit()
    // COMMIT
}
// ANCHOR_END: change_many

// ANCHOR: remove
fn remove(session: &mut Session) -> orm::Result<()> {
    let cy = select(User).filter(User.name.eq("cy"));
    let cy = cy.one(session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     WHERE "name" = ? LIMIT 2
    session.delete(cy);
    session.commit()
    // DELETE FROM "users" WHERE "id" = ?
}
// ANCHOR_END: remove

// ANCHOR: remove_many
fn remove_many(session: &mut Session) -> orm::Result<()> {
    let likes_none = Post.likes.eq(0);
    delete(Post).filter(likes_none).execute(session)?;
    // BEGIN IMMEDIATE
    // DELETE FROM "posts" WHERE "likes" = ?
    session.commit()
    // COMMIT
}
// ANCHOR_END: remove_many

// ANCHOR: counted
fn counted(session: &mut Session) -> orm::Result<()> {
    let known = select(User).filter(User.email.ne("unknown"));
    assert_eq!(known.count(session)?, 2);
    // SELECT COUNT(*) FROM "users" WHERE "email" <> ?
    assert!(known.exists(session)?);
    // SELECT 1 FROM "users" WHERE "email" <> ? LIMIT 1
    Ok(())
}
// ANCHOR_END: counted

// ANCHOR: grouped
fn grouped(session: &mut Session) -> orm::Result<()> {
    let totals: Vec<(i64, i64, Option<i64>)> =
        select((Post.author_id, count(Post.id), sum(Post.likes)))
            .group_by(Post.author_id)
            .having(count(Post.id).gt(1))
            .all(session)?;
    // SELECT "author_id", COUNT("id"), SUM("likes") FROM "posts"
    //     GROUP BY "author_id" HAVING COUNT("id") > ?
    assert!(totals.is_empty());
    Ok(())
}
// ANCHOR_END: grouped

// ANCHOR: joined
fn joined(session: &mut Session) -> orm::Result<()> {
    let titles: Vec<String> = select(Post.title)
        .join(Post.author)
        .filter(User.name.eq("ada"))
        .all(session)?;
    // SELECT "posts"."title" FROM "posts"
    //     INNER JOIN "users"
    //         ON "posts"."author_id" = "users"."id"
    //     WHERE "users"."name" = ?
    assert!(titles.is_empty());
    Ok(())
}
// ANCHOR_END: joined

// ANCHOR: append
fn append(session: &mut Session) -> orm::Result<()> {
    let ada = session.get(User, 1)?.expect("the row is there");
    // SELECT "id", "name", "email" FROM "users" WHERE "id" = ?
    let post = Post::builder().title("Notes").likes(3);
    let post = session.append(ada, User.posts, post)?;
    session.commit()?;
    // INSERT INTO "posts"
    //     ("title", "likes", "author_id", "version")
    //     VALUES (?, ?, ?, ?)
    assert_eq!(session[post].author_id, 1);
    Ok(())
}
// ANCHOR_END: append

// ANCHOR: eager
fn eager(session: &mut Session) -> orm::Result<()> {
    let users = select(User).with(User.posts).all(session)?;
    // BEGIN
    // SELECT "id", "name", "email" FROM "users"
    // SELECT "id", "title", "likes", "author_id", "version"
    //     FROM "posts" WHERE "author_id" IN (?, ?, ?, ?)
    // COMMIT
    for user in users {
        for post in session[user].posts.get()? {
            assert_eq!(session[post].author.get()?, user);
        }
    }
    Ok(())
}
// ANCHOR_END: eager

// ANCHOR: related
fn related(session: &mut Session) -> orm::Result<()> {
    let writers = select(User)
        .filter(User.posts.any(Post.title.contains("Not")))
        .all(session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     WHERE EXISTS (SELECT 1 FROM "posts"
    //         WHERE "posts"."author_id" = "users"."id"
    //         AND instr("posts"."title", ?) > 0)
    assert_eq!(session[writers[0]].name, "ada");
    Ok(())
}
// ANCHOR_END: related

// ANCHOR: found_or_added
fn found_or_added(session: &mut Session) -> orm::Result<()> {
    let ada = User::builder().name("ada");
    let (ada, created) = session.get_or_create(User.name, ada)?;
    // SELECT "id", "name", "email" FROM "users" WHERE "name" = ?
    assert!(!created && session[ada].id == 1);
    Ok(())
}
// ANCHOR_END: found_or_added

// ANCHOR: nested
fn nested(engine: &Engine) -> orm::Result<()> {
    engine.transaction(|session| {
        session.add(User::builder().name("eve"));
        let tried = session.savepoint(|session| {
            session.add(User::builder().name("ada"));
            Ok(())
        });
        let error = tried.expect_err("the name is taken");
        assert!(error.is_unique_violation());
        Ok(())
    })
    // BEGIN IMMEDIATE
    // INSERT INTO "users" ("name", "email") VALUES (?, ?)
    // SAVEPOINT orm_1
    // INSERT INTO "users" ("name", "email") VALUES (?, ?)
    // ROLLBACK TO SAVEPOINT orm_1
    // RELEASE SAVEPOINT orm_1
    // COMMIT
}
// ANCHOR_END: nested

// ANCHOR: lost_update
fn lost_update(engine: &Engine) -> orm::Result<()> {
    let mut one = Session::new(engine);
    let mut two = Session::new(engine);
    let of_one = one.get(Post, 1)?.expect("the row is there");
    // SELECT "id", "title", "likes", "author_id", "version"
    //     FROM "posts" WHERE "id" = ?
    let of_two = two.get(Post, 1)?.expect("the row is there");
    // SELECT "id", "title", "likes", "author_id", "version"
    //     FROM "posts" WHERE "id" = ?
    one[of_one].title = "Remarks".into();
    one.commit()?;
    // UPDATE "posts" SET "title" = ?, "version" = ?
    //     WHERE "id" = ? AND "version" IS ?
    two[of_two].title = "Papers".into();
    let error = two.commit().expect_err("the version has changed");
    // UPDATE "posts" SET "title" = ?, "version" = ?
    //     WHERE "id" = ? AND "version" IS ?
    assert!(error.is_stale_data());
    two.rollback()
}
// ANCHOR_END: lost_update

// ANCHOR: by_text
fn by_text(session: &mut Session) -> orm::Result<()> {
    let sql = "SELECT name FROM users WHERE id < :most";
    let names: Vec<(String,)> =
        raw(sql).bind("most", 2).all(session)?;
    // SELECT name FROM users WHERE id < ?
    assert_eq!(names[0].0, "ada");
    Ok(())
}
// ANCHOR_END: by_text
