//! The programs of the chapter "Errors".

use orm::ErrorKind;
use orm::prelude::*;

// ANCHOR: model
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 10)]
    name: String,
}
// ANCHOR_END: model

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    orm::metadata().create_all(&engine)?;
    parts(&engine)?;
    kinds(&engine);
    get_or_create(&engine, "ada")?;
    again(&engine)
}

// ANCHOR: parts
fn parts(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    session.add(User::builder().name("ada"));
    session.commit()?;
    // INSERT INTO "users" ("name") VALUES (?)

    session.add(User::builder().name("ada"));
    let error = session.commit().expect_err("the name is taken");
    // INSERT INTO "users" ("name") VALUES (?)
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    assert_eq!(error.table(), Some("users"));
    assert_eq!(error.columns(), ["name"]);
    assert_eq!(error.code(), Some("2067"));
    let sql = r#"INSERT INTO "users" ("name") VALUES (?)"#;
    assert_eq!(error.sql(), Some(sql));
    session.rollback()
}
// ANCHOR_END: parts

// ANCHOR: kinds
fn kinds(engine: &Engine) {
    let add = |name: &str| {
        engine.transaction(|session| {
            session.add(User::builder().name(name));
            Ok(())
        })
    };
    let status = |name: &str| match add(name) {
        Ok(()) => 201,
        Err(error) if error.is_unique_violation() => 409,
        Err(error) if error.is_invalid_value() => 400,
        Err(_) => 500,
    };
    assert_eq!(status("ada"), 409);
    // INSERT INTO "users" ("name") VALUES (?)
    assert_eq!(status("a name that is too long"), 400);
    // No statement: the length is checked before.
}
// ANCHOR_END: kinds

// ANCHOR: get_or_create
fn get_or_create(engine: &Engine, name: &str) -> orm::Result<i64> {
    engine.transaction(|session| {
        let query = select(User).filter(User.name.eq(name));
        if let Some(user) = query.one_or_none(session)? {
            return Ok(session[user].id);
        }
        let added = session.savepoint(|session| {
            Ok(session.add(User::builder().name(name)))
        });
        match added {
            Ok(user) => Ok(session[user].id),
            Err(error) if error.is_unique_violation() => {
                let user = query.one(session)?;
                Ok(session[user].id)
            }
            Err(error) => Err(error),
        }
    })
    // BEGIN IMMEDIATE
    // SELECT "id", "name" FROM "users" WHERE "name" = ? LIMIT 2
    // COMMIT
}
// ANCHOR_END: get_or_create

// ANCHOR: again
fn again(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let user = session.add(User::builder().name("ada"));
    let error = session.commit().expect_err("the name is taken");
    // INSERT INTO "users" ("name") VALUES (?)
    assert!(error.is_unique_violation());

    session[user].name = "grace".into();
    session.commit()
    // INSERT INTO "users" ("name") VALUES (?)
}
// ANCHOR_END: again
