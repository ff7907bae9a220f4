//! An `Option` of a flattened struct: `None` is NULL in all of its columns.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::types::{NotNull, Nullability, Nullable};
use orm_core::value::{ConversionError, ValueRef};

use super::Embedded;
use crate::mapping::builder::FieldGiven;
use crate::mapping::column_set::ColumnSet;
use crate::mapping::def::{EmbeddedDef, ModelDef};

#[diagnostic::do_not_recommend]
impl<T: Embedded<Null = NotNull> + Default> Embedded for Option<T> {
    type Null = Nullable;
    type Columns<M, N: Nullability> = T::Columns<M, Nullable>;
    type Start<F> = FieldGiven;
    const WIDTH: usize = T::WIDTH;
    const HAS_START: bool = true;
    const HAS_VARIANTS: bool = T::HAS_VARIANTS;
    const DEF: EmbeddedDef = T::DEF;

    fn read(row: &dyn Row, index: usize, def: &'static ModelDef, at: usize) -> Result<Self> {
        if T::is_null(row, index) {
            return Ok(None);
        }
        T::read(row, index, def, at).map(Some)
    }

    fn is_null(row: &dyn Row, index: usize) -> bool {
        T::is_null(row, index)
    }

    #[inline]
    fn value(&self, column: usize) -> ValueRef<'_> {
        self.as_ref()
            .map_or(ValueRef::Null, |value| value.value(column))
    }

    fn has_column(&self, column: usize) -> bool {
        self.as_ref()
            .map_or(!T::HAS_VARIANTS, |value| value.has_column(column))
    }

    // Columns are set one by one, in any order: once all of them are set, the value is that of the row.
    fn assign(&mut self, column: usize, value: ValueRef<'_>) -> Result<(), ConversionError> {
        let was_none = self.is_none();
        if was_none && value.is_null() {
            return Ok(());
        }
        let assigned = self.get_or_insert_default();
        let result = assigned.assign(column, value);
        let mut columns = 0..T::WIDTH;
        let is_none = match result {
            Ok(()) => columns.all(|column| assigned.value(column).is_null()),
            // NULL in a field that can't hold it: the row has no value.
            Err(_) => was_none || value.is_null(),
        };
        if is_none {
            *self = None;
        }
        if value.is_null() { Ok(()) } else { result }
    }

    fn copy(&self) -> Self {
        self.as_ref().map(T::copy)
    }

    fn copy_into(&self, old: &mut Self) {
        match (self, &mut *old) {
            (Some(value), Some(old)) => value.copy_into(old),
            _ => *old = self.copy(),
        }
    }

    fn compare(&self, old: &Self, at: usize, set: &mut ColumnSet) {
        if let (Some(value), Some(old)) = (self, old) {
            value.compare(old, at, set);
            return;
        }
        for column in 0..T::WIDTH {
            if !self.value(column).is_same(old.value(column)) {
                set.insert(at + column);
            }
        }
    }

    // The columns of `None` are NULL, whatever the database would fill in.
    fn leave_unset(&self, at: usize, unset: &mut ColumnSet) {
        if let Some(value) = self {
            value.leave_unset(at, unset);
        }
    }

    fn start(_: usize, _: &mut ColumnSet) -> Option<Self> {
        Some(None)
    }
}
