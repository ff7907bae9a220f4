//! Connecting by a URL: errors that name what is wrong and never the password.

use super::support::url_with;
use crate::databases::{Database, HasDatabase};
use orm::engine::{Engine, ServerVersion, driver_for};
use orm::prelude::*;
use orm::sqlite::rusqlite;
use orm::{Error, ErrorKind};
use orm_conformance::Db;
use orm_conformance::Requires;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::support::{fails, insert_user};
use std::time::{Duration, Instant};

cases![
    "connection":
    a_column_that_others_alter_is_read_anew (Requires::Server),
    an_unreachable_server_fails_at_once (Requires::Server),
    a_missing_folder_is_named (Requires::Embedded),
    a_file_that_is_no_database_is_told (Requires::Embedded),
    a_wrong_password_fails_at_once (Requires::Server),
    an_unknown_database_fails_at_once (Requires::Server),
    wrong_urls_are_configuration_errors,
    the_password_is_in_no_message (Requires::Server),
    a_transaction_of_the_driver_itself_is_rolled_back (Requires::Embedded),
    the_drivers_own_connection_is_within_reach,
    the_version_of_the_server_is_known,
];

fn user_of(db: &Db) -> String {
    let login = db.url().split_once("://").unwrap().1;
    login.split(':').next().unwrap().to_owned()
}

/// The error of the engine's first connection, which must come soon.
#[track_caller]
fn fails_soon(engine: &Engine, kind: ErrorKind) -> Error {
    let begin = Instant::now();
    let error = fails(engine.connection(), kind);
    assert!(
        begin.elapsed() < Duration::from_secs(2),
        "after {:?}: {error}",
        begin.elapsed()
    );
    error
}

fn an_unreachable_server_fails_at_once(db: &Db) {
    let url = url_with(db, |[login, host, _]| {
        *login = "ada:Wrong-Password".into();
        // No server listens on the lowest port.
        *host = "127.0.0.1:1".into();
    });
    let engine = Engine::connect(&url).unwrap();
    let error = fails_soon(&engine, ErrorKind::ConnectionFailed);
    let text = format!("{error} {error:?}");
    assert!(text.contains("127.0.0.1"), "{text}");
    assert!(!text.contains("Wrong-Password"), "{text}");
    // A session returns the same error, and can be used again.
    let mut session = Session::new(&engine);
    session.add(User::builder().username("ada"));
    assert_eq!(
        session.commit().unwrap_err().kind(),
        ErrorKind::ConnectionFailed
    );
    session.rollback().unwrap();
}

fn a_missing_folder_is_named(db: &Db) {
    let _ = db;
    let engine = Engine::connect("sqlite:///no-such-folder/deep/app.db").unwrap();
    let error = fails_soon(&engine, ErrorKind::ConnectionFailed);
    assert!(error.message().contains("/no-such-folder/deep"), "{error}");
    assert!(
        error.hint().unwrap().contains("create the folder"),
        "{error}"
    );
}

fn a_file_that_is_no_database_is_told(db: &Db) {
    let _ = db;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "hello ".repeat(1000)).unwrap();
    let engine = Engine::connect(format!("sqlite://{}", file.path().display())).unwrap();
    let error = fails_soon(&engine, ErrorKind::Configuration);
    assert!(
        error.message().contains("is not a SQLite database"),
        "{error}"
    );
}

fn a_wrong_password_fails_at_once(db: &Db) {
    let user = user_of(db);
    let url = url_with(db, |[login, ..]| *login = format!("{user}:Wrong-Password"));
    let error = fails_soon(&Engine::connect(&url).unwrap(), ErrorKind::Authentication);
    assert!(
        !format!("{error} {error:?}").contains("Wrong-Password"),
        "{error}"
    );
}

