//! Hostile strings in every place where a string can go. Each is a typed error or has the right result, and leaves the tables
//! and rows that are not meant as they were. `values.rs` and `writes.rs` have the places of values, `names.rs`, `sources.rs` and
//! `schemas.rs` those of names.

mod names;
mod schemas;
mod sources;
mod values;
mod writes;

use orm::prelude::*;
use orm::types::DbType as _;

use crate::database::Db;
use crate::suite::Case;

pub(super) fn cases() -> Vec<Case> {
    let files = [
        values::cases(),
        writes::cases(),
        names::cases(),
        sources::cases(),
        schemas::cases(),
    ];
    files.into_iter().flatten().collect()
}

/// What would end a literal, a name or a statement, or begin a bind, a comment, an escape or a pattern.
const HOSTILE: [&str; 37] = [
    "'",
    "''",
    "\"",
    "\"\"",
    "`",
    "``",
    "\\",
    "\\\\",
    "\\'",
    "\\\"",
    "%",
    "_",
    "%'",
    "\\%",
    ":a",
    "::text",
    "?",
    "?1",
    "$1",
    "@x",
    "{fn now()}",
    "[x]",
    "a]",
    ";",
    "--",
    "-- ",
    "/*",
    "*/",
    "/*! x */",
    "#",
    "x'; DELETE FROM bystanders; --",
    "x\"; DELETE FROM bystanders; --",
    "x`; DELETE FROM bystanders; --",
    "x) OR (1 = 1",
    "$$; DELETE FROM bystanders; $$",
    "a\nb\r\n\tc\u{8}\u{1a}",
    "é e\u{301} 🦀 \u{202e}rtl\u{feff}\u{2028}",
];

/// The hostile strings, some of them longer than a name may be, and one with a NUL.
fn hostile() -> Vec<String> {
    let mut strings: Vec<String> = HOSTILE.map(str::to_owned).to_vec();
    // Names are cut at 63 or 64 bytes.
    strings.push("é".repeat(31) + "\"");
    strings.push("a".repeat(62) + "é`");
    strings.push("x\0'; DELETE FROM bystanders; --".to_owned());
    strings
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "bystanders")]
struct Bystander {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    name: String,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "hostile_words")]
struct Word {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    body: String,
    note: Option<String>,
    bytes: Option<Vec<u8>>,
}

/// What no case may change.
struct Bystanders {
    tables: Vec<String>,
}

impl Bystanders {
    /// A connection to a database with the tables of this file, of which the one of bystanders has two rows.
    fn beside(db: &Db) -> (Connection, Self) {
        Metadata::of((Bystander, Word))
            .create_all(&db.engine)
            .unwrap();
        let mut conn = db.engine.connection().unwrap();
        let rows = (1..3).map(|id| Bystander::builder().id(id).name("x"));
        insert(Bystander)
            .values(rows.collect::<Vec<_>>())
            .execute(&mut conn)
            .unwrap();
        let tables = tables(&mut conn);
        db.sent();
        (conn, Self { tables })
    }

    #[track_caller]
    fn are_unharmed(&self, conn: &mut Connection) {
        let found = select(Bystander.name).order_by(Bystander.id).all(conn);
        assert_eq!(found.unwrap(), ["x", "x"]);
        assert_eq!(tables(conn), self.tables);
    }
}

/// The names of the tables.
fn tables(conn: &mut Connection) -> Vec<String> {
    let mut names = Vec::new();
    conn.raw_query(conn.dialect().list_tables(), &[], &mut |row| {
        names.push(row.get(0).map(|name| String::from_value(name).unwrap())?);
        Ok(())
    })
    .unwrap();
    names
}

/// The result, unless it was refused by an error after which the connection is as it was.
#[track_caller]
fn accepted<T>(string: &str, result: orm::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            assert!(!error.is_connection_lost(), "{string:?}: {error:?}");
            None
        }
    }
}

/// Names that not every database takes: with a space at the end, with control characters, with characters beyond the Basic
/// Multilingual Plane.
const NOT_EVERYWHERE: [&str; 3] = [
    "-- ",
    "a\nb\r\n\tc\u{8}\u{1a}",
    "é e\u{301} 🦀 \u{202e}rtl\u{feff}\u{2028}",
];

/// As [`accepted`], of a name: each database takes it, unless it has a NUL, is too long or one of [`NOT_EVERYWHERE`].
#[track_caller]
fn named_everywhere<T>(db: &Db, string: &str, result: orm::Result<T>) -> Option<T> {
    if let Err(error) = &result {
        let is_long = string.len() > db.capabilities().identifier_limit;
        let is_odd = string.contains('\0') || NOT_EVERYWHERE.contains(&string);
        assert!(is_long || is_odd, "{string:?}: {error:?}");
    }
    accepted(string, result)
}

/// As [`accepted`], of a value: only a NUL may be refused.
#[track_caller]
fn stored<T>(string: &str, result: orm::Result<T>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            assert!(string.contains('\0'), "{string:?}: {error:?}");
            assert!(!error.is_connection_lost(), "{string:?}: {error:?}");
            None
        }
    }
}
