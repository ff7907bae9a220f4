//! Whole tables: plain, into a new session, and again when all of it is known.

use std::hint::black_box;

use orm::prelude::*;

use super::{decode, ours, raw};
use crate::measure::{Table, time};
use crate::model::User;

const SELECT: &str = "SELECT id, name, hair_color FROM users";

/// The goals of a number of rows.
struct Goals {
    plain: &'static str,
    session: &'static str,
    again: &'static str,
}

pub(super) fn run(table: &mut Table) {
    for (rows, plain, session, again) in [
        (1, "1.10", "1.60", "1.20"),
        (100, "1.10", "1.35", "0.50"),
        (10_000, "1.10", "1.20", "0.50"),
    ] {
        let goals = Goals {
            plain,
            session,
            again,
        };
        load(table, rows, &goals);
    }
    chunks(table);
}

fn load(table: &mut Table, rows: usize, goals: &Goals) {
    let (conn, engine) = (raw(rows), ours(rows));
    let mut raw = |times| time(times, || drop(black_box(raw_load(&conn))));
    let name = format!("SQLite: load {rows} rows, plain");
    // A query is a value, as the raw side's text is: it is built once and run often.
    let query = select(User);
    let mut own = engine.connection().unwrap();
    table.compare(&name, goals.plain, &mut raw, &mut |times| {
        time(times, || drop(black_box(query.all(&mut own).unwrap())))
    });
    let name = format!("SQLite: load {rows} rows, plain, built each time");
    table.compare(
        &name,
        if rows == 1 { "1.25" } else { "–" },
        &mut raw,
        &mut |times| {
            time(times, || {
                drop(black_box(select(User).all(&mut own).unwrap()));
            })
        },
    );
    drop(own);
    let name = format!("SQLite: load {rows} rows, new session");
    table.compare(&name, goals.session, &mut raw, &mut |times| {
        time(times, || {
            let mut session = Session::new(&engine);
            black_box(query.all(&mut session).unwrap());
        })
    });
    let name = format!("SQLite: load {rows} known rows again");
    let mut session = Session::new(&engine);
    table.compare(&name, goals.again, &mut raw, &mut |times| {
        time(times, || drop(black_box(query.all(&mut session).unwrap())))
    });
}

/// The rows of the table that is read in chunks of 1000. The raw side reads as many pages, each by the key of the last row.
const ROWS: usize = 10_000;
const PAGE: &str = "SELECT id, name, hair_color FROM users WHERE id > ? ORDER BY id LIMIT 1000";

fn chunks(table: &mut Table) {
    let name = "SQLite: read 10 000 rows in chunks of 1000, session";
    if !table.is_wanted(name) {
        return;
    }
    let (conn, engine) = (raw(ROWS), ours(ROWS));
    let mut raw = |times| time(times, || assert_eq!(raw_pages(&conn), ROWS));
    let mut session = Session::new(&engine);
    let query = select(User);
    let mut own = |times| {
        time(times, || {
            let mut read = 0;
            let each = |_: &mut Session, users: &[Ref<User>]| {
                read += users.len();
                Ok(())
            };
            query.chunks(1000, &mut session, each).unwrap();
            assert_eq!(read, ROWS);
        })
    };
    table.compare(name, "–", &mut raw, &mut own);
}

fn raw_pages(conn: &rusqlite::Connection) -> usize {
    let (mut last, mut read) = (0, 0);
    loop {
        let mut statement = conn.prepare_cached(PAGE).unwrap();
        let users = statement.query_map([last], decode).unwrap();
        let users: Vec<User> = users.collect::<Result<_, _>>().unwrap();
        let Some(user) = users.last() else {
            return read;
        };
        last = user.id;
        read += black_box(users).len();
    }
}

fn raw_load(conn: &rusqlite::Connection) -> Vec<User> {
    let mut statement = conn.prepare_cached(SELECT).unwrap();
    statement
        .query_map([], decode)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}
