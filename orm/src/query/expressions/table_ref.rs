//! [`TableRef`]: a model's table, or one of its aliases, as the source of columns.

use std::hash::{Hash, Hasher};

use orm_core::stmt::{Direction, Expr, FromItem, Name, Order};

use super::rank::rank;
use crate::mapping::{Column, DerivedRow, Entity, Model, ModelDef, Relation, interned};

/// Represents a model's table under the name that qualifies its columns.
#[derive(Clone, Copy, Debug)]
pub struct TableRef {
    pub(in crate::query) def: &'static ModelDef,
    alias: Option<&'static str>,
}

impl TableRef {
    /// The table of an entity's columns.
    #[inline]
    pub(in crate::query) fn of<E: Entity>(entity: &E) -> Self {
        Self {
            def: E::Model::def(),
            alias: entity.alias_name(),
        }
    }

    /// The table of a column.
    #[inline]
    pub(in crate::query) fn of_column<M: Model, T>(column: &Column<M, T>) -> Self {
        Self {
            def: M::def(),
            alias: column.alias_name(),
        }
    }

    /// The table of a relation's model.
    #[inline]
    pub(in crate::query) fn of_relation<M: Model, F>(relation: &Relation<M, F>) -> Self {
        Self {
            def: M::def(),
            alias: relation.alias_name(),
        }
    }

    /// The table of a model.
    pub(in crate::query) fn of_def(def: &'static ModelDef) -> Self {
        Self { def, alias: None }
    }

    /// The source of that name that is no table.
    pub(in crate::query) fn derived(name: &'static str) -> Self {
        Self {
            def: DerivedRow::def(),
            alias: Some(name),
        }
    }

    /// The same table under an alias that the library has made.
    pub(in crate::query) fn aliased(self, alias: Name) -> Self {
        Self {
            alias: Some(interned(alias)),
            ..self
        }
    }

    /// The name that qualifies its columns: the alias, or else the table's own.
    #[inline]
    pub(in crate::query) fn name(self) -> &'static str {
        self.alias.unwrap_or(self.def.table)
    }

    /// The table as FROM and JOIN name it.
    pub(in crate::query) fn item(self) -> FromItem {
        let item = FromItem::table(self.def.table);
        match self.alias {
            Some(alias) => item.alias(alias),
            None => item,
        }
    }

    /// The column at `position`.
    pub(in crate::query) fn column(self, position: usize) -> Expr {
        Expr::column(self.name(), self.def.names[position])
    }

    /// ORDER BY a column, with whether it is DESC.
    pub(in crate::query) fn order(self, (position, is_descending): (usize, bool)) -> Order {
        let direction = if is_descending {
            Direction::Descending
        } else {
            Direction::Ascending
        };
        let expr = rank(&self.def.columns[position].ty, self.column(position));
        Order::new(expr, direction)
    }

    /// The name for code in messages: that of the alias, or else the model's.
    pub(in crate::query) fn value(self) -> &'static str {
        self.alias.unwrap_or(self.def.name)
    }

    /// The name for messages: the model's, and the alias if it has one.
    pub(in crate::query) fn describe(self) -> String {
        match self.alias {
            Some(alias) if self.def.table.is_empty() => alias.to_owned(),
            Some(alias) => format!("{} (as {alias})", self.def.name),
            None => self.def.name.to_owned(),
        }
    }
}

impl TableRef {
    /// Feeds the table to a shape, by the model's number and the alias; and in the same word a number of who has the
    /// table. To find a text, each word that is fed costs as much as the others, however short it is.
    #[inline]
    pub(in crate::query) fn hash_with<H: Hasher>(self, number: u8, state: &mut H) {
        let has_alias = u64::from(self.alias.is_some());
        let index = self.def.slot.index() as u64;
        state.write_u64(index << 9 | has_alias << 8 | u64::from(number));
        if let Some(alias) = self.alias {
            alias.hash(state);
        }
    }
}
