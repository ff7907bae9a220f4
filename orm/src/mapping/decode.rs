//! Decodes a value of a row to a field. Generated code calls it for each column.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::{DbType, Type};
use orm_core::value::{ConversionError, ValueRef};

use super::def::ModelDef;

/// Reads the value at `index` of `row` for the field of the column at `position` of `def`.
///
/// # Errors
/// - `Decode`: the value can't be converted. The error names table, column, expected and found type.
#[inline]
pub fn read<T: DbType>(
    row: &dyn Row,
    index: usize,
    def: &'static ModelDef,
    position: usize,
) -> Result<T> {
    match value_for::<T>(row, index) {
        Ok(value) => {
            T::from_value(value).map_err(|misfit| unfit::<T>(misfit, value, def, position))
        }
        Err(error) => Err(place(error, def, position)),
    }
}

/// The value at `index` as `T` takes it.
#[inline]
pub(crate) fn value_for<T: DbType>(row: &dyn Row, index: usize) -> Result<ValueRef<'_>> {
    // By reference to a constant: a copy of the type would be made and dropped for every value.
    let ty = const { &T::TYPE };
    if T::READS_NATIVE {
        row.get_native(index)
    } else if matches!(ty, Type::Date) {
        row.get_date(index)
    } else if matches!(ty, Type::Time) {
        row.get_time(index)
    } else {
        row.get(index)
    }
}

/// Returns whether two values of a field are different in the database. Floats are compared by their bits.
#[inline]
pub fn differs<T: DbType>(new: &T, old: &T) -> bool {
    !new.to_value().is_same(old.to_value())
}

#[cold]
fn unfit<T: DbType>(
    misfit: ConversionError,
    found: ValueRef<'_>,
    def: &'static ModelDef,
    position: usize,
) -> Error {
    let ty = T::TYPE;
    let expected = ty.describe();
    let message = match misfit {
        ConversionError::Range if matches!(ty, Type::Enum(_)) => {
            "the column holds text that is not a label of its enum".to_owned()
        }
        ConversionError::Kind => format!(
            "the column holds {}, but the field expects {expected}",
            found.kind_name()
        ),
        ConversionError::Range => format!("the column's value is out of range for {expected}"),
        ConversionError::Format => format!(
            "the column's {} can't be converted to {expected}",
            found.kind_name()
        ),
    };
    let hint = if found.is_null()
        && def
            .columns
            .get(position)
            .is_some_and(|column| column.nullable)
    {
        "make the field an Option, or give the row a value"
    } else if found.is_null() {
        "make the field an Option, or make the column NOT NULL"
    } else {
        "change the type of the field to that of the column"
    };
    place(
        Error::with_message(ErrorKind::Decode, message).with_hint(hint),
        def,
        position,
    )
}

#[cold]
fn place(error: Error, def: &'static ModelDef, position: usize) -> Error {
    let column = def.names.get(position).copied().unwrap_or("?");
    error.with_table(def.table).with_column(column)
}
