//! [`ColumnIndex`]: the indexes of a struct's columns in a result set, found by name once for all rows.

use std::sync::{Arc, LazyLock};

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;

use super::dyn_names::DynNames;
use crate::mapping::{ColumnSet, ModelDef};

/// Maps the columns that are read to their indexes in a result set.
#[derive(Clone, Debug, Default)]
pub struct ColumnIndex(Vec<usize>, Option<Arc<DynNames>>);

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
        let places = names.iter().map(place).collect::<Result<_>>();
        places.map(|places| Self(places, None))
    }

    /// As [`ColumnIndex::named`], for the rows of a model: deferred columns may be missing.
    ///
    /// # Errors
    /// As [`ColumnIndex::named`].
    pub(in crate::query) fn of_model(row: &dyn Row, def: &'static ModelDef) -> Result<Self> {
        if def.deferred.is_empty() {
            return Self::named(row, def.names);
        }
        let place = |(position, name): (usize, &&str)| {
            let is_deferred = def
                .deferred
                .iter()
                .any(|deferred| deferred.column == position);
            match (0..row.len()).find(|index| row.name(*index) == *name) {
                Some(place) => Ok(place),
                None if is_deferred => Ok(usize::MAX),
                None => Err(missing(name)),
            }
        };
        let names = def.names.iter().enumerate();
        let places = names.map(place).collect::<Result<_>>();
        places.map(|places| Self(places, None))
    }

    /// The places of the columns of whole models that are selected one after another, each with the columns that it leaves
    /// out.
    pub(in crate::query) fn of_loaded(
        selected: impl IntoIterator<Item = (usize, ColumnSet)>,
    ) -> Self {
        let (mut places, mut next) = (Vec::new(), 0);
        for (width, left_out) in selected {
            for position in 0..width {
                if left_out.contains(position) {
                    places.push(usize::MAX);
                } else {
                    places.push(next);
                    next += 1;
                }
            }
        }
        Self(places, None)
    }

    /// The columns of dynamic rows, which are read in their order.
    pub(super) fn of_names(names: Arc<DynNames>) -> Self {
        Self(Vec::new(), Some(names))
    }

    /// The columns of dynamic rows.
    pub(super) fn names(&self) -> &Arc<DynNames> {
        static NONE: LazyLock<Arc<DynNames>> = LazyLock::new(Arc::default);
        self.1.as_ref().unwrap_or_else(|| &NONE)
    }

    /// Those of the rows of models as queries read them; `None` if nothing is left out.
    pub(in crate::query) fn of_models(models: &[&'static ModelDef]) -> Option<Self> {
        if models.iter().all(|def| def.deferred.is_empty()) {
            return None;
        }
        let models = models.iter().map(|def| (def.columns.len(), def.left_out()));
        Some(Self::of_loaded(models))
    }

    /// The place of the column at `index`; one that no row has if there is none.
    #[inline]
    pub(in crate::query) fn at(&self, index: usize) -> usize {
        self.0.get(index).copied().unwrap_or(usize::MAX)
    }
}

#[cold]
pub(super) fn missing(name: &str) -> Error {
    Error::with_message(
        ErrorKind::UndefinedColumn,
        format!("the result set has no column {name}"),
    )
    .with_column(name.to_owned())
    .with_hint("select the column under that name: … AS name")
}

/// Passes on a row of models as the rows that decoding expects.
///
/// # Errors
/// That of `each`.
pub(crate) fn remapped<T>(
    places: Option<&ColumnIndex>,
    row: &dyn Row,
    each: impl FnOnce(&dyn Row) -> T,
) -> T {
    match places {
        Some(places) => each(&RemappedRow { row, places }),
        None => each(row),
    }
}

/// Passes on a row of a model as a query by its key returns it.
pub(crate) fn as_whole<T>(
    def: &'static ModelDef,
    row: &dyn Row,
    each: impl FnOnce(&dyn Row) -> T,
) -> T {
    remapped(ColumnIndex::of_models(&[def]).as_ref(), row, each)
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

    fn has(&self, index: usize) -> bool {
        self.places.at(index) != usize::MAX
    }

    fn rows_left(&self) -> usize {
        self.row.rows_left()
    }

    fn name(&self, index: usize) -> &str {
        self.row.name(self.places.at(index))
    }
}
