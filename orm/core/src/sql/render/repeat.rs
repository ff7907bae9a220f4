//! Expressions that stand in a query more than once: selected, and again in GROUP BY, HAVING or ORDER BY.
//!
//! The database must see that both are the same. Of a bare column it does, but a value in an expression
//! is another bind each time. So the binds get the same number, or the expression is named: whichever
//! the dialect's `Capabilities::repeats` says. Queries that neither group nor drop duplicates pay nothing.

use crate::error::Result;
use crate::sql::{RepeatStyle, SelectClause, SqlWriter};
use crate::stmt::{Expr, Name, Projection, Select};

/// What the writer knows of the query that it is in.
#[derive(Clone, Debug, Default)]
pub(in crate::sql) struct Repeats<'a> {
    /// What becomes of a value.
    pub(in crate::sql) numbers: Numbers,
    /// The binds that may stand again, by position.
    pub(in crate::sql) known: Vec<usize>,
    /// What becomes of the values of a query inside an expression, unless that query says more.
    around: Numbers,
    /// The query whose selected expressions have names, in the clauses that use them.
    named: Option<(&'a Select, SelectClause)>,
}

/// What becomes of a value that is equal to an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::sql) enum Numbers {
    /// It is a bind of its own.
    #[default]
    Apart,
    /// It gets the number of the earlier one, or may be repeated itself.
    Learned,
    /// It gets the number of the earlier one. Kept apart from the above, so that thousands of values in
    /// HAVING are looked up among few.
    Reused,
}

/// Whether equal expressions of `select` must be seen to be equal.
fn compares(select: &Select) -> bool {
    select.distinct || !select.group_by.is_empty()
}

impl<'a> Repeats<'a> {
    /// Gets ready for a clause of `select`, whose style is given.
    pub(super) fn enter(&mut self, style: RepeatStyle, clause: SelectClause, select: &'a Select) {
        if !compares(select) {
            return;
        }
        let repeating = matches!(
            clause,
            SelectClause::GroupBy | SelectClause::Having | SelectClause::OrderBy
        );
        match style {
            RepeatStyle::Plain => {}
            RepeatStyle::Alias => self.named = repeating.then_some((select, clause)),
            RepeatStyle::SameBinds => {
                self.numbers = match clause {
                    // All of an expression stands again, and so does a query in it.
                    _ if self.around == Numbers::Learned => Numbers::Learned,
                    SelectClause::Columns | SelectClause::GroupBy => Numbers::Learned,
                    SelectClause::Having | SelectClause::OrderBy => Numbers::Reused,
                    _ => self.around,
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
        if self.numbers == Numbers::Learned {
            self.known = inner.known;
        }
    }
}

/// The name under which the expression at `index` is selected, where it stands again by its name.
pub(super) fn name_of(w: &SqlWriter<'_>, select: &Select, index: usize) -> Option<Name> {
    if w.dialect().capabilities().repeats != RepeatStyle::Alias || !compares(select) {
        return None;
    }
    let Projection::Expr(expr) = &select.columns[index] else {
        return None;
    };
    // Unlike any column's: MySQL looks for a column of that name first.
    is_repeated(select, expr).then(|| format!("selected_{index}").into())
}

fn is_repeated(select: &Select, expr: &Expr) -> bool {
    let ordered = || select.order_by.iter().any(|order| order.expr == *expr);
    let repeated = select.group_by.contains(expr) || select.distinct && ordered();
    repeated && !matches!(expr, Expr::Column { .. })
}

/// Writes `expr` by the name that it is selected under, if it stands for one here.
///
/// # Errors
/// `Unsupported` for an expression that only HAVING and GROUP BY have.
pub(super) fn write_named(w: &mut SqlWriter<'_>, expr: &Expr) -> Result<bool> {
    let Some((select, clause)) = w.repeats.named else {
        return Ok(false);
    };
    if !is_repeated(select, expr) {
        return Ok(false);
    }
    for (index, projection) in select.columns.iter().enumerate() {
        let name = match projection {
            Projection::Labelled(selected, label) if selected == expr => label.clone(),
            Projection::Expr(selected) if selected == expr => match name_of(w, select, index) {
                Some(name) => name,
                None => return Ok(false),
            },
            _ => continue,
        };
        w.ident(&name);
        return Ok(true);
    }
    if clause == SelectClause::Having {
        return Err(w
            .unsupported("HAVING with an expression that isn't selected")
            .with_hint("select the expression as well, or move the condition to filter"));
    }
    Ok(false)
}
