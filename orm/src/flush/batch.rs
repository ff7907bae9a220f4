//! [`Plan`]: the batches of a flush. A batch is rows that the same statement writes.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ptr;
use std::sync::Arc;

use orm_core::schema::UNIQUE_ALONE;
use orm_core::stmt::{BatchColumn, BatchRows, Expr, Few};
use orm_core::types::Type;
use orm_core::value::ValueRef;

use super::early_value::EarlyValue;
use super::marks::Marks;
use super::post_update::Deferred;
use super::row_node::RowKind;
use crate::engine::{Engine, StatementText, StoredTable};
use crate::mapping::{ColumnSet, ModelDef, ReferenceDef};
use crate::query::{BulkInsert, batch_column, stores_at_once};
use crate::state::{RowId, RowMap, State, Written};

/// How many rows go into one array statement at most: few round trips. Long values make them fewer.
pub(super) const ARRAY_ROWS: usize = 1024;

/// How many batches, and rows of each, the next plan finds room for.
const SPARE: (usize, usize) = (16, 1024);

/// How many binds a statement with a list of keys has at most, so that its text is short enough to stay prepared.
const KEPT_BINDS: usize = 1200;

/// What a flush will do, in order.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Those of this flush, and behind them those of the flush before, without rows: what a session has written once it
    /// is likely to write again.
    all: Vec<Batch>,
    /// How many are of this flush.
    planned: usize,
    /// Whether foreign keys are taken from relations.
    pub(super) has_links: bool,
    /// Where the rows are inserted that links reference: by batch and index in it.
    pub(super) inserted: RowMap<RowId, (usize, usize)>,
    /// The columns that have other values in the INSERTs and UPDATEs of rows, until another UPDATE sets them.
    pub(super) deferred: Deferred,
    /// The foreign keys that are NULL since the flush deletes what they reference, as ON DELETE SET NULL would leave them.
    pub(super) emptied: Vec<(RowId, &'static [usize])>,
    /// Relations that follow their foreign keys after the flush, by entity and index.
    pub(super) following: Vec<(RowId, usize)>,
    /// Rows that lost their owner, by relations that delete those.
    pub(super) orphans: Vec<RowId>,
    /// What cascades have marked for this flush.
    pub(super) marks: Marks,
    /// Memory for the binds of a prepared loop.
    pub(super) binds: Vec<ValueRef<'static>>,
}

/// Rows that are written by the same statement.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The model's number.
    pub(super) model: usize,
    pub(super) def: &'static ModelDef,
    /// What its rows have in common: the columns that are set, or left to the database.
    pub(super) columns: ColumnSet,
    /// Whether it takes no other rows.
    pub(super) is_apart: bool,
    /// Why its row takes a unique value that another one gives up only later.
    pub(super) early: Option<Arc<EarlyValue>>,
    /// The columns that its UPDATE sets to expressions.
    pub(super) values: Few<(usize, Expr)>,
    pub(super) slots: Vec<u32>,
    pub(super) kind: BatchKind,
    pub(super) facts: Facts,
    /// The catalogue's description of the table.
    pub(super) stored: Option<Arc<StoredTable>>,
    /// Since when the engine knows that: see [`Engine::tables_since`].
    pub(super) since: u64,
    /// The columns that are read back after the statement, since the database may have changed their values.
    pub(super) read_back: Vec<usize>,
    /// What the statement has written.
    pub(super) written: Written,
    /// The text of its first statement.
    pub(super) text: OnceCell<BatchText>,
}

/// What follows from the kind and the columns of a batch, found out once: a batch serves flush after flush.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not states"
)]
pub(super) struct Facts {
    /// What is done to the rows.
    pub(super) kind: RowKind,
    /// Whether an UPDATE or DELETE may be given values that are refused.
    pub(super) is_checked: bool,
    /// Whether an old value that it expects may be worth a digest.
    pub(super) may_be_large: bool,
    /// Whether it sets columns of the key, by which a statement of several rows finds its rows.
    pub(super) moves_key: bool,
    /// Whether it changes columns that foreign keys may reference.
    pub(super) moves_referenced: bool,
    /// Whether its rows get values that their entities don't have: versions, and the foreign keys of circles.
    pub(super) gives_values: bool,
}

/// A text, and what it depends on beside its batch.
pub(super) type BatchText = (TextFor, Arc<StatementText>);

