//! [`KeyRow`]: the values of a primary key, to be decoded as those of a row are.
//!
//! Used where an entity is looked up by values whose types are those of its model.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::value::{Value, ValueRef};

use crate::mapping::ModelDef;

/// A primary key as the row that it is of, which has no other columns.
pub(super) struct KeyRow<'k>(pub(super) &'static ModelDef, pub(super) &'k [Value]);

impl Row for KeyRow<'_> {
    fn len(&self) -> usize {
        self.0.columns.len()
    }

    fn name(&self, index: usize) -> &str {
        self.0.names.get(index).copied().unwrap_or_default()
    }

    fn get(&self, index: usize) -> Result<ValueRef<'_>> {
        let mut parts = self.0.primary_key.iter().zip(self.1);
        let part = parts.find(|(position, _)| **position == index);
        Ok(part.map_or(ValueRef::Null, |(_, value)| value.as_ref()))
    }
}
