//! The default writer of statements, in the words that the three databases share.
//!
//! One file a statement; `query.rs`, `select.rs` and `source.rs` for the parts of a query; `expr.rs` for expressions,
//! with `aggregate.rs`, `collected.rs`, `condition.rs`, `in_list.rs`, `list_source.rs`, `subquery.rs`, `numeric.rs`, `window.rs` and `frame.rs`; `expected.rs` for what `batch.rs` compares.
//! Called through the functions re-exported here, by the typed layer and the flush, and by dialects that
//! override one hook and fall back for the rest.

mod aggregate;
mod batch;
mod call;
mod collected;
mod condition;
mod copy;
mod delete;
mod enums;
mod expected;
mod expr;
mod frame;
mod group_by;
mod grouping;
mod in_list;
mod insert;
mod like;
mod limit;
mod list_source;
mod named_sql;
mod numeric;
mod quantified;
mod query;
mod raw;
mod repeat;
mod returning;
mod select;
mod source;
mod source_call;
mod subquery;
mod truncate;
mod update;
mod window;

pub use aggregate::{write_argument, write_separator, write_string_agg};
pub use batch::{
    write_batch_delete, write_batch_delete_rows, write_batch_update, write_batch_update_rows,
};
pub use call::{write_call, write_concat, write_named_call};
pub use copy::write_copy;
pub use delete::write_delete;
pub use enums::write_ordered_column;
pub use expected::{ExpectedColumn, digest_text, write_null_safe_expected};
pub use expr::{write_expr, write_extension, write_operand};
pub use insert::{OTHER_KEY_CONFLICT, write_insert, write_plain_insert};
pub use like::write_equal_in_lower_case;
pub use limit::write_limit;
pub(super) use limit::{count, write_fetch, write_limit_by};
pub use numeric::{write_numeric, write_quotient};
pub use query::{write_locks, write_order_by, write_query};
pub use raw::write_raw_list;
pub(super) use repeat::Repeats;
pub use truncate::write_truncate;
pub use update::write_update;

use super::SqlWriter;
use crate::error::Result;
use crate::stmt::Statement;

/// Renders a statement.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a part of it.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// let statement = Statement::Delete(Delete::new("users"));
/// let mut w = SqlWriter::new(&dialect);
/// write_statement(&mut w, &statement)?;
/// assert_eq!(w.finish().0, r#"DELETE FROM "users""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_statement<'a>(w: &mut SqlWriter<'a>, statement: &'a Statement) -> Result<()> {
    match statement {
        Statement::Query(query) => write_query(w, query),
        Statement::Insert(insert) => write_insert(w, insert),
        Statement::Update(update) => write_update(w, update),
        Statement::Delete(delete) => write_delete(w, delete),
    }
}
