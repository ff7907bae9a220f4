//! Native enumerations in expressions: their values know their type, and are ordered by the declaration of the labels.
//!
//! Every operator of order ranks its operands by [`ranked`]; which databases need a CASE for that is the writer's.

use std::marker::PhantomData;
use std::sync::Arc;

use orm_core::stmt::{self, CompareOp};
use orm_core::types::{Codec, DbType, Type};
use orm_core::value::{ConversionError, Value, ValueRef};

use super::build_error::BuildError;
use super::expr::Expr;
use super::predicate::Predicate;
use super::rank::ranked;

/// A label that knows its type, for the casts of databases where the type has a name.
struct NativeLabel<T> {
    label: Value,
    marker: PhantomData<fn() -> T>,
}

impl<T> Clone for NativeLabel<T> {
    fn clone(&self) -> Self {
        Self {
            label: self.label.clone(),
            marker: PhantomData,
        }
    }
}

impl<T> PartialEq for NativeLabel<T> {
    fn eq(&self, other: &Self) -> bool {
        self.label == other.label
    }
}

impl<T: DbType> Codec for NativeLabel<T> {
    const TYPE: Type = T::TYPE;
    const NAME: &'static str = "a label of an enumeration";

    fn encode(&self, _server: &str) -> Value {
        self.label.clone()
    }

    // Only binds are made of it.
    fn decode(_value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Err(ConversionError::Kind)
    }
}

/// The value of a native enumeration as an expression.
#[cold]
pub(super) fn label<T: DbType>(label: Value) -> stmt::Expr {
    if label == Value::Null {
        return stmt::Expr::Value(label);
    }
    stmt::Expr::Value(Value::Extension(Arc::new(NativeLabel::<T> {
        label,
        marker: PhantomData,
    })))
}

/// The comparison of a native enumeration with an operand that is nested so deep, by an operator of order.
#[cold]
pub(super) fn compare<T: DbType>(
    op: CompareOp,
    left: Expr<T>,
    (right, depth): (stmt::Expr, usize),
) -> Predicate {
    if matches!(right, stmt::Expr::Quantified(_)) {
        let error = refused("ANY and ALL");
        return Predicate::leaf(error.into_expr(), left.origin);
    }
    // Each side is a part of its rank.
    let deepest = left.depth.max(depth) + 1;
    let ast = stmt::Expr::compare(op, ranked::<T>(left.ast), ranked::<T>(right));
    Predicate::over(ast, left.origin, deepest)
}

/// The error of a construct that would compare the texts of the labels on some databases.
#[cold]
pub(super) fn refused(what: &str) -> BuildError {
    BuildError::new(
        format!("native enums have no {what} by their order"),
        "use lt, gt, between, order_by, min or max, or compare `.cast::<String>()`",
    )
}
