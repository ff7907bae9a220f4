//! [`ModelDef`]: the data that the derive emits for a model, as one constant. Columns and constraints are those of
//! [`orm_core::schema`], from which `table.rs` makes the table; positions of columns and references to other models are
//! here, and relations.

use std::any::Any;
use std::sync::LazyLock;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::schema::{Action, Check, Column, Exclusion, ForeignKey, Index, Table, Unique, View};

use orm_core::stmt::Expr;
use orm_core::value::Value;

use super::column_set::ColumnSet;
use super::relation::Scope;
use super::slot::ModelSlot;

/// Describes a model as data.
#[derive(Debug)]
pub struct ModelDef {
    /// The name of the struct, for messages.
    pub name: &'static str,
    /// The module in which the struct is defined.
    pub module: &'static str,
    /// The name of the table.
    pub table: &'static str,
    /// The number in sessions.
    pub slot: ModelSlot,
    /// The columns, in the order of the fields; those of flattened structs stand behind the others.
    pub columns: &'static [Column],
    /// The names of the columns in the same order, as a SELECT of the entity lists them.
    pub names: &'static [&'static str],
    /// The names of the fields in the same order. That of a column of a flattened struct is a path: `home.city`.
    pub fields: &'static [&'static str],
    /// The positions of the columns of the primary key, in key order; never empty.
    pub primary_key: &'static [usize],
    /// The position of the auto-increment column.
    pub generated: Option<usize>,
    /// The position of the version column.
    pub version: Option<usize>,
    /// The columns that an UPDATE of other columns sets as well.
    pub update_defaults: &'static [UpdateDefault],
    /// The generated columns, which no statement writes. The database computes their values.
    pub computed: &'static [usize],
    /// The columns that queries may leave out, in the order of the fields.
    pub deferred: &'static [DeferredDef],
    /// The columns that queries read, computed at first use.
    pub loaded: LazyLock<LoadedColumns>,
    /// The unique constraints.
    pub uniques: &'static [ConstraintDef<Unique>],
    /// The indexes.
    pub indexes: &'static [ConstraintDef<Index>],
    /// The exclusion constraints. The columns are compared by `=` unless the options set other operators.
    pub exclusions: &'static [ConstraintDef<Exclusion>],
    /// The CHECK constraints of the model. Each function takes the name of the table.
    pub checks: &'static [fn(&str) -> Check],
    /// The foreign keys.
    pub references: &'static [ReferenceDef],
    /// The relations, in the order of the fields.
    pub relations: &'static [RelationDef],
    /// The order of queries of entities that have none of their own: the columns, each with whether it is DESC.
    pub order: &'static [(usize, bool)],
    /// Whether it is the link table that a relation generates, and no struct's.
    pub is_link_table: bool,
    /// Sets the options of the table, such as its comment.
    pub options: fn(Table) -> Table,
    /// Returns the view that the model reads instead of a table, without its columns.
    pub view: Option<fn() -> View>,
    /// The table, created at first use.
    pub schema: LazyLock<Table>,
    /// The type-specific functions that a session calls: a `Vtable` of the module `state`.
    pub vtable: &'static (dyn Any + Send + Sync),
    /// The hooks, if the model has any: a `HookTable` of the module `session`.
    pub hooks: Option<&'static (dyn Any + Send + Sync)>,
}

/// Describes a column that an UPDATE sets which sets other columns, such as the time of the last change.
#[derive(Clone, Copy, Debug)]
pub struct UpdateDefault {
    /// The position of the column.
    pub column: usize,
    /// Returns its value, once for each row of a flush.
    pub value: fn() -> Value,
}

/// Describes a column that queries may leave out.
#[derive(Clone, Copy, Debug)]
pub struct DeferredDef {
    /// The position of the column.
    pub column: usize,
    /// The name of its group. Empty if it is alone.
    pub group: &'static str,
    /// Whether queries leave it out unless it is asked for.
    pub by_default: bool,
}

