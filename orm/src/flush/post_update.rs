//! [`PostUpdates`]: the foreign keys of circles of rows, which are written by UPDATEs of their own: after the INSERTs, which
//! have NULL for them, or before the DELETEs, to NULL.
//!
//! Made by `dependencies.rs` of what `circles.rs` has left out of the order; `batches.rs` makes batches of it.

use super::circles::{Referring, nullable};
use super::graph::{Edge, Why};
use super::pending::Pending;
use super::row_node::{RowKind, RowNode};
use crate::mapping::ColumnSet;
use crate::state::{PendingRow, RowId, RowMap};

/// The UPDATEs that circles of rows need beside those of changed rows.
#[derive(Default)]
pub(super) struct PostUpdates {
    /// In the order of their nodes: the place of a node is one in this list.
    rows: Vec<PendingRow>,
    /// What they come after, and what comes after them.
    pub(super) edges: Vec<Edge<RowNode>>,
}

/// The columns that are NULL in the INSERT of a row, until an UPDATE sets them.
pub(super) type Deferred = RowMap<RowId, ColumnSet>;

impl PostUpdates {
    /// Those for these foreign keys, one a row.
    pub(super) fn of(mut opened: Vec<Referring>, tables: &[Pending<'_>]) -> Self {
        let mut updates = Self::default();
        opened.retain(|referring| !referring.is_followed());
        opened.sort_by_key(Referring::child);
        for keys in opened.chunk_by(|a, b| a.child() == b.child()) {
            updates.add(keys, tables);
        }
        updates
    }

    fn add(&mut self, keys: &[Referring], tables: &[Pending<'_>]) {
        let child = keys[0].child();
        let table = &tables[child.table];
        let columns = keys
            .iter()
            .flat_map(|key| nullable(table.arena.def(), key.reference));
        let is_insert = child.kind == RowKind::Insert;
        let kind = if is_insert {
            RowKind::Attach
        } else {
            RowKind::Detach
        };
        let place = self.rows.len();
        self.rows.push(PendingRow {
            has_sql: false,
            has_unread: false,
            slot: table.slot(child),
            columns: columns.collect(),
            key: None,
        });
        let update = RowNode {
            place,
            ..table.row(kind, place)
        };
        let mut edge = |node, needs| {
            let why = Why::Key;
            self.edges.push(Edge { node, needs, why });
        };
        if is_insert {
            edge(update, child);
        } else {
            edge(child, update);
        }
        for key in keys.iter().filter(|key| key.edge.node != key.edge.needs) {
            if is_insert {
                edge(update, key.edge.needs);
            } else {
                edge(key.edge.node, update);
            }
        }
    }

    /// The row of a node, as a list of one.
    pub(super) fn row(&self, node: RowNode) -> Option<&[PendingRow]> {
        match node.kind {
            RowKind::Attach | RowKind::Detach => self.rows.get(node.place..=node.place),
            _ => None,
        }
    }

    /// The columns that their UPDATEs set after the INSERTs.
    pub(super) fn deferred(&self, nodes: &[RowNode], tables: &[Pending<'_>]) -> Deferred {
        let attached = nodes.iter().filter(|node| node.kind == RowKind::Attach);
        let columns = attached.map(|node| {
            let (row, model) = (&self.rows[node.place], tables[node.table].model);
            let slot = row.slot;
            (RowId { model, slot }, row.columns.clone())
        });
        columns.collect()
    }
}
