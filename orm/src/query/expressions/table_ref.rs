//! [`TableRef`]: a model's table, or one of its aliases, as the source of columns.

use std::hash::{Hash, Hasher};

use orm_core::stmt::{Expr, FromItem};

use crate::mapping::{Entity, Model, ModelDef};

/// Represents a model's table under the name that qualifies its columns.
#[derive(Clone, Copy, Debug)]
pub struct TableRef {
    pub(in crate::query) def: &'static ModelDef,
    pub(in crate::query) name: &'static str,
}

impl TableRef {
    /// The table of an entity's columns.
    pub(in crate::query) fn of<E: Entity>(entity: &E) -> Self {
        Self {
            def: E::Model::def(),
            name: entity.source(),
        }
    }

    /// The alias, if the columns aren't qualified with the table's own name.
    #[inline]
    pub(in crate::query) fn alias(self) -> Option<&'static str> {
        (self.name != self.def.table).then_some(self.name)
    }

    /// The table as FROM and JOIN name it.
    pub(in crate::query) fn item(self) -> FromItem {
        let item = FromItem::table(self.def.table);
        match self.alias() {
            Some(alias) => item.alias(alias),
            None => item,
        }
    }

    /// The column at `position`.
    pub(in crate::query) fn column(self, position: usize) -> Expr {
        Expr::column(self.name, self.def.names[position])
    }

    /// The name for messages: the model's, and the alias if it has one.
    pub(in crate::query) fn describe(self) -> String {
        match self.alias() {
            Some(alias) => format!("{} (as {alias})", self.def.name),
            None => self.def.name.to_owned(),
        }
    }
}

/// By where the model's data is, which there is once in a program, and by the alias.
impl Hash for TableRef {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        (std::ptr::from_ref(self.def), self.alias()).hash(state);
    }
}
