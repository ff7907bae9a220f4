//! Groups rows into batches: rows of one table, one kind and one column set. Determines what the statement sets and
//! expects.
//!
//! Used by `plan.rs`, which determines the order.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use orm_core::stmt::{Expr, Few};

use super::batch::{Batch, BatchKind, ExpectedColumns, Facts, Plan};
use super::dependencies::RowOrder;
use super::early_value::EarlyValue;
use super::expected::may_be_large;
use super::graph::Why;
use super::pending::Pending;
use super::reached_tables;
use super::row_node::RowKind;
use super::send::may_be_refused;
use crate::mapping::{ColumnSet, ModelDef};
use crate::state::{PendingRow, Written};

pub(super) struct Batches<'p, 's> {
    tables: &'p [Pending<'s>],
    /// The tables of which deletes of this flush may delete rows by a cascade, once that is computed.
    cascaded: Option<Vec<&'static str>>,
    optimistic: bool,
    plan: &'p mut Plan,
    /// The number of the first batch that takes more rows.
    open: usize,
}

/// Why a row is written by a statement of its own: an UPDATE expects other columns than the rest, or the error may need a
/// reason.
#[derive(Clone, Copy, Default)]
struct Apart<'o> {
    /// The columns that the flush makes the database set before.
    emptied: &'o [usize],
    /// Why the row takes a unique value that another one gives up only later.
    early: Option<&'o Arc<EarlyValue>>,
}

impl Apart<'_> {
    fn is_apart(self) -> bool {
        self.early.is_some() || !self.emptied.is_empty()
    }
}

