//! [`Reader`]: what is read of one database so far. Filled by `read.rs`, `read_keys.rs` and `read_more.rs`.

use std::collections::HashMap;

use orm_core::driver::{Connection, Row};
use orm_core::error::Result;
use orm_core::inspect::Scope;
use orm_core::schema::{Name, Table};

use super::row::{query, text};
use crate::dialect::MysqlDialect;

/// What is read of one schema of the database.
pub(super) struct Reader<'c> {
    pub(super) dialect: MysqlDialect,
    pub(super) connection: &'c mut dyn Connection,
    pub(super) scope: &'c Scope,
    /// The connection's current database.
    pub(super) current: String,
    /// The database that is read.
    pub(super) schema: String,
    /// The tables by their names.
    pub(super) tables: HashMap<String, Table>,
    /// The names of sequences.
    pub(super) sequences: Vec<Name>,
}

impl Reader<'_> {
    /// The name of the database that is read, or `None` for the current one.
    pub(super) fn own_schema(&self) -> Option<Name> {
        self.outside(&self.schema)
    }

    /// The name of a database, or `None` for the current one.
    pub(super) fn outside(&self, schema: &str) -> Option<Name> {
        (schema != self.current).then(|| schema.to_owned().into())
    }

    /// Runs a query of the database that is read. Each row is passed with the table that its first column names, and left
    /// out if that is no table.
    pub(super) fn each_of_table(
        &mut self,
        sql: &str,
        mut each: impl FnMut(&mut Table, &dyn Row) -> Result<()>,
    ) -> Result<()> {
        let tables = &mut self.tables;
        query(
            self.connection,
            sql,
            &self.schema,
            &mut |row| match tables.get_mut(&text(row, 0)?) {
                Some(table) => each(table, row),
                None => Ok(()),
            },
        )
    }
}
