//! [`Pending`]: the pending changes of one table, gathered once for the planner.

use orm_core::stmt::Few;
use orm_core::value::ValueRef;

use super::row_node::{RowKind, RowNode};
use crate::mapping::ColumnSet;
use crate::state::{AnyArena, KeyTuple, PendingRow, PendingRows, State};

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
    rows: PendingRows,
    /// The columns that any of the changed rows gets other values in.
    pub(super) touched: ColumnSet,
}

/// Adds the work in each table that has any, by name. It is large: a list that is returned would be copied.
pub(super) fn gather<'s>(state: &'s State, tables: &mut Few<Pending<'s>>) {
    for arena in state.arenas().filter(|arena| arena.has_work()) {
        tables.push(Pending::new(arena));
        if let Some(table) = tables.last_mut()
            && !table.gather()
        {
            tables.pop();
        }
    }
    if tables.len() > 1 {
        tables.sort_by_key(|table| table.arena.def().table);
    }
}

impl<'s> Pending<'s> {
    #[inline]
    fn new(arena: &'s dyn AnyArena) -> Self {
        Self {
            arena,
            model: arena.model(),
            index: 0,
            group: 0,
            is_circular: false,
            rows: PendingRows::default(),
            touched: ColumnSet::new(),
        }
    }

    /// Takes in the work, and returns whether there is any.
    #[inline]
    fn gather(&mut self) -> bool {
        self.arena.pending_rows(&mut self.rows);
        for row in self.rows.changed() {
            self.touched.unite(&row.columns);
        }
        self.len() > 0
    }

    /// How many rows there are of all kinds.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The work of a kind: rows to update and to delete by key, rows to insert in the order in which they were added.
    pub(super) fn work(&self, kind: RowKind) -> &[PendingRow] {
        match kind {
            RowKind::Update => self.rows.changed(),
            RowKind::Insert => self.rows.added(),
            RowKind::Delete => self.rows.deleting(),
            RowKind::Attach | RowKind::Detach | RowKind::Junction => &[],
        }
    }

    /// Whether there are rows to delete.
    pub(super) fn has_deletes(&self) -> bool {
        !self.rows.deleting().is_empty()
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
        self.has_deletes() || columns.iter().any(touches)
    }

    /// The values that a row will have in these columns; `None` if one is NULL, or the INSERT leaves it to the database.
    pub(super) fn new_key(
        &self,
        row: RowNode,
        columns: &[usize],
    ) -> Option<KeyTuple<ValueRef<'s>>> {
        let (arena, slot) = (self.arena, self.slot(row));
        if row.kind == RowKind::Insert && self.work(row.kind)[row.place].touches(columns) {
            return None;
        }
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
