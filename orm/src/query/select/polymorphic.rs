//! [`Polymorphic`]: an enum with a variant for each subtype of a model, as the result of one query. Each subtype has a table of
//! its own, whose primary key is that of the base's row: joined-table inheritance.
//!
//! The derive implements the trait, and makes a value of [`WithPolymorphic`] that is selected. The joins are in `subtypes.rs`.

use std::fmt;
use std::marker::PhantomData;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::{DbType, Type};
use orm_core::value::ValueRef;

use super::entity_selection::{EntitySelection, PathOf};
use super::join::Sources;
use super::selectable::{Optional, SelectList};
use crate::mapping::{
    self, Column, FieldGiven, IntoPath, LoadPath, LoadStep, Model, ModelDef, key_text, value_for,
};
use crate::query::executor::Executor;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::select_item::{SelectItem, SelectItems};
use crate::query::expressions::table_ref::TableRef;

/// Is implemented by enums that derive [`Polymorphic`](derive@crate::Polymorphic): the rows of a model and its subtypes.
///
/// # Examples
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
/// enum Job { Engineer, Clerk }
///
/// #[derive(Model)]
/// #[orm(table = "employees")]
/// struct Employee {
///     #[orm(primary_key)]
///     id: i64,
///     job: Job,
///     name: String,
///     #[orm(cascade = delete)]
///     engineer: HasOne<Engineer>,
/// }
///
/// #[derive(Model)]
/// #[orm(table = "engineers")]
/// struct Engineer {
///     #[orm(primary_key, references = Employee.id)]
///     id: i64,
///     language: String,
///     employee: BelongsTo<Employee>,
/// }
///
/// #[derive(Polymorphic)]
/// #[orm(discriminator = Employee.job)]
/// enum Staff<X: Executor = Session> {
///     Engineer(X::Of<Employee>, X::Of<Engineer>),
///     Clerk(X::Of<Employee>),
/// }
///
/// # let engine = Engine::connect("sqlite://")?;
/// # Metadata::of((Employee, Engineer)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let ada = session.add(Employee::builder().job(Job::Engineer).name("ada"));
/// let engineer = session.add(Engineer::builder().employee(ada).language("rust"));
/// let bob = session.add(Employee::builder().job(Job::Clerk).name("bob"));
/// session.commit()?;
/// // INSERT INTO "employees" ("job", "name") VALUES (?, ?)
/// // INSERT INTO "engineers" ("id", "language") VALUES (?, ?)
///
/// let query = select(Staff).order_by(Employee.name);
/// let staff = query.all(&mut session)?;
/// assert_eq!(staff, [Staff::Engineer(ada, engineer), Staff::Clerk(bob)]);
/// assert_eq!(
///     query.to_sql(&orm::sqlite::SqliteDialect)?,
///     r#"SELECT "employees"."id", "employees"."job", "employees"."name", "engineers"."id", "engineers"."language" FROM "employees" LEFT JOIN "engineers" ON "engineers"."id" = "employees"."id" ORDER BY "employees"."name" ASC"#
/// );
///
/// session.delete(*staff[0].base());
/// session.commit()?;
/// // DELETE FROM "engineers" WHERE "id" = ?
/// // DELETE FROM "employees" WHERE "id" = ?
/// # Ok::<(), orm::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of a model and its subtypes",
    label = "does not derive `Polymorphic`"
)]
pub trait Polymorphic: Sized {
    /// The model of which each row is.
    type Base: Model;

    /// The enum as the executor `X` returns it.
    type Of<X: Executor>;

    /// The subtypes, each once.
    #[doc(hidden)]
    const SUBTYPES: &'static [fn() -> &'static ModelDef];

    /// Decodes the columns of a row from index `start`: those of the base, then those of each subtype.
    ///
    /// # Errors
    /// - `Decode`: no variant has the label of the row, the row of its subtype is missing, or a value can't be converted.
    #[doc(hidden)]
    fn decode<X: Executor>(
        row: &dyn Row,
        start: usize,
        sink: &mut X::Sink<'_>,
    ) -> Result<Self::Of<X>>;
}

/// Is implemented by [`Polymorphic`] enums that have a variant of model `M`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no variant of the model `{M}`",
    label = "expected a relation of one of the models of `{Self}`"
)]
pub trait HasVariantOf<M> {}

/// Selects a model along with its subtypes, as the enum `P`: the type of the value that
/// [`derive(Polymorphic)`](derive@crate::Polymorphic) makes.
pub struct WithPolymorphic<P>(PhantomData<fn() -> P>);

