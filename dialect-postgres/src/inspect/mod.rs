//! [`PostgresInspector`]: reads a schema from the catalogue, and writes schemas in the form in which the catalogue has them.
//!
//! `PostgresDialect::inspector` returns it. `read.rs` asks for relations, columns, triggers, sequences and dependencies
//! with the queries of `queries.rs`, `keys.rs` for constraints and indexes, `rows.rs` takes rows apart, `found.rs`
//! holds the tables and views. What they find goes through `canonical.rs`, as models do, so that both agree:
//! `native.rs` reads names of types, `expression.rs` and `operators.rs` undo what the server makes of expressions,
//! `rule.rs` reads conditions of CHECKs, `literal.rs` writes defaults, `view.rs` queries, `attached.rs` triggers,
//! `tokens.rs` SQL that is no expression. Nothing here compares schemas or writes DDL.

mod attached;
mod canonical;
mod expression;
mod found;
mod keys;
mod literal;
mod native;
mod operators;
mod queries;
mod read;
mod rows;
mod rule;
mod tokens;
mod view;

use orm_core::driver::Connection;
use orm_core::error::Result;
use orm_core::inspect::{Inspector, Scope};
use orm_core::schema::Schema;

use crate::versions;

/// Reads schemas of PostgreSQL 12 and later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PostgresInspector;

impl Inspector for PostgresInspector {
    fn inspect(&self, connection: &mut dyn Connection, scope: &Scope) -> Result<Schema> {
        if let Some(version) = connection.server_version() {
            versions::capabilities_at(version)?;
        }
        let found = read::catalogue(connection, scope)?;
        Ok(canonical::schema(&found))
    }

    fn canonical(&self, schema: &Schema) -> Schema {
        canonical::schema(schema)
    }
}
