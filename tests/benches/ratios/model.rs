//! The models and the data of the benchmarks. A user has a key, a text, and a text that is sometimes NULL.

use orm::prelude::*;

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "users")]
pub(crate) struct User {
    #[orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) hair_color: Option<String>,
}

/// The same with a key that SQLite may give again: without AUTOINCREMENT.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "plain_users")]
pub(crate) struct PlainUser {
    #[orm(primary_key, sqlite_autoincrement = false)]
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) hair_color: Option<String>,
}

/// The row number `index`, not inserted yet.
pub(crate) fn plain_row(index: usize) -> PlainUser {
    let User {
        id,
        name,
        hair_color,
    } = row(index);
    PlainUser {
        id,
        name,
        hair_color,
    }
}

/// A child of a user, in the join of one row.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "posts")]
pub(crate) struct Post {
    #[orm(primary_key)]
    pub(crate) id: i64,
    #[orm(references = User.id, index)]
    pub(crate) author: i64,
    pub(crate) title: String,
}

/// The row number `index`, not inserted yet.
pub(crate) fn row(index: usize) -> User {
    let hair_color = match index % 4 {
        0 | 1 => Some("black".to_owned()),
        2 => Some("brown".to_owned()),
        _ => None,
    };
    User {
        id: 0,
        name: format!("User {index}"),
        hair_color,
    }
}

/// An engine with `rows` rows in its table.
pub(crate) fn fill(engine: &Engine, rows: usize) {
    Metadata::of((User,)).create_all(engine).unwrap();
    let mut session = Session::new(engine);
    for index in 0..rows {
        session.add(row(index));
    }
    session.commit().unwrap();
}

/// Creates the table of posts, with one post of the user whose key is `author`.
pub(crate) fn add_post(engine: &Engine, author: i64) {
    Metadata::of((User, Post)).create_all(engine).unwrap();
    let mut session = Session::new(engine);
    session.add(Post::builder().author(author).title("Title"));
    session.commit().unwrap();
}

/// Keys from 1 to `rows` in an order that looks random and is the same in every run.
pub(crate) fn keys(rows: usize) -> impl FnMut() -> i64 {
    let mut state = 12_345_u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % rows as u64).unwrap() + 1
    }
}
