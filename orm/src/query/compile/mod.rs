//! From a statement to text and binds: checks that need no database, then the writer of `orm_core::sql`.
//!
//! `scope.rs` and `grouping.rs` refuse what no database would run; `existence.rs` shortens what only counts;
//! `compiled_sql.rs` compiles and keeps texts. Nothing is sent here.

pub(super) mod compiled_sql;
pub(super) mod existence;
pub(super) mod grouping;
pub(super) mod scope;
