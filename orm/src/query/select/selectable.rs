//! [`Selectable`]: the argument of `select`, and its output on each executor. The columns of a struct are in
//! `struct_selection.rs`.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::types::DbType;

use super::join::Sources;
use crate::mapping::{Column, Entity, FieldGiven, FieldState, Model};
use crate::query::executor::Executor;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::Expr;
use crate::query::expressions::select_item::{ItemNullability, SelectItem, SelectItems};
use crate::query::expressions::table_ref::TableRef;
use crate::query::rows::from_row::read_value;

/// Is implemented by what can be selected: a model's value such as `User`, a column, an expression, `optional(…)` of
/// one of these, or a tuple of up to eight of these. Tuples nest. A struct that derives [`FromRow`](derive@crate::FromRow) is
/// selected by the value of its name, with a column for each field.
///
/// The parts of its implementations are in [`SelectList`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected",
    label = "expected a model's value such as `User`, a column, an expression, or a tuple of at most eight of these, which may be tuples in turn: `((a, b), c)`"
)]
pub trait Selectable: SelectList {}

// Not kept out of the compiler's message, which says whether the list can't be selected or lacks a field.
impl<S> Selectable for S
where
    S: SelectList,
    S::State: Complete<<S::State as FieldState>::Field>,
{
}

/// Is implemented by what can be selected, and by the columns of a struct some of whose fields have none yet.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected",
    label = "expected a model's value such as `User`, a column, an expression, or a tuple of at most eight of these, which may be tuples in turn: `((a, b), c)`"
)]
pub trait SelectList {
    /// The type of a row: entities as the executor `X` returns them, columns and expressions as their Rust values.
    type Output<X: Executor>;

    /// Whether each field of the structs in it has a column, or else the first one that has none.
    #[doc(hidden)]
    type State: FieldState;

    /// Returns the number of columns that it selects.
    fn width() -> usize;

    /// Returns the table of the first item that can be the first one of a query, or else of the first item at all, and
    /// whether it can be.
    #[doc(hidden)]
    fn origin(&self) -> Option<(TableRef, bool)>;

    /// Adds the selected items to `items`.
    #[doc(hidden)]
    fn add_to(self, items: &mut SelectItems);

    /// Joins the tables that it brings along to those of the query.
    #[doc(hidden)]
    #[inline]
    fn joins(&self, _sources: &mut Sources) -> Result<(), Box<BuildError>> {
        Ok(())
    }

    /// Decodes the columns of a row from index `start`.
    ///
    /// # Errors
    /// - `Decode`: a value can't be converted to its type.
    fn decode<X: Executor>(
        row: &dyn Row,
        start: usize,
        sink: &mut X::Sink<'_>,
    ) -> Result<Self::Output<X>>;
}

/// Is implemented by what is selected as a whole by `optional(…)`: entities, and the columns of a struct.
pub trait OptionalSelection: SelectList {
    /// Adds the items as those of the nullable side of an outer join.
    #[doc(hidden)]
    fn add_optional_to(self, items: &mut SelectItems);

    /// Decodes what is selected; `None` for a row without a match.
    ///
    /// # Errors
    /// As [`SelectList::decode`].
    #[doc(hidden)]
    fn decode_optional<X: Executor>(
        row: &dyn Row,
        start: usize,
        sink: &mut X::Sink<'_>,
    ) -> Result<Option<Self::Output<X>>>;
}

/// Is implemented by the state in which every field of the selected structs has a column. Its compile error names the first
/// field that has none, as the parameter `F`.
#[diagnostic::on_unimplemented(
    message = "the field `{F}` of the selected struct has no column",
    label = "call the method of this field with its column"
)]
pub trait Complete<F> {}

#[diagnostic::do_not_recommend]
impl<F> Complete<F> for FieldGiven {}

#[diagnostic::do_not_recommend]
impl<E: Entity> SelectList for E {
    type Output<X: Executor> = X::Of<E::Model>;
    type State = FieldGiven;

    fn width() -> usize {
        E::Model::def().columns.len()
    }

    #[inline]
    fn origin(&self) -> Option<(TableRef, bool)> {
        Some((TableRef::of(self), true))
    }

    #[inline]
    fn add_to(self, items: &mut SelectItems) {
        items.push(SelectItem::entity(&self, false));
    }

