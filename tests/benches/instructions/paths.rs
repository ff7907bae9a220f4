//! The paths that are counted, all on SQLite in memory.

use std::hint::black_box;

use orm::prelude::*;

use crate::Rounds;
use crate::authors;
use crate::model::{Post, User, add_post, fill, keys, row};

/// Each with the rounds of the shorter and of the longer run.
pub(crate) const ALL: [(&str, Rounds); 14] = [
    ("point_get_kept", (100, 1100)),
    ("point_get_built", (100, 1100)),
    ("one_row_built", (100, 1100)),
    ("join_of_one_row", (100, 1100)),
    ("update_by_key", (100, 1100)),
    ("plain_load_of_1000", (5, 15)),
    ("session_get_miss", (100, 1100)),
    ("session_get_hit", (1000, 11_000)),
    ("session_load_of_1000", (5, 15)),
    ("add_and_commit_1", (100, 600)),
    ("add_and_commit_10", (20, 120)),
    ("flush_of_100", (5, 25)),
    ("associations_in_session", (3, 8)),
    ("associations_as_graph", (3, 8)),
];

/// Runs a path some rounds.
pub(crate) fn run(name: &str, rounds: usize) {
    match name {
        "point_get_kept" | "point_get_built" | "one_row_built" | "join_of_one_row" => {
            read_one(name, rounds);
        }
        "update_by_key" => update_by_key(rounds),
        "plain_load_of_1000" => plain_load(rounds),
        "session_get_miss" | "session_get_hit" => session_get(name, rounds),
        "session_load_of_1000" => session_load(rounds),
        "add_and_commit_1" => add_and_commit(rounds, 1),
        "add_and_commit_10" => add_and_commit(rounds, 10),
        "flush_of_100" => flush(rounds),
        "associations_in_session" | "associations_as_graph" => associations(name, rounds),
        other => panic!("no path is called {other}"),
    }
}

fn engine(rows: usize) -> Engine {
    let engine = Engine::connect("sqlite://").unwrap();
    fill(&engine, rows);
    engine
}

fn read_one(name: &str, rounds: usize) {
    let engine = engine(if name == "one_row_built" { 1 } else { 1000 });
    add_post(&engine, 1);
    let mut conn = engine.connection().unwrap();
    let kept = select(User).filter(User.id.eq(77));
    let mut key = keys(1000);
    for _ in 0..rounds {
        match name {
            "point_get_kept" => drop(black_box(kept.one(&mut conn).unwrap())),
            "point_get_built" => {
                let query = select(User).filter(User.id.eq(key()));
                black_box(query.one(&mut conn).unwrap());
            }
            "one_row_built" => drop(black_box(select(User).all(&mut conn).unwrap())),
            _ => {
                let query = select((User, optional(Post))).left_join(Post);
                black_box(query.filter(User.id.eq(1)).one(&mut conn).unwrap());
            }
        }
    }
}

fn update_by_key(rounds: usize) {
    let engine = engine(1000);
    let mut conn = engine.connection().unwrap();
    let mut key = keys(1000);
    for _ in 0..rounds {
        let query = update(User).filter(User.id.eq(key())).set(User.name, "New");
        assert_eq!(query.execute(&mut conn).unwrap(), 1);
    }
}

fn plain_load(rounds: usize) {
    let engine = engine(1000);
    let mut conn = engine.connection().unwrap();
    let query = select(User);
    for _ in 0..rounds {
        black_box(query.all(&mut conn).unwrap());
    }
}

fn session_get(name: &str, rounds: usize) {
    let engine = engine(1000);
    let mut session = Session::new(&engine);
    let mut key = keys(1000);
    let known = session.get(User, 77).unwrap();
    for _ in 0..rounds {
        if name == "session_get_hit" {
            assert_eq!(session.get(User, 77).unwrap(), known);
        } else {
            let user = session.get(User, key()).unwrap().unwrap();
            black_box(session.expunge(user).unwrap());
        }
    }
}

fn session_load(rounds: usize) {
    let engine = engine(1000);
    let query = select(User);
    for _ in 0..rounds {
        let mut session = Session::new(&engine);
        black_box(query.all(&mut session).unwrap());
    }
}

fn add_and_commit(rounds: usize, rows: usize) {
    let engine = engine(0);
    for _ in 0..rounds {
        let mut session = Session::new(&engine);
        for index in 0..rows {
            session.add(row(index));
        }
        session.commit().unwrap();
    }
}

fn flush(rounds: usize) {
    let engine = engine(1000);
    let mut session = Session::new(&engine);
    let users = select(User).all(&mut session).unwrap();
    session.begin().unwrap();
    for round in 0..rounds {
        for user in &users[..100] {
            session[*user].name = format!("New {round}");
        }
        session.flush().unwrap();
    }
}

/// 300 authors with 1 500 articles and 7 500 remarks.
fn associations(name: &str, rounds: usize) {
    let engine = Engine::connect("sqlite://").unwrap();
    authors::fill(&engine);
    let query = authors::query();
    if name == "associations_in_session" {
        for _ in 0..rounds {
            authors::in_session(&engine, &query);
        }
    } else {
        let mut conn = engine.connection().unwrap();
        for _ in 0..rounds {
            authors::as_graph(&mut conn, &query);
        }
    }
}