/// The columns that queries read by default.
#[derive(Debug)]
pub struct LoadedColumns {
    pub(crate) names: Box<[&'static str]>,
    pub(crate) left_out: ColumnSet,
}

impl LoadedColumns {
    /// Returns those of a model.
    pub fn of(def: &'static ModelDef) -> Self {
        let deferred = def.deferred.iter().filter(|deferred| deferred.by_default);
        let left_out: ColumnSet = deferred.map(|deferred| deferred.column).collect();
        let names = def.names.iter().enumerate();
        let names = names.filter(|(position, _)| !left_out.contains(*position));
        Self {
            names: names.map(|(_, name)| *name).collect(),
            left_out,
        }
    }
}

/// Describes a constraint or an index over columns of the model.
#[derive(Debug)]
pub struct ConstraintDef<T> {
    /// The positions of its columns.
    pub columns: &'static [usize],
    /// Sets its options, such as its name.
    pub options: fn(T) -> T,
}

// Derived, both would ask for a `T` that is `Copy`.
impl<T> Clone for ConstraintDef<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ConstraintDef<T> {}

/// Describes a foreign key. The referenced model is returned by a function, since two constants that refer to each
/// other would be a cycle.
#[derive(Clone, Copy, Debug)]
pub struct ReferenceDef {
    /// The positions of the referencing columns.
    pub columns: &'static [usize],
    /// The referenced model.
    pub target: fn() -> &'static ModelDef,
    /// The positions of the referenced columns in that model.
    pub target_columns: &'static [usize],
    /// The ON DELETE action.
    pub on_delete: Action,
    /// The ON UPDATE action.
    pub on_update: Action,
    /// Sets its options, such as its name.
    pub options: fn(ForeignKey) -> ForeignKey,
}

/// Describes a flattened struct as data. Positions count from its first column.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedDef {
    /// The names of the columns, without a prefix.
    pub names: &'static [&'static str],
    /// The names of the fields.
    pub fields: &'static [&'static str],
    /// The unique constraints, of one column each.
    pub uniques: &'static [ConstraintDef<Unique>],
    /// The indexes, of one column each.
    pub indexes: &'static [ConstraintDef<Index>],
    /// The foreign keys, of one column each.
    pub references: &'static [ReferenceDef],
    /// The columns that an UPDATE of other columns sets as well.
    pub update_defaults: &'static [UpdateDefault],
}

/// Describes a relation. As in a [`ReferenceDef`], functions return what belongs to another model.
#[derive(Debug)]
pub struct RelationDef {
    /// The name of the struct, for messages.
    pub model: &'static str,
    /// The name of the field.
    pub name: &'static str,
    /// The model that the relation references.
    pub target: fn() -> &'static ModelDef,
    /// Which side it is.
    pub kind: RelationKind,
    /// What the session does with the other side when an entity is deleted.
    pub cascade: Cascade,
    /// Whether the session deletes an entity of the other side that is unlinked.
    pub deletes_orphans: bool,
    /// The order of a list. Empty if it is that of the primary key.
    pub order: &'static [ListOrder],
    /// Whether the one column of the order has the positions of the members, which the flush writes.
    pub keeps_positions: bool,
}

/// Describes what a session does with the entities that belong to one that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cascade {
    /// Nothing: what happens is left to the database.
    None,
    /// Deletes them first.
    Delete,
    /// Sets their foreign keys to NULL first.
    SetNull,
}

/// Describes a column in the order of a list.
#[derive(Clone, Copy, Debug)]
pub struct ListOrder {
    /// Returns the position of the column in the target.
    pub column: fn() -> usize,
    /// Whether it is DESC.
    pub is_descending: bool,
}

/// Describes which side of a foreign key a relation is.
#[derive(Clone, Copy, Debug)]
pub enum RelationKind {
    /// The model has the foreign key.
    BelongsTo {
        /// Which one of its references.
        reference: usize,
        /// Whether the type of the field allows no entity.
        optional: bool,
    },
    /// Each entity of the target may have it.
    HasMany {
        /// The index of the target's inverse relation.
        inverse: fn() -> usize,
    },
    /// One entity of the target may have it.
    HasOne {
        /// The index of the target's inverse relation.
        inverse: fn() -> usize,
    },
    /// Rows of a link model may link it to entities of the target.
    ManyToMany {
        /// The link model.
        link: fn() -> &'static ModelDef,
        /// The index of the link model's relation to the owner.
        inverse: fn() -> usize,
        /// The index of the link model's relation that references the target.
        target: fn() -> usize,
    },
    /// Rows of the target are selected, and are only read.
    View(ViewDef),
}