/// What the text of a batch's UPDATE or DELETE depends on beside the batch and its table.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextFor {
    /// The dialect's name.
    pub(super) dialect: &'static str,
    pub(super) rows: BatchRows,
    /// Whether large values are compared by digest.
    pub(super) digest: bool,
    /// Whether the statement counts its rows itself.
    pub(super) checked: bool,
}

impl TextFor {
    /// Whether both are about one text.
    #[inline]
    pub(super) fn is(&self, other: &Self) -> bool {
        // Nearly always it is the same constant.
        let is_dialect = ptr::eq(self.dialect, other.dialect) || self.dialect == other.dialect;
        let of = |text: &Self| (text.rows, text.digest, text.checked);
        of(self) == of(other) && is_dialect
    }
}

/// What is done to the rows of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BatchKind {
    Insert {
        /// The columns that are given.
        columns: Vec<usize>,
        /// The columns that the database fills in and a SELECT fetches: server defaults.
        fetched: Vec<usize>,
        /// The column for which the database generates the key.
        generated: Option<usize>,
    },
    Update {
        /// The columns that are set, the version's included.
        set: Vec<usize>,
        expected: ExpectedColumns,
    },
    /// Sets foreign keys of rows that the same flush has inserted or updated.
    Attach { set: Vec<usize> },
    /// Sets foreign keys to NULL of rows that the same flush deletes. The version stays, so that the DELETE finds it.
    Detach {
        set: Vec<usize>,
        expected: ExpectedColumns,
    },
    Delete {
        /// The columns that are expected to have their old values still.
        expected: &'static [usize],
        /// Whether the database may have deleted rows already, along with others that this session has.
        cascaded: bool,
    },
}

/// The columns that an UPDATE expects to have their old values still.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ExpectedColumns {
    /// Those that it sets.
    Set,
    These(Cow<'static, [usize]>),
}

impl Plan {
    /// What the cascades of the flush before have marked is written.
    #[inline]
    pub(crate) fn forget_marks(&mut self) {
        if !self.marks.0.is_empty() {
            self.marks = Marks::default();
        }
    }

    /// Begins the plan of the next flush.
    pub(crate) fn clear(&mut self) {
        if self.planned == 0 {
            return;
        }
        if self.all.len() > self.planned.min(SPARE.0) {
            self.all.truncate(self.planned.min(SPARE.0));
        }
        self.all.iter_mut().for_each(Batch::clear);
        self.planned = 0;
        if self.takes_keys() {
            self.has_links = false;
            self.inserted.clear();
            self.deferred.clear();
        }
    }

    /// Whether rows may get foreign keys or keys of other rows of the flush.
    #[inline]
    pub(super) fn takes_keys(&self) -> bool {
        self.has_links || !self.deferred.is_empty()
    }

    /// The batches, in order.
    pub(super) fn batches(&self) -> &[Batch] {
        &self.all[..self.planned]
    }

    pub(super) fn batches_mut(&mut self) -> &mut [Batch] {
        &mut self.all[..self.planned]
    }

    /// Continues with the batch of the previous flush that `is_known`, if there is one, and returns its number.
    #[inline]
    pub(super) fn resume(&mut self, is_known: impl Fn(&Batch) -> bool) -> Option<usize> {
        let number = self.planned;
        let known = number + self.all[number..].iter().position(is_known)?;
        if known != number {
            self.all.swap(number, known);
        }
        self.planned += 1;
        Some(number)
    }

    /// Adds a batch and returns its number.
    pub(super) fn begin(&mut self, batch: Batch) -> usize {
        let number = self.planned;
        self.all.push(batch);
        let last = self.all.len() - 1;
        self.all.swap(number, last);
        self.planned += 1;
        number
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.planned == 0
    }

    /// Whether all of it is one statement after which nothing can go wrong: that of one row, one that counts its rows
    /// itself, or an INSERT that stores all or none. It needs no transaction around it to be atomic.
    pub(crate) fn is_one_statement(&self, state: &State) -> bool {
        let checks_itself =
            |batch: &Batch| batch.is_done_when_executed() && batch.checks_itself(state);
        self.is_single_row() || matches!(self.batches(), [batch] if checks_itself(batch))
    }

    /// Whether all of it is one statement that touches at most one row and after which nothing can go
    /// wrong, so that it needs no transaction around it to be atomic.
    pub(crate) fn is_single_row(&self) -> bool {
        match self.batches() {
            [batch] => batch.slots.len() == 1 && batch.is_done_when_executed(),
            _ => false,
        }
    }
}

