//! The default writer of statements, in the words that the three databases share.
//!
//! One file a statement; `expr.rs` for expressions, with `condition.rs`, `in_list.rs` and `subquery.rs`; `guard.rs`
//! for what `batch.rs` compares.
//! Called through the functions re-exported here, by the typed layer and the flush, and by dialects that
//! override one hook and fall back for the rest.

mod batch;
mod condition;
mod expr;
mod guard;
mod in_list;
mod raw;
mod repeat;
mod select;
mod subquery;
mod write;

pub use batch::{
    write_batch_delete, write_batch_delete_row, write_batch_insert, write_batch_insert_rows,
    write_batch_update, write_batch_update_row,
};
pub(super) use expr::write_operand;
pub use expr::{write_expr, write_extension};
pub use guard::{Guard, digest_text, write_null_safe_guard};
pub use raw::{write_raw, write_raw_list};
pub(super) use repeat::{Numbers, Repeats};
pub use select::write_select;
pub use write::{write_delete, write_insert, write_update};