fn an_unknown_database_fails_at_once(db: &Db) {
    let url = url_with(db, |[_, _, name]| *name = "there_is_none".into());
    let error = fails_soon(&Engine::connect(&url).unwrap(), ErrorKind::ConnectionFailed);
    assert!(error.to_string().contains("there_is_none"), "{error}");
    let hint = error.hint().unwrap();
    assert!(hint.contains("create the database"), "{hint}");
}

fn wrong_urls_are_configuration_errors(db: &Db) {
    let scheme = db.url().split_once("://").unwrap().0;
    for (url, part) in [
        ("users.db".to_owned(), "scheme"),
        ("oracle://h/db".to_owned(), "the known"),
        (format!("{scheme}://x?pool_size=many"), "pool_size"),
        (format!("{scheme}://x?pool_size=0"), "at least 1"),
        (format!("{scheme}://x?echo=perhaps"), "echo"),
        (format!("{scheme}://x?colour=red"), "colour"),
    ] {
        let error = fails(Engine::connect(&url), ErrorKind::Configuration);
        assert!(error.to_string().contains(part), "{url}: {error}");
    }
}

fn the_password_is_in_no_message(db: &Db) {
    let password = "Very-Secret";
    let url = url_with(db, |[login, ..]| *login = format!("ada:{password}"));
    let engine = Engine::connect(&url).unwrap();
    let mut texts = vec![
        format!("{engine:?} {engine:#?}"),
        engine.target(),
        format!("{:?}", Engine::options(&url)),
        format!("{:?}", driver_for(&url).unwrap().0),
        format!("{:?}", Session::new(&engine)),
    ];
    let mut error: Option<&dyn std::error::Error> = None;
    let refused = engine.connection().unwrap_err();
    error.replace(&refused);
    while let Some(cause) = error {
        texts.push(format!("{cause} {cause:?}"));
        error = cause.source();
    }
    texts.push(format!("{:?}", db.engine.connection().unwrap()));
    for text in texts {
        assert!(!text.contains(password), "{text}");
    }
    assert!(
        engine
            .target()
            .contains(url_with(db, |_| ()).split(['@', '/']).nth(3).unwrap())
    );
}

fn a_transaction_of_the_driver_itself_is_rolled_back(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let native = conn.driver_mut::<rusqlite::Connection>().unwrap();
    native
        .execute_batch("BEGIN; INSERT INTO users (username) VALUES ('ada')")
        .unwrap();
    drop(conn);
    assert_eq!(db.count("users"), 0);
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
}

fn the_drivers_own_connection_is_within_reach(db: &Db) {
    struct Another;
    let mut conn = db.engine.connection().unwrap();
    assert!(conn.driver_mut::<Another>().is_none());
    let is_sqlite = conn.driver_mut::<rusqlite::Connection>().is_some();
    assert_eq!(is_sqlite, db.database() == Database::Sqlite);
}

/// Prepared statements outlive the type of their columns: PostgreSQL refuses to run such a one.
fn a_column_that_others_alter_is_read_anew(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    insert_user(&mut conn, "ada").unwrap();
    let all = select(User);
    assert_eq!(all.all(&mut conn).unwrap().len(), 1);
    db.outside(match db.database() {
        Database::Postgres => "ALTER TABLE users ALTER COLUMN email TYPE varchar(300)",
        _ => "ALTER TABLE users MODIFY email VARCHAR(300)",
    });
    assert_eq!(all.all(&mut conn).unwrap().len(), 1);
}

fn the_version_of_the_server_is_known(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    db.sent();
    let version = conn
        .server_version()
        .expect("each driver of this workspace reads it");
    assert_eq!(db.sent(), [""; 0]);
    let question = match db.dialect().name() {
        "sqlite" => "SELECT sqlite_version()",
        _ => "SELECT version()",
    };
    let (text,): (String,) = raw(question).one(&mut conn).unwrap();
    let numbers = text.trim_start_matches("PostgreSQL ");
    assert_eq!(ServerVersion::parse(numbers), Some(version), "{text}");
    assert_eq!(conn.capabilities(), db.dialect().capabilities());
}
