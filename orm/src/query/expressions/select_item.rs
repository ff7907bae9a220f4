//! [`SelectItem`]: what a query selects, and what that requires of the query's tables.

use std::hash::{Hash, Hasher};

use orm_core::stmt::{Expr, Projection, UpToTwo};
use orm_core::types::{Nullability, Type};

use super::table_ref::TableRef;
use crate::mapping::{Column, Entity, Model};

/// Describes an item of a select list.
#[derive(Clone, Debug)]
pub enum SelectItem {
    /// All columns of a model's table.
    Entity {
        /// The table.
        table: TableRef,
        /// Whether there need be no row: the optional side of a left join.
        is_optional: bool,
    },
    /// A column.
    Column {
        /// The table.
        table: TableRef,
        /// The column's position in its model.
        position: u32,
        /// Whether it may be NULL.
        nullability: ItemNullability,
    },
    /// An expression.
    Value(Box<SelectValue>),
}

/// Describes an expression of a select list.
#[derive(Clone, Debug)]
pub struct SelectValue {
    /// The expression.
    pub(in crate::query) expr: Expr,
    /// Whether it may be NULL.
    pub(in crate::query) nullability: ItemNullability,
    /// Its type, if dynamic rows may have it. The text does not depend on it.
    pub(in crate::query) ty: Option<&'static Type>,
    /// The name that it is selected under.
    pub(in crate::query) label: Option<&'static str>,
}

impl Hash for SelectValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.expr, self.nullability, self.label).hash(state);
    }
}

/// Holds the items of a select list.
pub type SelectItems = UpToTwo<SelectItem>;

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

impl ItemNullability {
    /// That of a type.
    pub(in crate::query) fn of<N: Nullability>() -> Self {
        if N::NULLABLE {
            Self::Nullable
        } else {
            Self::Required
        }
    }
}

impl Hash for SelectItem {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Entity { table, is_optional } => table.hash_with(u8::from(*is_optional), state),
            Self::Column {
                table,
                position,
                nullability,
            } => {
                table.hash_with(2 + *nullability as u8, state);
                state.write_u64(u64::from(*position));
            }
            Self::Value(value) => {
                state.write_u64(u64::from(u8::MAX));
                value.hash(state);
            }
        }
    }
}

impl SelectItem {
    /// All columns of a model's table.
    #[inline]
    pub(in crate::query) fn entity(entity: &impl Entity, is_optional: bool) -> Self {
        Self::Entity {
            table: TableRef::of(entity),
            is_optional,
        }
    }

    /// A column.
    #[inline]
    pub(in crate::query) fn column<M: Model, T>(
        column: &Column<M, T>,
        nullability: ItemNullability,
    ) -> Self {
        Self::Column {
            table: TableRef::of_column(column),
            position: column.index(),
            nullability,
        }
    }

    /// An expression.
    pub(in crate::query) fn value(expr: Expr, nullability: ItemNullability) -> Self {
        Self::typed(expr, nullability, None)
    }

    /// An expression of that type.
    pub(in crate::query) fn typed(
        expr: Expr,
        nullability: ItemNullability,
        ty: Option<&'static Type>,
    ) -> Self {
        Self::Value(Box::new(SelectValue {
            expr,
            nullability,
            ty,
            label: None,
        }))
    }

    /// The item under a name, if it is an expression.
    pub(in crate::query) fn labelled(mut self, label: Option<&'static str>) -> Self {
        if let Self::Value(value) = &mut self {
            value.label = label;
        }
        self
    }

    /// The name that it is selected under, if it was given one.
    pub(in crate::query) fn label(&self) -> Option<&'static str> {
        match self {
            Self::Entity { .. } | Self::Column { .. } => None,
            Self::Value(value) => value.label,
        }
    }

    /// The item on the nullable side of an outer join.
    pub(in crate::query) fn into_optional(self) -> Self {
        let nullability = ItemNullability::Optional;
        match self {
            Self::Entity { table, .. } => Self::Entity {
                table,
                is_optional: true,
            },
            Self::Column {
                table, position, ..
            } => Self::Column {
                table,
                position,
                nullability,
            },
            Self::Value(value) => {
                Self::typed(value.expr, nullability, value.ty).labelled(value.label)
            }
        }
    }

    /// The expression, if it is one beyond a column.
    #[inline]
    pub(in crate::query) fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Entity { .. } | Self::Column { .. } => None,
            Self::Value(value) => Some(&value.expr),
        }
    }

    /// The item in the statement.
    pub(in crate::query) fn lower(&self) -> Projection {
        match self {
            Self::Entity { table, .. } => Projection::Columns {
                source: table.name().into(),
                names: table.def.loaded_names(),
            },
            Self::Column {
                table, position, ..
            } => Projection::Expr(table.column(*position as usize)),
            Self::Value(value) => match value.label {
                Some(label) => Projection::Labelled(value.expr.clone(), label.into()),
                None => Projection::Expr(value.expr.clone()),
            },
        }
    }
}
