//! The program of the chapter "Start".
// ANCHOR: model
use orm::prelude::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    name: String,
    email: Option<String>,
}
// ANCHOR_END: model

// ANCHOR: main
fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://app.db").echo().connect()?;
    orm::metadata().create_all(&engine)?;
    // BEGIN IMMEDIATE
    // CREATE TABLE "users" (
    //     "id" INTEGER NOT NULL,
    //     "name" VARCHAR(50) NOT NULL,
    //     "email" TEXT,
    //     CONSTRAINT "pk_users"
    //         PRIMARY KEY ("id" AUTOINCREMENT),
    //     CONSTRAINT "uq_users_name" UNIQUE ("name")
    // )
    // COMMIT

    let mut session = Session::new(&engine);
    let ada = session.add(User::builder().name("ada"));
    session.commit()?;
    // INSERT INTO "users" ("name", "email") VALUES (?, ?)
    assert!(session[ada].id > 0); // generated

    let found =
        select(User).filter(User.name.eq("ada")).one(&mut session)?;
    // SELECT "id", "name", "email" FROM "users"
    //     WHERE "name" = ? LIMIT 2
    assert_eq!(found, ada);

    session[ada].email = Some("ada@example.com".to_owned());
    session.commit()?;
    // UPDATE "users" SET "email" = ?
    //     WHERE "id" = ? AND "email" IS ?

    session.delete(ada);
    session.commit()
    // DELETE FROM "users" WHERE "id" = ?
}
// ANCHOR_END: main
