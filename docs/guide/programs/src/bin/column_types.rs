//! The program of the chapter "Types of the database".

use orm::prelude::*;
use orm::types::{Codec, Type};
use orm::value::{ConversionError, Value, ValueRef};

// ANCHOR: size
#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
#[orm(native)]
enum Size {
    Small,
    Medium,
    Large,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "shirts")]
struct Shirt {
    #[orm(primary_key)]
    id: i64,
    size: Size,
}
// ANCHOR_END: size

// ANCHOR: secret
#[derive(DbType, Clone, Debug, PartialEq)]
#[orm(codec)]
struct Secret(String);

impl Codec for Secret {
    const TYPE: Type = Type::Text;
    const LENGTH: Option<u32> = Some(200);
    const NAME: &'static str = "a secret";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(rotated(&self.0))
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Text(text) => Ok(Self(rotated(text))),
            _ => Err(ConversionError::Kind),
        }
    }
}
// ANCHOR_END: secret

/// Each letter as the one 13 places further.
fn rotated(text: &str) -> String {
    let turn = |first: u8, c: u8| first + (c - first + 13) % 26;
    let letter = |c: char| match u8::try_from(c) {
        Ok(c) if c.is_ascii_lowercase() => turn(b'a', c).into(),
        Ok(c) if c.is_ascii_uppercase() => turn(b'A', c).into(),
        _ => c,
    };
    text.chars().map(letter).collect()
}

// ANCHOR: note
#[derive(Model, Clone, Debug)]
#[orm(table = "notes")]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique)]
    title: Secret,
    #[orm(sql_type(postgres = "citext", mysql = "MEDIUMTEXT"))]
    text: String,
}
// ANCHOR_END: note

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    Metadata::of((Shirt, Note)).create_all(&engine)?;
    let mut conn = engine.connection()?;
    secrets(&mut conn)?;
    sizes(&mut conn)
}

// ANCHOR: secrets
fn secrets(conn: &mut Connection) -> orm::Result<()> {
    let title = Secret("plans".into());
    let note = Note::builder().title(title.clone()).text("…");
    insert(Note).values(note).execute(conn)?;
    // INSERT INTO "notes" ("title", "text") VALUES (?, ?)

    let found = select(Note.title).filter(Note.title.eq(title));
    assert_eq!(found.one(conn)?, Secret("plans".into()));
    // SELECT "title" FROM "notes" WHERE "title" = ? LIMIT 2

    let query = raw("SELECT title FROM notes");
    let (stored,): (String,) = query.one(conn)?;
    // SELECT title FROM notes
    assert_eq!(stored, "cynaf");
    Ok(())
}
// ANCHOR_END: secrets

// ANCHOR: order
fn sizes(conn: &mut Connection) -> orm::Result<()> {
    for size in [Size::Large, Size::Small, Size::Medium] {
        insert(Shirt)
            .values(Shirt::builder().size(size))
            .execute(conn)?;
    }
    // INSERT INTO "shirts" ("size") VALUES (?)
    // INSERT INTO "shirts" ("size") VALUES (?)
    // INSERT INTO "shirts" ("size") VALUES (?)
    let query = select(Shirt.size).order_by(Shirt.size);
    let sizes = query.all(conn)?;
    // SELECT "size" FROM "shirts" ORDER BY CASE "size"
    //     WHEN 'small' THEN 0 WHEN 'medium' THEN 1
    //     WHEN 'large' THEN 2 END ASC
    assert_eq!(sizes, [Size::Small, Size::Medium, Size::Large]);
    Ok(())
}
// ANCHOR_END: order
