//! INSERT, UPDATE and DELETE, one file each; `bulk/` sends the rows of inserts, those of a flush too.
//!
//! `values.rs` has the input of an INSERT, and `patch.rs` that of an UPDATE as a struct; `check.rs` checks values before
//! they are sent; `reflection.rs` reads from the catalogue what tables really are; `parts.rs` runs what is executed without
//! making its statement, and `matching_keys.rs` finds the rows of an UPDATE or DELETE. The other statements
//! of a flush are not here but in `flush`.

pub(super) mod assignment;
pub(super) mod bulk;
pub(super) mod check;
pub(super) mod delete;
mod hooked_rows;
pub(super) mod insert;
mod matching_keys;
mod parts;
pub(super) mod patch;
pub(super) mod reflection;
pub(super) mod stored;
pub(super) mod update;
pub(super) mod values;
