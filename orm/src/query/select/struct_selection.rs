//! What a query selects for a struct that derives `FromRow`: one column, expression or struct for each field, given by the
//! methods of the value with the struct's name: `Summary.name(User.name).posts(count(Post.id))`.
//!
//! The derive writes the value and the code that goes through the fields; what is done for a field is here.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::{DbType, Nullable};

use super::derived::RowColumns;
use super::join::Sources;
use super::selectable::{Optional, OptionalSelection, SelectList};
use crate::mapping::{Column, Entity, FieldMissing, FieldState, Model};
use crate::query::executor::Executor;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::Expr;
use crate::query::expressions::operand::{FitsIn, Operand};
use crate::query::expressions::select_item::{ItemNullability, SelectItem, SelectItems};
use crate::query::expressions::table_ref::TableRef;
use crate::query::rows::from_row::read_value;

/// Is implemented by what can be selected for a field of type `F` of a struct that derives `FromRow`: a column or an
/// expression of the type, `optional(…)` of one for an `Option`, and for a struct its columns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected for a field of type `{F}`",
    label = "expected a column or an expression of type `{F}`",
    note = "an `Option` is the type for a nullable column, and for `optional(…)` of the nullable side of an outer join"
)]
pub trait SelectedAs<F>: SelectList {
    /// Adds the selected items to `items`, as nullable as the field is.
    #[doc(hidden)]
    fn add_as(self, items: &mut SelectItems);

    /// Reads the field from the columns from index `start` on.
    ///
    /// # Errors
    /// - `Decode`: a value can't be converted to its type.
    #[doc(hidden)]
    fn read_as(row: &dyn Row, start: usize) -> Result<F>;
}

/// Is implemented by structs that derive `FromRow`, for the value with the struct's name.
pub trait RowStruct {
    /// Its columns, of which none is given.
    type Columns;

    /// These columns.
    const COLUMNS: Self::Columns;
}

/// Marks a field whose column was given.
#[derive(Clone, Copy, Debug)]
pub struct FieldSelected<V>(pub V);

impl<V: SelectList> FieldState for FieldSelected<V> {
    type Or<Rest: FieldState> = <V::State as FieldState>::Or<Rest>;
    type Field = <V::State as FieldState>::Field;
}

/// Is implemented by the states of a field of type `F`, as what the field adds to a selection. A missing field adds nothing;
/// `Complete` refuses it.
pub trait SelectedField<F> {
    /// Returns the number of columns.
    fn width() -> usize;

    /// As [`SelectList::origin`].
    fn origin(&self) -> Option<(TableRef, bool)>;

    /// As [`SelectList::joins`].
    ///
    /// # Errors
    /// As [`SelectList::joins`].
    fn joins(&self, sources: &mut Sources) -> Result<(), Box<BuildError>>;

    /// As [`SelectedAs::add_as`].
    fn add_to(self, items: &mut SelectItems);

    /// As [`SelectedAs::read_as`].
    ///
    /// # Errors
    /// As [`SelectedAs::read_as`].
    fn read(row: &dyn Row, start: usize) -> Result<F>;
}

impl<F, V: SelectedAs<F>> SelectedField<F> for FieldSelected<V> {
    fn width() -> usize {
        V::width()
    }

    fn origin(&self) -> Option<(TableRef, bool)> {
        self.0.origin()
    }

    fn joins(&self, sources: &mut Sources) -> Result<(), Box<BuildError>> {
        self.0.joins(sources)
    }

    fn add_to(self, items: &mut SelectItems) {
        self.0.add_as(items);
    }

    #[inline]
    fn read(row: &dyn Row, start: usize) -> Result<F> {
        V::read_as(row, start)
    }
}

impl<F, N> SelectedField<F> for FieldMissing<N> {
    fn width() -> usize {
        0
    }

    fn origin(&self) -> Option<(TableRef, bool)> {
        None
    }

    fn joins(&self, _sources: &mut Sources) -> Result<(), Box<BuildError>> {
        Ok(())
    }

    fn add_to(self, _items: &mut SelectItems) {}

    fn read(_row: &dyn Row, _start: usize) -> Result<F> {
        Err(Error::with_message(
            ErrorKind::Usage,
            "a field of the struct has no column",
        ))
    }
}

