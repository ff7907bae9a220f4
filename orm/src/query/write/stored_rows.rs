//! [`stored_rows`]: the rows of a query, as the columns store them that they are inserted into.
//!
//! Used by `insert_query.rs`. Values of single columns are in `stored.rs`.

use std::ops::ControlFlow;

use orm_core::schema::Column;
use orm_core::stmt::{
    Expr, FromItem, Projection, Query, QueryBody, Select, Source, Visit, walk_expr,
};

use super::stored::{guarded, is_stored};
use crate::mapping::{DerivedRow, ModelDef};
use crate::query::select::named_source::number_columns;

/// The name of the derived table around a query whose own columns can't be changed.
const ROWS: &str = "v";

/// Adds what a database needs whose columns store any value. What a query selects is changed where it stands, unless that
/// would change which rows the query has, or their order: then it is a derived table.
pub(super) fn stored_rows(def: &'static ModelDef, positions: &[usize], query: &mut Query) {
    let mut computed = vec![false; positions.len()];
    mark(&query.body, (def, positions), &mut computed);
    if !computed.contains(&true) {
        return;
    }
    let columns = positions.iter().map(|position| &def.columns[*position]);
    if let Some(select) = plain(query) {
        let exprs = std::mem::take(&mut select.columns);
        let exprs = exprs.into_iter().zip(columns).zip(computed);
        select.columns = exprs
            .map(|((projection, column), computed)| guard(projection, column, computed))
            .collect();
        return;
    }
    let mut inner = std::mem::take(query);
    number_columns(&mut inner);
    let names = DerivedRow::names(positions.len()).iter();
    let outer = names
        .zip(columns)
        .zip(computed)
        .map(|((name, column), computed)| {
            guard(
                Projection::Expr(Expr::column(ROWS, *name)),
                column,
                computed,
            )
        });
    let item = FromItem::new(Source::Query(Box::new(inner))).alias(ROWS);
    *query = Select::new(outer.collect::<Vec<_>>(), item).into();
}

fn guard(projection: Projection, column: &Column, computed: bool) -> Projection {
    match projection {
        Projection::Expr(value) if computed => Projection::Expr(guarded(column, value)),
        Projection::Labelled(value, name) if computed => {
            Projection::Labelled(guarded(column, value), name)
        }
        Projection::Expr(_)
        | Projection::Labelled(..)
        | Projection::Columns { .. }
        | Projection::All => projection,
    }
}

/// Marks the columns for which the query may select what they store otherwise.
fn mark(body: &QueryBody, (def, positions): (&'static ModelDef, &[usize]), computed: &mut [bool]) {
    match body {
        QueryBody::Select(select) => {
            let items = select.columns.iter().zip(positions).zip(computed);
            for ((projection, position), computed) in items {
                let is_stored = |value| is_stored((def, *position), value, select.sources());
                *computed |= !projection.expr().is_some_and(is_stored);
            }
        }
        QueryBody::SetOperation(operation) => {
            mark(&operation.left.body, (def, positions), computed);
            mark(&operation.right.body, (def, positions), computed);
        }
        QueryBody::Values(_) | QueryBody::Returning(_) => computed.fill(true),
    }
}

/// The SELECT of a query whose rows and order do not depend on its select list.
fn plain(query: &mut Query) -> Option<&mut Select> {
    let mut orders = query.order_by.iter();
    if orders.any(|order| HasLabel.expr(&order.expr).is_break()) {
        return None;
    }
    let select = query.as_select_mut()?;
    (!select.drops_rows()).then_some(select)
}

/// Finds names of the select list.
struct HasLabel;

impl<'s> Visit<'s> for HasLabel {
    type Break = ();

    fn expr(&mut self, expr: &'s Expr) -> ControlFlow<()> {
        if matches!(expr, Expr::Label(_)) {
            return ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }
}
