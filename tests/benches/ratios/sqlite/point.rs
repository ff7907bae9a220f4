//! One row: by key, plain and through a session, with its optional child by a join, and updated by key.
//!
//! Queries are built each time, as a program builds them.

use std::hint::black_box;

use orm::prelude::*;

use super::{decode, ours, raw};
use crate::measure::{Table, time};
use crate::model::{Post, User, add_post, keys};

const ROWS: usize = 10_000;
const GET: &str = "SELECT id, name, hair_color FROM users WHERE id = ?";
const JOIN: &str = "SELECT users.id, users.name, users.hair_color, posts.id, posts.author, posts.title \
                    FROM users LEFT JOIN posts ON posts.author = users.id WHERE users.id = ?";
const UPDATE: &str = "UPDATE users SET name = ? WHERE id = ?";

pub(super) fn run(table: &mut Table) {
    get(table);
    join(table);
    update_by_key(table);
}

fn get(table: &mut Table) {
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
    table.compare("SQLite: point get, plain", "1.35", &mut raw, &mut |times| {
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
        "1.60",
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

fn join(table: &mut Table) {
    let (conn, engine) = (raw(ROWS), ours(ROWS));
    add_post(&engine, 77);
    let mut own = engine.connection().unwrap();
    conn.execute_batch(
        "CREATE TABLE posts (id INTEGER NOT NULL, author INTEGER NOT NULL, title TEXT NOT NULL,
         CONSTRAINT pk_posts PRIMARY KEY (id AUTOINCREMENT));
         CREATE INDEX ix_posts_author ON posts (author);
         INSERT INTO posts (author, title) VALUES (77, 'Title')",
    )
    .unwrap();
    let mut raw = |times| {
        time(times, || {
            let mut statement = conn.prepare_cached(JOIN).unwrap();
            // As `one`, it fails for a second row.
            let row = statement.query_one([77], |row| Ok((decode(row)?, decode_post(row)?)));
            black_box(row.unwrap());
        })
    };
    table.compare("SQLite: join of one row", "1.40", &mut raw, &mut |times| {
        time(times, || {
            let query = select((User, optional(Post)))
                .left_join(Post)
                .filter(User.id.eq(77));
            black_box(query.one(&mut own).unwrap());
        })
    });
}

fn decode_post(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Post>> {
    let Some(id) = row.get(3)? else {
        return Ok(None);
    };
    Ok(Some(Post {
        id,
        author: row.get(4)?,
        title: row.get(5)?,
    }))
}

fn update_by_key(table: &mut Table) {
    let (conn, engine) = (raw(ROWS), ours(ROWS));
    let mut key = keys(ROWS);
    let mut raw = |times| {
        time(times, || {
            let mut statement = conn.prepare_cached(UPDATE).unwrap();
            assert_eq!(statement.execute(("New", key())).unwrap(), 1);
        })
    };
    let mut own = engine.connection().unwrap();
    let mut key = keys(ROWS);
    table.compare("SQLite: update by key", "1.35", &mut raw, &mut |times| {
        time(times, || {
            let query = update(User).filter(User.id.eq(key())).set(User.name, "New");
            assert_eq!(query.execute(&mut own).unwrap(), 1);
        })
    });
}