impl<'p, 's> Batches<'p, 's> {
    pub(super) fn new(tables: &'p [Pending<'s>], optimistic: bool, plan: &'p mut Plan) -> Self {
        Self {
            tables,
            cascaded: None,
            optimistic,
            plan,
            open: 0,
        }
    }

    /// Takes all rows in the usual order: whole lists, of which neighbours have the same columns most of the time.
    pub(super) fn usual(&mut self) {
        let tables = self.tables;
        for group in tables.chunk_by(|a, b| a.group == b.group) {
            for kind in [RowKind::Update, RowKind::Insert] {
                for table in group {
                    self.list(table, kind);
                }
            }
        }
        if tables.iter().any(Pending::has_deletes) {
            self.usual_deletes();
        }
    }

    #[inline(never)]
    fn usual_deletes(&mut self) {
        let tables = self.tables;
        for group in tables.chunk_by(|a, b| a.group == b.group).rev() {
            for table in group {
                self.list(table, RowKind::Delete);
            }
        }
    }

    #[inline]
    fn list(&mut self, table: &Pending<'_>, kind: RowKind) {
        let are_alike =
            |a: &PendingRow, b: &PendingRow| a.columns == b.columns && !(a.has_sql || b.has_sql);
        for run in table.work(kind).chunk_by(are_alike) {
            self.take(table, (kind, run), 0, Apart::default());
        }
    }

    /// Takes all rows in the order of their dependencies.
    pub(super) fn ordered(&mut self, order: &RowOrder) {
        let (schedule, tables) = (&order.schedule, self.tables);
        let mut batch_of = vec![0; schedule.nodes.len()];
        let mut last = None;
        let kinds =
            |table| [RowKind::Update, RowKind::Insert, RowKind::Delete].map(|kind| (table, kind));
        let lists = tables.iter().flat_map(kinds);
        for (slot, _, row) in schedule.order(lists.flat_map(|(table, kind)| table.rows(kind))) {
            if last.replace(slot) != Some(slot) {
                self.open = self.plan.batches().len();
            }
            let node = schedule.node(row);
            let needs = node.map_or(&[][..], |node| schedule.graph.needs(node));
            let after = needs.iter().map(|edge| match edge.why {
                Why::Order | Why::Guard => batch_of[edge.needs],
                Why::Key | Why::Value | Why::Wish => batch_of[edge.needs] + 1,
            });
            let from = after.max().unwrap_or(0);
            let apart = Apart {
                emptied: order.emptied.get(&row).map_or(&[], Vec::as_slice),
                early: order.early.get(&row),
            };
            let table = &tables[row.table];
            let run = if row.kind.is_of_graph() {
                order.post_updates.row(row)
            } else {
                table.work(row.kind).get(row.place..=row.place)
            };
            let batch = match run {
                Some(run) => self.take(table, (row.kind, run), from, apart),
                None => from,
            };
            if let Some(node) = node {
                batch_of[node] = batch;
            }
        }
    }

    /// Puts rows with the same columns into a batch from the one numbered `from` on, and returns which.
    fn take(
        &mut self,
        table: &Pending<'_>,
        (kind, run): (RowKind, &[PendingRow]),
        from: usize,
        apart: Apart<'_>,
    ) -> usize {
        let PendingRow { columns, .. } = &run[0];
        let known = self.find(table.model, (kind, columns), from);
        let batch = match known.filter(|_| !(apart.is_apart() || run[0].is_own())) {
            Some(batch) => batch,
            None => self.begin(table, (kind, run), apart),
        };
        let slots = run.iter().map(|row| row.slot);
        self.plan.batches_mut()[batch].slots.extend(slots);
        batch
    }

    /// The batch that takes rows with these columns. Added and deleted rows keep their order, so only neighbours
    /// of theirs share a statement.
    fn find(&self, model: usize, row: (RowKind, &ColumnSet), from: usize) -> Option<usize> {
        let from = from.max(self.open);
        let mut later = self.plan.batches().get(from..)?.iter();
        let takes = |batch: &Batch| batch.takes(model, row);
        let place = match row.0 {
            RowKind::Update | RowKind::Attach | RowKind::Detach => later.rposition(takes)?,
            RowKind::Insert | RowKind::Delete | RowKind::Junction => {
                later.next_back().filter(|last| takes(last))?;
                later.len()
            }
        };
        Some(from + place)
    }

    fn begin(
        &mut self,
        table: &Pending<'_>,
        (kind, run): (RowKind, &[PendingRow]),
        apart: Apart<'_>,
    ) -> usize {
        let columns = &run[0].columns;
        // What an UPDATE sent by itself or a DELETE does depends on the other rows of its flush.
        let is_own = apart.is_apart() || run[0].is_own() || kind == RowKind::Delete;
        let is_known = |batch: &Batch| !is_own && batch.takes(table.model, (kind, columns));
        if let Some(batch) = self.plan.resume(is_known) {
            return batch;
        }
        let batch = self.new_batch(table, (kind, run), apart);
        self.plan.begin(batch)
    }

    #[cold]
    fn new_batch(
        &mut self,
        table: &Pending<'_>,
        (kind, run): (RowKind, &[PendingRow]),
        apart: Apart<'_>,
    ) -> Batch {
        let PendingRow {
            slot,
            columns,
            has_sql,
            ..
        } = &run[0];
        let values = match kind {
            RowKind::Update if *has_sql => table.arena.sql_values(*slot),
            _ => Few::new(),
        };
        let unread: Vec<usize> = match kind {
            RowKind::Update if run[0].has_unread => {
                let is_unread = |column: &usize| !table.arena.are_loaded(*slot, *column)[1];
                columns.iter().filter(is_unread).collect()
            }
            _ => Vec::new(),
        };
        let (def, optimistic) = (table.arena.def(), self.optimistic);
        let cascaded =
            kind == RowKind::Delete && (table.arena.is_cascaded() || self.is_cascaded(def.table));
        let kind = match kind {
            RowKind::Update => {
                let variants = table.arena.discriminators(columns);
                let guard = (optimistic, &*unread, &variants);
                update((def, columns), &values, apart, guard)
            }
            RowKind::Insert => BatchKind::insert(def, columns),
            RowKind::Attach => BatchKind::Attach {
                set: columns.iter().collect(),
            },
            RowKind::Detach => detach((def, columns), optimistic),
            RowKind::Delete | RowKind::Junction => BatchKind::Delete {
                expected: def.version.as_slice(),
                cascaded,
            },
        };
        Batch {
            model: table.model,
            def,
            columns: columns.clone(),
            is_apart: apart.is_apart() || run[0].is_own(),
            early: apart.early.cloned(),
            slots: Vec::with_capacity(run.len()),
            facts: facts((def, columns), &kind),
            kind,
            values,
            stored: None,
            since: 0,
            read_back: Vec::new(),
            written: Written::default(),
            text: OnceCell::new(),
        }
    }

    /// Whether deletes of this flush may take rows of a table along.
    fn is_cascaded(&mut self, table: &'static str) -> bool {
        let tables = self.tables;
        let cascaded = self.cascaded.get_or_insert_with(|| {
            let deleting = tables.iter().filter(|table| table.has_deletes());
            reached_tables::cascade_deleted(deleting.map(|table| table.arena.def().table))
        });
        cascaded.contains(&table)
    }
}

