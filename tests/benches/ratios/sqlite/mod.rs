//! SQLite in memory, beside rusqlite's best idiom: `prepare_cached`, with planner stability on, in the
//! same connection settings as ours.

mod load;
mod point;
mod statements;
mod write;

use orm::prelude::*;
use rusqlite::config::DbConfig;

use crate::measure::Table;
use crate::model::{User, fill, row};

const INSERT: &str = "INSERT INTO users (name, hair_color) VALUES (?, ?)";

pub(crate) fn run(table: &mut Table) {
    load::run(table);
    point::run(table);
    write::run(table);
    statements::run(table);
}

fn ours(rows: usize) -> Engine {
    let engine = Engine::connect("sqlite://").unwrap();
    fill(&engine, rows);
    engine
}

/// A connection with the table that `create_all` makes, and `rows` users.
fn raw(rows: usize) -> rusqlite::Connection {
    let conn = empty("(id AUTOINCREMENT)");
    raw_insert(&conn, rows);
    conn
}

/// The key of a model without AUTOINCREMENT.
const PLAIN_KEY: &str = "(id)";

/// A connection with a table of users that has this key.
fn empty(key: &str) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open_in_memory().unwrap();
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .unwrap();
    conn.set_prepared_statement_cache_capacity(128);
    conn.execute_batch(&format!(
        "CREATE TABLE users (id INTEGER NOT NULL, name TEXT NOT NULL, hair_color TEXT,
         CONSTRAINT pk_users PRIMARY KEY {key})"
    ))
    .unwrap();
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
