//! The models and the database that the examples in the documentation of `orm` share, so that each of them shows a verb
//! and its SQL and nothing else.
//!
//! Used by those examples alone: the crate is a dev-dependency of `orm`. What needs models of its own has them in its
//! example.

// The examples import all of this crate and nothing else.
pub use orm::ErrorKind;
pub use orm::engine::{IsolationLevel, TransactionOptions};
pub use orm::prelude::*;
pub use orm::query::{Condition, IntoExpr};
pub use orm::sqlite::SqliteDialect;
pub use orm::value::{Value, ValueRef};

pub use dialect_mysql::MysqlDialect;
pub use dialect_postgres::PostgresDialect;
pub use orm_core::testing::Recorder;
pub use rusqlite;

use std::sync::Arc;

use orm::sqlite::SqliteDriver;
use orm_core::testing::RecordingDriver;

/// The first model of the examples.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "users")]
pub struct User {
    /// The generated key.
    #[orm(primary_key)]
    pub id: i64,
    /// What the user is called.
    pub name: String,
    /// Where mail goes to, if it is known.
    pub email: Option<String>,
    /// Years.
    pub age: i32,
    /// Whether the user may log in.
    pub active: bool,
    /// What the user wrote.
    pub posts: HasMany<Post>,
}

/// The second one, which refers to the first.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "posts")]
pub struct Post {
    /// The generated key.
    #[orm(primary_key)]
    pub id: i64,
    /// Who wrote it.
    #[orm(references = User.id)]
    pub author_id: i64,
    /// What it is called.
    pub title: String,
    /// Who wrote it, as an entity.
    pub author: BelongsTo<User>,
}

/// One with numbers that are no integers, which is in no database.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "towns")]
pub struct Town {
    /// The generated key.
    #[orm(primary_key)]
    pub id: i64,
    /// Square kilometres.
    pub area: f64,
}

/// One with dates and times, which is in no database.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "parcels")]
pub struct Parcel {
    /// The generated key.
    #[orm(primary_key)]
    pub id: i64,
    /// When it was sent.
    pub sent: chrono::DateTime<chrono::Utc>,
    /// When it arrived, if it has.
    pub arrived: Option<chrono::DateTime<chrono::Utc>>,
    /// The day on which it should arrive.
    pub due: chrono::NaiveDate,
}

/// A database in memory with the tables of both models, the user ada (1) and her post (1); and what is sent to it from
/// here on.
///
/// # Errors
/// What SQLite refuses.
pub fn database() -> orm::Result<(Engine, Recorder)> {
    let sent = Recorder::new();
    let driver = RecordingDriver::new(SqliteDriver::memory(), &sent);
    let options = Engine::options("sqlite://");
    let engine = Engine::with_driver(Arc::new(driver), vec![&SqliteDialect], &options)?;
    Metadata::of((User, Post)).create_all(&engine)?;
    // The engine reads the catalogue once for each table, when that is first written: here and not in the examples.
    let mut session = Session::new(&engine);
    let ada = User::builder().name("ada").age(36).active(true);
    let ada = session.add(ada);
    session.flush()?;
    let author = session[ada].id;
    session.add(Post::builder().author_id(author).title("On engines"));
    session.commit()?;
    drop(session);
    sent.take();
    Ok((engine, sent))
}
