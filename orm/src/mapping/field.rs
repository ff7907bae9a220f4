//! [`Field`]: what generated code calls for a field that maps to a column.
//!
//! It is implemented for every [`DbType`]. Generated code uses only this trait, at the span of the field's type, so
//! that an unmapped type gives one short error instead of one for each call.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::schema::Column;
use orm_core::types::{DbType, Nullability};
use orm_core::value::{ConversionError, ValueRef};

use super::column_set::ColumnSet;
use super::decode;
use super::def::ModelDef;
use super::key::PrimaryKey;

/// Is implemented by the types of fields that map to a column.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be stored in a column",
    label = "not a mapped type",
    note = "the mapped types are bool, integers of 8 to 64 bits, f32, f64, String, Vec<u8>, enums with #[derive(DbEnum, Clone)], Option of each, and the types of chrono, rust_decimal and uuid behind the features of those names"
)]
#[doc(hidden)]
pub trait Field: Sized {
    /// The column without its name: type, nullability and length.
    const COLUMN: Column;

    /// Reads the field from the value at `index` of `row`; see [`decode::read`].
    ///
    /// # Errors
    /// As [`decode::read`].
    fn read(row: &dyn Row, index: usize, def: &'static ModelDef, position: usize) -> Result<Self>;

    /// Returns whether the value at `index` is NULL.
    fn is_null(row: &dyn Row, index: usize) -> bool;

    /// Returns the value as it is bound.
    fn value(&self) -> ValueRef<'_>;

    /// Sets the field.
    ///
    /// # Errors
    /// [`ConversionError`]: the value can't be converted to the field.
    fn assign(&mut self, value: ValueRef<'_>) -> Result<(), ConversionError>;

    /// Returns a copy.
    fn copy(&self) -> Self;

    /// Copies the field to `old`, reusing its memory.
    fn copy_into(&self, old: &mut Self);

    /// Adds `position` to `set` if the field differs from `old`.
    fn compare(&self, old: &Self, position: usize, set: &mut ColumnSet);

    /// Returns whether the field has its value.
    #[inline]
    fn is_loaded(&self) -> bool {
        true
    }

    /// Drops the value of a deferred column.
    #[inline]
    fn unload(&mut self, def: &'static ModelDef, position: usize) {
        let _ = (def, position);
    }

    /// Returns the column of a row from which the value was left out.
    #[inline]
    fn unread(&self) -> Option<(&'static ModelDef, usize)> {
        None
    }

    /// Adds `position` to `unset` if the field is `None`, so that the database may fill it in.
    fn leave_unset(&self, position: usize, unset: &mut ColumnSet);
}

#[diagnostic::do_not_recommend]
impl<T: DbType + Clone> Field for T {
    const COLUMN: Column = {
        let mut column = Column::from_static("", T::TYPE, <T::Null as Nullability>::NULLABLE);
        column.length = T::LENGTH;
        column
    };

    #[inline]
    fn read(row: &dyn Row, index: usize, def: &'static ModelDef, position: usize) -> Result<Self> {
        decode::read(row, index, def, position)
    }

    fn is_null(row: &dyn Row, index: usize) -> bool {
        decode::value_for::<T>(row, index).is_ok_and(ValueRef::is_null)
    }

    #[inline]
    fn value(&self) -> ValueRef<'_> {
        self.to_value()
    }

    #[inline]
    fn assign(&mut self, value: ValueRef<'_>) -> Result<(), ConversionError> {
        *self = T::from_value(value)?;
        Ok(())
    }

    #[inline]
    fn copy(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn copy_into(&self, old: &mut Self) {
        old.clone_from(self);
    }

    #[inline]
    fn compare(&self, old: &Self, position: usize, set: &mut ColumnSet) {
        if decode::differs(self, old) {
            set.insert(position);
        }
    }

    #[inline]
    fn leave_unset(&self, position: usize, unset: &mut ColumnSet) {
        if self.to_value().is_null() {
            unset.insert(position);
        }
    }
}

/// Is implemented by the types of fields of a primary key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a primary key",
    label = "not usable as a key",
    note = "a key is i64, i32, i16, bool, String, Vec<u8>, a uuid, a date, or an enum that derives DbEnum, Clone, Debug, PartialEq, Eq and Hash"
)]
#[doc(hidden)]
pub trait KeyField {
    /// The field's own type.
    type Key: PrimaryKey;

    /// Returns whether the field is that part of a key.
    fn is(&self, key: &Self::Key) -> bool;
}

#[diagnostic::do_not_recommend]
impl<T: DbType + PrimaryKey> KeyField for T {
    type Key = T;

    #[inline]
    fn is(&self, key: &T) -> bool {
        self == key
    }
}
