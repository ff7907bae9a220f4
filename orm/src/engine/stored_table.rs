//! [`StoredTable`]: the catalogue's description of a model's table.
//!
//! `query/write/reflection.rs` queries the catalogue once for each engine. Flushes and bulk inserts read the
//! description.

use orm_core::schema::StoredColumn;
use orm_core::sql::Capabilities;

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
    /// What its database can do.
    pub capabilities: &'static Capabilities,
    /// Whether no two rows can have the same key of the model: the table's primary key or a unique index sees to
    /// it.
    pub unique_key: bool,
    /// Whether the model's key is the table's primary key.
    pub primary_key: bool,
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
            capabilities: &Capabilities::STANDARD,
            unique_key: false,
            primary_key: false,
        }
    }

    /// Whether the database may have other values of a row than those that were bound.
    pub(crate) fn changes_values(&self) -> bool {
        let by_triggers = self.insert_triggers || self.update_triggers;
        by_triggers || !self.less.is_empty() || !self.touched.is_empty()
    }
}

impl Default for StoredTable {
    fn default() -> Self {
        Self::unknown()
    }
}
