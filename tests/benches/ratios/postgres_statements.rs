//! Upserts, RETURNING and UPDATE of many rows on PostgreSQL: prepared statements with an array for each column.

use std::hint::black_box;

use postgres::{Client, Statement};

use crate::measure::Table;
use crate::model::{User, fill};
use crate::postgres::{database_with, server_url};
use crate::statements::{self, Work};

const UPSERT: &str = "INSERT INTO users (id, name, hair_color)
    SELECT * FROM UNNEST($1::int8[], $2::text[], $3::text[])
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, hair_color = excluded.hair_color";
const RETURNING: &str = "INSERT INTO users (name, hair_color)
    SELECT * FROM UNNEST($1::text[], $2::text[]) RETURNING id, name";
const UPDATE: &str = "UPDATE users SET name = v.name
    FROM UNNEST($1::int8[], $2::text[]) AS v(id, name) WHERE users.id = v.id";

struct Native {
    client: Client,
    upsert: Statement,
    returning: Statement,
    update: Statement,
}

pub(crate) fn run(table: &mut Table) {
    let url = server_url();
    let open = |work, rows| {
        let rows = if work == Work::Returning { 0 } else { rows };
        let (mut client, engine) =
            database_with(&url, "bench_statements", |engine| fill(engine, 2 * rows));
        let [upsert, returning, update] =
            [UPSERT, RETURNING, UPDATE].map(|sql| client.prepare(sql).unwrap());
        let native = Native {
            client,
            upsert,
            returning,
            update,
        };
        (native, engine)
    };
    let clear = |native: &mut Native| native.client.batch_execute("DELETE FROM users").unwrap();
    statements::run(table, "PostgreSQL", open, write, clear);
}

fn write(native: &mut Native, work: Work, users: &[User]) {
    let keys: Vec<i64> = users.iter().map(|user| user.id).collect();
    let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
    let colors: Vec<Option<&str>> = users
        .iter()
        .map(|user| user.hair_color.as_deref())
        .collect();
    let client = &mut native.client;
    match work {
        Work::Upsert => {
            let upsert = client.execute(&native.upsert, &[&keys, &names, &colors]);
            assert_eq!(upsert.unwrap(), users.len() as u64);
        }
        Work::Returning => {
            let rows = client.query(&native.returning, &[&names, &colors]).unwrap();
            let back = rows.iter().map(|row| (row.get(0), row.get(1)));
            black_box(back.collect::<Vec<(i64, String)>>());
        }
        Work::UpdateMany => {
            let updated = client.execute(&native.update, &[&keys, &names]);
            assert_eq!(updated.unwrap(), users.len() as u64);
        }
    }
}
