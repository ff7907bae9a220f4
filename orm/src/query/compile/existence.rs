//! What of a query matters when only the existence of its rows is asked for.

use orm_core::stmt::walk::{Part, parts};
use orm_core::stmt::{self, Expr, Projection};

/// Leaves out what has no say in whether `query` yields a row.
///
/// Columns are kept where the number of rows depends on them: with an aggregate there is one row of any
/// number, and duplicates that are dropped are not there to be passed over by OFFSET. Grouped ones are
/// what HAVING may speak of.
pub(in crate::query) fn reduce(query: &mut stmt::Select) {
    query.order_by.clear();
    query.distinct &= query.offset.is_some();
    let grouped = !query.group_by.is_empty() || !query.having.is_empty();
    if !query.distinct && !grouped && !query.columns.iter().any(is_aggregate) {
        query.columns.clear();
    }
}

/// The same columns, each under a name of its own, as a table that is made of a query needs.
pub(in crate::query) fn labelled(columns: Vec<Projection>) -> Vec<Projection> {
    let mut exprs = Vec::with_capacity(columns.len());
    for projection in columns {
        match projection {
            Projection::Columns { source, names } => {
                exprs.extend(names.iter().map(|name| Expr::column(source.clone(), *name)));
            }
            Projection::Expr(expr) | Projection::Labelled(expr, _) => exprs.push(expr),
        }
    }
    let numbered = exprs.into_iter().enumerate();
    numbered
        .map(|(index, expr)| Projection::Labelled(expr, format!("c{index}").into()))
        .collect()
}

/// Whether the projection makes one row of many. What can't be looked into might.
pub(in crate::query) fn is_aggregate(projection: &Projection) -> bool {
    match projection {
        Projection::Columns { .. } => false,
        Projection::Expr(expr) | Projection::Labelled(expr, _) => has_aggregate(expr),
    }
}

fn has_aggregate(expr: &Expr) -> bool {
    if matches!(
        expr,
        Expr::Aggregate { .. } | Expr::Raw(_) | Expr::Extension(_)
    ) {
        return true;
    }
    let mut found = false;
    // The walk can't fail, since its callback doesn't.
    let _ = parts(expr, &mut |part| {
        if let Part::Expr(part) = part {
            found |= has_aggregate(part);
        }
        Ok(())
    });
    found
}
