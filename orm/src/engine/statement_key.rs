//! [`StatementKey`]: which compiled text of the statements that a model repeats, for the engine's cache of them.

use std::hash::{Hash, Hasher};

use super::statement_cache::TextOf;

/// Which statement of a model a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatementKind {
    /// Rows by a key, in the order that `expected` has.
    Get,
    GetForUpdate,
    /// As `Get`, without the columns that are deferred.
    GetLoaded,
    GetLoadedForUpdate,
    /// Of rows by a key, the columns that `expected` has.
    Columns,
    ColumnsForUpdate,
    /// Link rows with what they reference, by the relation that is first in `expected`; behind it is an order.
    Linked,
    LinkedForUpdate,
    Insert,
    InsertReturning,
    /// With a conflict clause or a RETURNING list, which are fed after the key.
    InsertWith,
    /// COPY of rows of the columns.
    Copy,
    Update,
    Delete,
}

/// What a compiled text depends on beside the dialect and the model's data, which never changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StatementKey<'k> {
    /// The model's number.
    pub model: usize,
    pub kind: StatementKind,
    /// The columns written, or those by which rows are looked for if they aren't the key; and those guarded, as positions.
    pub columns: &'k [usize],
    pub expected: &'k [usize],
    /// How many rows; 0 for arrays.
    pub rows: usize,
    /// Whether large values are guarded by their digests.
    pub digest: bool,
    /// Whether the statement counts the rows that it writes.
    pub checked: bool,
}

// In words, which cost as much as bytes to feed.
impl Hash for StatementKey<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            model,
            kind,
            columns,
            expected,
            rows,
            digest,
            checked,
        } = *self;
        let flags = u64::from(digest) << 1 | u64::from(checked);
        state.write_u64((kind as u64) << 10 | flags << 8 | TextOf::Model as u64);
        state.write_u64(model as u64);
        state.write_u64(rows as u64);
        // Lists that most reads don't have.
        let has_columns = !columns.is_empty() || !expected.is_empty();
        state.write_u64(u64::from(has_columns));
        if has_columns {
            (columns, expected).hash(state);
        }
    }
}
