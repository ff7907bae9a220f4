//! Upserts, RETURNING and UPDATE of many rows on MariaDB: bulk commands, and a statement of many rows where rows come back.

use std::hint::black_box;

use ::mysql::prelude::Queryable;
use ::mysql::{Conn, Value};

use crate::measure::Table;
use crate::model::User;
use crate::mysql::database;
use crate::statements::{self, Work};

const UPSERT: &str = "INSERT INTO users (id, name, hair_color) VALUES (?, ?, ?)
    ON DUPLICATE KEY UPDATE name = VALUES(name), hair_color = VALUES(hair_color)";
const UPDATE: &str = "UPDATE users SET name = ? WHERE id = ?";

pub(crate) fn run(table: &mut Table) {
    let url = std::env::var("ORM_TEST_MARIADB_URL")
        .expect("ORM_TEST_MARIADB_URL names the server: tests/run --bench starts one and sets it");
    let open = |work, rows| database(&url, if work == Work::Returning { 0 } else { rows });
    let clear = |client: &mut Conn| client.query_drop("DELETE FROM users").unwrap();
    statements::run(table, "MariaDB", open, write, clear);
}

fn write(client: &mut Conn, work: Work, users: &[User]) {
    match work {
        Work::Upsert => {
            let statement = client.prep(UPSERT).unwrap();
            let binds = users
                .iter()
                .map(|user| (user.id, &user.name, &user.hair_color));
            in_transaction(client, users, |client| {
                client.exec_batch(&statement, binds).unwrap();
            });
        }
        Work::Returning => {
            let rows = vec!["(?, ?)"; users.len()].join(", ");
            let text =
                format!("INSERT INTO users (name, hair_color) VALUES {rows} RETURNING id, name");
            let statement = client.prep(text).unwrap();
            let values = |user: &User| [Value::from(&user.name), Value::from(&user.hair_color)];
            let binds: Vec<Value> = users.iter().flat_map(values).collect();
            let back: Vec<(i64, String)> = client.exec(&statement, binds).unwrap();
            black_box(back);
        }
        Work::UpdateMany => {
            let statement = client.prep(UPDATE).unwrap();
            let binds = users.iter().map(|user| (&user.name, user.id));
            in_transaction(client, users, |client| {
                client.exec_batch(&statement, binds).unwrap();
            });
        }
    }
}

fn in_transaction(client: &mut Conn, users: &[User], work: impl FnOnce(&mut Conn)) {
    if users.len() == 1 {
        return work(client);
    }
    client.query_drop("BEGIN").unwrap();
    work(client);
    client.query_drop("COMMIT").unwrap();
}