/// Describes which rows a relation that is only read selects.
#[derive(Clone, Copy, Debug)]
pub struct ViewDef {
    /// Returns the columns by which the rows are found.
    pub key: fn() -> ViewKey,
    /// Returns the further conditions.
    pub filter: fn() -> Vec<Expr>,
    /// The most rows for each owner.
    pub limit: Option<u64>,
}

/// The columns by which rows are found: those of the target have the values of the owner's.
#[derive(Debug)]
pub struct ViewKey {
    /// The positions in the owner.
    pub own: Vec<usize>,
    /// The positions in the target.
    pub target: Vec<usize>,
}

impl ViewKey {
    /// Returns the columns of the foreign key of the relation at `inverse` of the target. Called by the derive.
    ///
    /// # Panics
    /// If that is no `BelongsTo`, which the compiler has checked.
    pub fn inverse(target: &'static ModelDef, inverse: usize) -> Self {
        let key = target.reference_of(inverse);
        let key = key.expect("invariant: it is a BelongsTo, which the compiler has checked");
        Self {
            own: key.target_columns.to_vec(),
            target: key.columns.to_vec(),
        }
    }
}

/// How rows of a link model link two models.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Through {
    pub(crate) link: &'static ModelDef,
    /// The index of the link model's relation to the owner.
    pub(crate) inverse: usize,
    /// The index of its relation that references the target.
    pub(crate) target: usize,
}

impl Through {
    /// The foreign keys of a link row: the one to the owner, and the one to the target.
    pub(crate) fn references(self) -> [&'static ReferenceDef; 2] {
        [self.inverse, self.target].map(|index| {
            let reference = self.link.reference_of(index);
            reference.expect("invariant: both are BelongsTo, which the compiler has checked")
        })
    }
}

impl RelationDef {
    /// The model of the rows whose foreign key references the owner, its children or link rows, and the index of their
    /// relation to it; `None` if the owner has the foreign key.
    pub(crate) fn children(&self) -> Option<(&'static ModelDef, usize)> {
        match self.kind {
            RelationKind::BelongsTo { .. } | RelationKind::View(_) => None,
            RelationKind::HasMany { inverse } | RelationKind::HasOne { inverse } => {
                Some(((self.target)(), inverse()))
            }
            RelationKind::ManyToMany { link, inverse, .. } => Some((link(), inverse())),
        }
    }

    /// The link rows of a relation many to many.
    pub(crate) fn through(&self) -> Option<Through> {
        match self.kind {
            RelationKind::ManyToMany {
                link,
                inverse,
                target,
            } => Some(Through {
                link: link(),
                inverse: inverse(),
                target: target(),
            }),
            RelationKind::BelongsTo { .. }
            | RelationKind::HasMany { .. }
            | RelationKind::HasOne { .. }
            | RelationKind::View(_) => None,
        }
    }
}

impl RelationDef {
    /// The columns of the target by which the list is ordered, each with whether it is DESC; then its primary key, so that
    /// the order is total. Empty if the relation has no order of its own.
    pub(crate) fn list_order(&self) -> Vec<(usize, bool)> {
        let own = self.order.iter();
        let mut order: Vec<(usize, bool)> = own
            .map(|item| ((item.column)(), item.is_descending))
            .collect();
        if !order.is_empty() {
            (self.target)().complete_order(&mut order);
        }
        order
    }

    /// The column of the target that has the positions of the members, if the flush writes them.
    pub(crate) fn position_column(&self) -> Option<usize> {
        let first = self.order.first().filter(|_| self.keeps_positions)?;
        Some((first.column)())
    }

    /// Whether a load with that scope reads the whole of a relation that can be changed, which then is in memory.
    pub(crate) fn is_whole(&self, scope: Option<&Scope>) -> bool {
        scope.is_none() && self.view().is_none()
    }

    /// Which rows it selects, if it is only read.
    pub(crate) fn view(&self) -> Option<ViewDef> {
        match self.kind {
            RelationKind::View(view) => Some(view),
            RelationKind::BelongsTo { .. }
            | RelationKind::HasMany { .. }
            | RelationKind::HasOne { .. }
            | RelationKind::ManyToMany { .. } => None,
        }
    }

