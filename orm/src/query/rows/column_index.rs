//! [`ColumnIndex`]: the indexes of a struct's columns in a result set, found by name once for all rows.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;

/// Maps the columns that are read to their indexes in a result set.
#[derive(Clone, Debug, Default)]
pub struct ColumnIndex(Vec<usize>);

impl ColumnIndex {
    /// Finds the indexes of columns by name.
    ///
    /// # Errors
    /// - `UndefinedColumn`: the result set lacks a column. The error names the first one.
    pub fn named(row: &dyn Row, names: &[&str]) -> Result<Self> {
        let place = |name: &&str| {
            (0..row.len())
                .find(|index| row.name(*index) == *name)
                .ok_or_else(|| missing(name))
        };
        names.iter().map(place).collect::<Result<_>>().map(Self)
    }

    /// The place of the column at `index`; one that no row has if there is none.
    #[inline]
    pub(in crate::query) fn at(&self, index: usize) -> usize {
        self.0.get(index).copied().unwrap_or(usize::MAX)
    }
}

#[cold]
fn missing(name: &str) -> Error {
    Error::with_message(
        ErrorKind::UndefinedColumn,
        format!("the result set has no column {name}"),
    )
    .with_column(name.to_owned())
    .with_hint("select the column under that name: … AS name")
}

/// A row whose columns are in the order of the places.
pub(in crate::query) struct RemappedRow<'r> {
    pub(in crate::query) row: &'r dyn Row,
    pub(in crate::query) places: &'r ColumnIndex,
}

impl Row for RemappedRow<'_> {
    fn len(&self) -> usize {
        self.places.0.len()
    }

    fn get(&self, index: usize) -> Result<ValueRef<'_>> {
        self.row.get(self.places.at(index))
    }

    fn get_date(&self, index: usize) -> Result<ValueRef<'_>> {
        self.row.get_date(self.places.at(index))
    }

    fn get_time(&self, index: usize) -> Result<ValueRef<'_>> {
        self.row.get_time(self.places.at(index))
    }

    fn get_native(&self, index: usize) -> Result<ValueRef<'_>> {
        self.row.get_native(self.places.at(index))
    }

    fn name(&self, index: usize) -> &str {
        self.row.name(self.places.at(index))
    }
}
