//! Rows inserted by a commit, and changed rows flushed in a transaction that is open.

use std::hint::black_box;

use orm::prelude::*;

use super::{INSERT, PLAIN_KEY, empty, ours, raw, raw_insert};
use crate::measure::{Table, time};
use crate::model::{PlainUser, User, plain_row, row};

const UPDATE: &str = "UPDATE users SET name = ? WHERE id = ? AND name IS ?";

pub(super) fn run(table: &mut Table) {
    insert(table);
    flush(table);
    flush_one(table);
}

fn insert(table: &mut Table) {
    for (rows, goal) in [(1, "–"), (10, "1.40"), (1000, "1.40")] {
        let (conn, engine) = (raw(0), ours(0));
        let name = format!("SQLite: insert {rows} with keys, add and commit");
        compare_inserts(table, (&name, goal), (&conn, rows), &engine, row);
    }
    for rows in [1, 10, 1000] {
        let (conn, engine) = (empty(PLAIN_KEY), ours(0));
        Metadata::of((PlainUser,)).create_all(&engine).unwrap();
        let name = format!("SQLite: insert {rows} with keys, without AUTOINCREMENT");
        compare_inserts(table, (&name, "–"), (&conn, rows), &engine, plain_row);
    }
}

fn compare_inserts<M>(
    table: &mut Table,
    (name, goal): (&str, &'static str),
    (conn, rows): (&rusqlite::Connection, usize),
    engine: &Engine,
    row_of: fn(usize) -> M,
) where
    M: Model + NewRow<Model = M>,
{
    let mut raw = |times| {
        let took = time(times, || {
            if rows == 1 {
                let mut statement = conn.prepare_cached(INSERT).unwrap();
                let row = row(1);
                statement.execute((&row.name, &row.hair_color)).unwrap();
                black_box(conn.last_insert_rowid());
            } else {
                black_box(raw_insert(conn, rows));
            }
        });
        conn.execute("DELETE FROM users", []).unwrap();
        took
    };
    let mut ours = |times| {
        let took = time(times, || {
            let mut session = Session::new(engine);
            let users: Vec<Ref<M>> = (0..rows).map(|index| session.add(row_of(index))).collect();
            session.commit().unwrap();
            black_box(session.key(users[0]));
        });
        let text = format!("DELETE FROM {}", M::def().table);
        orm::raw(text)
            .execute(&mut engine.connection().unwrap())
            .unwrap();
        took
    };
    table.compare(name, goal, &mut raw, &mut ours);
}

/// Loads so many rows and returns the session with its transaction open.
fn loaded(engine: &Engine, rows: usize) -> (Session, Vec<Ref<User>>) {
    let mut session = Session::new(engine);
    let users = select(User).limit(rows as u64).all(&mut session).unwrap();
    session.begin().unwrap();
    (session, users)
}

fn flush(table: &mut Table) {
    const ROWS: usize = 10_000;
    for (dirty, goal) in [(1, "1.80"), (1000, "1.20")] {
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
        let (mut session, users) = loaded(&engine, ROWS);
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

/// The rows of the table in which one is changed.
const MANY: usize = 100_000;

/// The cost of a flush must not depend on what is loaded: 10 entities, of a table as large, stand for the raw side.
fn flush_one(table: &mut Table) {
    let flush = |rows: usize| {
        let (mut session, users) = loaded(&ours(MANY), rows);
        let mut round = 0_usize;
        move |times| {
            time(times, || {
                round += 1;
                session[users[3]].name = format!("New {round}");
                session.flush().unwrap();
            })
        }
    };
    let name = "SQLite: flush 1 of 100 000 loaded, beside 1 of 10";
    if !table.is_wanted(name) {
        return;
    }
    let (mut few, mut many) = (flush(10), flush(MANY));
    table.compare(name, "1.00", &mut few, &mut many);
}