    /// Which one of the model's references has its foreign key; `None` if another model has it.
    pub(crate) fn reference(&self) -> Option<usize> {
        match self.kind {
            RelationKind::BelongsTo { reference, .. } => Some(reference),
            RelationKind::HasMany { .. }
            | RelationKind::HasOne { .. }
            | RelationKind::ManyToMany { .. }
            | RelationKind::View(_) => None,
        }
    }
}

impl ModelDef {
    /// The columns that an UPDATE of these columns sets as well.
    pub(crate) fn update_defaults_beside(
        &self,
        columns: &ColumnSet,
    ) -> impl Iterator<Item = &'static UpdateDefault> {
        let defaults = self.update_defaults.iter();
        defaults.filter(|default| !columns.contains(default.column))
    }

    /// Adds the columns of the primary key that an order doesn't have.
    pub(crate) fn complete_order(&self, order: &mut Vec<(usize, bool)>) {
        for position in self.primary_key {
            if !order.iter().any(|(column, _)| column == position) {
                order.push((*position, false));
            }
        }
    }

    /// Returns whether the column at `position` belongs to the primary key.
    pub fn is_key(&self, position: usize) -> bool {
        self.primary_key.contains(&position)
    }

    /// The relations that have a foreign key of this model, each with its index and that key.
    pub(crate) fn belongs_to(
        &self,
    ) -> impl Iterator<Item = (usize, &'static RelationDef, &'static ReferenceDef)> + use<> {
        let references = self.references;
        let relations = self.relations.iter().enumerate();
        relations.filter_map(move |(index, relation)| match relation.kind {
            RelationKind::BelongsTo { reference, .. } => {
                Some((index, relation, &references[reference]))
            }
            RelationKind::HasMany { .. }
            | RelationKind::HasOne { .. }
            | RelationKind::ManyToMany { .. }
            | RelationKind::View(_) => None,
        })
    }

    /// The columns of the primary key, of each unique constraint and of each unique index over the whole table.
    pub(crate) fn unique_keys(&'static self) -> impl Iterator<Item = &'static [usize]> {
        let uniques = self.uniques.iter().map(|unique| unique.columns);
        let indexes = self.indexes.iter().zip(&self.schema.indexes);
        let indexes = indexes.filter(|(_, index)| index.is_key());
        let indexes = indexes.map(|(index, _)| index.columns);
        std::iter::once(self.primary_key)
            .chain(uniques)
            .chain(indexes)
    }

    /// The foreign key of the relation at `index`; `None` if another model has it.
    pub(crate) fn reference_of(&self, index: usize) -> Option<&'static ReferenceDef> {
        let mut own = self.belongs_to();
        let (.., reference) = own.find(|(own, ..)| *own == index)?;
        Some(reference)
    }

    /// The name of the first column that does not belong to the primary key.
    pub(crate) fn outside_key(&self) -> Option<&'static str> {
        let mut all = 0..self.columns.len();
        let position = all.find(|position| !self.is_key(*position))?;
        Some(self.names[position])
    }
}

impl ModelDef {
    /// The names of the columns that queries read by default.
    #[inline]
    pub(crate) fn loaded_names(&'static self) -> &'static [&'static str] {
        if self.deferred.is_empty() {
            return self.names;
        }
        &self.loaded.names
    }

    /// Whether an outer join has found no row of the model: a key is never NULL in a row that exists.
    #[inline]
    pub(crate) fn is_absent(&self, row: &dyn Row, start: usize) -> Result<bool> {
        Ok(row.get(start + self.primary_key[0])?.is_null())
    }

    /// The columns that queries leave out by default.
    pub(crate) fn left_out(&'static self) -> ColumnSet {
        if self.deferred.is_empty() {
            return ColumnSet::new();
        }
        self.loaded.left_out.clone()
    }

    /// Those of `columns` that may be left out, with all columns of their groups.
    pub(crate) fn deferrable(&self, columns: &ColumnSet) -> ColumnSet {
        let asked = || {
            let deferred = self.deferred.iter();
            deferred.filter(|deferred| columns.contains(deferred.column))
        };
        let is_in = |one: &&DeferredDef| {
            asked().any(|other| {
                one.column == other.column || !one.group.is_empty() && one.group == other.group
            })
        };
        let deferred = self.deferred.iter().filter(is_in);
        deferred.map(|deferred| deferred.column).collect()
    }
}
