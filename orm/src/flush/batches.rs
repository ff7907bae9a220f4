//! Which rows share a statement, what it sets and what it matches: rows of one table, of one kind and with the same
//! columns.
//!
//! Used by `plan.rs`, which hands the rows over in the order in which they are written.

use std::borrow::Cow;

use super::batch::{Batch, BatchKind};
use super::cascade;
use super::dependencies::RowOrder;
use super::graph::Why;
use super::pending::Pending;
use super::row::{Kind, Row};
use crate::mapping::{ColumnSet, ModelDef};

pub(super) struct Batches<'p, 's> {
    tables: &'p [Pending<'s>],
    /// The tables of which deletes of this flush may take rows along.
    cascaded: Vec<&'static str>,
    optimistic: bool,
    pub(super) all: Vec<Batch>,
    /// The batches of this slot that take more rows.
    open: Vec<Open>,
}

/// A batch by what its rows have in common.
struct Open {
    table: usize,
    kind: Kind,
    /// The columns that are set, or left to the database.
    columns: ColumnSet,
    batch: usize,
}

/// Why an UPDATE is sent by itself: it expects other columns than the rest, or may need a hint.
#[derive(Clone, Copy, Default)]
struct Apart<'o> {
    /// The columns that the flush makes the database set before.
    emptied: &'o [usize],
    /// Whether the row takes a unique value that another one gives up only later.
    swaps: bool,
}

impl<'p, 's> Batches<'p, 's> {
    pub(super) fn new(tables: &'p [Pending<'s>], optimistic: bool) -> Self {
        let deleting = tables.iter().filter(|table| !table.deleting.is_empty());
        Self {
            tables,
            cascaded: cascade::reached(deleting.map(|table| table.arena.def().table)),
            optimistic,
            all: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Takes all rows in the usual order.
    pub(super) fn usual(&mut self, rows: impl Iterator<Item = Row>) {
        for row in rows {
            self.row(row, 0, Apart::default());
        }
    }

    /// Takes all rows in the order that their dependencies ask for.
    pub(super) fn ordered(&mut self, order: &RowOrder, rows: impl Iterator<Item = Row>) {
        let schedule = &order.schedule;
        let mut batch_of = vec![0; schedule.nodes.len()];
        let mut last = None;
        for (slot, _, row) in schedule.order(rows) {
            if last.replace(slot) != Some(slot) {
                self.open.clear();
            }
            let node = schedule.node(row);
            let needs = node.map_or(&[][..], |node| schedule.graph.needs(node));
            let after = needs.iter().map(|edge| match edge.why {
                Why::Order => batch_of[edge.needs],
                Why::Key | Why::Value | Why::Wish => batch_of[edge.needs] + 1,
            });
            let from = after.max().unwrap_or(0);
            let apart = Apart {
                emptied: order.emptied.get(&row).map_or(&[], Vec::as_slice),
                swaps: node.is_some_and(|node| schedule.swapping.contains(&node)),
            };
            let batch = match row.kind {
                Kind::Junction => from,
                Kind::Update | Kind::Insert | Kind::Delete => self.row(row, from, apart),
            };
            if let Some(node) = node {
                batch_of[node] = batch;
            }
        }
    }

    /// Puts a row into a batch from the one numbered `from` on, and returns which.
    fn row(&mut self, row: Row, from: usize, apart: Apart<'_>) -> usize {
        let tables = self.tables;
        let table = &tables[row.table];
        let slot = table.slot(row);
        let columns = match row.kind {
            Kind::Update => Cow::Borrowed(&table.changed[row.place].columns),
            Kind::Insert => Cow::Owned(table.arena.omitted(slot)),
            Kind::Delete | Kind::Junction => Cow::Owned(ColumnSet::new()),
        };
        let is_apart = apart.swaps || !apart.emptied.is_empty();
        if !is_apart && let Some(batch) = self.join(row, &columns, from) {
            self.all[batch].slots.push(slot);
            return batch;
        }
        let (arena, batch) = (table.arena, self.all.len());
        let def = arena.def();
        let kind = match row.kind {
            Kind::Update => self.update(def, &columns, apart),
            Kind::Insert => BatchKind::insert(def, &columns),
            Kind::Delete | Kind::Junction => BatchKind::Delete {
                expected: def.version.into_iter().collect(),
                cascaded: arena.is_cascaded() || self.cascaded.contains(&def.table),
            },
        };
        self.all.push(Batch::new(arena, slot, kind));
        if !is_apart {
            let (table, kind) = (row.table, row.kind);
            self.open.push(Open {
                table,
                kind,
                columns: columns.into_owned(),
                batch,
            });
        }
        batch
    }

    /// The batch that takes a row with these columns. Added and deleted rows keep their order, so only neighbours
    /// of theirs share a statement.
    fn join(&mut self, row: Row, columns: &ColumnSet, from: usize) -> Option<usize> {
        let mut open = self.open.iter();
        let place = open.position(|open| {
            (open.table, open.kind) == (row.table, row.kind) && open.columns == *columns
        })?;
        let batch = self.open[place].batch;
        if batch >= from && (row.kind == Kind::Update || batch + 1 == self.all.len()) {
            return Some(batch);
        }
        self.open.swap_remove(place);
        None
    }

    /// What an UPDATE sets and expects. It expects the version where there is one, else the changed columns
    /// themselves, but for those that this very flush makes the database set before.
    fn update(&self, def: &ModelDef, columns: &ColumnSet, apart: Apart<'_>) -> BatchKind {
        let mut set: Vec<usize> = columns.iter().collect();
        let expected = match def.version {
            Some(version) => {
                if !set.contains(&version) {
                    set.push(version);
                }
                vec![version]
            }
            None if self.optimistic => {
                let kept = |column: &usize| !apart.emptied.contains(column);
                set.iter().copied().filter(kept).collect()
            }
            None => Vec::new(),
        };
        BatchKind::Update {
            set,
            expected,
            swaps: apart.swaps,
        }
    }
}
