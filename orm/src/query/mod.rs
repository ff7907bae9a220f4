//! The typed SQL layer: statements that check the user's columns, values and nullability at compile
//! time, then erase into the plain statements of `orm_core::stmt`.
//!
//! Stands on `engine` and `mapping`; knows no session. The session runs the same statements through
//! [`Executor`].

mod bulk;
mod check;
mod executor;

pub(crate) use bulk::{BulkInsert, TakeKey, insert_rows};
pub(crate) use check::{check_length, check_references};
pub use executor::Executor;
