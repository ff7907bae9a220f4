//! SQLite in memory, beside rusqlite's best idiom: `prepare_cached`, with planner stability on, in the
//! same connection settings as ours.

use std::hint::black_box;

use orm::prelude::*;
use rusqlite::config::DbConfig;

use crate::measure::{Table, time};
use crate::model::{User, fill, keys, row};

const SELECT: &str = "SELECT id, name, hair_color FROM users";
const GET: &str = "SELECT id, name, hair_color FROM users WHERE id = ?";
const INSERT: &str = "INSERT INTO users (name, hair_color) VALUES (?, ?)";
const UPDATE: &str = "UPDATE users SET name = ? WHERE id = ? AND name IS ?";

pub(crate) fn run(table: &mut Table) {
    for (rows, plain, session) in [
        (1, "1.10", "–"),
        (100, "1.10", "–"),
        (10_000, "1.10", "1.30"),
    ] {
        let (raw, engine) = (raw(rows), ours(rows));
        load(table, rows, (plain, session), &raw, &engine);
    }
    get(table);
    insert(table);
    flush(table);
    flush_one(table);
}

fn ours(rows: usize) -> Engine {
    let engine = Engine::connect("sqlite://").unwrap();
    fill(&engine, rows);
    engine
}

fn raw(rows: usize) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open_in_memory().unwrap();
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .unwrap();
    conn.set_prepared_statement_cache_capacity(128);
    conn.execute_batch(
        "CREATE TABLE users (id INTEGER NOT NULL, name TEXT NOT NULL, hair_color TEXT,
         CONSTRAINT pk_users PRIMARY KEY (id AUTOINCREMENT))",
    )
    .unwrap();
    raw_insert(&conn, rows);
    conn
}

fn raw_insert(conn: &rusqlite::Connection, rows: usize) -> Vec<i64> {
    conn.prepare_cached("BEGIN").unwrap().execute([]).unwrap();
    let mut statement = conn.prepare_cached(INSERT).unwrap();
    let mut keys = Vec::with_capacity(rows);
    for index in 0..rows {
        let row = row(index);
        statement.execute((&row.name, &row.hair_color)).unwrap();
        keys.push(conn.last_insert_rowid());
    }
    conn.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
    keys
}

fn decode(row: &rusqlite::Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        hair_color: row.get(2)?,
    })
}

