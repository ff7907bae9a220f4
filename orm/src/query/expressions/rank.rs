//! What orders the values of a native enumeration: [`rank`], of which other types have none.

use orm_core::stmt::{self, CompareOp, EnumRank};
use orm_core::types::{DbType, EnumType, Type};
use orm_core::value::{Value, ValueRef};

/// Whether values of a type are labels of a native enumeration.
#[inline]
pub(in crate::query) fn is_native<T: DbType>() -> bool {
    let ty = const { &T::TYPE };
    matches!(ty, Type::Enum(EnumType { native: true, .. }))
}

/// The label of a value that knows its type, for a field of the type.
#[inline]
pub(crate) fn plain_label(ty: &Type, value: ValueRef<'_>) -> Option<Value> {
    match value {
        ValueRef::Extension(given) if ty.native_enum().is_some() => Some(given.encode("")),
        _ => None,
    }
}

/// What orders the values of a type.
#[inline]
pub(in crate::query) fn ranked<T: DbType>(expr: stmt::Expr) -> stmt::Expr {
    if is_native::<T>() {
        return rank(const { &T::TYPE }, expr);
    }
    expr
}

/// What orders the values of a column of that type.
pub(in crate::query) fn rank(ty: &Type, expr: stmt::Expr) -> stmt::Expr {
    match ty.native_enum() {
        Some(native) => EnumRank::new(native.clone(), expr).into(),
        None => expr,
    }
}

/// Whether an operator compares by the order of the values.
#[inline]
pub(in crate::query) fn is_of_order(op: CompareOp) -> bool {
    matches!(
        op,
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge
    )
}
