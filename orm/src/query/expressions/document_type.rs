//! Which types are documents, and a column of documents as an expression. `documents.rs` compares them.

use orm_core::stmt;
use orm_core::types::{DbType, Type};

use super::table_ref::TableRef;
use crate::mapping::{Column, Model};

/// Whether values of a type are documents.
#[inline]
pub(super) fn is_document<T: DbType>() -> bool {
    let ty = const { &T::TYPE };
    matches!(ty, Type::Json)
}

/// A column of documents as an expression. One that has a type of its own in a dialect, such as `json` on PostgreSQL, is cast to
/// the dialect's type of documents, whose operators the other type lacks.
pub(super) fn whole<M: Model, T>(column: &Column<M, T>) -> stmt::Expr {
    let expr = TableRef::of_column(column).column(column.position());
    let known = M::def().columns.get(column.position());
    if known.is_none_or(|known| known.sql_types.is_empty()) {
        return expr;
    }
    let (expr, ty) = (Box::new(expr), Type::Json);
    stmt::Expr::Cast { expr, ty }
}
