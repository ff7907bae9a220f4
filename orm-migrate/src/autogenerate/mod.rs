//! Migrations from models: what was, what shall be, and the scripts between them.
//!
//! `snapshot.rs` reads and writes the schema that a migration leaves, which lies beside its scripts; `base.rs` says what
//! the models are compared with; `plan.rs` compares, with the answers of `answers.rs` to what only a person can decide;
//! `restore.rs` gives operations on a database the definitions of the models; `scripts.rs` writes up.sql and down.sql.
//! `describe.rs` has operations in words. The comparison and the SQL are `orm_core`'s; the command is in
//! `command/generate.rs`.

mod answers;
mod base;
mod describe;
mod plan;
mod restore;
mod scripts;
pub(crate) mod snapshot;

pub use answers::Answers;
pub(crate) use base::of_database;
pub use base::{Base, base};
pub use describe::{describe, question};
pub use plan::{Plan, plan};
pub use scripts::{Part, parts};
pub use snapshot::Snapshot;
