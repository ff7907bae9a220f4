//! From statements and schema to SQL text.
//!
//! `writer.rs` escapes every identifier and turns every value into a bind; `dialect.rs` says what a
//! database does differently, with `capability.rs` as its data; `render/` is the one default writer of
//! statements and `ddl/` the one of schemas. A dialect overrides hooks, never whole statements.

mod capability;
pub mod ddl;
mod dialect;
mod render;
mod writer;

pub use capability::{
    Capabilities, GeneratedKeys, InListStyle, NullSafeStyle, Placeholder, RepeatStyle,
};
pub use dialect::{DdlLock, Dialect, ForeignKeySwitch, SELECT_CLAUSES, SelectClause};
pub use render::{
    Guard, digest_text, write_batch_delete, write_batch_delete_row, write_batch_insert,
    write_batch_insert_rows, write_batch_update, write_batch_update_row, write_delete, write_expr,
    write_extension, write_insert, write_null_safe_guard, write_raw, write_raw_list, write_select,
    write_update,
};
pub use writer::SqlWriter;

pub use crate::transaction::{IsolationLevel, TransactionOptions};
