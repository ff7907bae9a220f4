//! Which rows share a statement: rows of one table, of one kind and with the same columns.
//!
//! Used by `plan.rs`, which hands the rows over in the order in which they are written.

use super::batch::{Batch, BatchKind};
use super::cascade;
use super::dependencies::RowOrder;
use super::graph::Why;
use super::pending::Pending;
use super::schedule::Kind;
use super::table_order::{Group, usual};
use crate::mapping::ColumnSet;
use crate::state::Changed;

pub(super) struct Batches<'p, 's> {
    tables: &'p [Pending<'s>],
    /// The tables of which deletes of this flush may take rows along.
    cascaded: Vec<&'static str>,
    optimistic: bool,
    pub(super) all: Vec<Batch>,
    /// The updates of this slot: the batch of each table's column sets. A set is quicker to compare for every row
    /// than the statement's columns are to list.
    updates: Vec<(usize, &'p ColumnSet, usize)>,
    /// What the last batch takes, if it is of this slot.
    last: Open,
}

/// The rows that a batch takes.
enum Open {
    None,
    /// Those of a table for which the database fills in these columns.
    Inserts(usize, ColumnSet),
    Deletes(usize),
}

impl<'p, 's> Batches<'p, 's> {
    pub(super) fn new(tables: &'p [Pending<'s>], optimistic: bool) -> Self {
        let deleting = tables.iter().filter(|table| !table.deleting.is_empty());
        Self {
            tables,
            cascaded: cascade::reached(deleting.map(|table| table.arena.def().table)),
            optimistic,
            all: Vec::new(),
            updates: Vec::new(),
            last: Open::None,
        }
    }

    /// All rows, in the usual order.
    pub(super) fn usual(&mut self, groups: &[Group]) {
        for (index, kind, _) in usual(groups) {
            self.begin_slot();
            let table = &self.tables[index];
            match kind {
                Kind::Update => table.changed.iter().for_each(|row| {
                    self.update(index, row, 0);
                }),
                Kind::Insert => table.added.iter().for_each(|slot| {
                    self.insert(index, *slot, 0);
                }),
                Kind::Delete => table.deleting.iter().for_each(|slot| {
                    self.delete(index, *slot, 0);
                }),
            }
        }
    }

    /// All rows, in the order that their dependencies ask for.
    pub(super) fn ordered(&mut self, order: &RowOrder) {
        let graph = &order.schedule.graph;
        let mut batch_of = vec![0; graph.nodes()];
        let mut last = None;
        for (node, slot) in &order.schedule.order {
            if last.replace(slot) != Some(slot) {
                self.begin_slot();
            }
            let after = graph.needs(*node).iter().map(|edge| match edge.why {
                Why::Order => batch_of[edge.needs],
                Why::Key | Why::Value | Why::Wish => batch_of[edge.needs] + 1,
            });
            let from = after.max().unwrap_or(0);
            batch_of[*node] = self.row(order, *node, from);
        }
    }

    /// Puts a row into a batch from the one numbered `from` on, and returns which.
    fn row(&mut self, order: &RowOrder, node: usize, from: usize) -> usize {
        let Some(row) = order.rows.get(node) else {
            return from;
        };
        let table = &self.tables[row.table];
        match row.kind {
            Kind::Insert => self.insert(row.table, table.added[row.place], from),
            Kind::Delete => self.delete(row.table, table.deleting[row.place], from),
            Kind::Update => {
                let changed = &table.changed[row.place];
                let swaps = order.schedule.swapping.contains(&node);
                match order.emptied.get(&node) {
                    None if !swaps => self.update(row.table, changed, from),
                    emptied => {
                        // By itself: it expects other columns than the rest, or may need a hint.
                        let emptied = emptied.map_or(&[][..], Vec::as_slice);
                        let kind = self.update_kind(row.table, changed, (emptied, swaps));
                        self.push(row.table, changed.slot, kind)
                    }
                }
            }
        }
    }

    fn begin_slot(&mut self) {
        self.updates.clear();
        self.last = Open::None;
    }

    fn update(&mut self, index: usize, row: &'p Changed, from: usize) -> usize {
        let mut updates = self.updates.iter();
        let known =
            updates.position(|(table, columns, _)| *table == index && **columns == row.columns);
        if let Some(known) = known {
            let batch = self.updates[known].2;
            if batch >= from {
                self.all[batch].slots.push(row.slot);
                return batch;
            }
            self.updates.swap_remove(known);
        }
        self.updates.push((index, &row.columns, self.all.len()));
        let kind = self.update_kind(index, row, (&[], false));
        self.push(index, row.slot, kind)
    }

    /// Rows keep their order, so only neighbours share a statement.
    fn insert(&mut self, index: usize, slot: u32, from: usize) -> usize {
        let arena = self.tables[index].arena;
        let omitted = arena.omitted(slot);
        if let Open::Inserts(table, columns) = &self.last
            && *table == index
            && *columns == omitted
            && let Some(last) = self.join_last(slot, from)
        {
            return last;
        }
        let batch = self.push(index, slot, BatchKind::insert(arena.def(), &omitted));
        self.last = Open::Inserts(index, omitted);
        batch
    }

    fn delete(&mut self, index: usize, slot: u32, from: usize) -> usize {
        if matches!(self.last, Open::Deletes(table) if table == index)
            && let Some(last) = self.join_last(slot, from)
        {
            return last;
        }
        let arena = self.tables[index].arena;
        let kind = BatchKind::Delete {
            expected: arena.def().version.into_iter().collect(),
            cascaded: arena.is_cascaded() || self.cascaded.contains(&arena.def().table),
        };
        let batch = self.push(index, slot, kind);
        self.last = Open::Deletes(index);
        batch
    }

    fn join_last(&mut self, slot: u32, from: usize) -> Option<usize> {
        let last = self.all.len().checked_sub(1).filter(|last| *last >= from)?;
        self.all[last].slots.push(slot);
        Some(last)
    }

    fn push(&mut self, index: usize, slot: u32, kind: BatchKind) -> usize {
        let arena = self.tables[index].arena;
        self.last = Open::None;
        self.all.push(Batch {
            model: arena.model(),
            def: arena.def(),
            slots: vec![slot],
            kind,
            links: Vec::new(),
            stored: None,
            read_back: Vec::new(),
        });
        self.all.len() - 1
    }

    /// What an UPDATE sets and expects. It expects the version where there is one, else the changed columns
    /// themselves, but for those that this very flush makes the database set before.
    fn update_kind(
        &self,
        index: usize,
        row: &Changed,
        (emptied, swaps): (&[usize], bool),
    ) -> BatchKind {
        let def = self.tables[index].arena.def();
        let mut set: Vec<usize> = row.columns.iter().collect();
        let expected = match def.version {
            Some(version) => {
                if !set.contains(&version) {
                    set.push(version);
                }
                vec![version]
            }
            None if self.optimistic => {
                let kept = |column: &usize| !emptied.contains(column);
                set.iter().copied().filter(kept).collect()
            }
            None => Vec::new(),
        };
        BatchKind::Update {
            set,
            expected,
            swaps,
        }
    }
}
