//! Refuses a statement with a column of a table that isn't part of it, before it is sent: the database
//! would only say that it knows no such column.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::walk::{Part, exprs, parts};
use orm_core::stmt::{self, Expr, Projection};

use crate::query::expressions::build_error::fault_of;

/// The tables that columns may belong to.
struct Scope<'a> {
    tables: Tables<'a>,
    /// Those of the statement around a subquery.
    outer: Option<&'a Scope<'a>>,
}

#[derive(Clone, Copy)]
enum Tables<'a> {
    Query(&'a stmt::Select),
    Table(&'a str),
}

/// Checks a query.
///
/// # Errors
/// `Usage`, naming table and column.
pub(in crate::query) fn check_query(select: &stmt::Select) -> Result<()> {
    check_select(select, None)
}

/// Checks expressions of an UPDATE or DELETE of `table`.
///
/// # Errors
/// As [`check_query`].
pub(in crate::query) fn check_write<'a>(
    table: &str,
    exprs: impl Iterator<Item = &'a Expr>,
) -> Result<()> {
    let scope = Scope {
        tables: Tables::Table(table),
        outer: None,
    };
    for expr in exprs {
        scope.check(expr)?;
    }
    Ok(())
}

fn check_select(select: &stmt::Select, outer: Option<&Scope<'_>>) -> Result<()> {
    let scope = Scope {
        tables: Tables::Query(select),
        outer,
    };
    for projection in &select.columns {
        if let Projection::Columns { source, names } = projection {
            scope.check_column(source, names.first().copied().unwrap_or("*"))?;
        }
    }
    exprs(select, &mut |expr| scope.check(expr))
}

impl Scope<'_> {
    fn check(&self, expr: &Expr) -> Result<()> {
        match expr {
            Expr::Column { source, name } => self.check_column(source, name),
            Expr::Value(_) => Ok(()),
            Expr::Extension(node) => match fault_of(node.as_ref()) {
                Some(fault) => Err(fault.to_error()),
                None => self.check_parts(expr),
            },
            _ => self.check_parts(expr),
        }
    }

    fn check_parts(&self, expr: &Expr) -> Result<()> {
        parts(expr, &mut |part| match part {
            Part::Expr(part) => self.check(part),
            Part::Query(query) => check_select(query, Some(self)),
        })
    }

    fn check_column(&self, source: &str, name: &str) -> Result<()> {
        if self.has(source) {
            Ok(())
        } else {
            Err(self.stranger(source, name))
        }
    }

    fn has(&self, source: &str) -> bool {
        let here = match self.tables {
            Tables::Query(select) => {
                let joined = select.joins.iter().map(|join| &join.source);
                select
                    .from
                    .iter()
                    .chain(joined)
                    .any(|table| table.name() == source)
            }
            Tables::Table(table) => table == source,
        };
        here || self.outer.is_some_and(|outer| outer.has(source))
    }

    #[cold]
    fn stranger(&self, source: &str, name: &str) -> Error {
        let (statement, hint) = match self.tables {
            Tables::Query(_) => ("query", "add it with .join(…), or use exists(select(…))"),
            Tables::Table(_) => ("statement", "use exists(select(…)), or in_select(…)"),
        };
        Error::with_message(
            ErrorKind::Usage,
            format!("the {statement} uses {source}.{name}, but has no table or alias {source}"),
        )
        .with_hint(hint)
    }
}
