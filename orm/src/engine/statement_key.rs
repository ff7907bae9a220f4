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

/// What a compiled text depends on beside the model's data, which never changes.
#[expect(
    clippy::derived_hash_with_manual_eq,
    reason = "it is the equality that would be derived, but faster"
)]
#[derive(Clone, Debug, Eq, Hash)]
pub(crate) struct StatementKey {
    /// The name of the dialect: behind one engine MySQL and MariaDB may take turns.
    pub dialect: &'static str,
    /// The model's number.
    pub model: usize,
    pub kind: StatementKind,
    /// The columns written, and those guarded, as positions.
    pub columns: Vec<usize>,
    pub guard: Vec<usize>,
    /// How many rows; 0 for arrays.
    pub rows: usize,
    /// Whether large values are guarded by their digests.
    pub digest: bool,
    /// Whether the statement counts the rows that it writes.
    pub checked: bool,
}

// By hand, for the empty lists of most keys: to compare those as memory reads from an address that is none,
// which costs more than all the rest.
impl PartialEq for StatementKey {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &[usize], b: &[usize]| a.len() == b.len() && (a.is_empty() || a == b);
        (self.model, self.kind, self.rows) == (other.model, other.kind, other.rows)
            && (self.digest, self.checked) == (other.digest, other.checked)
            && self.dialect == other.dialect
            && same(&self.columns, &other.columns)
            && same(&self.guard, &other.guard)
    }
}
