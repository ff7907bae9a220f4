//! Reads rows without a model: single values, and tuples and structs of raw SQL.

use std::sync::Arc;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::DbType;
use orm_core::value::{ConversionError, ValueRef};

use super::column_index::ColumnIndex;
use super::dyn_names::DynNames;
use crate::mapping::value_for;

/// Is implemented by types that a row of raw SQL can be read into: a tuple of up to eight values, by position (one
/// value is `(T,)`), or a struct that derives `FromRow`, by the names of its fields.
#[diagnostic::on_unimplemented(
    message = "a row can't be read into `{Self}`",
    label = "expected a tuple such as `(i64, String)` or `(i64,)`, or a struct that derives `FromRow`",
    note = "entities are read by `.entities(User, …)`"
)]
pub trait FromRow: Sized {
    /// Finds the columns to read, in the first row of a result set.
    ///
    /// # Errors
    /// - `Decode`: the result set has another number of columns than the tuple.
    /// - `UndefinedColumn`: the result set lacks a column of the struct.
    fn places(row: &dyn Row) -> Result<ColumnIndex>;

    /// Reads a row, with the indexes that [`FromRow::places`] has found.
    ///
    /// # Errors
    /// - `Decode`: a value can't be converted to its type.
    fn from_row(row: &dyn Row, places: &ColumnIndex) -> Result<Self>;
}

/// Reads the rows of one result.
#[derive(Default)]
pub(in crate::query) struct Reader(Option<ColumnIndex>);

impl Reader {
    /// Reads dynamic rows of these columns.
    pub(in crate::query) fn of_names(names: Arc<DynNames>) -> Self {
        Self(Some(ColumnIndex::of_names(names)))
    }

    pub(in crate::query) fn read<R: FromRow>(&mut self, row: &dyn Row) -> Result<R> {
        let places = match &mut self.0 {
            Some(places) => places,
            unknown => unknown.insert(R::places(row)?),
        };
        R::from_row(row, places)
    }
}

/// Reads the value at `index`.
#[inline]
pub(in crate::query) fn read_value<T: DbType>(row: &dyn Row, index: usize) -> Result<T> {
    let value = value_for::<T>(row, index)?;
    T::from_value(value).map_err(|misfit| unfit::<T>(misfit, value, row.name(index)))
}

#[cold]
pub(super) fn unfit<T: DbType>(
    misfit: ConversionError,
    found: ValueRef<'_>,
    column: &str,
) -> Error {
    let ty = T::TYPE;
    let expected = ty.describe();
    let message = match misfit {
        ConversionError::Kind => format!(
            "the column holds {}, but the query expects {expected}",
            found.kind_name()
        ),
        ConversionError::Range => format!("the column's value is out of range for {expected}"),
        ConversionError::Format => format!(
            "the column's {} can't be converted to {expected}",
            found.kind_name()
        ),
    };
    let error = Error::with_message(ErrorKind::Decode, message).with_column(column);
    if found.is_null() {
        error.with_hint("read an Option")
    } else {
        error
    }
}

/// Tuples go by position, so that no place has to be kept.
fn check_width(row: &dyn Row, width: usize) -> Result<ColumnIndex> {
    let found = row.len();
    if found == width {
        return Ok(ColumnIndex::default());
    }
    Err(Error::with_message(
        ErrorKind::Decode,
        format!("the result set has {found} columns, but the tuple has {width}"),
    ))
}

macro_rules! tuples {
    ($(($width:literal: $($item:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: DbType),+> FromRow for ($($item,)+) {
            fn places(row: &dyn Row) -> Result<ColumnIndex> {
                check_width(row, $width)
            }

            fn from_row(row: &dyn Row, _places: &ColumnIndex) -> Result<Self> {
                Ok(($(read_value::<$item>(row, $index)?,)+))
            }
        }
    )+};
}

tuples! {
    (1: A 0),
    (2: A 0, B 1),
    (3: A 0, B 1, C 2),
    (4: A 0, B 1, C 2, D 3),
    (5: A 0, B 1, C 2, D 3, E 4),
    (6: A 0, B 1, C 2, D 3, E 4, F 5),
    (7: A 0, B 1, C 2, D 3, E 4, F 5, G 6),
    (8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7),
}
