//! From a statement to text and binds: a check that needs no database, then the writer of `orm_core::sql`.
//!
//! `validate/` refuses what no database would run; `verb.rs` makes the statement of `count`, `exists`, `first` and `one`,
//! `simplify.rs` leaves out of it what does not matter to them; `compiled_sql.rs` keeps the text and binds of a query that runs again; `handle_keys.rs` replaces handles by keys; `criteria.rs` adds
//! the conditions that a connection has for tables. Nothing is sent here, and the typed statements are not known.
//! `condition_text.rs` makes SQL of a schema of a typed condition.

pub(super) mod compiled_sql;
pub(super) mod condition_text;
pub(super) mod criteria;
pub(super) mod handle_keys;
pub(super) mod printed;
pub(super) mod simplify;
pub(super) mod validate;
pub(super) mod verb;
