//! INSERT, UPDATE and DELETE, one file each; `bulk/` sends the rows of inserts, those of a flush too.
//!
//! `values.rs` has the input of an INSERT, `insert_query.rs` takes it from a query, whose rows `stored_rows.rs` holds to their columns, and `insert_iter.rs` from an iterator, which COPY may load, and `patch.rs` that of an UPDATE as a struct; `check.rs` checks values before
//! they are sent; `reflection.rs` reads from the catalogue what tables really are; `parts.rs` runs what is executed without
//! making its statement, and `matching_keys.rs` finds the rows of an UPDATE or DELETE, whose other tables are in `other_tables.rs`; `update_clauses.rs` has FROM and RETURNING of an UPDATE, `update_checks.rs` checks its values, `ordered.rs` sets ORDER BY and LIMIT of both, which `clauses.rs` holds. `truncate.rs` empties a table. `time_limit.rs` limits the time of each. `printed.rs` prints them with literals, the rows of an INSERT by `printed_rows.rs`. `returning.rs` adds RETURNING to all three, `written_rows.rs` makes their rows a common table expression, and
//! `upsert.rs` ON CONFLICT to INSERT, and `upsert_rows.rs` RETURNING to that, with the clause of `conflict.rs`, by the constraints of `unique_key.rs`. `update_many.rs` updates rows by their keys, which `update_rows.rs` sends. The other statements
//! of a flush are not here but in `flush`.

pub(super) mod assignment;
pub(super) mod bulk;
pub(super) mod check;
mod clauses;
mod conflict;
pub(super) mod delete;
mod hooked_rows;
pub(super) mod insert;
pub(super) mod insert_iter;
pub(super) mod insert_query;
mod matching_keys;
mod ordered;
mod other_tables;
mod parts;
pub(super) mod patch;
mod printed;
mod printed_rows;
pub(super) mod reflection;
pub(super) mod returning;
pub(super) mod stored;
mod stored_rows;
mod time_limit;
pub(super) mod truncate;
pub(super) mod unique_key;
pub(super) mod update;
pub(super) mod update_checks;
mod update_clauses;
pub(super) mod update_many;
pub(in crate::query) mod update_rows;
pub(super) mod upsert;
mod upsert_rows;
pub(super) mod values;
pub(super) mod written_rows;
