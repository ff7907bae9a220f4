//! Repeats selected expressions in GROUP BY, HAVING or ORDER BY.
//!
//! The database must recognize both as equal. It does for a column, but a value in an expression is another bind each
//! time. So the binds get the same number, or the expression gets a name, as the dialect's `Capabilities::repeats`
//! selects. Queries without GROUP BY and DISTINCT have no cost.

use super::expr::write_expr;
use crate::error::Result;
use crate::sql::{RepeatStyle, SqlWriter};
use crate::stmt::{Expr, Name, Order, Projection, Select};

/// What the writer knows of the query that it is in.
#[derive(Clone, Debug, Default)]
pub(in crate::sql) struct Repeats<'a> {
    /// The query whose expressions get the same numbers where they stand again, in the clauses that have them.
    same: Option<Repeated<'a>>,
    /// Its expressions that have been written, with the numbers of their binds.
    seen: Vec<(&'a Expr, Vec<usize>)>,
    /// Those that are being written, of queries around this one, too.
    open: Vec<Open<'a>>,
    /// The query whose selected expressions have names, in the clauses that use them.
    named: Option<(Repeated<'a>, Clause)>,
}

/// An expression that is being written, and may stand more than once.
#[derive(Clone, Debug)]
struct Open<'a> {
    expr: &'a Expr,
    /// The numbers of its binds, in order.
    numbers: Vec<usize>,
    /// Which of them is next, if it has been written before.
    next: Option<usize>,
}

/// A query whose expressions may stand more than once: its SELECT and its order.
pub(super) type Repeated<'a> = (&'a Select, &'a [Order]);

/// The clauses of a query that has a plain SELECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clause {
    Columns,
    From,
    Where,
    GroupBy,
    Having,
    OrderBy,
    Limit,
}

impl<'a> Repeats<'a> {
    /// Gets ready for a clause of `query`, whose style is given.
    pub(super) fn enter(&mut self, style: RepeatStyle, clause: Clause, query: Repeated<'a>) {
        if !query.0.merges_rows() {
            return;
        }
        let repeating = matches!(clause, Clause::GroupBy | Clause::Having | Clause::OrderBy);
        match style {
            RepeatStyle::Plain => {}
            RepeatStyle::Alias | RepeatStyle::AliasOutsideHaving => {
                let is_known = repeating || clause == Clause::Columns;
                self.named = is_known.then_some((query, clause));
            }
            RepeatStyle::SameBinds => {
                let has_them = repeating || clause == Clause::Columns;
                self.same = has_them.then_some(query);
            }
        }
    }

    /// Begins a query inside of another one, whose state is returned: its names mean nothing there.
    pub(super) fn begin_query(&mut self) -> Self {
        let open = std::mem::take(&mut self.open);
        let inner = Self {
            open,
            ..Self::default()
        };
        std::mem::replace(self, inner)
    }

    /// Goes back to the query around this one.
    pub(super) fn end_query(&mut self, outer: Self) {
        let open = std::mem::take(&mut self.open);
        *self = Self { open, ..outer };
    }

    /// Begins an expression. Returns whether it is one that gets the same numbers each time.
    pub(super) fn begin(&mut self, expr: &'a Expr) -> bool {
        let is_same = self.same.is_some_and(|query| is_repeated(query, expr));
        if is_same {
            let seen = self.seen.iter().find(|(other, _)| *other == expr);
            self.open.push(Open {
                expr,
                next: seen.map(|_| 0),
                numbers: seen.map(|(_, numbers)| numbers.clone()).unwrap_or_default(),
            });
        }
        is_same
    }

    /// Ends the expression that was begun last.
    pub(super) fn end(&mut self) {
        if let Some(Open {
            expr,
            numbers,
            next: None,
        }) = self.open.pop()
        {
            self.seen.push((expr, numbers));
        }
    }

    /// Whether a bind may be one that stands again.
    pub(in crate::sql) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The number of the next bind, if it has been written before.
    pub(in crate::sql) fn next_number(&mut self) -> Option<usize> {
        let mut number = None;
        for open in &mut self.open {
            if let Some(next) = &mut open.next {
                number = number.or(open.numbers.get(*next).copied());
                *next += 1;
            }
        }
        number
    }

