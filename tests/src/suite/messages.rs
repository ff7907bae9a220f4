//! Messages name what is wrong in the words of SQL, and never show a value.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::url_with;
use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::suite::support::{SECRET, assert_shows_no_value, fails, refused};

cases![
    "messages":
    a_syntax_error_shows_the_words_of_the_statement,
    a_syntax_error_at_the_end_says_so,
    unknown_functions_are_named,
    text_that_a_procedure_puts_together_is_not_shown (Requires::Server),
    a_row_that_is_too_wide_says_what_to_do,
    a_foreign_key_without_its_table_says_what_it_needs (Requires::Server),
    a_generated_key_that_is_taken_tells_of_the_sequence,
    a_socket_that_is_missing_is_named (Requires::Server),
    a_file_that_is_cut_off_is_damaged (Requires::Embedded),
    a_file_that_another_program_holds_says_so (Requires::Embedded),
];

fn a_syntax_error_shows_the_words_of_the_statement(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let errors = [
        raw("SELECT * FROM users WHER id = :v AND username = 'mine'")
            .bind("v", SECRET)
            .all::<(i64,), _>(&mut conn)
            .map(drop),
        raw("UPDATE users WHER id = :v")
            .bind("v", SECRET)
            .execute(&mut conn)
            .map(drop),
        conn.raw_control("DELETE FROM users WHER id = 1"),
    ];
    for error in errors {
        let error = refused(error, ErrorKind::Syntax);
        let message = error.message();
        assert!(
            message.contains("near \"id") || message.contains("near \"WHER"),
            "{message}"
        );
        assert!(error.sql().unwrap().contains("WHER"));
    }
    let mut session = db.session();
    let error = raw("SELEC :v").bind("v", SECRET).execute(&mut session);
    let error = refused(error, ErrorKind::Syntax);
    assert!(error.message().contains("near \"SELEC"), "{error}");
}

fn a_syntax_error_at_the_end_says_so(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let error = refused(conn.raw_execute("SELECT 1 +", &[]), ErrorKind::Syntax);
    let said = ["incomplete input", "at end of input", "at end of input"];
    assert!(
        said.iter().any(|text| error.message().contains(text)),
        "{error}"
    );
}

fn unknown_functions_are_named(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let called = raw("SELECT no_such(:v)")
        .bind("v", SECRET)
        .all::<(i64,), _>(&mut conn);
    let error = called.unwrap_err();
    assert!(error.message().contains("no_such"), "{error}");
    assert_shows_no_value(&error);
}

fn text_that_a_procedure_puts_together_is_not_shown(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let text = format!("SELEC '{SECRET}' FROM");
    let called = if db.database() == Database::Postgres {
        conn.raw_control(
            "CREATE FUNCTION run(q text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE q; RETURN 1; END $$",
        )
        .unwrap();
        raw("SELECT run(:q)")
            .bind("q", text)
            .all::<(i32,), _>(&mut conn)
            .map(drop)
    } else {
        conn.raw_control(
            "CREATE PROCEDURE run(q TEXT) BEGIN SET @q = q; PREPARE s FROM @q; EXECUTE s; END",
        )
        .unwrap();
        raw("CALL run(:q)")
            .bind("q", text)
            .execute(&mut conn)
            .map(drop)
    };
    refused(called, ErrorKind::Syntax);
}

/// Two texts of which one alone fits into a row on MySQL.
#[derive(Model, Clone, Debug)]
#[orm(table = "wide")]
struct Wide {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 10000)]
    a: String,
    #[orm(length = 10000)]
    b: String,
}