/// What follows from the kind and the columns of a batch.
fn facts((def, columns): (&'static ModelDef, &ColumnSet), kind: &BatchKind) -> Facts {
    let set = kind.set();
    let is_unique = |column: usize| {
        let mut uniques = def.uniques.iter();
        uniques.any(|unique| unique.columns.contains(&column))
    };
    let moves_key = set.iter().any(|column| def.is_key(*column));
    let is_update = matches!(kind, BatchKind::Update { .. });
    Facts {
        kind: kind.kind(),
        is_checked: may_be_refused(def, set),
        may_be_large: may_be_large(def, kind.expected()),
        moves_key,
        moves_referenced: is_update && (moves_key || columns.iter().any(is_unique)),
        gives_values: match kind {
            BatchKind::Insert { .. } => def.version.is_some(),
            BatchKind::Update { .. } => def.version.is_some() || !def.update_defaults.is_empty(),
            BatchKind::Attach { .. } | BatchKind::Detach { .. } => true,
            BatchKind::Delete { .. } => false,
        },
    }
}

/// What the UPDATE before a DELETE expects: what the DELETE does, or else the keys that it sets to NULL.
fn detach((def, columns): (&'static ModelDef, &ColumnSet), optimistic: bool) -> BatchKind {
    let expected = match def.version.as_slice() {
        [] if optimistic => ExpectedColumns::Set,
        version => ExpectedColumns::These(Cow::Borrowed(version)),
    };
    BatchKind::Detach {
        set: columns.iter().collect(),
        expected,
    }
}

/// What an UPDATE sets, beside expressions, and expects. It expects the version where there is one, else the changed columns
/// themselves, but for those that this very flush makes the database set before, and those that were never read; and the
/// discriminator of the variant that has them. What an expression sets has no old value that it is computed from.
fn update(
    (def, columns): (&'static ModelDef, &ColumnSet),
    values: &[(usize, Expr)],
    Apart { emptied, .. }: Apart<'_>,
    (optimistic, unread, variants): (bool, &[usize], &ColumnSet),
) -> BatchKind {
    let is_value = |column: &usize| !values.iter().any(|(position, _)| position == column);
    let mut set = Vec::with_capacity(columns.len() + 1);
    set.extend(columns.iter().filter(is_value));
    set.extend(def.version.filter(|version| !columns.contains(*version)));
    let given = set.len();
    // Of no use to the guard: the library's own.
    let defaults = def.update_defaults_beside(columns);
    set.extend(defaults.map(|default| default.column));
    let kept = |column: &usize| !emptied.contains(column) && !unread.contains(column);
    let moves_key = set.iter().any(|column| def.is_key(*column));
    // The row is found by its old key.
    let kept = |column: &usize| kept(column) && !def.is_key(*column);
    let is_set = emptied.is_empty() && unread.is_empty() && variants.is_empty();
    let expected = match def.version.as_slice() {
        [] if !optimistic => ExpectedColumns::These(Cow::Borrowed(&[])),
        [] if is_set && !moves_key && given == set.len() => ExpectedColumns::Set,
        [] => {
            let set = set[..given].iter().copied().filter(kept);
            ExpectedColumns::These(set.chain(variants.iter()).collect())
        }
        version => ExpectedColumns::These(Cow::Borrowed(version)),
    };
    BatchKind::Update { set, expected }
}
