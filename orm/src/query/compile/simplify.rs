//! Removes what has no effect on a query's number of rows, or on whether there is one.

use orm_core::stmt::{Expr, Few, Projection, Query, With};

use super::validate::may_aggregate;

/// Removes what does not affect whether `query` returns a row.
///
/// Columns are kept where the number of rows depends on them: with an aggregate there is one row of any
/// number, and duplicates that are dropped are not there to be passed over by OFFSET. Grouped ones are
/// what HAVING may speak of.
pub(in crate::query) fn simplify(query: &mut Query) {
    let is_passed_over = query.has_offset();
    let Some(select) = query.as_select_mut() else {
        return;
    };
    select.distinct &= is_passed_over;
    if !is_passed_over {
        select.distinct_on.clear();
    }
    let grouped = !select.group_by.is_empty() || !select.having.is_empty();
    if !select.drops_rows() && !grouped && !select.columns.iter().any(is_aggregate) {
        select.columns.clear();
    }
    // Whether there is a row does not depend on those beyond the limit.
    query.with_ties = false;
    query.order_by.clear();
}

/// The same columns, each under a name of its own, as a table that is made of a query needs.
pub(in crate::query) fn labelled(columns: Few<Projection>) -> Few<Projection> {
    let mut exprs = Vec::with_capacity(columns.len());
    for projection in columns {
        match projection {
            Projection::Columns { source, names } => {
                exprs.extend(names.iter().map(|name| Expr::column(source.clone(), *name)));
            }
            Projection::Expr(expr) | Projection::Labelled(expr, _) => exprs.push(expr),
            // Their names are their sources' own.
            Projection::All => return Few::from_buf([Projection::All]),
        }
    }
    let numbered = exprs.into_iter().enumerate();
    numbered
        .map(|(index, expr)| Projection::Labelled(expr, format!("c{index}").into()))
        .collect()
}

/// Whether the projection makes one row of many. What can't be looked into might.
/// Takes the WITH clause of a query that becomes a derived table, if a statement in it writes: that stands in the outermost
/// query alone.
pub(in crate::query) fn writing_with(query: &mut Query) -> Option<Box<With>> {
    query.with.take_if(|with| with.writes())
}

pub(super) fn is_aggregate(projection: &Projection) -> bool {
    match projection {
        Projection::Columns { .. } | Projection::All => false,
        Projection::Expr(expr) | Projection::Labelled(expr, _) => may_aggregate(expr),
    }
}
