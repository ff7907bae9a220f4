//! [`Term`]: a condition as a part of a statement. Most compare a column with a value, and such a one stays what it is
//! until the statement is made: it needs no memory of its own, and little to find the text of its statement.

use std::convert::Infallible;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;

use orm_core::sql::EachBind;
use orm_core::stmt::{CompareOp, Expr, Few, Visit as _};
use orm_core::value::{Value, ValueRef};

use super::table_ref::TableRef;

/// Conditions that must all hold.
pub(in crate::query) type Terms = Few<Term>;

/// A condition.
#[derive(Clone, Debug)]
pub(in crate::query) enum Term {
    Comparison(Comparison),
    /// Any other condition.
    Expr(Expr),
}

/// A column beside a value.
#[derive(Clone, Debug)]
pub(in crate::query) struct Comparison {
    pub(in crate::query) table: TableRef,
    /// The column's position in its model.
    pub(in crate::query) position: u32,
    pub(in crate::query) op: CompareOp,
    pub(in crate::query) value: Value,
}

impl Hash for Term {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Comparison(comparison) => comparison.hash(state),
            Self::Expr(expr) => {
                // No operator of a comparison.
                state.write_u64(u64::from(u8::MAX));
                expr.hash(state);
            }
        }
    }
}

impl Hash for Comparison {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            table,
            position,
            op,
            value,
        } = self;
        table.hash_with(*op as u8, state);
        value.hash_beside(*position, state);
    }
}

impl Comparison {
    pub(super) fn into_expr(self) -> Expr {
        let column = self.table.column(self.position as usize);
        Expr::compare(self.op, column, Expr::Value(self.value))
    }
}

impl Term {
    /// Whether it has a column of `table` equal a value.
    pub(in crate::query) fn fixes(&self, table: TableRef, position: usize) -> bool {
        match self {
            Self::Comparison(comparison) => {
                comparison.op == CompareOp::Eq
                    && comparison.position as usize == position
                    && comparison.table.name() == table.name()
            }
            Self::Expr(_) => false,
        }
    }

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
