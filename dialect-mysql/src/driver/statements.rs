//! [`Statements`]: the prepared statements of a connection, by their texts.
//!
//! `connection.rs` looks here first. The native driver keeps and closes the statements, but parses the whole text for
//! named parameters before each look-up in its own cache.

use std::collections::HashMap;

use mysql::Statement;
use orm_core::driver::LONGEST_KEPT;

/// Finds statements that are in the native driver's cache.
#[derive(Debug)]
pub(super) struct Statements {
    known: HashMap<Box<str>, Statement, foldhash::fast::RandomState>,
    /// The size of the native driver's cache.
    most: usize,
    /// How many statements the native driver has prepared since the oldest known one, that one included.
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

    /// Called before the native driver prepares a statement. Its cache then closes the least recently used one and does
    /// not report that. No known statement is closed: since the oldest of them, the native driver has not prepared more
    /// than its cache holds.
    pub(super) fn make_room(&mut self) {
        if self.prepared >= self.most {
            self.clear();
        }
        self.prepared += 1;
    }

    /// Adds a statement that the native driver has prepared after [`Statements::make_room`].
    pub(super) fn keep(&mut self, sql: &str, statement: &Statement) {
        if self.most > 0 && sql.len() <= LONGEST_KEPT {
            self.known.insert(sql.into(), statement.clone());
        }
    }

    /// Called before the statement is closed.
    pub(super) fn forget(&mut self, sql: &str) {
        self.known.remove(sql);
    }

    /// Called after the native driver has closed its statements, or may have prepared some for the program.
    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.prepared = 0;
    }
}
