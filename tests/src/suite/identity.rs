//! The identity map, over a key that is compared without regard to case.

use crate::databases::{Database, HasDatabase};
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;

cases![
    "identity":
    the_key_is_the_one_that_the_row_has,
];

/// A key that a database may compare without regard to case.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "words")]
struct Word {
    #[orm(primary_key, length = 20)]
    text: String,
    meaning: i64,
}

fn the_key_is_the_one_that_the_row_has(db: &Db) {
    let mut conn = db.other_connection();
    let column = match db.database() {
        Database::Sqlite => "text TEXT COLLATE NOCASE",
        Database::Postgres => {
            conn.raw_control(
                "CREATE COLLATION ignore_case
                 (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
            )
            .unwrap();
            "text TEXT COLLATE ignore_case"
        }
        _ => "text VARCHAR(20) COLLATE utf8mb4_general_ci",
    };
    conn.raw_control(&format!(
        "CREATE TABLE words ({column} NOT NULL PRIMARY KEY, meaning BIGINT NOT NULL)"
    ))
    .unwrap();
    drop(conn);

    let mut session = db.session();
    let word = session.add(Word {
        text: "abc".into(),
        meaning: 1,
    });
    session.commit().unwrap();
    assert_eq!(session.get(Word, "ABC").unwrap(), Some(word));
    assert_eq!(session.get(Word, "abc").unwrap(), Some(word));
    assert_eq!(session[word].text, "abc");
    session[word].meaning = 2;
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT COUNT(*) FROM words WHERE meaning = 2"), 1);
}
