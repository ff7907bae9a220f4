//! [`Found`]: the tables and views that are read so far. Filled by `read.rs` and `keys.rs`.

use std::collections::HashMap;

use orm_core::schema::{Table, View};

/// The tables and views of the catalogue by their numbers there.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) tables: HashMap<i64, Table>,
    pub(super) views: HashMap<i64, View>,
}

impl Found {
    /// The table with a number, unless the scope has left it out.
    pub(super) fn table(&mut self, number: i64) -> Option<&mut Table> {
        self.tables.get_mut(&number)
    }
}
