//! Refuses a query whose rows are not determined: a column of which a group has many values, or an order
//! of rows by what duplicates differ in. One database answers with any of them, the other not at all. So is
//! one that aggregates where there are no groups yet.

use orm_core::error::{Error, ErrorKind};
use orm_core::stmt::walk::{Part, parts};
use orm_core::stmt::{self, Expr, Projection};

use crate::query::expressions::build_error::Fault;
use crate::query::expressions::table_ref::Origin;

/// Checks a query of the tables that `sources` names. Most queries have nothing to check.
pub(in crate::query) fn check(
    query: &stmt::Select,
    sources: impl FnOnce() -> Vec<Origin>,
) -> Result<(), Fault> {
    let grouped = is_grouped(query);
    let early = rowwise(query).any(has_aggregate);
    if !grouped && !query.distinct && !early {
        return Ok(());
    }
    let sources = &sources();
    let grouping = Grouping { query, sources };
    if early {
        grouping.check_places()?;
    }
    if grouped {
        grouping.check_columns()?;
    }
    if query.distinct {
        grouping.check_orders()?;
    }
    Ok(())
}

/// Whether a row of the result stands for several rows of the tables.
pub(in crate::query) fn merges_rows(query: &stmt::Select) -> bool {
    query.distinct || is_grouped(query)
}

fn is_grouped(query: &stmt::Select) -> bool {
    let aggregates = |projection: &Projection| match projection {
        Projection::Columns { .. } => false,
        Projection::Expr(expr) | Projection::Labelled(expr, _) => has_aggregate(expr),
    };
    let grouped = !query.group_by.is_empty() || !query.having.is_empty();
    let ordered = || {
        query
            .order_by
            .iter()
            .any(|order| has_aggregate(&order.expr))
    };
    grouped || query.columns.iter().any(aggregates) || ordered()
}

/// The expressions that are about one row each, before there are groups.
fn rowwise(query: &stmt::Select) -> impl Iterator<Item = &Expr> {
    let joins = query.joins.iter().map(|join| &join.on);
    query.filter.iter().chain(joins).chain(&query.group_by)
}

struct Grouping<'a> {
    query: &'a stmt::Select,
    sources: &'a [Origin],
}

impl Grouping<'_> {
    fn check_columns(&self) -> Result<(), Fault> {
        for projection in &self.query.columns {
            match projection {
                Projection::Columns { source, names } => {
                    for name in *names {
                        self.check_column(source, name)?;
                    }
                }
                Projection::Expr(expr) | Projection::Labelled(expr, _) => self.check_expr(expr)?,
            }
        }
        let orders = self.query.order_by.iter().map(|order| &order.expr);
        let mut others = self.query.having.iter().chain(orders);
        others.try_for_each(|expr| self.check_expr(expr))
    }

    fn check_places(&self) -> Result<(), Fault> {
        let early = |expr| any(expr, &mut |part| self.aggregates(part));
        if !rowwise(self.query).any(early) {
            return Ok(());
        }
        Err(Fault::new(
            "the query aggregates rows in a condition or a group, where there is but one row",
            "move the condition to having, or aggregate in a subquery",
        ))
    }

    /// Whether an expression is an aggregate of this query's rows. One over columns of a query around it
    /// alone is that query's, and one value here.
    fn aggregates(&self, expr: &Expr) -> bool {
        if !matches!(expr, Expr::Aggregate { .. }) {
            return false;
        }
        let (mut columns, mut own) = (false, false);
        any(expr, &mut |part| {
            if let Expr::Column { source, .. } = part {
                columns = true;
                own = own || self.sources.iter().any(|origin| origin.name == source);
            }
            own
        });
        own || !columns
    }

    fn check_expr(&self, expr: &Expr) -> Result<(), Fault> {
        match expr {
            expr if self.query.group_by.contains(expr) => Ok(()),
            Expr::Column { source, name } => self.check_column(source, name),
            // What an extension makes of its arguments isn't known: it may be an aggregate itself.
            Expr::Aggregate { .. } | Expr::Extension(_) => Ok(()),
            expr => {
                let mut fault = Ok(());
                // The walk ends at the first fault.
                let _ = parts(expr, &mut |part| {
                    if let Part::Expr(part) = part {
                        fault = self.check_expr(part);
                    }
                    fault
                        .as_ref()
                        .map_err(|_| Error::new(ErrorKind::Usage))
                        .copied()
                });
                fault
            }
        }
    }

    fn check_column(&self, source: &str, name: &str) -> Result<(), Fault> {
        // A column of a query around this one is the same in all rows.
        let Some(origin) = self.sources.iter().find(|origin| origin.name == source) else {
            return Ok(());
        };
        let by_key = || {
            let key = origin.def.primary_key.iter();
            let mut names = key.map(|position| origin.def.names[*position]);
            names.all(|key| self.has_group(source, key))
        };
        if self.has_group(source, name) || by_key() {
            return Ok(());
        }
        Err(undetermined(*origin, name))
    }

    fn has_group(&self, table: &str, column: &str) -> bool {
        let mut groups = self.query.group_by.iter();
        groups.any(|group| matches!(group, Expr::Column { source, name } if source == table && name == column))
    }

    fn check_orders(&self) -> Result<(), Fault> {
        let mut orders = self.query.order_by.iter();
        match orders.find(|order| !self.selects(&order.expr)) {
            Some(_) => Err(Fault::new(
                "the query drops duplicates, but orders by something that it doesn't select",
                "select it as well, or use group_by instead of distinct",
            )),
            None => Ok(()),
        }
    }

    fn selects(&self, expr: &Expr) -> bool {
        self.query.columns.iter().any(|projection| match projection {
            Projection::Expr(selected) | Projection::Labelled(selected, _) => selected == expr,
            Projection::Columns { source: table, names } => {
                matches!(expr, Expr::Column { source, name } if source == table && names.contains(&name.as_ref()))
            }
        })
    }
}

fn has_aggregate(expr: &Expr) -> bool {
    any(expr, &mut |expr| matches!(expr, Expr::Aggregate { .. }))
}

/// Whether `test` holds for an expression or a part of it, subqueries apart.
fn any(expr: &Expr, test: &mut dyn FnMut(&Expr) -> bool) -> bool {
    let mut found = test(expr);
    // The walk can't fail, since its callback doesn't.
    let _ = parts(expr, &mut |part| {
        if let Part::Expr(part) = part {
            found = found || any(part, test);
        }
        Ok(())
    });
    found
}

#[cold]
fn undetermined(origin: Origin, column: &str) -> Fault {
    let model = origin.describe();
    Fault::new(
        format!(
            "the query makes one row of many, and {model}.{column} may be different in each of them"
        ),
        format!(
            "add it to group_by, or ask for max({}.{column})",
            origin.def.name
        ),
    )
}
