//! Repeats selected expressions in GROUP BY, HAVING or ORDER BY.
//!
//! The database must recognize both as equal. It does for a column, but a value in an expression is another bind each
//! time. So the binds get the same number, or the expression gets a name, as the dialect's `Capabilities::repeats`
//! selects. Queries without GROUP BY and DISTINCT have no cost.

use crate::error::Result;
use crate::sql::{RepeatStyle, SqlWriter};
use crate::stmt::{Expr, Name, Order, Projection, Select};

/// What the writer knows of the query that it is in.
#[derive(Clone, Debug, Default)]
pub(in crate::sql) struct Repeats<'a> {
    /// How a value is bound.
    pub(in crate::sql) numbers: BindReuse,
    /// The binds that may stand again, by position.
    pub(in crate::sql) known: Vec<usize>,
    /// How the values of a query inside an expression are bound, unless that query repeats them.
    around: BindReuse,
    /// The query whose selected expressions have names, in the clauses that use them.
    named: Option<(Repeated<'a>, Clause)>,
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

/// How a value that is equal to an earlier one is bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::sql) enum BindReuse {
    /// It is a bind of its own.
    #[default]
    Apart,
    /// It gets the number of the earlier one, or may be repeated itself.
    Learned,
    /// It gets the number of the earlier one. Kept apart from the above, so that thousands of values in
    /// HAVING are looked up among few.
    Reused,
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
                self.named = repeating.then_some((query, clause));
            }
            RepeatStyle::SameBinds => {
                self.numbers = match clause {
                    // All of an expression stands again, and so does a query in it.
                    _ if self.around == BindReuse::Learned => BindReuse::Learned,
                    Clause::Columns | Clause::GroupBy => BindReuse::Learned,
                    Clause::Having | Clause::OrderBy => BindReuse::Reused,
                    Clause::From | Clause::Where | Clause::Limit => self.around,
                };
            }
        }
    }

    /// The state for a query inside an expression: names of the outer one mean nothing there.
    pub(super) fn inner(&self) -> Self {
        Self {
            named: None,
            around: self.numbers,
            ..self.clone()
        }
    }

    /// Goes back to the query around this one. What was learned in an expression that may stand again is
    /// kept: there, the query in it has to get the same numbers.
    pub(super) fn leave(&mut self, outer: Self) {
        let inner = std::mem::replace(self, outer);
        if self.numbers == BindReuse::Learned {
            self.known = inner.known;
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
pub(super) fn write_named(w: &mut SqlWriter<'_>, expr: &Expr) -> Result<bool> {
    let Some((query, clause)) = w.repeats.named else {
        return Ok(false);
    };
    if !is_repeated(query, expr) {
        return Ok(false);
    }
    let style = w.dialect().capabilities().repeats;
    if clause == Clause::Having && style == RepeatStyle::AliasOutsideHaving {
        return Err(w.unsupported("HAVING with an expression that is grouped by"));
    }
    for (index, projection) in query.0.columns.iter().enumerate() {
        let name = match projection {
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
    Ok(false)
}
