//! [`Model`]: what `derive(Model)` implements.

use std::borrow::Cow;
use std::fmt::Debug;

use orm_core::driver::Row;
use orm_core::error::{InvalidFields, Result};
use orm_core::value::{ConversionError, ValueRef};

use super::alias::interned;
use super::column_set::ColumnSet;
use super::def::ModelDef;
use super::key::PrimaryKey;
use super::relation::AnyRelation;
use super::slot::ModelSlot;

/// Is implemented by structs that are mapped to a table, with `#[derive(Model)]`.
///
/// The methods are generated for each model; other code uses [`ModelDef`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not mapped to a table",
    note = "add `#[derive(Model)]` to the struct"
)]
pub trait Model: Sized + Send + 'static {
    /// The type of the constant with the model's name: `User` in `select(User)`.
    type Entity: Entity<Model = Self>;
    /// The type of the primary key.
    type Key: PrimaryKey;
    /// Whether the model has relations.
    const HAS_RELATIONS: bool = false;
    /// Whether the model has columns that queries may leave out.
    const HAS_DEFERRED: bool = false;
    /// Whether the model flattens an enum, whose variants have columns of their own.
    #[doc(hidden)]
    const HAS_VARIANTS: bool = false;
    /// Whether the model has hooks.
    const HAS_HOOKS: bool = false;

    /// Returns the model as data.
    fn def() -> &'static ModelDef;

    /// Returns the number of the model in sessions.
    fn slot() -> &'static ModelSlot;

    /// Decodes the columns of a row from index `start`, in the order of [`ModelDef::columns`].
    ///
    /// # Errors
    /// - `Decode`: a value can't be converted. The error names table and column.
    #[inline]
    fn decode(row: &dyn Row, start: usize) -> Result<Self> {
        let mut decoded = None;
        Self::decode_rest(row, start, Self::decode_key(row, start)?, &mut decoded)?;
        Ok(decoded.expect("invariant: what was decoded without an error is there"))
    }

    /// Decodes the primary key of such a row.
    ///
    /// # Errors
    /// As [`Model::decode`].
    fn decode_key(row: &dyn Row, start: usize) -> Result<Self::Key>;

    /// Decodes the other columns of such a row, whose primary key was decoded before, into the place where the value
    /// stays: a value that is returned is copied, right after it was written.
    ///
    /// # Errors
    /// As [`Model::decode`].
    fn decode_rest(
        row: &dyn Row,
        start: usize,
        key: Self::Key,
        place: &mut Option<Self>,
    ) -> Result<()>;

    /// Returns the primary key of this value.
    fn key(&self) -> Self::Key;

    /// Returns whether this value has that primary key.
    fn has_key(&self, key: &Self::Key) -> bool;

    /// Returns the value of the column at `position`; NULL if it is out of range.
    fn value(&self, position: usize) -> ValueRef<'_>;

    /// Returns whether the value of the column at `position` is here.
    #[doc(hidden)]
    #[inline]
    fn is_loaded(&self, position: usize) -> bool {
        let _ = position;
        true
    }

    /// Drops the value of a deferred column.
    #[doc(hidden)]
    #[inline]
    fn unload(&mut self, position: usize) {
        let _ = position;
    }

    /// Returns the first column that was left out of the row that this value was read from.
    #[doc(hidden)]
    #[inline]
    fn unread(&self) -> Option<(&'static ModelDef, usize)> {
        None
    }

    /// Sets the column at `position`, for generated keys, versions and server defaults.
    ///
    /// # Errors
    /// [`ConversionError`]: the value can't be converted to the field.
    fn assign(&mut self, position: usize, value: ValueRef<'_>) -> Result<(), ConversionError>;

    /// Returns whether this value has the column at `position`: those of other variants of a flattened enum are NULL.
    #[doc(hidden)]
    #[inline]
    fn has_column(&self, position: usize) -> bool {
        let _ = position;
        true
    }

    /// Adds the columns of all variants of a flattened enum to a set that has one of them.
    #[doc(hidden)]
    #[inline]
    fn add_variant_columns(set: &mut ColumnSet) {
        let _ = set;
    }

    /// Returns a copy of the columns. Fields without a column have their default.
    fn snapshot(&self) -> Self;

    /// Copies the columns to `old`, reusing its memory.
    fn snapshot_into(&self, old: &mut Self);

    /// Returns the columns whose values differ from those of `old`.
    fn changes(&self, old: &Self) -> ColumnSet;

    /// Takes the columns of `other`. Fields without a column are kept.
    fn restore(&mut self, other: Self);

    /// Returns a row that links two entities by its relations.
    ///
    /// # Errors
    /// The names of the required fields that no relation fills in.
    #[doc(hidden)]
    fn new_link() -> Result<NewEntity<Self>, &'static [&'static str]> {
        Err(&[])
    }

    /// Runs the hooks of a row that is given to an INSERT.
    ///
    /// # Errors
    /// That of `before_insert`.
    #[doc(hidden)]
    fn prepare_insert(&mut self, invalid: &mut InvalidFields) -> Result<()> {
        let _ = invalid;
        Ok(())
    }

    /// Runs the hook of an entity that was read.
    #[doc(hidden)]
    #[inline]
    fn loaded(&mut self) {}

    /// Returns the relation at `index`; `None` if it is out of range.
    #[doc(hidden)]
    fn relation(&self, index: usize) -> Option<&dyn AnyRelation> {
        let _ = index;
        None
    }

    /// Returns the relation at `index` to be changed; `None` if it is out of range.
    #[doc(hidden)]
    fn relation_mut(&mut self, index: usize) -> Option<&mut dyn AnyRelation> {
        let _ = index;
        None
    }
}

/// Is implemented by the type of the constant with a model's name. Its fields are the columns of the model.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the type of a model's value",
    label = "give the model as a value, not as a type: `session.get(User, 3)`, `select(User)`"
)]
// It is not `Send` by a bound: of a field whose type is no mapped type, the compiler would say so once more for each bound.
pub trait Entity: Copy + Debug + 'static {
    /// The model.
    type Model: Model<Entity = Self>;

    /// The model's table without an alias.
    const ROOT: Self;

    /// Returns the columns of an alias, for self-joins: `let manager = User.alias("manager");`. The name may be built
    /// at run time; each distinct name is kept for the life of the process.
    #[must_use]
    fn alias(self, name: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        if name == Self::Model::def().table {
            return Self::ROOT;
        }
        self.named(interned(name))
    }

    /// Returns the columns of an alias with a static name, which is not that of the table.
    #[doc(hidden)]
    #[must_use]
    fn named(self, alias: &'static str) -> Self;

    /// Returns the alias, unless the columns are those of the table itself.
    #[doc(hidden)]
    fn alias_name(&self) -> Option<&'static str>;

    /// Returns the name that qualifies the columns: the table or the alias.
    fn source(&self) -> &'static str {
        self.alias_name()
            .unwrap_or_else(|| Self::Model::def().table)
    }
}

/// Holds a row to insert, with the columns for which no value was given.
#[derive(Debug)]
pub struct NewEntity<M> {
    /// The row.
    pub value: M,
    /// The columns that the database fills in.
    pub unset: ColumnSet,
}

/// Is implemented by what can be added to a session or inserted: a model, or its builder with every required field
/// given.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be added",
    note = "add a model, or its builder with every required field given"
)]
pub trait NewRow {
    /// The model.
    type Model: Model;

    /// Returns the row.
    fn into_row(self) -> NewEntity<Self::Model>;
}
