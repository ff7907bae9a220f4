//! What cases share: SQL for every dialect, rows to begin with, and checks of errors. Those of a dialect's own use
//! it, too.

use std::error::Error as _;

use chrono::SubsecRound;
use orm::prelude::*;
use orm::{Error, ErrorKind, Result};
use orm_core::driver::Outcome;
use orm_core::sql::Placeholder;
use orm_core::types::DbType;
use orm_core::value::ValueRef;

use crate::database::Db;
use crate::fixtures::{Account, Colour, Everything, Post, User};

/// A value that no message may show.
pub const SECRET: &str = "s3cret value";

/// `text` in the database's own words: `"` becomes its quote, each `?` its placeholder.
pub fn sql(db: &Db, text: &str) -> String {
    let pieces = text.split('"').enumerate();
    let pieces = pieces.map(|(number, piece)| match number % 2 {
        0 => piece.to_owned(),
        _ => db.quoted(piece),
    });
    let quoted: String = pieces.collect();
    if db.capabilities().placeholder != Placeholder::Dollar {
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
///
/// # Errors
/// The database's refusal.
pub fn execute(
    db: &Db,
    conn: &mut Connection,
    text: &str,
    binds: &[ValueRef<'_>],
) -> Result<Outcome> {
    conn.raw_execute(&sql(db, text), binds)
}

/// Runs SQL on the driver's own connection, which the library sees nothing of.
pub fn natively(db: &Db, conn: &mut Connection, sql: &str) {
    db.backend.natively(conn, sql);
}

/// The values of a query's first column.
pub fn column<T: DbType>(conn: &mut Connection, text: &str) -> Vec<T> {
    let mut values = Vec::new();
    conn.raw_query(text, &[], &mut |row| {
        values.push(T::from_value(row.get(0)?).unwrap());
        Ok(())
    })
    .unwrap();
    values
}

/// The value of a query's only row and column.
pub fn scalar<T: DbType>(conn: &mut Connection, text: &str) -> T {
    let mut values = column(conn, text);
    assert_eq!(values.len(), 1, "{text}");
    values.remove(0)
}

/// A user of that name, stored past the session.
///
/// # Errors
/// The database's refusal.
pub fn insert_user(conn: &mut Connection, name: &str) -> Result<()> {
    conn.raw_execute(
        &format!("INSERT INTO users (username) VALUES ('{name}')"),
        &[],
    )
    .map(drop)
}

/// The first word of the statement by which a flush inserts a row.
pub fn insert_word(db: &Db) -> String {
    let mut session = db.session();
    db.recorder.take();
    session.add(User::builder().username("not stored"));
    session.flush().unwrap();
    session.rollback().unwrap();
    let sent = db.recorder.take_sql();
    let insert = sent
        .iter()
        .find(|sql| db.normalised(sql).starts_with("INSERT"));
    let words = insert.expect("a flush inserts a row").split(' ');
    words.take(1).collect()
}

/// How many keys of one column a SELECT by keys has at most: a power of two that the bind limit has room for.
pub fn keys_a_statement(db: &Db) -> usize {
    1024.min(1 << db.capabilities().bind_limit.ilog2())
}

/// The error of what must fail, of that kind.
#[track_caller]
pub fn fails<T>(result: Result<T>, kind: ErrorKind) -> Error {
    let Err(error) = result else {
        panic!("succeeded, but {kind:?} was expected")
    };
    assert_eq!(error.kind(), kind, "{error:?}");
    error
}

/// As [`fails`], for a refusal by the database: it has the SQL and the native error, and shows no value.
#[track_caller]
pub fn refused<T>(result: Result<T>, kind: ErrorKind) -> Error {
    let error = fails(result, kind);
    assert!(error.sql().is_some(), "no sql in {error:?}");
    assert!(error.source().is_some(), "no native error in {error:?}");
    assert_shows_no_value(&error);
    error
}

/// Neither `Display` nor `Debug` shows the secret value.
#[track_caller]
pub fn assert_shows_no_value(error: &Error) {
    for text in [
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
    ] {
        assert!(!text.contains(SECRET), "{text}");
    }
}

/// Four users, one without an email; three posts, by two of them.
pub fn seed(db: &Db) -> Connection {
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
pub fn names(conn: &mut Connection, condition: Predicate) -> Vec<String> {
    let query = select(User.username)
        .filter(condition)
        .order_by(User.username);
    query.all(conn).unwrap()
}

/// What a column of the database keeps of a moment or a time of day.
pub fn kept<T: SubsecRound>(db: &Db, moment: T) -> T {
    moment.trunc_subsecs(u16::try_from(db.capabilities().second_digits).unwrap())
}

/// A row of every type.
pub fn everything(id: i64, flag: Option<bool>) -> Everything {
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
        instant: "2024-02-29T12:30:00.0001Z".parse().unwrap(),
        token: uuid::Uuid::from_u128(99),
        colour: Colour::DarkBlue,
        maybe_flag: flag,
        maybe_number: None,
        maybe_text: None,
        maybe_instant: None,
    }
}

/// The names of the users, seen from outside.
pub fn users(db: &Db) -> Vec<String> {
    column(
        &mut db.other_connection(),
        "SELECT username FROM users ORDER BY username",
    )
}

/// Inserts a user of a name that is taken.
///
/// # Errors
/// The violation of the unique constraint.
pub fn fail(conn: &mut Connection) -> Result<()> {
    conn.raw_execute(
        "INSERT INTO users (id, username) VALUES (1000, 'taken')",
        &[],
    )
    .map(drop)
}

/// A connection in a transaction, in a database in which [`fail`] fails.
pub fn begun(db: &Db) -> Connection {
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
pub fn accounts(db: &Db, balances: &[i64]) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    let rows = balances
        .iter()
        .map(|balance| Account::builder().owner("x").balance(*balance));
    insert(Account).values(rows).execute(&mut conn).unwrap();
    conn
}

/// How the statement begins that ends a savepoint of the library's, be it with its work or when the next one is set.
pub fn release(db: &Db) -> String {
    let dialect = db.dialect();
    let renewal = dialect.renew_savepoint("orm_1");
    let first = renewal.unwrap_or_else(|| dialect.release_savepoint("orm_1"));
    first.split(';').next().unwrap_or_default().to_owned()
}
