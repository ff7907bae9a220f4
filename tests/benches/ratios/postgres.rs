//! PostgreSQL, beside the `postgres` crate's best idiom: statements prepared once, `query` for reads.

use std::hint::black_box;

use orm::prelude::*;
use postgres::{Client, NoTls};

use crate::measure::{Table, time};
use crate::model::{User, fill, row};

/// The URL of the server.
pub(crate) fn server_url() -> String {
    std::env::var("ORM_TEST_POSTGRES_URL")
        .expect("ORM_TEST_POSTGRES_URL names the server: tests/run --bench starts one and sets it")
}

pub(crate) fn run(table: &mut Table) {
    let url = server_url();
    for rows in [1, 100, 10_000] {
        load(table, &url, rows);
    }
    insert(table, &url);
    flush(table, &url);
    for (dirty, goal) in [(1, "–"), (10, "0.25"), (100, "0.15"), (1000, "0.15")] {
        commit(table, &url, dirty, goal);
    }
}

/// A new database with `rows` users, a raw client and an engine on it.
fn database(url: &str, name: &str, rows: usize) -> (Client, Engine) {
    database_with(url, name, |engine| fill(engine, rows))
}

/// A new database that `fill` fills, a raw client and an engine on it.
pub(crate) fn database_with(url: &str, name: &str, fill: impl FnOnce(&Engine)) -> (Client, Engine) {
    let mut admin = Client::connect(url, NoTls).unwrap();
    admin
        .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        .unwrap();
    admin
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    let url = format!("{server}/{name}");
    let engine = Engine::connect(&url).unwrap();
    fill(&engine);
    (Client::connect(&url, NoTls).unwrap(), engine)
}

fn decode(row: &postgres::Row) -> User {
    User {
        id: row.get(0),
        name: row.get(1),
        hair_color: row.get(2),
    }
}

fn load(table: &mut Table, url: &str, rows: usize) {
    let name = |how: &str| format!("PostgreSQL: load {rows} rows, {how}");
    let hows = ["plain", "new session", "cleared session"];
    if !hows.iter().any(|how| table.is_wanted(&name(how))) {
        return;
    }
    let (mut client, engine) = database(url, "bench_load", rows);
    let statement = client
        .prepare("SELECT id, name, hair_color FROM users")
        .unwrap();
    let mut raw = |times| {
        time(times, || {
            let rows = client.query(&statement, &[]).unwrap();
            black_box(rows.iter().map(decode).collect::<Vec<_>>());
        })
    };
    let query = select(User);
    let mut own = engine.connection().unwrap();
    table.compare(&name("plain"), "1.03", &mut raw, &mut |times| {
        time(times, || drop(black_box(query.all(&mut own).unwrap())))
    });
    drop(own);
    let goal = if rows == 1 { "1.10" } else { "–" };
    table.compare(&name("new session"), goal, &mut raw, &mut |times| {
        time(times, || {
            let mut session = Session::new(&engine);
            black_box(query.all(&mut session).unwrap());
        })
    });
    let mut session = Session::new(&engine);
    table.compare(&name("cleared session"), "–", &mut raw, &mut |times| {
        time(times, || {
            black_box(query.all(&mut session).unwrap());
            session.clear();
        })
    });
}

fn insert(table: &mut Table, url: &str) {
    const ROWS: usize = 1000;
    let name = "PostgreSQL: insert 1000 with keys, add and commit";
    if !table.is_wanted(name) {
        return;
    }
    let (mut client, engine) = database(url, "bench_insert", 0);
    let values: Vec<String> = (0..ROWS)
        .map(|i| format!("(${}, ${})", 2 * i + 1, 2 * i + 2))
        .collect();
    let text = format!(
        "INSERT INTO users (name, hair_color) VALUES {} RETURNING id",
        values.join(", ")
    );
    let statement = client.prepare(&text).unwrap();
    let mut raw = |times| {
        time(times, || {
            let users: Vec<User> = (0..ROWS).map(row).collect();
            let mut transaction = client.transaction().unwrap();
            let mut binds: Vec<&(dyn postgres::types::ToSql + Sync)> = Vec::new();
            for user in &users {
                binds.push(&user.name);
                binds.push(&user.hair_color);
            }
            let keys = transaction.query(&statement, &binds).unwrap();
            black_box(
                keys.iter()
                    .map(|row| row.get::<_, i64>(0))
                    .collect::<Vec<_>>(),
            );
            transaction.commit().unwrap();
        })
    };
    let mut ours = |times| {
        time(times, || {
            let mut session = Session::new(&engine);
            let users: Vec<_> = (0..ROWS).map(|index| session.add(row(index))).collect();
            session.commit().unwrap();
            black_box(session[users[0]].id);
        })
    };
    table.compare(name, "–", &mut raw, &mut ours);
}

