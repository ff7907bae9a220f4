//! The programs of the chapter "The session".

use orm::EntityState;
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
    add(&engine)?;
    find(&engine)?;
    change(&engine)?;
    autoflush(&engine)?;
    order(&engine)?;
    states(&engine)?;
    past(&engine)?;
    again(&engine)?;
    history(&engine)
}

// ANCHOR: add
fn add(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ada = session.add(User::builder().name("ada"));
    assert_eq!(session[ada].name, "ada"); // not inserted yet
    assert_eq!(session.key(ada), None);

    session.flush()?;
    // BEGIN IMMEDIATE
    // INSERT INTO "users" ("name", "email") VALUES (?, ?)
    assert_eq!(session[ada].id, 1); // the generated key

    let title = "Notes";
    session.add(Post::builder().author_id(1).title(title));
    session.commit()
    // INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)
    // COMMIT
}
// ANCHOR_END: add

// ANCHOR: find
fn find(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ada = session.get(User, 1)?.expect("it is stored");
    // SELECT "id", "name", "email" FROM "users" WHERE "id" = ?
    let again = session.get(User, 1)?;
    // No statement: the identity map has it.
    assert_eq!(again, Some(ada));

    let named = select(User).filter(User.name.eq("ada"));
    let found = named.one(&mut session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     WHERE "name" = ? LIMIT 2
    assert_eq!(found, ada); // one row, one handle
    Ok(())
}
// ANCHOR_END: find

// ANCHOR: change
fn change(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ada = select(User).one(&mut session)?;
    // SELECT "id", "name", "email" FROM "users" LIMIT 2
    let email = "ada@example.com";
    session[ada].email = Some(email.to_owned());
    assert_eq!(session.changed_columns(ada)?, ["email"]);
    session.commit()?;
    // UPDATE "users" SET "email" = ?
    //     WHERE "id" = ? AND "email" IS ?

    session[ada].email = None;
    session[ada].email = Some(email.to_owned());
    session.commit()
    // No statement: no value has changed.
}
// ANCHOR_END: change

// ANCHOR: autoflush
fn autoflush(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    session.add(User::builder().name("bob"));
    let count = select(User).count(&mut session)?;
    // BEGIN IMMEDIATE
    // INSERT INTO "users" ("name", "email") VALUES (?, ?)
    // SELECT COUNT(*) FROM "users"
    assert_eq!(count, 2);
    session.rollback()
    // ROLLBACK
}
// ANCHOR_END: autoflush

// ANCHOR: order
fn order(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let ada = select(User).one(&mut session)?;
    // SELECT "id", "name", "email" FROM "users" LIMIT 2
    let notes = select(Post).one(&mut session)?;
    // SELECT "id", "author_id", "title" FROM "posts" LIMIT 2
    session.delete(ada); // the parent first,
    session.delete(notes); // then its child
    session.add(User::builder().name("ada")); // a name in use
    session.commit()
    // BEGIN IMMEDIATE
    // DELETE FROM "posts" WHERE "id" = ?
    // DELETE FROM "users" WHERE "id" = ?
    // INSERT INTO "users" ("name", "email") VALUES (?, ?)
    // COMMIT
}
// ANCHOR_END: order

// ANCHOR: states
fn states(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let cy = session.add(User::builder().name("cy"));
    assert_eq!(session.entity_state(cy)?, EntityState::Pending);
    session.commit()?;
    // INSERT INTO "users" ("name", "email") VALUES (?, ?)
    assert_eq!(session.entity_state(cy)?, EntityState::Persistent);
    assert!(session.is_stale(cy)?); // until it is read again

    let cy: User = session.expunge(cy)?; // an owned struct
    assert_eq!(cy.name, "cy");
    Ok(())
}
// ANCHOR_END: states

// ANCHOR: past
fn past(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let cy =
        select(User).filter(User.name.eq("cy")).one(&mut session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     WHERE "name" = ? LIMIT 2
    update(User)
        .set(User.email, "all@example.com")
        .execute(&mut session)?;
    // BEGIN IMMEDIATE
    // UPDATE "users" SET "email" = ?
    session.refresh(cy)?;
    // SELECT "id", "name", "email" FROM "users" WHERE "id" = ?
    let email = session[cy].email.as_deref();
    assert_eq!(email, Some("all@example.com"));
    session.commit()
    // COMMIT
}
// ANCHOR_END: past

// ANCHOR: again
fn again(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let cy =
        select(User).filter(User.name.eq("cy")).one(&mut session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     WHERE "name" = ? LIMIT 2
    let id = session[cy].id;

    session.expire(cy)?;
    session.get_one(User, id)?;
    // SELECT "id", "name", "email" FROM "users" WHERE "id" = ?

    session.refresh_attributes(cy, User.email)?;
    // SELECT "email" FROM "users" WHERE "id" = ?

    session.refresh_for_update(cy)?; // locks the row
    // BEGIN IMMEDIATE
    // SELECT "id", "name", "email" FROM "users" WHERE "id" = ?

    let all = select(User).populate_existing().all(&mut session)?;
    // SELECT "id", "name", "email" FROM "users"
    assert!(all.contains(&cy));
    session.commit()
    // COMMIT
}
// ANCHOR_END: again

// ANCHOR: history
fn history(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let cy =
        select(User).filter(User.name.eq("cy")).one(&mut session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     WHERE "name" = ? LIMIT 2
    session[cy].name = "cyd".into();
    let name = session.history(cy, User.name)?;
    assert_eq!(name.old_value().map(String::as_str), Some("cy"));
    assert_eq!(name.new_value().map(String::as_str), Some("cyd"));
    session.rollback()
}
// ANCHOR_END: history
