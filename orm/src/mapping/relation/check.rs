//! What a relation needs of its foreign key, as traits with readable errors; and the value of a key that is left to the
//! relation.
//!
//! The derive emits a use of each, and the compiler reports the types.

use super::belongs_to::BelongsTo;
use super::field::Relation;
use crate::mapping::column::Column;
use crate::mapping::column_set::ColumnSet;
use crate::mapping::def::ModelDef;
use crate::mapping::field::Field;
use crate::mapping::model::Model;

/// Is implemented by the types of foreign keys that a relation fills in.
#[diagnostic::on_unimplemented(
    message = "a foreign key of type `{Self}` has no value until the flush copies it from the relation",
    label = "not `Default`",
    note = "implement Default for it: the field holds that value until the row is inserted"
)]
pub trait LinkedKey: Sized {
    /// Returns the value of the field until the flush.
    fn placeholder() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> LinkedKey for T {
    fn placeholder() -> Self {
        T::default()
    }
}

/// Returns the value of a foreign key that a builder was given, or else one that stands there until the flush copies it
/// from the relation.
#[doc(hidden)]
#[inline]
pub fn or_linked<T: LinkedKey>(value: Option<T>, position: usize, unset: &mut ColumnSet) -> T {
    value.unwrap_or_else(|| {
        unset.insert(position);
        T::placeholder()
    })
}

/// Notes that a struct leaves a foreign key to its relation, if the key has its default.
#[doc(hidden)]
pub fn leave_linked<T: LinkedKey + Field>(key: &T, position: usize, unset: &mut ColumnSet) {
    if key.value().is_same(T::placeholder().value()) {
        unset.insert(position);
    }
}

/// Is implemented by relations that reference the model `M` by a foreign key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not reference `{M}`",
    label = "references another model",
    note = "a `BelongsTo` references the model of its foreign key; its other side references the model that has the key"
)]
pub trait References<M> {
    /// Is evaluated to trigger the check.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<M: Model> References<M> for BelongsTo<M> {}
#[diagnostic::do_not_recommend]
impl<M: Model> References<M> for BelongsTo<Option<M>> {}

/// Is implemented by a model that has one relation to `Owner`: the other side of a `HasMany` or `HasOne` of `Owner`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no single `BelongsTo<{Owner}>`, the other side of this relation",
    label = "`{Self}` needs a foreign key to `{Owner}`",
    note = "`{Self}` must be a model, by `#[derive(Model)]`, with a field of that type; if it has several, name one: `#[orm(inverse = {Self}.field)]`"
)]
pub trait SingleBelongsTo<Owner> {
    /// Returns the index of that relation.
    fn index() -> usize;

    /// Returns the model's data.
    fn def() -> &'static ModelDef;
}

/// Is implemented by a link model that has one relation to each of both models: for `ManyToMany<Target>` of `Owner`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not link `{Owner}` and `{Target}`",
    label = "the link model",
    note = "`{Self}` must be a model, by `#[derive(Model)]`, with one `BelongsTo<{Owner}>` and one `BelongsTo<{Target}>`; if it has several, name them: `#[orm(through = {Self}, inverse = {Self}.first, target = {Self}.second)]`"
)]
pub trait Links<Owner, Target> {
    /// Returns the link model's data.
    fn def() -> &'static ModelDef;

    /// Returns the index of its relation to the owner.
    fn inverse() -> usize;

    /// Returns the index of its relation to the target.
    fn target() -> usize;

    /// Returns the target's data.
    fn target_def() -> &'static ModelDef;
}

#[diagnostic::do_not_recommend]
impl<L, O, T> Links<O, T> for L
where
    L: SingleBelongsTo<O> + SingleBelongsTo<T>,
    T: Model,
{
    fn def() -> &'static ModelDef {
        <L as SingleBelongsTo<O>>::def()
    }

    fn inverse() -> usize {
        <L as SingleBelongsTo<O>>::index()
    }

    fn target() -> usize {
        <L as SingleBelongsTo<T>>::index()
    }

    fn target_def() -> &'static ModelDef {
        T::def()
    }
}

/// Returns the index of the relation that an attribute names as the other side.
#[doc(hidden)]
pub const fn inverse<Owner, N, F: References<Owner>>(relation: Relation<N, F>) -> usize {
    relation.index()
}

/// Is implemented by columns of the model `N`, for the order of a list.
#[diagnostic::on_unimplemented(
    message = "a list of `{N}` is ordered by columns of `{N}`",
    label = "a column of another model"
)]
pub trait OrderColumn<N> {
    /// Returns its position.
    fn position(self) -> usize;
}

/// Is implemented by columns, of whatever model.
#[doc(hidden)]
pub trait ColumnOf {
    /// The model.
    type Model;

    /// Returns its position.
    fn position(self) -> usize;
}

// One implementation for all, so that the compiler doesn't list the models that would fit.
#[diagnostic::do_not_recommend]
impl<N, C: ColumnOf<Model = N>> OrderColumn<N> for C {
    fn position(self) -> usize {
        ColumnOf::position(self)
    }
}

impl<N, T> ColumnOf for Column<N, T> {
    type Model = N;

    fn position(self) -> usize {
        Self::position(&self)
    }
}

/// Returns the position of a column by which a list of entities of `N` is ordered.
#[doc(hidden)]
pub fn ordered_by<N, C: OrderColumn<N>>(column: C) -> usize {
    column.position()
}

/// Is implemented by columns of the model `N` that may have the positions of a list.
#[diagnostic::on_unimplemented(
    message = "the positions of a list of `{N}` are in an integer column of `{N}` that is NOT NULL",
    label = "a column of another model, or of another type"
)]
pub trait PositionColumn<N> {
    /// Returns its position among the columns.
    fn position(self) -> usize;
}

/// Is implemented by columns of integers, of whatever model.
#[doc(hidden)]
pub trait PositionOf {
    /// The model.
    type Model;

    /// Returns its position among the columns.
    fn position(self) -> usize;
}

// One implementation for all, likewise.
#[diagnostic::do_not_recommend]
impl<N, C: PositionOf<Model = N>> PositionColumn<N> for C {
    fn position(self) -> usize {
        PositionOf::position(self)
    }
}

macro_rules! positions {
    ($($integer:ty),*) => {$(
        impl<N> PositionOf for Column<N, $integer> {
            type Model = N;

            fn position(self) -> usize {
                Self::position(&self)
            }
        }
    )*};
}

positions!(i16, i32, i64);

/// Returns the position of the column that has the positions of a list of entities of `N`.
#[doc(hidden)]
pub fn positioned_by<N, C: PositionColumn<N>>(column: C) -> usize {
    column.position()
}
