//! What every database must do that this library is to work on: cases, and the trait by which a dialect runs them.
//!
//! A dialect implements [`Backend`] and hands it to [`run`] in a test without a harness:
//!
//! ```no_run
//! use orm::engine::{Connection, Target};
//! use orm::prelude::*;
//! use orm_conformance::backend::{Backend, Control, Signal};
//! use orm_conformance::Db;
//!
//! struct Mine;
//!
//! impl Backend for Mine {
//!     fn name(&self) -> &'static str {
//!         "Mine"
//!     }
//!     fn create(&self, name: &str) -> orm::Result<String> {
//!         Engine::connect("mine://localhost")?.connection()?.raw_control(&format!("CREATE DATABASE {name}"))?;
//!         Ok(format!("mine://localhost/{name}"))
//!     }
//!     fn drop(&self, name: &str) -> orm::Result<()> {
//!         Engine::connect("mine://localhost")?.connection()?.raw_control(&format!("DROP DATABASE {name}"))
//!     }
//!     fn version(&self) -> &'static str {
//!         "SELECT version()"
//!     }
//!     fn control(&self, db: &Db, conn: &mut Connection, signal: Signal) -> Control {
//!         let number: i64 = raw("SELECT connection_id()").one::<(i64,), _>(conn).unwrap().0;
//!         let verb = if signal == Signal::Kill { "KILL" } else { "CANCEL" };
//!         let mut other = db.other_connection();
//!         Box::new(move || other.raw_control(&format!("{verb} {number}")).unwrap())
//!     }
//!     fn limit_lock_wait(&self, conn: &mut Connection) {
//!         conn.raw_control("SET lock_timeout = 1").unwrap();
//!     }
//!     fn natively(&self, conn: &mut Connection, sql: &str) {
//!         // By the native client, that the library sees nothing of it.
//!         conn.driver_mut::<Vec<String>>().unwrap().push(sql.to_owned());
//!     }
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     orm_conformance::run(&[&Mine], &[])
//! }
//! ```
//!
//! A case is a function that panics; it gets a database of its own, empty but for the tables of the shared
//! [`fixtures`]. No case names a database: it reads [capabilities](orm::sql::Capabilities), or the backend.
//! A case that is about one database's own SQL stands in that dialect's tests, and is run along.

// Tests panic on purpose, and a case reads better without a page of documentation.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    missing_docs,
    missing_debug_implementations
)]

pub mod backend;
pub mod database;
pub mod fixtures;
mod run;
pub mod suite;

pub use backend::Backend;
pub use database::Db;
pub use run::run;
pub use suite::{Case, Requires};
