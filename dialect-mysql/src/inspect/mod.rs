//! [`MysqlInspector`]: reads the schema of a database of MySQL or MariaDB, and writes any schema as the server keeps it.
//!
//! `queries.rs` has the queries of the information schema. `read.rs`, `read_keys.rs` and `read_more.rs` make tables of
//! their rows in a `Reader` (`reader.rs`), in the words of the server. `canonical.rs`, `canonical_keys.rs` and
//! `options.rs` write these and the tables of models in one way; for that, `native.rs` reads the names of types,
//! `defaults.rs` defaults, `expressions.rs` with `prepare.rs`, `conditions.rs`, `operators.rs` and `calls.rs`
//! expressions, and `views.rs` with `from_clause.rs` and `tokens.rs` queries. Where the servers differ is asked of
//! [`MysqlDialect`] in each of them. No DDL is written here.

mod calls;
mod canonical;
mod canonical_keys;
mod conditions;
mod defaults;
mod expressions;
mod from_clause;
mod native;
mod operators;
mod options;
mod prepare;
mod queries;
mod read;
mod read_keys;
mod read_more;
mod reader;
mod row;
mod tokens;
mod views;

use orm_core::driver::Connection;
use orm_core::error::Result;
use orm_core::inspect::{Inspector, Scope};
use orm_core::schema::Schema;

use crate::MysqlDialect;

/// The inspectors, whose addresses the dialect returns.
static MYSQL: MysqlInspector = MysqlInspector(MysqlDialect::MySql);
static MARIADB: MysqlInspector = MysqlInspector(MysqlDialect::MariaDb);

/// Returns the inspector of a dialect.
pub(crate) fn of(dialect: MysqlDialect) -> &'static dyn Inspector {
    match dialect {
        MysqlDialect::MySql => &MYSQL,
        MysqlDialect::MariaDb => &MARIADB,
    }
}

/// Reads schemas of one of the two servers.
#[derive(Debug)]
struct MysqlInspector(MysqlDialect);

impl Inspector for MysqlInspector {
    fn inspect(&self, connection: &mut dyn Connection, scope: &Scope) -> Result<Schema> {
        if let Some(version) = connection.server_version() {
            // Its error is that of an old server.
            crate::versions::capabilities_at(self.0, version)?;
        }
        let stored = read::schema(self.0, connection, scope)?;
        Ok(canonical::schema(self.0, &stored))
    }

    fn canonical(&self, schema: &Schema) -> Schema {
        canonical::schema(self.0, schema)
    }
}