    #[inline]
    fn decode<X: Executor>(
        row: &dyn Row,
        start: usize,
        sink: &mut X::Sink<'_>,
    ) -> Result<X::Of<E::Model>> {
        X::entity::<E::Model>(sink, row, start)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> SelectList for Column<M, T> {
    type Output<X: Executor> = T;
    type State = FieldGiven;

    fn width() -> usize {
        1
    }

    #[inline]
    fn origin(&self) -> Option<(TableRef, bool)> {
        Some((TableRef::of_column(self), true))
    }

    #[inline]
    fn add_to(self, items: &mut SelectItems) {
        let nullability = ItemNullability::of::<T::Null>();
        items.push(SelectItem::column(&self, nullability));
    }

    #[inline]
    fn decode<X: Executor>(row: &dyn Row, start: usize, _sink: &mut X::Sink<'_>) -> Result<T> {
        read_value(row, start)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType> SelectList for Expr<T> {
    type Output<X: Executor> = T;
    type State = FieldGiven;

    fn width() -> usize {
        1
    }

    fn origin(&self) -> Option<(TableRef, bool)> {
        self.origin.map(|table| (table, true))
    }

    fn add_to(self, items: &mut SelectItems) {
        let nullability = ItemNullability::of::<T::Null>();
        let ty = Some(const { &T::TYPE });
        items.push(SelectItem::typed(self.ast, nullability, ty).labelled(self.label));
    }

    #[inline]
    fn decode<X: Executor>(row: &dyn Row, start: usize, _sink: &mut X::Sink<'_>) -> Result<T> {
        read_value(row, start)
    }
}

/// Marks what is selected of the nullable side of an outer join; see [`optional`].
#[derive(Clone, Copy, Debug)]
pub struct Optional<S>(pub(super) S);

/// Selects an entity, column or expression of the nullable side of an outer join as an `Option`, which is `None` for a
/// row without a match.
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # struct User { #[orm(primary_key)] id: i64 }
/// # #[derive(Model)]
/// # struct Post { #[orm(primary_key)] id: i64, #[orm(references = User.id)] author_id: i64 }
/// let pairs = select((User, optional(Post))).left_join(Post); // yields (User, Option<Post>)
/// # let _ = pairs;
/// ```
pub fn optional<S>(selected: S) -> Optional<S> {
    Optional(selected)
}

impl<S: SelectList> Optional<S> {
    #[inline]
    fn optional_origin(&self) -> Option<(TableRef, bool)> {
        self.0.origin().map(|(table, _)| (table, false))
    }
}

#[diagnostic::do_not_recommend]
impl<S: OptionalSelection> SelectList for Optional<S> {
    type Output<X: Executor> = Option<S::Output<X>>;
    type State = S::State;

    fn width() -> usize {
        S::width()
    }

    #[inline]
    fn origin(&self) -> Option<(TableRef, bool)> {
        self.optional_origin()
    }

    #[inline]
    fn add_to(self, items: &mut SelectItems) {
        self.0.add_optional_to(items);
    }

    fn joins(&self, sources: &mut Sources) -> Result<(), Box<BuildError>> {
        self.0.joins(sources)
    }

    #[inline]
    fn decode<X: Executor>(
        row: &dyn Row,
        start: usize,
        sink: &mut X::Sink<'_>,
    ) -> Result<Self::Output<X>> {
        S::decode_optional::<X>(row, start, sink)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> SelectList for Optional<Column<M, T>> {
    type Output<X: Executor> = Option<T::Plain>;
    type State = FieldGiven;

    fn width() -> usize {
        1
    }

    #[inline]
    fn origin(&self) -> Option<(TableRef, bool)> {
        self.optional_origin()
    }

    #[inline]
    fn add_to(self, items: &mut SelectItems) {
        items.push(SelectItem::column(&self.0, ItemNullability::Optional));
    }

    fn decode<X: Executor>(
        row: &dyn Row,
        start: usize,
        _sink: &mut X::Sink<'_>,
    ) -> Result<Self::Output<X>> {
        read_value(row, start)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType> SelectList for Optional<Expr<T>> {
    type Output<X: Executor> = Option<T::Plain>;
    type State = FieldGiven;

    fn width() -> usize {
        1
    }

    #[inline]
    fn origin(&self) -> Option<(TableRef, bool)> {
        self.optional_origin()
    }

    #[inline]
    fn add_to(self, items: &mut SelectItems) {
        let ty = Some(const { &T::TYPE });
        let item = SelectItem::typed(self.0.ast, ItemNullability::Optional, ty);
        items.push(item.labelled(self.0.label));
    }

    fn decode<X: Executor>(
        row: &dyn Row,
        start: usize,
        _sink: &mut X::Sink<'_>,
    ) -> Result<Self::Output<X>> {
        read_value(row, start)
    }
}

macro_rules! tuples {
    ($(($($item:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: SelectList),+> SelectList for ($($item,)+) {
            type Output<X: Executor> = ($($item::Output<X>,)+);
            type State = tuples!(@state $($item)+);

            fn width() -> usize {
                0 $(+ $item::width())+
            }

            #[inline]
            fn origin(&self) -> Option<(TableRef, bool)> {
                let mut origin = None;
                $(origin = match (origin, self.$index.origin()) {
                    (Some((_, false)), required @ Some((_, true))) => required,
                    (first, other) => first.or(other),
                };)+
                origin
            }

            #[inline]
            fn joins(&self, sources: &mut Sources) -> Result<(), Box<BuildError>> {
                $(self.$index.joins(sources)?;)+
                Ok(())
            }

            #[inline]
            fn add_to(self, items: &mut SelectItems) {
                $(self.$index.add_to(items);)+
            }

            #[inline]
            fn decode<X: Executor>(
                row: &dyn Row,
                start: usize,
                sink: &mut X::Sink<'_>,
            ) -> Result<Self::Output<X>> {
                let mut next = start;
                let mut take = |width| {
                    next += width;
                    next - width
                };
                Ok(($($item::decode::<X>(row, take($item::width()), sink)?,)+))
            }
        }
    )+};
    (@state $first:ident $($rest:ident)*) => {
        <$first::State as FieldState>::Or<tuples!(@state $($rest)*)>
    };
    (@state) => { FieldGiven };
}

tuples! {
    (A 0),
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4),
    (A 0, B 1, C 2, D 3, E 4, F 5),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7),
}
