//! [`Embedded`]: what `derive(Embedded)` implements for a struct or an enum whose columns are those of the models that
//! flatten it.
//!
//! `option.rs` has an `Option` of such a type, `variants.rs` what only enums need, and `parts.rs` the constants that the
//! derive of a model makes of its own columns and of those of its parts; `refusals.rs` has the errors of columns that can't be
//! set alone.

mod option;
mod parts;
mod refusals;
mod variants;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::types::{DbType, Nullability};
use orm_core::value::{ConversionError, ValueRef};

use super::builder::FieldState;
use super::column_set::ColumnSet;
use super::def::{EmbeddedDef, ModelDef};

pub use parts::{
    PartNames, blank_columns, can_be_none, constraints, count_all, has_new_names, joined,
    joined_length, names, put_columns, put_part, references, starts, update_defaults,
};
pub(crate) use refusals::{
    column_of_other_variant, discriminator_alone, has_other_values, null_alone,
};
pub use variants::{absent_column, compare_variants, discriminator};
pub(crate) use variants::{discriminators, enum_columns, variant_columns};

/// Is implemented by types whose columns become those of a model, with `#[derive(Embedded)]`: value objects, such as an
/// address, columns that several models share, and enums whose variants are the kinds of rows of a table.
///
/// A field with `#[orm(flatten)]` has the columns of its struct, and with a `prefix` their names begin with it. Each column
/// is a typed column of the model, and an UPDATE sets those that have changed.
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(Embedded, Clone, Debug, PartialEq)]
/// struct Address {
///     #[orm(length = 80)]
///     city: String,
///     #[orm(length = 10, index)]
///     zip: String,
/// }
///
/// #[derive(Embedded, Clone, Debug)]
/// struct Counters {
///     #[orm(default = 0)]
///     visits: i64,
/// }
///
/// #[derive(Model, Clone, Debug)]
/// #[orm(table = "users")]
/// struct User {
///     #[orm(primary_key)]
///     id: i64,
///     #[orm(flatten, prefix = "home_")]
///     home: Address,
///     #[orm(flatten)]
///     counters: Counters,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((User,)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let home = Address { city: "London".into(), zip: "N1".into() };
/// let user = session.add(User::builder().home(home.clone()));
/// session.commit()?; // INSERT INTO "users" ("home_city", "home_zip", "visits") VALUES (?, ?, ?)
/// session[user].home.zip = "N2".into();
/// session.commit()?; // UPDATE "users" SET "home_zip" = ? WHERE "id" = ? AND "home_zip" IS ?
/// let found = select(User).filter(User.home.city.eq("London") & User.counters.visits.eq(0));
/// assert_eq!(found.one(&mut session)?, user);
/// // WHERE "home_city" = ? AND "home_zip" = ?
/// assert_eq!(select(User).filter(User.home.eq(&home)).all(&mut session)?, []);
/// # Ok::<(), orm::Error>(())
/// ```
///
/// # Enums
///
/// An enum is single-table inheritance: the table has the rows of all variants, a discriminator, and the columns of each
/// variant, which are NULL in the rows of the others. A query returns each row as its variant.
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(Embedded, Clone, Debug, PartialEq)]
/// #[orm(discriminator = "species")]
/// enum Kind {
///     Cat { lives: i32, coat: Option<String> },
///     Dog { trained: bool, coat: Option<String> },
///     Fish,
/// }
///
/// #[derive(Model, Clone, Debug)]
/// #[orm(table = "animals")]
/// struct Animal {
///     #[orm(primary_key)]
///     id: i64,
///     name: String,
///     #[orm(flatten)]
///     kind: Kind,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((Animal,)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let cat = Kind::Cat { lives: 9, coat: None };
/// let tom = session.add(Animal::builder().name("Tom").kind(cat.clone()));
/// session.add(Animal::builder().name("Nemo").kind(Kind::Fish));
/// session.commit()?; // INSERT INTO "animals" ("name", "species", "lives", "coat", "trained") VALUES (?, ?, ?, ?, ?)
/// for animal in select(Animal).all(&mut session)? {
///     match &session[animal].kind {
///         Kind::Cat { lives, .. } => assert_eq!(*lives, 9),
///         Kind::Dog { trained, .. } => assert!(trained),
///         Kind::Fish => assert_eq!(session[animal].name, "Nemo"),
///     }
/// }
/// let cats = select(Animal).filter(Animal.kind.is_cat() & Animal.kind.lives.gt(1));
/// assert_eq!(cats.all(&mut session)?, [tom]); // WHERE "species" = ? AND "lives" > ?
/// assert_eq!(select(Animal).filter(Animal.kind.eq(&cat)).all(&mut session)?, [tom]);
/// // WHERE "species" = ? AND "lives" = ? AND "coat" IS NULL
/// session[tom].kind = Kind::Dog { trained: true, coat: None };
/// session.commit()?; // UPDATE "animals" SET "species" = ?, "lives" = ?, "trained" = ? WHERE …
/// # Ok::<(), orm::Error>(())
/// ```
///
/// # Option
///
/// The columns of an `Option` of the struct are nullable, and `None` is NULL in all of them. A row that has NULL in all of
/// them is read as `None`, so that a `Some` whose fields are all `None` is not kept. The struct implements `Default`: a
/// session that sets the columns one by one begins with it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be flattened",
    label = "not a type with `#[derive(Embedded)]`",
    note = "add `#[derive(Embedded)]` to the struct or enum; for an `Option` of it, also `Default`"
)]
pub trait Embedded: Sized + Send + 'static {
    /// `Nullable` for an `Option`, else `NotNull`.
    #[doc(hidden)]
    type Null: Nullability;
    /// The typed columns in a model `M`: the type of `User.home`. They are nullable if `N` is.
    #[doc(hidden)]
    type Columns<M, N: Nullability>: PartColumns;
    /// The state of a builder that was not given the value: given, if each column may be omitted.
    #[doc(hidden)]
    type Start<F>: FieldState;
    /// The number of columns.
    #[doc(hidden)]
    const WIDTH: usize;
    /// Whether each column may be omitted.
    #[doc(hidden)]
    const HAS_START: bool;
    /// Whether the value is an enum, whose variants have columns of their own.
    #[doc(hidden)]
    const HAS_VARIANTS: bool = false;
    /// The columns, constraints and defaults as data.
    #[doc(hidden)]
    const DEF: EmbeddedDef;

    /// Reads the value from the columns of `row` from `index` on, which are those of `def` from `at` on.
    ///
    /// # Errors
    /// As [`Model::decode`](super::Model::decode).
    #[doc(hidden)]
    fn read(row: &dyn Row, index: usize, def: &'static ModelDef, at: usize) -> Result<Self>;

    /// Returns whether all of these columns are NULL.
    #[doc(hidden)]
    fn is_null(row: &dyn Row, index: usize) -> bool;

    /// Returns the value of a column, counted from the first one of the struct; NULL if it is out of range.
    #[doc(hidden)]
    fn value(&self, column: usize) -> ValueRef<'_>;

    /// Returns whether the value has that column. Those of other variants are NULL, and `None` of an enum has none.
    #[doc(hidden)]
    fn has_column(&self, column: usize) -> bool {
        column < Self::WIDTH
    }

    /// Adds the columns of all variants to a set that has one of them: they are read together.
    #[doc(hidden)]
    fn add_variant_columns(at: usize, set: &mut ColumnSet) {
        let columns = at..at + Self::WIDTH;
        if Self::HAS_VARIANTS && columns.clone().any(|column| set.contains(column)) {
            columns.for_each(|column| set.insert(column));
        }
    }

    /// Sets a column. The discriminator of an enum is set before the columns of its variants: it is the first one, and
    /// columns are set in their order.
    ///
    /// # Errors
    /// [`ConversionError`]: the value can't be converted to the field, or the variant does not have the column.
    #[doc(hidden)]
    fn assign(&mut self, column: usize, value: ValueRef<'_>) -> Result<(), ConversionError>;

    /// Returns a copy.
    #[doc(hidden)]
    fn copy(&self) -> Self;

    /// Copies the value to `old`, reusing its memory.
    #[doc(hidden)]
    fn copy_into(&self, old: &mut Self);

    /// Adds the positions of the columns that differ from those of `old` to `set`. The first one is at `at`.
    #[doc(hidden)]
    fn compare(&self, old: &Self, at: usize, set: &mut ColumnSet);

    /// Adds the positions of the columns that the database fills in to `unset`.
    #[doc(hidden)]
    fn leave_unset(&self, at: usize, unset: &mut ColumnSet);

    /// Returns the value that a builder begins with, and adds the columns that the database fills in to `unset`. `None` if a
    /// field is required.
    #[doc(hidden)]
    fn start(at: usize, unset: &mut ColumnSet) -> Option<Self>;

    /// Returns the value that a builder was given, or else the one that it begins with.
    ///
    /// # Panics
    /// Never: a builder is a row only when the types of its states prove that a required value was given.
    #[doc(hidden)]
    #[inline]
    fn given(given: Option<Self>, at: usize, unset: &mut ColumnSet) -> Self {
        if let Some(value) = given {
            value.leave_unset(at, unset);
            return value;
        }
        Self::start(at, unset).expect("invariant: the builder's type says that the field was given")
    }
}

/// Is implemented by the typed columns of a type that models flatten. The code of a model reaches them by this trait, so that
/// a type that can't be flattened is one error.
#[doc(hidden)]
pub trait PartColumns {
    /// An array of the columns as data.
    type List;
    /// Columns without names and places, of which `__at` makes those of a model.
    const UNPLACED: Self;
    /// The columns as data.
    const COLUMNS: Self::List;
}

/// The type of a column of a flattened struct whose field has the type `T`: nullable if either `T` or `N` is.
#[doc(hidden)]
pub type InPart<T, N> =
    <<<T as DbType>::Null as Nullability>::Or<N> as Nullability>::Wrap<<T as DbType>::Plain>;
