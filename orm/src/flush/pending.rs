//! [`Pending`]: the pending changes of one table, gathered once for the planner.

use orm_core::stmt::Few;
use orm_core::value::ValueRef;

use super::row_node::{RowKind, RowNode};
use crate::mapping::ColumnSet;
use crate::state::{AnyArena, KeyTuple, PendingRow, PendingRows, State, key_order};

/// What there is to do in one table.
pub(super) struct Pending<'s> {
    pub(super) arena: &'s dyn AnyArena,
    /// The model's number.
    pub(super) model: usize,
    /// The index among the tables of the flush.
    pub(super) index: usize,
    /// Its place in the usual order. Tables that refer to each other in a circle share one.
    pub(super) group: usize,
    /// Whether rows of its group may refer to rows of the same group.
    pub(super) is_circular: bool,
    /// Rows to insert, in the order in which they were added.
    pub(super) added: Few<PendingRow>,
    /// Rows to update, by key.
    pub(super) changed: Few<PendingRow>,
    /// Rows to delete, by key.
    pub(super) deleting: Few<PendingRow>,
    /// The columns that any of the changed rows gets other values in.
    pub(super) touched: ColumnSet,
}

/// Adds the work in each table that has any, by name. It is large: a list that is returned would be copied.
pub(super) fn gather<'s>(state: &'s State, tables: &mut Few<Pending<'s>>) {
    for arena in state.arenas().filter(|arena| arena.has_work()) {
        let rows = arena.pending_rows();
        if !(rows.changed.is_empty() && rows.added.is_empty() && rows.deleting.is_empty()) {
            tables.push(Pending::new(arena, rows));
        }
    }
    if tables.len() > 1 {
        tables.sort_by_key(|table| table.arena.def().table);
    }
}

impl<'s> Pending<'s> {
    fn new(arena: &'s dyn AnyArena, mut rows: PendingRows) -> Self {
        sort_by_key(arena, &mut rows.changed);
        sort_by_key(arena, &mut rows.deleting);
        let PendingRows {
            added,
            changed,
            deleting,
        } = rows;
        let mut touched = ColumnSet::new();
        for row in &changed {
            touched.unite(&row.columns);
        }
        Self {
            arena,
            model: arena.model(),
            index: 0,
            group: 0,
            is_circular: false,
            added,
            changed,
            deleting,
            touched,
        }
    }

    /// How many rows there are of all kinds.
    pub(super) fn len(&self) -> usize {
        self.added.len() + self.changed.len() + self.deleting.len()
    }

    /// The work of a kind.
    pub(super) fn work(&self, kind: RowKind) -> &[PendingRow] {
        match kind {
            RowKind::Update => &self.changed,
            RowKind::Insert => &self.added,
            RowKind::Delete => &self.deleting,
            RowKind::Attach | RowKind::Detach | RowKind::Junction => &[],
        }
    }

    /// The row of a kind at a place in its list.
    pub(super) fn row(&self, kind: RowKind, place: usize) -> RowNode {
        /// Above the steps of as many tables as a program has.
        const DELETES: usize = usize::MAX / 8;
        let step = match kind {
            RowKind::Update | RowKind::Junction => 2 * self.group,
            RowKind::Insert | RowKind::Attach => 2 * self.group + 1,
            RowKind::Delete | RowKind::Detach => DELETES - self.group,
        };
        RowNode {
            step,
            table: self.index,
            place,
            kind,
        }
    }

    /// The rows of a kind.
    pub(super) fn rows(&self, kind: RowKind) -> impl Iterator<Item = RowNode> + use<> {
        let first = self.row(kind, 0);
        (0..self.work(kind).len()).map(move |place| RowNode { place, ..first })
    }

    /// The slot of a row of this table.
    pub(super) fn slot(&self, row: RowNode) -> u32 {
        self.work(row.kind)[row.place].slot
    }

    /// Whether any row gives up values that it has in these columns.
    pub(super) fn gives_up(&self, columns: &[usize]) -> bool {
        let touches = |column: &usize| self.touched.contains(*column);
        !self.deleting.is_empty() || columns.iter().any(touches)
    }

    /// The values that a row will have in these columns; `None` if one is NULL.
    pub(super) fn new_key(
        &self,
        row: RowNode,
        columns: &[usize],
    ) -> Option<KeyTuple<ValueRef<'s>>> {
        let (arena, slot) = (self.arena, self.slot(row));
        KeyTuple::new(columns.iter().map(|column| arena.value(slot, *column)))
    }

    /// The values that the database has in these columns of a row; `None` if one is NULL.
    pub(super) fn old_key(
        &self,
        row: RowNode,
        columns: &[usize],
    ) -> Option<KeyTuple<ValueRef<'s>>> {
        old_key(self.arena, self.slot(row), columns)
    }
}

/// The values that the database has in these columns of a row; `None` if one is NULL.
pub(super) fn old_key<'s>(
    arena: &'s dyn AnyArena,
    slot: u32,
    columns: &[usize],
) -> Option<KeyTuple<ValueRef<'s>>> {
    KeyTuple::new(columns.iter().map(|column| arena.old_value(slot, *column)))
}

/// Puts rows in the order of their keys, once each. Most keys are single integers, which sort by themselves.
fn sort_by_key(arena: &dyn AnyArena, rows: &mut Few<PendingRow>) {
    if rows.len() < 2 {
        return;
    }
    if rows.iter().all(|row| row.key.is_some()) {
        rows.sort_unstable_by_key(|row| (row.key, row.slot));
    } else {
        rows.sort_by(|a, b| key_order(arena, a.slot, b.slot));
    }
    rows.dedup_by_key(|row| row.slot);
}
