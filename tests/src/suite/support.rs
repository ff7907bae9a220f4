//! What cases about SQL, errors and connections share: SQL for every dialect, and checks of errors.

use std::error::Error as _;

use orm::prelude::*;
use orm::sqlite::rusqlite;
use orm::{Error, ErrorKind, Result};
use orm_core::driver::Outcome;
use orm_core::types::DbType;
use orm_core::value::ValueRef;

use crate::backend::{Backend, Db};
use crate::fixtures::{Account, Colour, Everything, Post, User};

/// A value that no message may show.
pub(super) const SECRET: &str = "s3cret value";

/// `text` in the database's own words: `"` becomes its quote, each `?` its placeholder.
pub(super) fn sql(db: &Db, text: &str) -> String {
    let quoted = text.replace('"', &db.capabilities().quote.to_string());
    if db.backend != Backend::Postgres {
        return quoted;
    }
    let parts = quoted
        .split('?')
        .enumerate()
        .map(|(number, part)| match number {
            0 => part.to_owned(),
            _ => format!("${number}{part}"),
        });
    parts.collect()
}

/// Runs a statement that is written as for [`sql`].
pub(super) fn execute(
    db: &Db,
    conn: &mut Connection,
    text: &str,
    binds: &[ValueRef<'_>],
) -> Result<Outcome> {
    conn.raw_execute(&sql(db, text), binds)
}

/// Runs SQL on the driver's own connection.
pub(super) fn natively(conn: &mut Connection, sql: &str) {
    #[cfg(feature = "postgres")]
    if let Some(native) = conn.driver_mut::<postgres::Client>() {
        return native.batch_execute(sql).unwrap();
    }
    #[cfg(feature = "mysql")]
    if let Some(native) = conn.driver_mut::<mysql::Conn>() {
        use mysql::prelude::Queryable;
        return native.query_drop(sql).unwrap();
    }
    let native = conn.driver_mut::<rusqlite::Connection>();
    native.unwrap().execute_batch(sql).unwrap();
}

/// The values of a query's first column.
pub(super) fn column<T: DbType>(conn: &mut Connection, text: &str) -> Vec<T> {
    let mut values = Vec::new();
    conn.raw_query(text, &[], &mut |row| {
        values.push(T::from_value(row.get(0)?).unwrap());
        Ok(())
    })
    .unwrap();
    values
}

/// The value of a query's only row and column.
pub(super) fn scalar<T: DbType>(conn: &mut Connection, text: &str) -> T {
    let mut values = column(conn, text);
    assert_eq!(values.len(), 1, "{text}");
    values.remove(0)
}

/// A user of that name, stored past the session.
pub(super) fn insert_user(conn: &mut Connection, name: &str) -> Result<()> {
    conn.raw_execute(
        &format!("INSERT INTO users (username) VALUES ('{name}')"),
        &[],
    )
    .map(drop)
}

/// The error of what must fail, of that kind.
#[track_caller]
pub(super) fn fails<T>(result: Result<T>, kind: ErrorKind) -> Error {
    let Err(error) = result else {
        panic!("succeeded, but {kind:?} was expected")
    };
    assert_eq!(error.kind(), kind, "{error:?}");
    error
}

/// As [`fails`], for a refusal by the database: it has the SQL and the native error, and shows no value.
#[track_caller]
pub(super) fn refused<T>(result: Result<T>, kind: ErrorKind) -> Error {
    let error = fails(result, kind);
    assert!(error.sql().is_some(), "no sql in {error:?}");
    assert!(error.source().is_some(), "no native error in {error:?}");
    assert_shows_no_value(&error);
    error
}

/// Neither `Display` nor `Debug` shows the secret value.
#[track_caller]
pub(super) fn assert_shows_no_value(error: &Error) {
    for text in [
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
    ] {
        assert!(!text.contains(SECRET), "{text}");
    }
}

/// The URL of the database with other parts: `(login, host and port, name)`.
pub(super) fn url_with(db: &Db, change: impl FnOnce(&mut [String; 3])) -> String {
    let (scheme, rest) = db.url().split_once("://").unwrap();
    let (login, rest) = rest.split_once('@').unwrap();
    let (host, name) = rest.split_once('/').unwrap();
    let mut parts = [login.to_owned(), host.to_owned(), name.to_owned()];
    change(&mut parts);
    let [login, host, name] = parts;
    format!("{scheme}://{login}@{host}/{name}")
}

/// Four users, one without an email; three posts, by two of them.
pub(super) fn seed(db: &Db) -> Connection {
    let mut session = db.session();
    for (name, email) in [
        ("ada", Some("ada@x.org")),
        ("bob", None),
        ("cy", Some("cy@y.org")),
        ("dee", Some("")),
    ] {
        let mut user = User {
            id: 0,
            username: name.into(),
            email: None,
        };
        user.email = email.map(Into::into);
        session.add(user);
    }
    session.commit().unwrap();
    for (title, author_id) in [("one", 1), ("two", 1), ("three", 3)] {
        session.add(Post::builder().title(title).author_id(author_id));
    }
    session.commit().unwrap();
    db.sent();
    db.engine.connection().unwrap()
}

/// The names of the users that a condition holds for, in order.
#[track_caller]
pub(super) fn names(conn: &mut Connection, condition: Predicate) -> Vec<String> {
    let query = select(User.username)
        .filter(condition)
        .order_by(User.username);
    query.all(conn).unwrap()
}

/// A row of every type.
pub(super) fn everything(id: i64, flag: Option<bool>) -> Everything {
    Everything {
        id,
        flag: flag == Some(true),
        small: 5,
        medium: 50,
        large: 500,
        single: 0.5,
        double: 0.25,
        text: "text".into(),
        bytes: vec![0, 255],
        date: "2024-02-29".parse().unwrap(),
        time: "12:30:00.5".parse().unwrap(),
        moment: "2024-02-29T12:30:00".parse().unwrap(),
        instant: "2024-02-29T12:30:00.000001Z".parse().unwrap(),
        token: uuid::Uuid::from_u128(99),
        colour: Colour::DarkBlue,
        maybe_flag: flag,
        maybe_number: None,
        maybe_text: None,
        maybe_instant: None,
    }
}

/// The names of the users, seen from outside.
pub(super) fn users(db: &Db) -> Vec<String> {
    column(
        &mut db.other_connection(),
        "SELECT username FROM users ORDER BY username",
    )
}

/// Inserts a user of a name that is taken.
pub(super) fn fail(conn: &mut Connection) -> Result<()> {
    conn.raw_execute(
        "INSERT INTO users (id, username) VALUES (1000, 'taken')",
        &[],
    )
    .map(drop)
}

/// A connection in a transaction, in a database in which [`fail`] fails.
pub(super) fn begun(db: &Db) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    conn.raw_execute(
        "INSERT INTO users (id, username) VALUES (1000, 'taken')",
        &[],
    )
    .unwrap();
    conn.begin().unwrap();
    db.sent();
    conn
}

/// A connection to a database with an account for each balance.
pub(super) fn accounts(db: &Db, balances: &[i64]) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    let rows = balances
        .iter()
        .map(|balance| Account::builder().owner("x").balance(*balance));
    insert(Account).values(rows).execute(&mut conn).unwrap();
    conn
}
