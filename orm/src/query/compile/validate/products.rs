//! Rejects an UPDATE or DELETE with another table that no condition connects with the table that is written: each row of the one
//! would meet each row of the other. Used by `mod.rs`.
//!
//! A query says CROSS JOIN for that; its other joins have a condition of their own. Sources that are no tables may have one row, and
//! so may a table in an UPDATE of which a column is compared with a value.

use std::convert::Infallible;
use std::ops::ControlFlow;

use orm_core::stmt::{CompareOp, Expr, FromItem, Source, Visit, walk_expr};

use super::missing::{join_condition, names};
use crate::query::expressions::build_error::BuildError;

/// Checks the tables beside `table`, which `statement` writes. `may_be_one_row` is about those of which a column is equal to a value.
///
/// # Errors
/// One of them has nothing to do with the others.
pub(super) fn check<'q>(
    (statement, table, may_be_one_row): (&str, &str, bool),
    others: impl Iterator<Item = &'q FromItem>,
    filter: &[Expr],
) -> Result<(), BuildError> {
    let (tables, derived): (Vec<_>, Vec<_>) =
        others.partition(|item| matches!(item.source, Source::Table(_)));
    let mut apart: Vec<&str> = names(tables.into_iter()).collect();
    if apart.is_empty() {
        return Ok(());
    }
    let conditions: Vec<Used<'_>> = conjuncts(filter).into_iter().map(Used::of).collect();
    if conditions.iter().any(|condition| condition.is_unknown) {
        return Ok(());
    }
    let is_one_row = |name: &str| {
        let mut fixed = conditions.iter().filter_map(|condition| condition.fixed);
        may_be_one_row && fixed.any(|fixed| fixed == name)
    };
    let mut connected: Vec<&str> = std::iter::once(table)
        .chain(names(derived.into_iter()))
        .collect();
    let meets = |name: &str, connected: &[&str]| {
        let mut uses = conditions.iter().map(|condition| &condition.sources);
        uses.any(|uses| uses.contains(&name) && connected.iter().any(|other| uses.contains(other)))
    };
    while let Some(next) = apart
        .iter()
        .position(|name| is_one_row(name) || meets(name, &connected))
    {
        connected.push(apart.swap_remove(next));
    }
    match apart.first() {
        Some(name) => Err(not_connected(statement, table, name)),
        None => Ok(()),
    }
}

/// The conditions that all must hold.
fn conjuncts(filter: &[Expr]) -> Vec<&Expr> {
    let mut open: Vec<&Expr> = filter.iter().collect();
    let mut found = Vec::new();
    while let Some(expr) = open.pop() {
        if let Expr::And(parts) = expr {
            open.extend(parts);
        } else {
            found.push(expr);
        }
    }
    found
}

/// The sources of the columns in a condition, those in its subqueries too.
#[derive(Default)]
struct Used<'q> {
    sources: Vec<&'q str>,
    /// Whether SQL text stands in it, which may name any.
    is_unknown: bool,
    /// The source of which it compares a column with a value.
    fixed: Option<&'q str>,
}

impl<'q> Used<'q> {
    fn of(condition: &'q Expr) -> Self {
        let mut used = Self {
            fixed: fixed(condition),
            ..Self::default()
        };
        let ControlFlow::Continue(()) = used.expr(condition);
        used
    }
}

impl<'q> Visit<'q> for Used<'q> {
    type Break = Infallible;

    fn expr(&mut self, expr: &'q Expr) -> ControlFlow<Infallible> {
        if let Expr::Column { source, .. } = expr {
            self.sources.push(source);
        }
        self.is_unknown |= matches!(expr, Expr::Raw(_) | Expr::NamedSql(_) | Expr::Extension(_));
        walk_expr(self, expr)
    }
}

fn fixed(condition: &Expr) -> Option<&str> {
    let Expr::Compare {
        op: CompareOp::Eq,
        sides,
    } = condition
    else {
        return None;
    };
    if let [Expr::Column { source, .. }, Expr::Value(_)]
    | [Expr::Value(_), Expr::Column { source, .. }] = &**sides
    {
        return Some(source);
    }
    None
}

#[cold]
fn not_connected(statement: &str, table: &str, other: &str) -> BuildError {
    let condition = join_condition(other, &[table]);
    let hint = match condition {
        Some(condition) => format!("add .filter({condition})"),
        None => format!(
            "add a condition with columns of both, or use exists(select(…)) instead of {other}"
        ),
    };
    BuildError::new(
        format!(
            "the {statement} of {table} is not connected with {other}: each of its rows would meet each row of {other}"
        ),
        hint,
    )
}
