//! [`Statements`]: the prepared statements of a connection, by their texts.
//!
//! `connection.rs` asks here before it asks the native driver, which keeps and closes the statements, but reads all of a
//! text for named parameters before it looks for the statement.

use std::collections::HashMap;

use mysql::Statement;
use orm_core::driver::LONGEST_KEPT;

/// Statements that the native driver keeps.
#[derive(Debug)]
pub(super) struct Statements {
    known: HashMap<Box<str>, Statement, foldhash::fast::RandomState>,
    /// How many the native driver keeps.
    most: usize,
    /// How many it has prepared since the first of those that are known.
    prepared: usize,
}

impl Statements {
    pub(super) fn new(most: usize) -> Self {
        Self {
            known: HashMap::default(),
            most,
            prepared: 0,
        }
    }

    #[inline]
    pub(super) fn get(&self, sql: &str) -> Option<Statement> {
        self.known.get(sql).cloned()
    }

    /// Makes room for one that the native driver is to prepare. It closes the ones that it was asked for the longest time
    /// ago, without a word: none that is known here, since it has prepared no more since then than it keeps.
    pub(super) fn make_room(&mut self) {
        if self.prepared >= self.most {
            self.clear();
        }
        self.prepared += 1;
    }

    /// Notes what the native driver has prepared after [`Statements::make_room`].
    pub(super) fn keep(&mut self, sql: &str, statement: &Statement) {
        if self.most > 0 && sql.len() <= LONGEST_KEPT {
            self.known.insert(sql.into(), statement.clone());
        }
    }

    /// Before the statement is closed.
    pub(super) fn forget(&mut self, sql: &str) {
        self.known.remove(sql);
    }

    /// After the native driver has closed its statements, or others may have had it prepare some.
    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.prepared = 0;
    }
}
