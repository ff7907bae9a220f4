//! [`RowNode`]: a row of a flush, as a node of the dependency graph.

/// What is done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum RowKind {
    Update,
    Insert,
    Delete,
    /// Nothing: it is no row, but stands for many edges of the graph.
    Junction,
}

/// A row of a flush. Rows compare by the usual order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct RowNode {
    /// The step of the usual order.
    pub(super) step: usize,
    /// The table's index.
    pub(super) table: usize,
    /// The index in that table's list of rows of the kind.
    pub(super) place: usize,
    pub(super) kind: RowKind,
}