    /// Keeps the number of a bind.
    pub(in crate::sql) fn learn(&mut self, number: usize) {
        for open in &mut self.open {
            if open.next.is_none() {
                open.numbers.push(number);
            }
        }
    }
}

/// The name under which the expression at `index` is selected, where it stands again by its name.
pub(super) fn name_of(w: &SqlWriter<'_>, query: Repeated<'_>, index: usize) -> Option<Name> {
    let select = query.0;
    let style = w.dialect().capabilities().repeats;
    let is_named = matches!(style, RepeatStyle::Alias | RepeatStyle::AliasOutsideHaving);
    if !is_named || !select.merges_rows() {
        return None;
    }
    let Projection::Expr(expr) = &select.columns[index] else {
        return None;
    };
    // Unlike any column's: MySQL looks for a column of that name first.
    is_repeated(query, expr).then(|| format!("selected_{index}").into())
}

fn is_repeated((select, order_by): Repeated<'_>, expr: &Expr) -> bool {
    let ordered = || order_by.iter().any(|order| order.expr == *expr);
    let grouped = || select.group_by.contains(expr) || select.distinct_on.contains(expr);
    let repeated = grouped() || select.distinct && ordered();
    repeated && !matches!(expr, Expr::Column { .. })
}

/// Writes `expr` by the name that it is selected under, if it stands for one here.
///
/// # Errors
/// `Unsupported` for an expression that only HAVING and GROUP BY have.
pub(super) fn write_named<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<bool> {
    let Some((query, clause)) = w.repeats.named else {
        return Ok(false);
    };
    if !is_repeated(query, expr) {
        return Ok(false);
    }
    if clause == Clause::Columns {
        return write_any_value(w, expr);
    }
    let style = w.dialect().capabilities().repeats;
    if clause == Clause::Having && style == RepeatStyle::AliasOutsideHaving {
        return Err(w.unsupported("HAVING with an expression that is grouped by"));
    }
    let mut position = 0;
    for (index, projection) in query.0.columns.iter().enumerate() {
        position += match projection {
            Projection::Columns { names, .. } => names.len(),
            Projection::All | Projection::Expr(_) | Projection::Labelled(..) => 1,
        };
        let name = match projection {
            // A table may have a column of that name, which comes before it here.
            Projection::Labelled(selected, _) if clause == Clause::GroupBy && selected == expr => {
                w.push(&position.to_string());
                return Ok(true);
            }
            Projection::Labelled(selected, label) if selected == expr => label.clone(),
            Projection::Expr(selected) if selected == expr => match name_of(w, query, index) {
                Some(name) => name,
                None => return Ok(false),
            },
            Projection::Columns { .. }
            | Projection::All
            | Projection::Expr(_)
            | Projection::Labelled(..) => continue,
        };
        w.ident(&name);
        return Ok(true);
    }
    if clause == Clause::Having {
        return Err(w
            .unsupported("HAVING with an expression that is not selected")
            .with_hint("select the expression as well, or use filter for the condition"));
    }
    if clause == Clause::OrderBy {
        return write_any_value(w, expr);
    }
    Ok(false)
}

/// Writes an expression of GROUP BY as a part of another one, for a database that would not know it again. A whole
/// selected expression has a name.
fn write_any_value<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<bool> {
    let Some(((select, _), _)) = w.repeats.named else {
        return Ok(false);
    };
    let is_whole = select.columns.iter().any(|projection| match projection {
        Projection::Expr(selected) | Projection::Labelled(selected, _) => {
            std::ptr::eq(selected, expr)
        }
        Projection::Columns { .. } | Projection::All => false,
    });
    let is_known = w.dialect().capabilities().any_value;
    if is_whole || !is_known || !select.group_by.contains(expr) {
        return Ok(false);
    }
    w.push("ANY_VALUE(");
    let named = w.repeats.named.take();
    write_expr(w, expr)?;
    w.repeats.named = named;
    w.push(")");
    Ok(true)
}

/// Writes the argument of an aggregate, which is about the rows of a group: nothing in it has a name there.
pub(super) fn write_apart<'a>(
    w: &mut SqlWriter<'a>,
    write: impl FnOnce(&mut SqlWriter<'a>) -> Result<()>,
) -> Result<()> {
    let named = w.repeats.named.take();
    write(w)?;
    w.repeats.named = named;
    Ok(())
}
