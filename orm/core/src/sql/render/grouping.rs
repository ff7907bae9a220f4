//! Refuses a grouped query that selects a column by the key of its table, where the database does not know that the key
//! determines it. Called for each SELECT by `query.rs`. What is wrong on every database is refused by the crate `orm`.

use std::ops::ControlFlow;

use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{Expr, FromItem, Order, Select, grouped_columns};

/// Refuses a column that is neither grouped nor aggregated.
///
/// # Errors
/// - `Unsupported`: there is one, and the dialect lacks
///   [`group_by_key`](crate::sql::Capabilities::group_by_key).
pub(super) fn check(w: &SqlWriter<'_>, select: &Select, order_by: &[Order]) -> Result<()> {
    if w.dialect().capabilities().group_by_key || select.group_by.is_empty() {
        return Ok(());
    }
    let ungrouped = |source: &str, name: &str| check_column(select, source, name);
    match grouped_columns(select, order_by, ungrouped) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(column) => Err(w
            .unsupported(&format!("selecting {column}, which is not in GROUP BY"))
            .with_hint("add the column to group_by, or select an aggregate of it")),
    }
}

fn check_column(select: &Select, source: &str, name: &str) -> ControlFlow<String> {
    let mut sources = select.sources().filter_map(FromItem::name);
    // A column of a query around this one is the same in all rows.
    let is_own = sources.any(|own| own == source);
    let mut groups = select.group_by.iter();
    let is_grouped = groups.any(
        |group| matches!(group, Expr::Column { source: of, name: own } if of == source && own == name),
    );
    if !is_own || is_grouped {
        return ControlFlow::Continue(());
    }
    ControlFlow::Break(format!("column {source}.{name}"))
}
