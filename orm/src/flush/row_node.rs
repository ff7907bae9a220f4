//! [`RowNode`]: a row of a flush, as a node of the dependency graph.

/// What is done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum RowKind {
    Update,
    Insert,
    /// Foreign keys of an inserted or changed row, in an UPDATE after the rows that they reference.
    Attach,
    /// Foreign keys of a row to delete, which become NULL before the row that they refer to is deleted.
    Detach,
    Delete,
    /// Nothing: it is no row, but stands for many edges of the graph.
    Junction,
}

impl RowKind {
    /// Whether only the graph has such nodes, and no list of a table.
    pub(super) fn is_of_graph(self) -> bool {
        match self {
            Self::Attach | Self::Detach | Self::Junction => true,
            Self::Update | Self::Insert | Self::Delete => false,
        }
    }
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