fn raw_load(conn: &rusqlite::Connection) -> Vec<User> {
    let mut statement = conn.prepare_cached(SELECT).unwrap();
    statement
        .query_map([], decode)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn load(
    table: &mut Table,
    rows: usize,
    (plain, session): (&'static str, &'static str),
    conn: &rusqlite::Connection,
    engine: &Engine,
) {
    let mut raw = |times| time(times, || drop(black_box(raw_load(conn))));
    let name = format!("SQLite: load {rows} rows, plain");
    // A query is a value, as the raw side's text is: it is built once and run often.
    let query = select(User);
    let mut own = engine.connection().unwrap();
    table.compare(&name, plain, &mut raw, &mut |times| {
        time(times, || drop(black_box(query.all(&mut own).unwrap())))
    });
    drop(own);
    let name = format!("SQLite: load {rows} rows, new session");
    table.compare(&name, session, &mut raw, &mut |times| {
        time(times, || {
            let mut session = Session::new(engine);
            black_box(query.all(&mut session).unwrap());
        })
    });
    let name = format!("SQLite: load {rows} known rows again");
    let mut session = Session::new(engine);
    table.compare(&name, "–", &mut raw, &mut |times| {
        time(times, || drop(black_box(query.all(&mut session).unwrap())))
    });
}

fn get(table: &mut Table) {
    const ROWS: usize = 10_000;
    let (conn, engine) = (raw(ROWS), ours(ROWS));
    let mut key = keys(ROWS);
    let mut raw = |times| {
        time(times, || {
            let mut statement = conn.prepare_cached(GET).unwrap();
            black_box(statement.query_row([key()], decode).unwrap());
        })
    };
    let mut own = engine.connection().unwrap();
    let mut key = keys(ROWS);
    table.compare("SQLite: point get, plain", "–", &mut raw, &mut |times| {
        time(times, || {
            let query = select(User).filter(User.id.eq(key()));
            black_box(query.one(&mut own).unwrap());
        })
    });
    drop(own);
    let mut session = Session::new(&engine);
    let mut key = keys(ROWS);
    table.compare(
        "SQLite: point get, session miss",
        "1.50",
        &mut raw,
        &mut |times| {
            time(times, || {
                let user = session.get(User, key()).unwrap().unwrap();
                // Out again, so that the next get of this key misses too.
                black_box(session.expunge(user).unwrap());
            })
        },
    );
    let known = session.get(User, 77).unwrap().unwrap();
    table.alone(
        "SQLite: point get, identity map hit",
        "50 ns",
        &mut |times| {
            time(times, || {
                assert_eq!(session.get(User, 77).unwrap(), Some(known));
            })
        },
    );
}

fn insert(table: &mut Table) {
    for (rows, goal) in [(1, "–"), (1000, "1.40")] {
        let (conn, engine) = (raw(0), ours(0));
        let mut raw = |times| {
            let took = time(times, || {
                if rows == 1 {
                    let mut statement = conn.prepare_cached(INSERT).unwrap();
                    let row = row(1);
                    statement.execute((&row.name, &row.hair_color)).unwrap();
                    black_box(conn.last_insert_rowid());
                } else {
                    black_box(raw_insert(&conn, rows));
                }
            });
            conn.execute("DELETE FROM users", []).unwrap();
            took
        };
        let mut ours = |times| {
            let took = time(times, || {
                let mut session = Session::new(&engine);
                let users: Vec<_> = (0..rows).map(|index| session.add(row(index))).collect();
                session.commit().unwrap();
                black_box(session[users[0]].id);
            });
            delete(User)
                .execute(&mut engine.connection().unwrap())
                .unwrap();
            took
        };
        let name = format!("SQLite: insert {rows} with keys, add and commit");
        table.compare(&name, goal, &mut raw, &mut ours);
    }
}

/// Loads everything and hands out the session with a transaction open.
fn loaded(engine: &Engine) -> (Session, Vec<Ref<User>>) {
    let mut session = Session::new(engine);
    let users = select(User).all(&mut session).unwrap();
    session.begin().unwrap();
    (session, users)
}

fn flush(table: &mut Table) {
    const ROWS: usize = 10_000;
    for (dirty, goal) in [(1, "–"), (1000, "1.40")] {
        let (conn, engine) = (raw(ROWS), ours(ROWS));
        conn.execute_batch("BEGIN").unwrap();
        let mut round = 0_usize;
        // The same guarded UPDATE: it keeps the old names to match, as the session does.
        let mut names: Vec<String> = (0..dirty).map(|index| row(index).name).collect();
        let mut raw = |times| {
            time(times, || {
                round += 1;
                let mut statement = conn.prepare_cached(UPDATE).unwrap();
                for (id, old) in (1_i64..).zip(&mut names) {
                    let name = format!("New {round}");
                    assert_eq!(statement.execute((&name, id, &*old)).unwrap(), 1);
                    *old = name;
                }
            })
        };
        let (mut session, users) = loaded(&engine);
        let mut round = 0_usize;
        let mut ours = |times| {
            time(times, || {
                round += 1;
                for user in &users[..dirty] {
                    session[*user].name = format!("New {round}");
                }
                session.flush().unwrap();
            })
        };
        let name = format!("SQLite: change and flush {dirty} of 10 000 loaded");
        table.compare(&name, goal, &mut raw, &mut ours);
    }
}

/// The cost of a flush must not depend on what is loaded: 10 entities stand for the raw side.
fn flush_one(table: &mut Table) {
    let (few, many) = (ours(10), ours(10_000));
    let flush = |engine: &Engine| {
        let (mut session, users) = loaded(engine);
        let mut round = 0_usize;
        move |times| {
            time(times, || {
                round += 1;
                session[users[3]].name = format!("New {round}");
                session.flush().unwrap();
            })
        }
    };
    let (mut few, mut many) = (flush(&few), flush(&many));
    table.compare(
        "SQLite: flush 1 of 10 000 loaded, beside 1 of 10",
        "1.00",
        &mut few,
        &mut many,
    );
}
