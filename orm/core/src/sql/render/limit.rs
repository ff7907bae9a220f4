//! Renders LIMIT and OFFSET. Called by the writer for a query, and by `update.rs` and `delete.rs`.

use super::expr::write_expr;
use crate::error::Result;
use crate::sql::{LimitStyle, SqlWriter};
use crate::stmt::{Expr, Limit, LimitBy, Query};
use crate::value::ValueRef;

/// Renders LIMIT and OFFSET in the syntax of most databases.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// write_limit(&mut w, Some(Limit::Rows(10)), Some(20));
/// assert_eq!(w.finish().0, " LIMIT ? OFFSET ?");
/// ```
pub fn write_limit(w: &mut SqlWriter<'_>, limit: Option<Limit>, offset: Option<u64>) {
    if w.dialect().capabilities().limit == LimitStyle::OffsetFetch {
        return write_fetch(w, limit, offset, false);
    }
    match (limit, w.dialect().capabilities().no_limit) {
        (Some(Limit::Rows(rows)), _) => {
            w.push(" LIMIT ").bind(count(rows));
        }
        (Some(Limit::Fixed(rows)), _) => {
            w.push(" LIMIT ").display(rows);
        }
        (None, Some(everything)) if offset.is_some() => {
            w.push(" LIMIT ").push(everything);
        }
        (None, _) => {}
    }
    if let Some(offset) = offset {
        w.push(" OFFSET ").bind(count(offset));
    }
}

/// The standard's LIMIT and OFFSET: `OFFSET ? ROWS FETCH FIRST ? ROWS ONLY`.
pub(in crate::sql) fn write_fetch(
    w: &mut SqlWriter<'_>,
    limit: Option<Limit>,
    offset: Option<u64>,
    with_ties: bool,
) {
    if let Some(offset) = offset {
        w.push(" OFFSET ").bind(count(offset)).push(" ROWS");
    }
    match limit {
        Some(Limit::Rows(rows)) => w.push(" FETCH FIRST ").bind(count(rows)),
        Some(Limit::Fixed(rows)) => w.push(" FETCH FIRST ").display(rows),
        None => return,
    };
    w.push(if with_ties {
        " ROWS WITH TIES"
    } else {
        " ROWS ONLY"
    });
}

// No table has more rows than an i64 counts, so a larger limit is no limit.
pub(in crate::sql) fn count(rows: u64) -> ValueRef<'static> {
    ValueRef::Int(i64::try_from(rows).unwrap_or(i64::MAX))
}

/// A number of rows of a clause: a value, or an expression.
enum Count<'a> {
    Value(&'a u64),
    Text(u8),
    Expr(&'a Expr),
}

/// LIMIT and OFFSET of which one is an expression at least.
pub(in crate::sql) fn write_limit_by<'a>(
    w: &mut SqlWriter<'a>,
    query: &'a Query,
    by: &'a LimitBy,
) -> Result<()> {
    let capabilities = w.dialect().capabilities();
    if !capabilities.selects.limit_expressions {
        return Err(w
            .unsupported("LIMIT and OFFSET by an expression")
            .with_hint(
                "compute the number by a query of its own, and give it to limit or offset",
            ));
    }
    let limit = match (&by.limit, &query.limit) {
        (Some(expr), _) => Some(Count::Expr(expr)),
        (None, Some(Limit::Rows(rows))) => Some(Count::Value(rows)),
        (None, Some(Limit::Fixed(rows))) => Some(Count::Text(*rows)),
        (None, None) => None,
    };
    let offset = by.offset.as_ref().map(Count::Expr);
    let offset = offset.or(query.offset.as_ref().map(Count::Value));
    if query.with_ties || capabilities.limit == LimitStyle::OffsetFetch {
        write_count(w, " OFFSET (", offset, ") ROWS")?;
        let ties = if query.with_ties {
            ") ROWS WITH TIES"
        } else {
            ") ROWS ONLY"
        };
        return write_count(w, " FETCH FIRST (", limit, ties);
    }
    if let (None, Some(everything)) = (&limit, capabilities.no_limit) {
        w.push(" LIMIT ").push(everything);
    }
    write_count(w, " LIMIT ", limit, "")?;
    write_count(w, " OFFSET ", offset, "")
}

fn write_count<'a>(
    w: &mut SqlWriter<'a>,
    before: &str,
    number: Option<Count<'a>>,
    after: &str,
) -> Result<()> {
    let Some(number) = number else {
        return Ok(());
    };
    w.push(before);
    match number {
        Count::Value(rows) => {
            w.rows(rows);
        }
        Count::Text(rows) => {
            w.display(rows);
        }
        Count::Expr(expr) => write_expr(w, expr)?,
    }
    w.push(after);
    Ok(())
}