fn a_row_that_is_too_wide_says_what_to_do(db: &Db) {
    let created = Metadata::of((Wide,)).create_all(&db.engine);
    if !db.database().is_mysql() {
        created.unwrap();
        return;
    }
    let error = refused(created, ErrorKind::Database);
    assert_eq!(error.code(), Some("1118"));
    assert!(
        error.message().contains("exceed the limit of a row"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("LONGTEXT"), "{error}");
}

fn a_foreign_key_without_its_table_says_what_it_needs(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let text =
        "CREATE TABLE orphans (p INT, CONSTRAINT fk_p FOREIGN KEY (p) REFERENCES nowhere (id))";
    let error = conn.raw_control(text).unwrap_err();
    if db.database() == Database::Postgres {
        assert_eq!(
            (error.kind(), error.table()),
            (ErrorKind::UndefinedTable, Some("nowhere"))
        );
        return;
    }
    let message = error.message();
    assert!(
        message.contains("oreign key") || message.contains("nowhere"),
        "{error}"
    );
    assert!(
        error.hint().unwrap().contains("the parent must be"),
        "{error}"
    );
}

/// A key that is given or generated.
#[derive(Model, Clone, Debug)]
#[orm(table = "numbered")]
struct Numbered {
    #[orm(primary_key)]
    id: i64,
    n: i32,
}

fn a_generated_key_that_is_taken_tells_of_the_sequence(db: &Db) {
    Metadata::of((Numbered,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    for id in [1, 2] {
        session.add(Numbered::builder().id(id).n(1));
    }
    session.commit().unwrap();
    for rows in [1, 2] {
        let new = session.add(Numbered::builder().n(1));
        if rows == 2 {
            session.add(Numbered::builder().n(1));
        }
        let committed = session.commit();
        if db.database() != Database::Postgres {
            // Their counters follow the keys that are given.
            committed.unwrap();
            assert!(session.key(new).unwrap() > 2);
            continue;
        }
        let error = refused(committed, ErrorKind::UniqueViolation);
        assert_eq!(error.constraint(), Some("pk_numbered"));
        assert!(error.hint().unwrap().contains("setval"), "{error}");
        session.rollback().unwrap();
        // A failed statement has used up a key for each row that it came to.
        db.outside("SELECT setval(pg_get_serial_sequence('numbered', 'id'), 1, false)");
    }
}

fn a_socket_that_is_missing_is_named(db: &Db) {
    let url = if db.database() == Database::Postgres {
        url_with(db, |[_, host, _]| host.clear()) + "&host=/no/such/folder"
    } else {
        let separator = if db.url().contains('?') { '&' } else { '?' };
        format!("{}{separator}socket=/no/such.sock", db.url())
    };
    let connected = Engine::connect(&url).unwrap().connection();
    let error = fails(connected, ErrorKind::ConnectionFailed);
    let message = error.message();
    assert!(message.contains("/no/such"), "{message}");
    assert!(!message.contains("entity"), "{message}");
}

fn a_file_that_is_cut_off_is_damaged(_: &Db) {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    let engine = Engine::connect(format!("sqlite://{}?journal=keep", whole.display())).unwrap();
    Metadata::of((Numbered,)).create_all(&engine).unwrap();
    let mut session = Session::new(&engine);
    for n in 0..2000 {
        session.add(Numbered::builder().n(n));
    }
    session.commit().unwrap();
    drop((session, engine));
    let bytes = std::fs::read(&whole).unwrap();
    for length in [100, 4096, 5000, bytes.len() / 2] {
        let cut = folder.path().join(format!("{length}.db"));
        std::fs::write(&cut, &bytes[..length]).unwrap();
        let opened = Engine::connect(format!("sqlite://{}", cut.display()));
        let error = fails(opened.unwrap().connection(), ErrorKind::ConnectionFailed);
        assert!(error.message().contains("is malformed"), "{error}");
        let hint = error.hint().unwrap();
        assert!(
            hint.contains("restore") && !hint.contains("program"),
            "{hint}"
        );
    }
}

fn a_file_that_another_program_holds_says_so(_: &Db) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!(
        "sqlite://{}?journal=keep&busy_timeout=50",
        folder.path().join("held.db").display()
    );
    let engine = Engine::connect(&url).unwrap();
    Metadata::of((Numbered,)).create_all(&engine).unwrap();
    let mut holder = engine.connection().unwrap();
    holder.raw_control("BEGIN EXCLUSIVE").unwrap();
    let waiting = Engine::connect(&url).unwrap();
    let error = fails(waiting.connection(), ErrorKind::ConnectionFailed);
    holder.raw_control("ROLLBACK").unwrap();
    assert!(
        error.hint().unwrap().contains("the other process"),
        "{error}"
    );
}