impl<P> WithPolymorphic<P> {
    /// Creates the value. Called by the derive.
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<P: Polymorphic> WithPolymorphic<P> {
    fn base() -> TableRef {
        TableRef::of_def(P::Base::def())
    }

    fn items(items: &mut SelectItems, is_optional: bool) {
        items.push(SelectItem::Entity {
            table: Self::base(),
            is_optional,
        });
        items.extend(P::SUBTYPES.iter().map(|def| SelectItem::Entity {
            table: TableRef::of_def(def()),
            is_optional: true,
        }));
    }

    fn subtypes(sources: &mut Sources) -> Result<(), Box<BuildError>> {
        let mut subtypes = P::SUBTYPES.iter();
        subtypes.try_for_each(|def| sources.join_subtype(Self::base(), def()))
    }
}

#[diagnostic::do_not_recommend]
impl<P: Polymorphic> SelectList for WithPolymorphic<P> {
    type Output<X: Executor> = P::Of<X>;
    type State = FieldGiven;

    fn width() -> usize {
        let subtypes = P::SUBTYPES.iter().map(|def| def().columns.len());
        P::Base::def().columns.len() + subtypes.sum::<usize>()
    }

    fn origin(&self) -> Option<(TableRef, bool)> {
        Some((Self::base(), true))
    }

    fn add_to(self, items: &mut SelectItems) {
        Self::items(items, false);
    }

    fn joins(&self, sources: &mut Sources) -> Result<(), Box<BuildError>> {
        Self::subtypes(sources)
    }

    #[inline]
    fn decode<X: Executor>(
        row: &dyn Row,
        start: usize,
        sink: &mut X::Sink<'_>,
    ) -> Result<P::Of<X>> {
        P::decode::<X>(row, start, sink)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Polymorphic> SelectList for Optional<WithPolymorphic<P>> {
    type Output<X: Executor> = Option<P::Of<X>>;
    type State = FieldGiven;

    fn width() -> usize {
        WithPolymorphic::<P>::width()
    }

    fn origin(&self) -> Option<(TableRef, bool)> {
        Some((WithPolymorphic::<P>::base(), false))
    }

    fn add_to(self, items: &mut SelectItems) {
        WithPolymorphic::<P>::items(items, true);
    }

    fn joins(&self, sources: &mut Sources) -> Result<(), Box<BuildError>> {
        WithPolymorphic::<P>::subtypes(sources)
    }

    fn decode<X: Executor>(
        row: &dyn Row,
        start: usize,
        sink: &mut X::Sink<'_>,
    ) -> Result<Option<P::Of<X>>> {
        if P::Base::def().is_absent(row, start)? {
            return Ok(None);
        }
        P::decode::<X>(row, start, sink).map(Some)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Polymorphic> EntitySelection for WithPolymorphic<P> {
    type Model = P::Base;
}

impl<P, L: IntoPath<Start: Model>> PathOf<WithPolymorphic<P>> for L
where
    P: HasVariantOf<L::Start>,
{
    const CAN_BE_JOINED: bool = false;

    fn into_loads(self) -> (&'static ModelDef, LoadPath) {
        (L::Start::def(), self.path().into_steps())
    }
}

/// A row of a base and its subtypes, of which the label determines the subtype.
#[doc(hidden)]
pub struct PolymorphicRow<'r, B, T> {
    row: &'r dyn Row,
    start: usize,
    discriminator: Column<B, T>,
    label: Label<'r, T>,
}

enum Label<'r, T> {
    /// As the row has it.
    Text(&'r str),
    /// As the field has it.
    Value(T),
}

impl<T: DbType> Label<'_, T> {
    fn value(&self) -> ValueRef<'_> {
        match self {
            Self::Text(label) => ValueRef::Text(label),
            Self::Value(label) => label.to_value(),
        }
    }
}

impl<'r, B: Model, T: DbType> PolymorphicRow<'r, B, T> {
    /// Reads the label of a row.
    ///
    /// # Errors
    /// `Decode` for a value that the column can't have.
    pub fn of(row: &'r dyn Row, start: usize, discriminator: Column<B, T>) -> Result<Self> {
        let position = discriminator.position();
        let is_text = matches!(const { &T::TYPE }, Type::Text | Type::Enum(_));
        let label = match value_for::<T>(row, start + position)? {
            ValueRef::Text(label) if is_text => Label::Text(label),
            _ => Label::Value(mapping::read(row, start + position, B::def(), position)?),
        };
        Ok(Self {
            row,
            start,
            discriminator,
            label,
        })
    }

