//! [`ModelDef`]: what the derive emits for a model, as one constant. Columns and constraints are those of
//! [`orm_core::schema`], which `table.rs` makes the model's table of; here is what only a model has: positions of
//! columns, and the way to other models.

use std::any::Any;
use std::sync::LazyLock;

use orm_core::schema::{Action, Check, Column, ForeignKey, Index, Table, Unique};

/// A model as data.
#[derive(Debug)]
pub struct ModelDef {
    /// The struct's name, for messages.
    pub name: &'static str,
    /// The module it is defined in.
    pub module: &'static str,
    /// The table's name.
    pub table: &'static str,
    /// The columns, in field order.
    pub columns: &'static [Column],
    /// The columns' names, in the same order: what a SELECT of the entity lists.
    pub names: &'static [&'static str],
    /// The fields' names, in the same order.
    pub fields: &'static [&'static str],
    /// The positions of the primary key's columns, in key order; never empty.
    pub primary_key: &'static [usize],
    /// The position of the column for which the database generates an integer key.
    pub generated: Option<usize>,
    /// The position of the version column.
    pub version: Option<usize>,
    /// Unique constraints.
    pub uniques: &'static [ConstraintDef<Unique>],
    /// Indexes.
    pub indexes: &'static [ConstraintDef<Index>],
    /// CHECK constraints that the model writes itself, each made for the table of that name.
    pub checks: &'static [fn(&str) -> Check],
    /// Foreign keys.
    pub references: &'static [ReferenceDef],
    /// The whole table, made at first use.
    pub schema: LazyLock<Table>,
    /// What a session needs of the model's type: a `Vtable` of the module `state`, which this one doesn't know.
    pub vtable: &'static (dyn Any + Send + Sync),
}

/// A constraint or an index over columns of the model.
#[derive(Debug)]
pub struct ConstraintDef<T> {
    /// The positions of its columns.
    pub columns: &'static [usize],
    /// What the model says of it beside its columns.
    pub options: fn(T) -> T,
}

/// A foreign key. The other model is reached through a function, since two constants that name each other would be
/// a cycle.
#[derive(Debug)]
pub struct ReferenceDef {
    /// The positions of the referring columns.
    pub columns: &'static [usize],
    /// The model referred to.
    pub target: fn() -> &'static ModelDef,
    /// The positions of the columns referred to, in that model.
    pub target_columns: &'static [usize],
    /// What happens when the row referred to is deleted.
    pub on_delete: Action,
    /// What happens when the key referred to changes.
    pub on_update: Action,
    /// What the model says of it beside columns and actions.
    pub options: fn(ForeignKey) -> ForeignKey,
}

impl ModelDef {
    /// Whether the column at `position` belongs to the primary key.
    pub fn is_key(&self, position: usize) -> bool {
        self.primary_key.contains(&position)
    }

    /// The name of the first column that does not belong to the primary key.
    pub(crate) fn outside_key(&self) -> Option<&'static str> {
        let mut all = 0..self.columns.len();
        let position = all.find(|position| !self.is_key(*position))?;
        Some(self.names[position])
    }
}
