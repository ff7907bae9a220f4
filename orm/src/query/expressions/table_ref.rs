//! Where columns come from: a model's table, or one of its aliases.

use orm_core::stmt::{Expr, Source};

use crate::mapping::{Entity, Model, ModelDef};

/// A model's table under the name that its columns are qualified with.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    pub(in crate::query) def: &'static ModelDef,
    pub(in crate::query) name: &'static str,
}

impl Origin {
    /// The origin of an entity's columns.
    pub(in crate::query) fn of<E: Entity>(entity: &E) -> Self {
        Self {
            def: E::Model::def(),
            name: entity.source(),
        }
    }

    /// The table as FROM and JOIN name it.
    pub(in crate::query) fn source(self) -> Source {
        let alias = (self.name != self.def.table).then_some(self.name.into());
        Source {
            table: self.def.table.into(),
            alias,
        }
    }

    /// The column at `position`.
    pub(in crate::query) fn column(self, position: usize) -> Expr {
        Expr::column(self.name, self.def.names[position])
    }

    /// The name for messages: the model's, and the alias if it has one.
    pub(in crate::query) fn describe(self) -> String {
        if self.name == self.def.table {
            self.def.name.to_owned()
        } else {
            format!("{} (as {})", self.def.name, self.name)
        }
    }
}

/// Something selected from an origin.
#[derive(Clone, Copy, Debug)]
pub struct Selected {
    pub(in crate::query) origin: Origin,
    pub(in crate::query) need: Need,
}

/// What a selected value needs of its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::query) enum Need {
    /// A row for each row of the result: an entity, or a column that isn't nullable.
    Row,
    /// A value of the projection at this index: an expression that isn't nullable.
    Value(usize),
    /// Nothing: a nullable column or expression.
    Nothing,
    /// Nothing, and it never is the first table: the optional side of a left join.
    Optional,
}