    /// Whether the row has this label.
    #[inline]
    pub fn has_label(&self, label: ValueRef<'_>) -> bool {
        self.label.value() == label
    }

    /// The base alone.
    ///
    /// # Errors
    /// `Decode` for a value that can't be converted.
    #[inline]
    pub fn base<X: Executor>(&self, sink: &mut X::Sink<'_>) -> Result<X::Of<B>> {
        X::entity::<B>(sink, self.row, self.start)
    }

    /// The base and the subtype whose first column is at index `start`.
    ///
    /// # Errors
    /// `Decode` for a row that is missing, and for a value that can't be converted.
    #[inline]
    pub fn subtype<X: Executor, S: Model>(
        &self,
        sink: &mut X::Sink<'_>,
        start: usize,
    ) -> Result<(X::Of<B>, X::Of<S>)> {
        if S::def().is_absent(self.row, start)? {
            return Err(self.missing(S::def()));
        }
        let base = self.base::<X>(sink)?;
        Ok((base, X::entity::<S>(sink, self.row, start)?))
    }

    /// The error of a label that no variant has.
    #[cold]
    pub fn unknown(&self, variants: &str) -> Error {
        let (table, column) = self.names();
        let label = key_text([self.label.value()].into_iter());
        let message =
            format!("no variant of {variants} has the label {label}, which is in {table}.{column}");
        let hint = format!(
            "add a variant with this label, or mark one of {} alone with `#[orm(other)]`",
            B::def().name
        );
        self.failed(message).with_hint(hint)
    }

    #[cold]
    fn missing(&self, subtype: &'static ModelDef) -> Error {
        let (table, column) = self.names();
        let label = key_text([self.label.value()].into_iter());
        let key = B::def().primary_key.iter();
        let key = key.filter_map(|position| self.row.get(self.start + position).ok());
        let message = format!(
            "{table} has a row with the primary key {} and the {column} {label}, but {} has no row with this key",
            key_text(key),
            subtype.table
        );
        let hint = format!(
            "insert the row into {}, or set {table}.{column} to another label",
            subtype.table
        );
        self.failed(message).with_hint(hint)
    }

    fn names(&self) -> (&'static str, &'static str) {
        (B::def().table, self.discriminator.name())
    }

    fn failed(&self, message: String) -> Error {
        let (table, column) = self.names();
        Error::with_message(ErrorKind::Decode, message)
            .with_table(table)
            .with_column(column)
    }
}

/// Returns the label as a value of the column's type.
#[doc(hidden)]
#[inline]
pub fn label_of<B, T: DbType>(_discriminator: Column<B, T>, label: &T) -> ValueRef<'_> {
    label.to_value()
}

/// Returns whether a column can have the label.
#[doc(hidden)]
pub const fn can_have_label<B, T: DbType>(_discriminator: &Column<B, T>, label: &str) -> bool {
    mapping::takes_label(const { &T::TYPE }, label)
}

/// Returns the variants of the enum that a column holds, in the order of its labels; none if it holds no enum.
#[doc(hidden)]
pub const fn variants_of<B, T: DbType>(_discriminator: &Column<B, T>) -> &'static [T] {
    T::LABELLED
}

/// Returns whether the variant at `index` of [`variants_of`] has the label.
#[doc(hidden)]
pub const fn is_label<B, T: DbType>(
    _discriminator: &Column<B, T>,
    index: usize,
    label: &str,
) -> bool {
    mapping::is_label(const { &T::TYPE }, index, label)
}

/// The error of a relation that was to be read in the rows of a query of subtypes.
#[cold]
pub(super) fn not_with_subtypes(step: &LoadStep) -> BuildError {
    let relation = step.relation();
    let (model, name) = (relation.model, relation.name);
    BuildError::new(
        format!("`{model}.{name}` can't be joined to a query of subtypes"),
        format!("load it by a query of its own: .with({model}.{name})"),
    )
}

impl<B: Model, T> fmt::Debug for PolymorphicRow<'_, B, T> {
    // A label may be confidential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolymorphicRow")
            .field("discriminator", &self.discriminator)
            .finish_non_exhaustive()
    }
}

impl<P> Clone for WithPolymorphic<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for WithPolymorphic<P> {}

impl<P> Default for WithPolymorphic<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Polymorphic> fmt::Debug for WithPolymorphic<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with its subtypes", P::Base::def().name)
    }
}