impl Batch {
    /// Empties it, for the rows of the next flush.
    #[inline]
    fn clear(&mut self) {
        self.slots.clear();
        self.values.clear();
        if self.slots.capacity() > SPARE.1 {
            self.slots.shrink_to(SPARE.1);
        }
        if !self.written.is_as_given() {
            self.written = Written::default();
        }
    }

    /// Whether it takes rows of this model, kind and column set.
    pub(super) fn takes(&self, model: usize, (kind, columns): (RowKind, &ColumnSet)) -> bool {
        !self.is_apart && self.model == model && self.facts.kind == kind && self.columns == *columns
    }

    /// Takes note of the catalogue's description of the table, on which its text depends, as far as the engine knows it.
    pub(super) fn learn(&mut self, engine: &Engine) {
        let since = engine.tables_since();
        if self.stored.is_none() || self.since != since {
            self.text.take();
            (self.stored, self.since) = (engine.stored(self.model), since);
        }
    }

    /// The column at `position`, with what the table declares.
    pub(super) fn column(&self, position: usize) -> BatchColumn<'_> {
        /// Of a table of which nothing is known.
        static UNKNOWN: StoredTable = StoredTable::unknown();
        let stored = self.stored.as_deref().unwrap_or(&UNKNOWN);
        batch_column(self.def, stored, position)
    }

    /// How many rows go into one UPDATE or DELETE at most.
    pub(super) fn together(&self) -> usize {
        let is_one = self.facts.moves_key || !self.values.is_empty();
        let Some(stored) = self.stored.as_ref().filter(|_| !is_one) else {
            return 1;
        };
        let capabilities = stored.capabilities;
        if capabilities.arrays {
            return ARRAY_ROWS;
        }
        if !self.is_written_in_any_order(stored) {
            return 1;
        }
        let key = self.def.primary_key.len();
        let columns = self.kind.set().len() + self.kind.expected().len();
        let width = key + columns * (key + 1);
        // One bind is for the number of rows.
        let most = capabilities.bind_limit.min(KEPT_BINDS).saturating_sub(1) / width;
        // The largest power of two in it.
        let power = most.checked_ilog2().map_or(1, |log| 1 << log);
        capabilities.batch_rows.min(power)
    }

    /// Whether all rows go into one statement that counts them, or needs no count. Not many, so that the statement is
    /// never cut.
    fn checks_itself(&self, state: &State) -> bool {
        /// Beyond, BEGIN and COMMIT are little beside the rest.
        const BYTES: usize = 64 * 1024;
        let (Some(arena), Some(stored)) = (state.by_model(self.model), &self.stored) else {
            return false;
        };
        match &self.kind {
            // Those of circles are never the only batch.
            BatchKind::Delete { cascaded: true, .. }
            | BatchKind::Attach { .. }
            | BatchKind::Detach { .. } => return false,
            // Keys that come back are checked afterwards.
            BatchKind::Insert { generated, .. } if generated.is_some() => return false,
            BatchKind::Insert { columns, .. } => {
                let insert = BulkInsert {
                    def: self.def,
                    model: self.model,
                    columns,
                    rows: self.slots.len(),
                };
                let value = |row: usize, position| arena.value(self.slots[row], position);
                return stores_at_once(stored.capabilities, &insert, &value, BYTES);
            }
            BatchKind::Update { .. } | BatchKind::Delete { .. } => {}
        }
        let (set, expected) = (self.kind.set(), self.kind.expected());
        let size = |slot: &u32| {
            let new = set.iter().map(|position| arena.value(*slot, *position));
            let old = self.def.primary_key.iter().chain(expected);
            let old = old.map(|position| arena.old_value(*slot, *position));
            new.chain(old).map(ValueRef::size).sum::<usize>()
        };
        stored.capabilities.checked_batches
            && self.slots.len() <= self.together()
            && self.slots.iter().map(size).sum::<usize>() <= BYTES
    }

    /// Whether one statement may write all rows, in the order of the database: each is found by the primary key, and
    /// none refers to another one or to what it gets, nor takes what another one gives up. Rows that do are in other
    /// batches, if the model knows that the values are unique.
    fn is_written_in_any_order(&self, stored: &StoredTable) -> bool {
        let own = |reference: &&ReferenceDef| (reference.target)().table == self.def.table;
        let mut own = self.def.references.iter().filter(own);
        stored.primary_key
            && match &self.kind {
                BatchKind::Insert { .. } => false,
                // An index hint works only with a column outside the key.
                BatchKind::Delete { .. } => {
                    own.next().is_none() && self.def.outside_key().is_some()
                }
                // A CASE makes text of a date in a column of text, other text than an assignment does.
                BatchKind::Update { .. } | BatchKind::Attach { .. } | BatchKind::Detach { .. }
                    if !stored.readable =>
                {
                    false
                }
                BatchKind::Update { set, .. }
                | BatchKind::Attach { set }
                | BatchKind::Detach { set, .. } => {
                    let mut referred = own.flat_map(|reference| reference.target_columns);
                    !referred.any(|position| set.contains(position))
                        && !set
                            .iter()
                            .any(|position| self.may_hand_on(stored, *position))
                }
            }
    }

    /// Whether a column has a unique constraint that the model lacks, or compares more values as equal.
    fn may_hand_on(&self, stored: &StoredTable, position: usize) -> bool {
        let column = stored.columns.get(position).and_then(Option::as_ref);
        let is_alone = column.is_some_and(|column| column.changed & UNIQUE_ALONE != 0);
        let uniques = || self.def.uniques.iter().map(|unique| unique.columns);
        let is_known = uniques().any(|columns| columns == [position]);
        let is_text = matches!(self.def.columns[position].ty, Type::Text | Type::Enum(_));
        let is_exact = !is_text || column.is_some_and(|column| column.bytewise);
        is_alone && !is_known || !is_exact && uniques().any(|columns| columns.contains(&position))
    }

    fn is_done_when_executed(&self) -> bool {
        let BatchKind::Insert {
            fetched, generated, ..
        } = &self.kind
        else {
            // Several rows of one key are found out after the fact, too.
            let unique_key = self.stored.as_ref().is_some_and(|stored| stored.unique_key);
            return unique_key && self.read_back.is_empty();
        };
        // A key that doesn't fit its field is found out after the fact.
        fetched.is_empty()
            && self.read_back.is_empty()
            && generated.is_none_or(|position| self.def.columns[position].ty == Type::Int64)
    }
}

