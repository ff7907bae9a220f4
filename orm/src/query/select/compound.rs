//! The state of a query that is a set operation: the statement of both queries, and what of the query around them is allowed.
//!
//! The queries are lowered when they are combined. What is added afterwards (ORDER BY, LIMIT, OFFSET) belongs to the whole.
//! Queries are combined in `combine.rs`, by the methods of `set_operations.rs`.

use std::hash::{Hash, Hasher};

use orm_core::stmt::{EnumRank, Expr, Name, Order, Projection, QueryBody, Select, SetOperation};

use super::named_source::Ctes;
use crate::mapping::ColumnSet;
use crate::query::expressions::table_ref::TableRef;

/// What a query has instead of FROM and WHERE.
#[derive(Clone, Debug)]
pub(in crate::query) struct Compound {
    pub(super) operation: SetOperation,
    /// The common table expressions that both queries use.
    pub(super) ctes: Ctes,
    /// What the first query selects, each under the name that it has in ORDER BY.
    pub(super) columns: Vec<(Expr, Name)>,
    /// The first table of the first query, and which of its columns are left out.
    pub(super) root: Option<TableRef>,
    pub(super) left_out: Option<Box<ColumnSet>>,
}

impl Hash for Compound {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // The names are those of the operation, and what else is here refuses the query.
        self.operation.hash(state);
        for cte in &self.ctes {
            (&cte.cte, cte.recursive).hash(state);
        }
    }
}

/// What a query selects, with the names of its columns.
pub(super) fn named(select: &Select) -> Vec<(Expr, Option<Name>)> {
    let mut columns = Vec::with_capacity(select.columns.len());
    for projection in &select.columns {
        match projection {
            Projection::Columns { source, names } => columns.extend(names.iter().map(|name| {
                (
                    Expr::column(source.clone(), *name),
                    Some(Name::Borrowed(*name)),
                )
            })),
            Projection::Expr(expr) => {
                let name = if let Expr::Column { name, .. } = expr {
                    Some(name.clone())
                } else {
                    None
                };
                columns.push((expr.clone(), name));
            }
            Projection::Labelled(expr, name) => columns.push((expr.clone(), Some(name.clone()))),
            Projection::All => {}
        }
    }
    columns
}

impl Compound {
    /// The name in ORDER BY of what the first query selects.
    pub(super) fn name_of(&self, expr: &Expr) -> Option<&Name> {
        let expr = EnumRank::operand_of(expr);
        let mut columns = self.columns.iter();
        columns
            .find(|(selected, name)| {
                selected == expr || matches!(expr, Expr::Label(label) if label == name)
            })
            .map(|(_, name)| name)
    }

    /// Replaces what is ordered by with its name, since an expression has none of its values there.
    pub(super) fn name_orders(&self, orders: &mut [Order]) {
        for order in orders {
            if let Some(name) = self.name_of(&order.expr) {
                let label = Expr::Label(name.clone());
                EnumRank::operand_mut(&mut order.expr, |expr| *expr = label);
            }
        }
    }

    /// The body of the statement.
    pub(super) fn body(self) -> QueryBody {
        QueryBody::SetOperation(Box::new(self.operation))
    }
}
