//! Raw SQL in the words of each database.

use crate::databases::{Database, HasDatabase};
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;
use orm_core::lex::{Lexer, statements};

cases![
    "raw_sql":
    names_in_brackets_are_identifiers (orm_conformance::Requires::Embedded),
    text_is_read_as_the_database_reads_it,
];

fn names_in_brackets_are_identifiers(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    conn.raw_control("CREATE TABLE [t:x] ([a:b] INTEGER, [it's :c] TEXT, [-- :d] TEXT)")
        .unwrap();
    let written = raw("INSERT INTO [t:x] ([a:b], [it's :c], [-- :d]) VALUES (:a, :b, ':c')")
        .bind("a", 1)
        .bind("b", "two");
    assert_eq!(written.execute(conn).unwrap(), 1);
    let read = raw("SELECT [a:b] + :n, [it's :c], [-- :d] FROM [t:x] WHERE [a:b] IN (:l)");
    let found: Vec<(i64, String, String)> =
        read.bind("n", 1).bind_list("l", [1, 2]).all(conn).unwrap();
    assert_eq!(found, [(2, "two".to_owned(), ":c".to_owned())]);
}

/// As many columns as the lexer sees commas between: what hides a comma is each database's own.
fn text_is_read_as_the_database_reads_it(db: &Db) {
    let own: &[&str] = match db.database() {
        Database::Sqlite => &["SELECT 1 AS [a,b], 2 AS `c,d`"],
        Database::Postgres => &[
            "SELECT 1 -- ,\r, 2",
            "SELECT $$,'$$, $a$ $$, $a$, 3",
            "SELECT 1 /* , /* , */ , */, 2",
            "SELECT E',\\',', E'a' -- ,\n '\\',b', 'a\\', 2",
        ],
        Database::MariaDb => &["SELECT /*M! 1, */ 2", "SELECT /*!50000 '*/,', */ 2 # ,\r ,"],
        Database::Mysql => &[
            "SELECT /*M! 1, */ 2",
            "SELECT 5--3, 1 --\u{1} ,",
            "SELECT ',\\',', \",\\\",\", `a\\`, 2 FROM (SELECT 1 AS `a\\`) t",
            "SELECT /*! 1, /* , */ 2, */ 3",
        ],
    };
    let common = [
        "SELECT ',', ''',', 1 -- ,",
        "SELECT (1), /* , */ 2 -- ,\n, 3",
    ];
    let rules = db.capabilities().lexical_rules;
    let mut conn = db.engine.connection().unwrap();
    for text in common.iter().chain(own) {
        let commas = Lexer::new(text, rules).filter(|token| token.is_char(','));
        let mut columns = 0;
        let read = conn.raw_query(text, &[], &mut |row| {
            columns = row.len();
            Ok(())
        });
        assert!(read.is_ok(), "{text}: {read:?}");
        assert_eq!(columns, commas.count() + 1, "{text}");
        assert_eq!(statements(text, rules).count(), 1, "{text}");
    }
}