fn flush(table: &mut Table, url: &str) {
    for (dirty, goal) in [(1, "–"), (1000, "0.30")] {
        let name =
            format!("PostgreSQL: change and flush {dirty} in a transaction, of 10 000 loaded");
        if !table.is_wanted(&name) {
            continue;
        }
        let (mut client, engine) = database(url, "bench_flush", 10_000);
        let statement = client
            .prepare("UPDATE users SET name = $1 WHERE id = $2 AND name IS NOT DISTINCT FROM $3")
            .unwrap();
        // The same guarded UPDATE: it keeps the old names to match, as the session does.
        let mut names: Vec<String> = (0..dirty).map(|index| row(index).name).collect();
        // Each sample is a transaction of its own, since versions of rows pile up in a long one.
        let mut round = 0_usize;
        let mut raw = |times| {
            client.batch_execute("BEGIN").unwrap();
            let took = time(times, || {
                round += 1;
                for (id, old) in (1_i64..).zip(&mut names) {
                    let name = format!("New {round}");
                    let matched = client.execute(&statement, &[&name, &id, &*old]);
                    assert_eq!(matched.unwrap(), 1);
                    *old = name;
                }
            });
            client.batch_execute("COMMIT").unwrap();
            took
        };
        // The other half of the rows, or the two transactions would wait for each other.
        let query = select(User).order_by(User.id.desc());
        let mut session = Session::new(&engine);
        let mut own_round = 0_usize;
        let mut ours = |times| {
            let users = query.all(&mut session).unwrap();
            session.begin().unwrap();
            let took = time(times, || {
                own_round += 1;
                for user in &users[..dirty] {
                    session[*user].name = format!("New {own_round}");
                }
                session.flush().unwrap();
            });
            session.commit().unwrap();
            took
        };
        table.compare(&name, goal, &mut raw, &mut ours);
    }
}

fn commit(table: &mut Table, url: &str, dirty: usize, goal: &'static str) {
    let name = format!("PostgreSQL: change and commit {dirty} of 10 000 loaded");
    if !table.is_wanted(&name) {
        return;
    }
    let (mut client, engine) = database(url, "bench_commit", 10_000);
    let statement = client
        .prepare("UPDATE users SET name = $1 WHERE id = $2 AND name IS NOT DISTINCT FROM $3")
        .unwrap();
    let mut names: Vec<String> = (0..dirty).map(|index| row(index).name).collect();
    let mut round = 0_usize;
    let mut raw = |times| {
        time(times, || {
            round += 1;
            let mut transaction = client.transaction().unwrap();
            for (id, old) in (1_i64..).zip(&mut names) {
                let name = format!("New {round}");
                let matched = transaction.execute(&statement, &[&name, &id, &*old]);
                assert_eq!(matched.unwrap(), 1);
                *old = name;
            }
            transaction.commit().unwrap();
        })
    };
    let mut session = Session::new(&engine);
    let query = select(User).order_by(User.id.desc());
    let users = query.all(&mut session).unwrap();
    let mut own_round = 0_usize;
    let mut ours = |times| {
        time(times, || {
            own_round += 1;
            for user in &users[..dirty] {
                session[*user].name = format!("New {own_round}");
            }
            session.commit().unwrap();
        })
    };
    table.compare(&name, goal, &mut raw, &mut ours);
}
