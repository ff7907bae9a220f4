//! Upserts, RETURNING and UPDATE of many rows: a prepared statement in a loop, in a transaction.

use std::hint::black_box;

use rusqlite::Connection;

use super::{ours, raw};
use crate::measure::Table;
use crate::model::User;
use crate::statements::{self, Work};

const UPSERT: &str = "INSERT INTO users (id, name, hair_color) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, hair_color = excluded.hair_color";
const RETURNING: &str = "INSERT INTO users (name, hair_color) VALUES (?, ?) RETURNING id, name";
const UPDATE: &str = "UPDATE users SET name = ? WHERE id = ?";

pub(super) fn run(table: &mut Table) {
    let open = |work, rows| {
        let rows = if work == Work::Returning { 0 } else { rows };
        (raw(rows), ours(rows))
    };
    let clear = |conn: &mut Connection| {
        conn.execute("DELETE FROM users", []).unwrap();
    };
    statements::run(
        table,
        "SQLite",
        open,
        |conn, work, users| native(conn, work, users),
        clear,
    );
}

fn native(conn: &Connection, work: Work, users: &[User]) {
    let control = |sql| conn.prepare_cached(sql).unwrap().execute([]).unwrap();
    if users.len() > 1 {
        control("BEGIN");
    }
    match work {
        Work::Upsert => {
            let mut statement = conn.prepare_cached(UPSERT).unwrap();
            for user in users {
                let row = (user.id, &user.name, &user.hair_color);
                statement.execute(row).unwrap();
            }
        }
        Work::Returning => {
            let mut statement = conn.prepare_cached(RETURNING).unwrap();
            let mut back: Vec<(i64, String)> = Vec::with_capacity(users.len());
            for user in users {
                let row = (&user.name, &user.hair_color);
                let one = statement.query_row(row, |row| Ok((row.get(0)?, row.get(1)?)));
                back.push(one.unwrap());
            }
            black_box(back);
        }
        Work::UpdateMany => {
            let mut statement = conn.prepare_cached(UPDATE).unwrap();
            for user in users {
                assert_eq!(statement.execute((&user.name, user.id)).unwrap(), 1);
            }
        }
    }
    if users.len() > 1 {
        control("COMMIT");
    }
}
