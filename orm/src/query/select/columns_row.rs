//! [`ColumnsRow`]: a row of some columns of a model, as one of all columns.
//!
//! Used by the session, which reads single attributes again. The SELECT is in `by_key.rs`.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::value::ValueRef;

use crate::mapping::Model;

/// A row of some columns, which has the others from an entity.
pub(crate) struct ColumnsRow<'r, M> {
    pub(crate) row: &'r dyn Row,
    pub(crate) columns: &'r [usize],
    pub(crate) entity: &'r M,
}

impl<M: Model> Row for ColumnsRow<'_, M> {
    fn len(&self) -> usize {
        M::def().columns.len()
    }

    fn name(&self, index: usize) -> &str {
        M::def().names.get(index).copied().unwrap_or_default()
    }

    fn has(&self, index: usize) -> bool {
        self.columns.contains(&index) || self.entity.is_loaded(index)
    }

    fn get(&self, index: usize) -> Result<ValueRef<'_>> {
        match self.columns.iter().position(|column| *column == index) {
            Some(place) => self.row.get(place),
            None => Ok(self.entity.value(index)),
        }
    }
}