impl BatchKind {
    pub(super) fn kind(&self) -> RowKind {
        match self {
            Self::Insert { .. } => RowKind::Insert,
            Self::Update { .. } => RowKind::Update,
            Self::Attach { .. } => RowKind::Attach,
            Self::Detach { .. } => RowKind::Detach,
            Self::Delete { .. } => RowKind::Delete,
        }
    }

    pub(super) fn is_insert(&self) -> bool {
        matches!(self, Self::Insert { .. })
    }

    /// The columns that an UPDATE sets.
    pub(super) fn set(&self) -> &[usize] {
        match self {
            Self::Update { set, .. } | Self::Attach { set } | Self::Detach { set, .. } => set,
            Self::Insert { .. } | Self::Delete { .. } => &[],
        }
    }

    /// Whether it changes or deletes rows that were there before the flush.
    pub(super) fn is_of_old_rows(&self) -> bool {
        !matches!(self, Self::Insert { .. } | Self::Attach { .. })
    }

    /// The columns that are expected to have their old values still.
    pub(super) fn expected(&self) -> &[usize] {
        match self {
            Self::Update {
                set,
                expected: ExpectedColumns::Set,
                ..
            }
            | Self::Detach {
                set,
                expected: ExpectedColumns::Set,
            } => set,
            Self::Update {
                expected: ExpectedColumns::These(expected),
                ..
            }
            | Self::Detach {
                expected: ExpectedColumns::These(expected),
                ..
            } => expected,
            Self::Delete { expected, .. } => expected,
            Self::Insert { .. } | Self::Attach { .. } => &[],
        }
    }

    /// The INSERT of a row in which the database is to fill in some columns.
    pub(super) fn insert(def: &'static ModelDef, omitted: &ColumnSet) -> Self {
        let generated = def.generated.filter(|position| omitted.contains(*position));
        let all = 0..def.columns.len();
        let mut columns = Vec::with_capacity(all.len());
        columns.extend(all.filter(|position| !omitted.contains(*position)));
        let fetched = omitted.iter();
        Self::Insert {
            columns,
            fetched: fetched
                .filter(|position| Some(*position) != generated)
                .collect(),
            generated,
        }
    }
}
