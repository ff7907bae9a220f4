//! [`Term`]: a condition as a part of a statement. Most compare a column with a value, and such a one stays what it is
//! until the statement is made: it needs no memory of its own, and little to find the text of its statement.

use std::convert::Infallible;
use std::ops::ControlFlow;

use orm_core::sql::EachBind;
use orm_core::stmt::{CompareOp, Expr, Few, Visit as _};
use orm_core::value::{Value, ValueRef};

use super::table_ref::TableRef;

/// Conditions that must all hold.
pub(in crate::query) type Terms = Few<Term>;

/// A condition.
#[derive(Clone, Debug, Hash)]
pub(in crate::query) enum Term {
    Comparison(Comparison),
    /// Any other condition.
    Expr(Expr),
}

/// A column beside a value.
#[derive(Clone, Debug, Hash)]
pub(in crate::query) struct Comparison {
    pub(super) table: TableRef,
    /// The column's position in its model.
    pub(super) position: u32,
    pub(super) op: CompareOp,
    pub(super) value: Value,
}

impl Comparison {
    pub(super) fn into_expr(self) -> Expr {
        let column = self.table.column(self.position as usize);
        Expr::compare(self.op, column, Expr::Value(self.value))
    }
}

impl Term {
    /// The condition in a statement.
    pub(in crate::query) fn into_expr(self) -> Expr {
        match self {
            Self::Comparison(comparison) => comparison.into_expr(),
            Self::Expr(expr) => expr,
        }
    }

    /// Visits its values, in the order of the expression.
    #[inline]
    pub(in crate::query) fn visit<'q, F: FnMut(ValueRef<'q>, usize)>(
        &'q self,
        visitor: &mut EachBind<F>,
    ) -> ControlFlow<Infallible> {
        match self {
            Self::Comparison(comparison) => visitor.value(&comparison.value),
            Self::Expr(expr) => visitor.expr(expr),
        }
    }
}
