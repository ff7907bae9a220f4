//! What flattened enums need: which variant a row is of, and which columns belong to one enum. Used by generated code, and by
//! the session, which reads the columns of an enum together.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{ConversionError, ValueRef};

use super::Embedded;
use crate::mapping::column_set::ColumnSet;
use crate::mapping::db_enum::DbEnum;
use crate::mapping::decode;
use crate::mapping::def::ModelDef;
use crate::mapping::model::Model;

/// Reads the discriminator at `index` of `row`, which is the column at `position` of `def`.
///
/// # Errors
/// `Decode`: it is NULL, or no variant has this label. The error names table and column, and the label.
pub fn discriminator<D: DbEnum>(
    row: &dyn Row,
    index: usize,
    def: &'static ModelDef,
    position: usize,
) -> Result<D> {
    if let Ok(ValueRef::Text(label)) = decode::value_for::<D>(row, index) {
        return D::from_label(label)
            .ok_or_else(|| unknown_label(label, D::LABELS, (def, position)));
    }
    decode::read(row, index, def, position)
}

#[cold]
fn unknown_label(
    label: &str,
    known: &[&str],
    (def, position): (&'static ModelDef, usize),
) -> Error {
    let message = format!("the discriminator is \"{label}\", which is the label of no variant");
    let hint = format!(
        "add a variant with `#[orm(rename = \"{label}\")]`, or update the row; the labels are {}",
        known.join(", ")
    );
    Error::with_message(ErrorKind::Decode, message)
        .with_hint(hint)
        .with_table(def.table)
        .with_column(def.names[position])
}

/// Returns the result of setting a column that the variant does not have. It is NULL.
///
/// # Errors
/// `Range`: the value is not NULL, and would be lost.
pub fn absent_column(value: ValueRef<'_>) -> Result<(), ConversionError> {
    if value.is_null() {
        Ok(())
    } else {
        Err(ConversionError::Range)
    }
}

/// Adds the positions of the columns that differ between two variants to `set`. The first one is at `at`.
///
/// A column that only the new variant has is among them even if both are NULL: a row may have a value there that was not
/// read.
pub fn compare_variants<T: Embedded>(new: &T, old: &T, at: usize, set: &mut ColumnSet) {
    for column in 0..T::WIDTH {
        let is_unread = new.has_column(column) && !old.has_column(column);
        if is_unread || !new.value(column).is_same(old.value(column)) {
            set.insert(at + column);
        }
    }
}

/// Returns the columns of the enum whose discriminator is at `position`; `None` if it is another column.
#[inline]
pub(crate) fn variant_columns<M: Model>(position: usize) -> Option<ColumnSet> {
    if !M::HAS_VARIANTS {
        return None;
    }
    let columns = enum_columns::<M>(position)?;
    let is_first = columns.iter().next() == Some(position);
    is_first.then_some(columns)
}

/// Returns the discriminators of the enums that have one of these columns, without those among them.
#[inline]
pub(crate) fn discriminators<M: Model>(columns: &ColumnSet) -> ColumnSet {
    if !M::HAS_VARIANTS {
        return ColumnSet::new();
    }
    let firsts = columns
        .iter()
        .filter_map(|column| enum_columns::<M>(column)?.iter().next());
    firsts.filter(|first| !columns.contains(*first)).collect()
}

/// Returns the columns of the enum that has this one; `None` if it is no enum's.
pub(crate) fn enum_columns<M: Model>(column: usize) -> Option<ColumnSet> {
    let mut columns: ColumnSet = [column].into_iter().collect();
    M::add_variant_columns(&mut columns);
    (columns.len() > 1).then_some(columns)
}
