//! What cases about SQL, errors and connections share: SQL for every dialect, and checks of errors.

use std::error::Error as _;

use orm::prelude::*;
use orm::{Error, ErrorKind, Result};
use orm_core::driver::Outcome;
use orm_core::types::DbType;
use orm_core::value::ValueRef;

use crate::backend::{Backend, Db};

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
