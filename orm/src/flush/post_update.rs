//! [`PostUpdates`]: the foreign keys of circles of rows, which are written by UPDATEs of their own: after the INSERTs and
//! UPDATEs, which have NULL for them or leave them as they are, or before the DELETEs, to NULL.
//!
//! Made by `dependencies.rs` of what `circles.rs` has left out of the order; `batches.rs` makes batches of it.

use orm_core::stmt::Few;

use super::circles::{Interim, Referring, When, interim, nullable};
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
    /// The foreign keys that have another value in the INSERT or UPDATE of a row.
    deferred: Vec<(RowNode, Interim, ColumnSet)>,
    /// The foreign keys that stay NULL, since the rows that they reference are deleted.
    emptied: Vec<Referring>,
}

/// The columns that have another value in the INSERT or UPDATE of a row.
pub(super) type Deferred = RowMap<RowId, Few<(usize, Interim)>>;

impl PostUpdates {
    /// Those for these foreign keys, one a row.
    pub(super) fn of(mut opened: Vec<Referring>, tables: &[Pending<'_>]) -> Self {
        let mut updates = Self::default();
        for key in opened.iter().filter(|key| key.when != When::Before) {
            if let Some(interim) = interim(key, tables) {
                let columns = columns(key, interim, tables);
                updates.deferred.push((key.child(), interim, columns));
            }
        }
        let emptied = opened.iter().filter(|key| key.when == When::Between);
        updates.emptied = emptied.copied().collect();
        opened.retain(Referring::needs_statement);
        opened.sort_by_key(Referring::child);
        for keys in opened.chunk_by(|a, b| a.child() == b.child()) {
            updates.add(keys, tables);
        }
        updates
    }

    fn add(&mut self, keys: &[Referring], tables: &[Pending<'_>]) {
        let child = keys[0].child();
        let table = &tables[child.table];
        let mut columns = ColumnSet::new();
        for key in keys {
            if let Some(interim) = interim(key, tables) {
                columns.unite(&self::columns(key, interim, tables));
            }
        }
        let is_delete = child.kind == RowKind::Delete;
        let kind = if is_delete {
            RowKind::Detach
        } else {
            RowKind::Attach
        };
        let place = self.rows.len();
        self.rows.push(PendingRow {
            has_sql: false,
            has_unread: false,
            slot: table.slot(child),
            columns,
            key: None,
        });
        let update = RowNode {
            place,
            kind,
            ..child
        };
        let mut edge = |node, needs| {
            let why = Why::Key;
            self.edges.push(Edge { node, needs, why });
        };
        if is_delete {
            edge(child, update);
        } else {
            edge(update, child);
        }
        for key in keys.iter().filter(|key| key.edge.node != key.edge.needs) {
            if is_delete {
                edge(key.edge.node, update);
            } else {
                edge(update, key.edge.needs);
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

    /// What rows have in these columns in the meantime.
    pub(super) fn deferred(&self, tables: &[Pending<'_>]) -> Deferred {
        let mut deferred = Deferred::default();
        for (row, interim, columns) in &self.deferred {
            let table = &tables[row.table];
            let (model, slot) = (table.model, table.slot(*row));
            let known: &mut Few<_> = deferred.entry(RowId { model, slot }).or_default();
            known.extend(columns.iter().map(|column| (column, *interim)));
        }
        deferred
    }

    /// The foreign keys that stay NULL, by row.
    pub(super) fn emptied(&self, tables: &[Pending<'_>]) -> Vec<(RowId, &'static [usize])> {
        let emptied = self.emptied.iter().map(|key| {
            let table = &tables[key.child().table];
            let (model, slot) = (table.model, table.slot(key.child()));
            (RowId { model, slot }, key.reference.columns)
        });
        emptied.collect()
    }
}

/// The columns of a foreign key that are left out of the order.
fn columns(key: &Referring, interim: Interim, tables: &[Pending<'_>]) -> ColumnSet {
    match interim {
        Interim::Null => nullable(tables[key.child().table].arena.def(), key.reference).collect(),
        Interim::Old => key.reference.columns.iter().copied().collect(),
    }
}
