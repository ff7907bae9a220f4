//! [`SelectItem`]: what a query selects, and what that requires of the query's tables.

use orm_core::stmt::{Expr, Projection};

use super::table_ref::TableRef;

/// Describes an item of a select list.
#[derive(Clone, Debug, Hash)]
pub enum SelectItem {
    /// All columns of a model's table.
    Entity {
        /// The table.
        table: TableRef,
        /// Whether there need be no row: the optional side of a left join.
        is_optional: bool,
    },
    /// A column or expression.
    Value {
        /// The expression.
        expr: Expr,
        /// The table of its first column.
        table: Option<TableRef>,
        /// Whether it may be NULL.
        nullability: ItemNullability,
    },
}

/// Describes whether an item of a select list may be NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemNullability {
    /// It may not.
    Required,
    /// It may, by its type.
    Nullable,
    /// It may, and its table is never the first one: the optional side of a left join.
    Optional,
}

impl SelectItem {
    /// As something that needn't be there.
    pub(in crate::query) fn make_optional(&mut self) {
        match self {
            Self::Entity { is_optional, .. } => *is_optional = true,
            Self::Value { nullability, .. } => *nullability = ItemNullability::Optional,
        }
    }

    /// The table that it comes from, and whether that can be the first one of the query.
    pub(in crate::query) fn source(&self) -> Option<(TableRef, bool)> {
        match self {
            Self::Entity { table, is_optional } => Some((*table, !is_optional)),
            Self::Value {
                table, nullability, ..
            } => table.map(|table| (table, *nullability != ItemNullability::Optional)),
        }
    }

    /// The expression, if it is one.
    #[inline]
    pub(in crate::query) fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Entity { .. } => None,
            Self::Value { expr, .. } => Some(expr),
        }
    }

    /// The item in the statement.
    pub(in crate::query) fn lower(&self) -> Projection {
        match self {
            Self::Entity { table, .. } => Projection::Columns {
                source: table.name.into(),
                names: table.def.names,
            },
            Self::Value { expr, .. } => Projection::Expr(expr.clone()),
        }
    }
}
