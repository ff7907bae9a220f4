//! DELETE by condition; by key see `batch.rs`.

use super::query::{write_orders, write_with_before};
use super::returning::write_returning;
use super::select::write_conditions;
use super::source::write_sources;
use crate::error::Result;
use crate::sql::{OtherTables, SqlWriter};
use crate::stmt::Delete;

/// Renders a DELETE with conditions.
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
/// let delete = Delete::new("users");
/// let mut w = SqlWriter::new(&dialect);
/// write_delete(&mut w, &delete)?;
/// assert_eq!(w.finish().0, r#"DELETE FROM "users""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_delete<'a>(w: &mut SqlWriter<'a>, delete: &'a Delete) -> Result<()> {
    let capabilities = w.dialect().capabilities();
    let style = delete.using.as_ref().map(|_| capabilities.delete_using);
    write_with_before(w, "DELETE", delete.with.as_deref())?;
    w.write_to(Some(&delete.table));
    let outer = w.qualify(style.is_some());
    w.push("DELETE FROM ").ident(&delete.table);
    match style {
        Some(OtherTables::Clause) => write_using(w, " USING ", delete)?,
        Some(OtherTables::List) => {
            w.push(" USING ").ident(&delete.table);
            write_using(w, ", ", delete)?;
        }
        Some(OtherTables::Unsupported) => return Err(w.unsupported("DELETE … USING")),
        None => {}
    }
    write_conditions(w, " WHERE ", &delete.filter)?;
    if !delete.order_by.is_empty() || delete.limit.is_some() {
        if style.is_some() || !capabilities.ordered_writes {
            return Err(w.unsupported("ORDER BY and LIMIT in DELETE"));
        }
        write_orders(w, " ORDER BY ", &delete.order_by)?;
        w.dialect().write_limit(w, delete.limit, None);
    }
    w.write_to(None);
    // Where all tables stand in one list, rows of any of them could come back.
    let supported = capabilities.delete_returning && style != Some(OtherTables::List);
    write_returning(w, "DELETE … RETURNING", supported, &delete.returning)?;
    w.qualify(outer);
    w.check_limits()
}

fn write_using<'a>(w: &mut SqlWriter<'a>, keyword: &str, delete: &'a Delete) -> Result<()> {
    write_sources(w, keyword, delete.using.as_ref(), &delete.joins)
}
