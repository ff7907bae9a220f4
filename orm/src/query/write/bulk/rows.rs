//! [`BulkInsert`]: the rows to insert, and the callback that gets their keys.

use crate::mapping::ModelDef;

/// Rows to be inserted into one model's table, all with the same columns.
#[derive(Clone, Copy)]
pub(crate) struct BulkInsert<'r> {
    pub def: &'static ModelDef,
    /// The model's slot index.
    pub model: usize,
    /// The positions of the columns that get a value.
    pub columns: &'r [usize],
    /// How many rows.
    pub rows: usize,
}

/// Takes the key that the database generated for a row, in the order of the rows.
pub(crate) type TakeKey<'k> = &'k mut dyn FnMut(usize, i64);
