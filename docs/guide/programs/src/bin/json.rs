//! The program of the page "JSON".

use orm::prelude::*;
use orm::types::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

// ANCHOR: model
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Settings {
    theme: String,
    tags: Vec<String>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "profiles")]
struct Profile {
    #[orm(primary_key)]
    id: i64,
    settings: Json<Settings>,
    extra: Option<Value>,
}
// ANCHOR_END: model

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    create(&engine)?;
    let mut session = Session::new(&engine);
    edit(&mut session)?;
    paths(&mut session)?;
    update_keys(&mut session)
}

// ANCHOR: create
fn create(engine: &Engine) -> orm::Result<()> {
    Metadata::of((Profile,)).create_all(engine)
    // BEGIN IMMEDIATE
    // CREATE TABLE "profiles" (
    //     "id" INTEGER NOT NULL,
    //     "settings" TEXT CHECK (json_valid("settings")) NOT NULL,
    //     "extra" TEXT CHECK (json_valid("extra")),
    //     CONSTRAINT "pk_profiles"
    //         PRIMARY KEY ("id" AUTOINCREMENT)
    // )
    // COMMIT
}
// ANCHOR_END: create

// ANCHOR: edit
fn edit(session: &mut Session) -> orm::Result<()> {
    let settings = Settings {
        theme: "dark".into(),
        tags: vec!["new".into()],
    };
    let profile = session.add(
        Profile::builder()
            .settings(Json(settings))
            .extra(json!({"age": 36, "langs": ["en", "fr"]})),
    );
    session.commit()?;
    // INSERT INTO "profiles" ("settings", "extra") VALUES (?, ?)

    session[profile].settings.tags.push("admin".into());
    session.commit()
    // UPDATE "profiles" SET "settings" = ?
    //     WHERE "id" = ? AND "settings" IS ?
}
// ANCHOR_END: edit

// ANCHOR: paths
fn paths(session: &mut Session) -> orm::Result<()> {
    let grown = Profile.extra.at("age").as_i64().ge(18);
    let query = select(Profile.id).filter(grown);
    assert_eq!(query.all(session)?, [1]);
    // SELECT "id" FROM "profiles" WHERE CASE
    //     WHEN json_type("extra", ?) IN ('integer', 'real')
    //     AND json_extract("extra", ?) =
    //     CAST(json_extract("extra", ?) AS INTEGER)
    //     THEN CAST(json_extract("extra", ?) AS INTEGER) END >= ?

    let first = Profile.extra.at("langs").at(0).as_text();
    assert_eq!(select(first).one(session)?, Some("en".into()));
    // SELECT CASE WHEN json_type("extra", ?) = 'text'
    //     THEN json_extract("extra", ?) END FROM "profiles" LIMIT 2

    let french = Profile.extra.contains(json!({"langs": ["fr"]}));
    assert_eq!(select(Profile).filter(french).count(session)?, 1);
    // SELECT COUNT(*) FROM "profiles"
    //     WHERE orm_json_contains("extra", ?)
    Ok(())
}
// ANCHOR_END: paths

// ANCHOR: update
fn update_keys(session: &mut Session) -> orm::Result<()> {
    let older = Profile.extra.with("age", 37).without("langs");
    update(Profile).set(Profile.extra, older).execute(session)?;
    // BEGIN IMMEDIATE
    // UPDATE "profiles" SET "extra" =
    //     json_remove(json_set("extra", ?, json(?)), ?)
    session.commit()?;
    // COMMIT

    let extra = select(Profile.extra).one(session)?;
    assert_eq!(extra, Some(json!({"age": 37})));
    // SELECT "extra" FROM "profiles" LIMIT 2
    Ok(())
}
// ANCHOR_END: update
