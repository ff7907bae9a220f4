//! Rejects queries with undetermined rows: a column that is neither grouped nor aggregated, ORDER BY an expression
//! that DISTINCT does not select, and aggregates in WHERE, ON or GROUP BY. Some databases reject them, others return
//! any of the values.

use std::ops::ControlFlow;

use orm_core::stmt::{EnumRank, Expr, Order, Projection, Select, Source, grouped_columns};

use super::aggregates::{any, has_aggregate};
use super::typed::Typed;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

/// Checks a query in which `aggregates` stand or not. Most have nothing to check.
pub(super) fn check(
    select: &Select,
    order_by: &[Order],
    (typed, aggregates): (&Typed<'_>, bool),
) -> Result<(), BuildError> {
    if !aggregates && !merges_rows(select, order_by) {
        return Ok(());
    }
    let grouping = Grouping {
        select,
        order_by,
        typed,
    };
    grouping.check_places()?;
    if is_grouped(select, order_by)
        && let ControlFlow::Break(error) = grouping.check_columns()
    {
        return Err(error);
    }
    if select.distinct {
        grouping.check_orders()?;
    }
    Ok(())
}

/// Whether a row of the result stands for several rows of the tables.
pub(super) fn merges_rows(select: &Select, order_by: &[Order]) -> bool {
    select.distinct || is_grouped(select, order_by)
}

fn is_grouped(select: &Select, order_by: &[Order]) -> bool {
    let aggregates = |projection: &Projection| match projection {
        Projection::Columns { .. } | Projection::All => false,
        Projection::Expr(expr) | Projection::Labelled(expr, _) => has_aggregate(expr),
    };
    let grouped = !select.group_by.is_empty() || !select.having.is_empty();
    let ordered = || order_by.iter().any(|order| has_aggregate(&order.expr));
    grouped || select.columns.iter().any(aggregates) || ordered()
}

struct Grouping<'q> {
    select: &'q Select,
    order_by: &'q [Order],
    typed: &'q Typed<'q>,
}

impl Grouping<'_> {
    fn check_columns(&self) -> ControlFlow<BuildError> {
        let check = |source: &str, name: &str| self.check_column(source, name);
        grouped_columns(self.select, self.order_by, check)
    }

    /// The expressions that are about one row each, before there are groups.
    fn check_places(&self) -> Result<(), BuildError> {
        let joins = self.select.joins.iter().map(|join| &join.on);
        let mut rowwise = self
            .select
            .filter
            .iter()
            .chain(joins)
            .chain(&self.select.group_by);
        if !rowwise.any(|expr| any(expr, &mut |part| self.aggregates(part))) {
            return Ok(());
        }
        Err(BuildError::new(
            "aggregates are not allowed in WHERE, ON or GROUP BY",
            "use having for the condition, or aggregate in a subquery",
        ))
    }

    /// Whether an expression is an aggregate of this query's rows. One over columns of a query around it
    /// alone is that query's, and one value here.
    fn aggregates(&self, expr: &Expr) -> bool {
        if !matches!(expr, Expr::Aggregate(_)) {
            return false;
        }
        let (mut columns, mut own) = (false, false);
        any(expr, &mut |part| {
            if let Expr::Column { source, .. } = part {
                columns = true;
                own = own || self.typed.table(source).is_some();
            }
            own
        });
        own || !columns
    }

    fn check_column(&self, source: &str, name: &str) -> ControlFlow<BuildError> {
        // A column of a query around this one is the same in all rows.
        let Some(table) = self.typed.table(source) else {
            return ControlFlow::Continue(());
        };
        let by_key = || {
            let key = table.def.primary_key.iter();
            let mut names = key.map(|position| table.def.names[*position]);
            let has_plain_groups = self.select.grouping_sets.is_none();
            has_plain_groups
                && self.is_table(source)
                && names.all(|key| self.has_group(source, key))
        };
        if self.has_group(source, name) || by_key() {
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(undetermined(table, name))
    }

    /// Whether the source of that name is a table, of which a key determines the other columns.
    fn is_table(&self, source: &str) -> bool {
        let mut items = self.select.sources();
        let found = items.find(|item| item.name().is_some_and(|name| name == source));
        found.is_some_and(|item| matches!(item.source, Source::Table(_)))
    }

    fn has_group(&self, table: &str, column: &str) -> bool {
        let mut groups = self.select.group_by.iter();
        groups.any(|group| matches!(group, Expr::Column { source, name } if source == table && name == column))
    }

    fn check_orders(&self) -> Result<(), BuildError> {
        let mut orders = self.order_by.iter();
        match orders.find(|order| !self.selects(&order.expr)) {
            Some(_) => Err(BuildError::new(
                "with DISTINCT, ORDER BY expressions must be selected",
                "select the expression as well, or use group_by instead of distinct",
            )),
            None => Ok(()),
        }
    }

    fn selects(&self, expr: &Expr) -> bool {
        let expr = EnumRank::operand_of(expr);
        self.select.columns.iter().any(|projection| match projection {
            Projection::Expr(selected) => selected == expr,
            Projection::Labelled(selected, label) => {
                selected == expr || matches!(expr, Expr::Label(name) if name == label)
            }
            Projection::Columns { source: table, names } => {
                matches!(expr, Expr::Column { source, name } if source == table && names.contains(&name.as_ref()))
            }
            Projection::All => true,
        })
    }
}

#[cold]
fn undetermined(table: TableRef, column: &str) -> BuildError {
    let model = table.describe();
    BuildError::new(
        format!("column {model}.{column} must appear in GROUP BY or in an aggregate"),
        format!(
            "add it to group_by, or select max({}.{column})",
            table.value()
        ),
    )
}