/// Returns the origin of a selection, of the origins of its items. Called by the derive.
#[doc(hidden)]
pub fn first_origin(origins: &[Option<(TableRef, bool)>]) -> Option<(TableRef, bool)> {
    let mut known = origins.iter().flatten();
    let required = origins
        .iter()
        .flatten()
        .find(|(_, is_required)| *is_required);
    required.or_else(|| known.next()).copied()
}

/// Reads a field of which `S` is the state, and moves `next` behind its columns. Called by the derive.
///
/// # Errors
/// As [`SelectedAs::read_as`].
#[doc(hidden)]
#[inline]
pub fn read_field<F, S: SelectedField<F>>(row: &dyn Row, next: &mut usize) -> Result<F> {
    let start = *next;
    *next += S::width();
    S::read(row, start)
}

/// Returns the columns of a field in a derived table, and moves `next` behind them. Called by the derive.
#[doc(hidden)]
pub fn next_columns<V: RowColumns>(source: &'static str, next: &mut usize) -> V::Columns {
    let start = *next;
    *next += V::count();
    V::columns(source, start)
}

/// Adds the items of a selection as those of the nullable side of an outer join. Called by the derive.
#[doc(hidden)]
pub fn add_optional(selected: impl SelectList, items: &mut SelectItems) {
    let mut own = SelectItems::new();
    selected.add_to(&mut own);
    items.extend(own.into_iter().map(SelectItem::into_optional));
}

/// Reads a struct of the nullable side of an outer join: `None` if each of its columns is NULL. Called by the derive.
///
/// # Errors
/// As [`SelectedAs::read_as`].
#[doc(hidden)]
pub fn read_optional<F, S: SelectedAs<F>>(row: &dyn Row, start: usize) -> Result<Option<F>> {
    for index in start..start + S::width() {
        if !row.get_native(index)?.is_null() {
            return S::read_as(row, start).map(Some);
        }
    }
    Ok(None)
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType, F: DbType> SelectedAs<F> for Column<M, T>
where
    Self: Operand<F::Base, Null: FitsIn<F::Null>>,
{
    fn add_as(self, items: &mut SelectItems) {
        let nullability = ItemNullability::of::<F::Null>();
        items.push(SelectItem::column(&self, nullability));
    }

    #[inline]
    fn read_as(row: &dyn Row, start: usize) -> Result<F> {
        read_value(row, start)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType, F: DbType> SelectedAs<F> for Expr<T>
where
    Self: Operand<F::Base, Null: FitsIn<F::Null>>,
{
    fn add_as(self, items: &mut SelectItems) {
        let nullability = ItemNullability::of::<F::Null>();
        let ty = Some(const { &F::TYPE });
        items.push(SelectItem::typed(self.ast, nullability, ty).labelled(self.label));
    }

    #[inline]
    fn read_as(row: &dyn Row, start: usize) -> Result<F> {
        read_value(row, start)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType, F: DbType<Null = Nullable>> SelectedAs<F> for Optional<Column<M, T>>
where
    Column<M, T>: Operand<F::Base>,
{
    fn add_as(self, items: &mut SelectItems) {
        self.add_to(items);
    }

    #[inline]
    fn read_as(row: &dyn Row, start: usize) -> Result<F> {
        read_value(row, start)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType, F: DbType<Null = Nullable>> SelectedAs<F> for Optional<Expr<T>>
where
    Expr<T>: Operand<F::Base>,
{
    fn add_as(self, items: &mut SelectItems) {
        self.add_to(items);
    }

    #[inline]
    fn read_as(row: &dyn Row, start: usize) -> Result<F> {
        read_value(row, start)
    }
}

#[diagnostic::do_not_recommend]
impl<F, S: SelectedAs<F> + OptionalSelection> SelectedAs<Option<F>> for Optional<S> {
    fn add_as(self, items: &mut SelectItems) {
        self.add_to(items);
    }

    #[inline]
    fn read_as(row: &dyn Row, start: usize) -> Result<Option<F>> {
        read_optional::<F, S>(row, start)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> OptionalSelection for E {
    #[inline]
    fn add_optional_to(self, items: &mut SelectItems) {
        items.push(SelectItem::entity(&self, true));
    }

    fn decode_optional<X: Executor>(
        row: &dyn Row,
        start: usize,
        sink: &mut X::Sink<'_>,
    ) -> Result<Option<X::Of<E::Model>>> {
        if E::Model::def().is_absent(row, start)? {
            return Ok(None);
        }
        X::entity::<E::Model>(sink, row, start).map(Some)
    }
}
