//! What the database's catalogue has told of the tables of models, kept per engine.
//!
//! `query/stored.rs` asks the catalogue. Flushes and bulk inserts read what is kept here; it stays until it is
//! forgotten, since the tables of a running program seldom change.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use orm_core::schema::StoredColumn;

/// What is known of the table of a model.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not states"
)]
pub(crate) struct StoredTable {
    /// The columns by their position in the model; `None` for one that the catalogue doesn't know.
    pub columns: Vec<Option<StoredColumn>>,
    /// Positions of columns whose values may come back changed. With a number, only text of more characters.
    pub less: Vec<(usize, Option<u32>)>,
    /// Whether triggers may change a row that is inserted.
    pub insert_triggers: bool,
    /// Whether triggers may change a row that is updated.
    pub update_triggers: bool,
    /// Positions of columns that the database sets at each UPDATE of their row.
    pub touched: Vec<usize>,
    /// Whether every column can be read back.
    pub readable: bool,
    /// Whether a batch of changes can count by itself what it writes.
    pub checked_batches: bool,
    /// Whether no two rows can have the same key of the model: the table's primary key or a unique index sees to
    /// it.
    pub unique_key: bool,
}

impl StoredTable {
    /// A table of which nothing is known: what the model declares counts.
    pub(crate) const fn unknown() -> Self {
        Self {
            columns: Vec::new(),
            less: Vec::new(),
            insert_triggers: false,
            update_triggers: false,
            touched: Vec::new(),
            readable: true,
            checked_batches: false,
            unique_key: false,
        }
    }
}

impl Default for StoredTable {
    fn default() -> Self {
        Self::unknown()
    }
}

/// The tables of one engine, by the number of the model.
#[derive(Debug, Default)]
pub(super) struct StoredTables(
    RwLock<HashMap<usize, Arc<StoredTable>, foldhash::fast::RandomState>>,
);

impl StoredTables {
    pub(super) fn get(&self, model: usize) -> Option<Arc<StoredTable>> {
        // A panic while the lock was held can't have left a half-written entry: inserts are whole.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&model).cloned()
    }

    pub(super) fn keep(&self, model: usize, table: StoredTable) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(model, Arc::new(table));
    }

    pub(super) fn forget(&self) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.clear();
    }
}
