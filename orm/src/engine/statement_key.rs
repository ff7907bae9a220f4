//! [`StatementKey`]: which compiled text of the statements that a model repeats, for the engine's cache of them.

/// Which statement of a model a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StatementKind {
    Get,
    GetForUpdate,
    Insert,
    InsertReturning,
    Update,
    Delete,
}

/// What a compiled text depends on beside the dialect and the model's data, which never changes.
#[derive(Clone, Copy, Debug, Hash)]
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
