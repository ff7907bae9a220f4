//! SQLite for the orm crate: its SQL, and with the feature `driver` its connections, over `rusqlite`.
//!
//! What differs from the standard, and why:
//!
//! - Searches are written with `instr` and functions of the driver's, whose names begin with `orm_`: LIKE ignores case
//!   here, and of ASCII letters alone.
//! - Portable functions that SQLite lacks, or computes otherwise, are the driver's, too. A shell does not have them.
//! - Columns hold what they are given, whatever their declared type. Dates and times are ISO 8601 text,
//!   UUIDs blobs of 16 bytes, truth values 0 and 1. A NaN has no place at all and is an error, since
//!   SQLite would make NULL of it.
//! - Exact decimals are text that the collation `decimal` compares as numbers, and computed by functions: the driver adds
//!   both to each connection. A computed integer, float or text goes through a function where it is stored, which refuses what is
//!   beyond its column: SQLite would store it, an integer as a float, and a float as infinity, if need be.
//! - An auto-increment key is `INTEGER` with `AUTOINCREMENT`, so that keys are not used twice, unless a model declares
//!   `sqlite_autoincrement = false`.
//! - Constraints can't be added later, but a foreign key may name a table that doesn't exist yet.
//! - Transactions are serializable. One that writes begins with `BEGIN IMMEDIATE`.
//! - Lists beyond the bind limit go through `json_each`, those of bytes and UUIDs need SQLite 3.41.
//!
//! Deliberately not here: models, sessions, pools, and the parsing of URLs; that is the `orm` crate's.

mod alter;
mod capability;
mod catalogue;
mod ddl;
mod dialect;
#[cfg(feature = "driver")]
pub mod driver;
pub mod errors;
mod functions;
mod inspect;
mod json;
mod render;
mod temporal;
mod types;
mod versions;

pub use dialect::SqliteDialect;

use std::borrow::Cow;

use orm_core::ServerVersion;
use orm_core::error::Result;
use orm_core::inspect::Inspector;
use orm_core::schema::{Column, Operation, Schema, Table};
use orm_core::sql::ddl::Change;
use orm_core::sql::{
    Capabilities, Dialect, ExpectedColumn, ForeignKeySwitch, SqlWriter, TransactionOptions,
    write_extension,
};
use orm_core::stmt::{AggregateCall, Call, Extension, JsonExpr, Like, Numeric, StoredText};
use orm_core::types::Type;
use orm_core::value::Value;

#[cfg(feature = "driver")]
pub use driver::SqliteDriver;
/// Re-exports the native driver in the version of the driver's connections.
#[cfg(feature = "driver")]
pub use rusqlite;

impl Dialect for SqliteDialect {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn capabilities(&self) -> &Capabilities {
        &capability::CAPABILITIES
    }

    fn capabilities_at(&self, version: ServerVersion) -> Result<Option<Capabilities>> {
        versions::capabilities_at(version)
    }

    fn write_extension<'a>(&self, w: &mut SqlWriter<'a>, node: &'a dyn Extension) -> Result<()> {
        if let Some(next) = node.as_any().downcast_ref() {
            return render::write_next_version(w, next);
        }
        match StoredText::of(node) {
            Some(text) => render::write_stored_text(w, text),
            None => write_extension(w, node),
        }
    }

    fn write_string_agg<'a>(&self, w: &mut SqlWriter<'a>, call: &'a AggregateCall) -> Result<()> {
        render::write_string_agg(w, call)
    }

    fn write_collation(&self, w: &mut SqlWriter<'_>, collation: Option<&str>) -> Result<()> {
        w.push(" COLLATE ");
        match collation {
            Some(name) => w.ident(name),
            None => w.push("BINARY"),
        };
        Ok(())
    }

    fn write_call<'a>(&self, w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
        functions::write_call(w, call)
    }

    fn write_json<'a>(&self, w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
        json::write_json(w, json)
    }

    fn write_like<'a>(&self, w: &mut SqlWriter<'a>, like: &'a Like) -> Result<()> {
        render::write_like(w, like)
    }

    fn write_numeric<'a>(&self, w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
        render::write_numeric(w, numeric)
    }

    fn write_expected(&self, w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
        catalogue::write_expected(w, expected);
    }

    fn write_catalogue<'a>(&self, w: &mut SqlWriter<'a>, tables: &[&'a str]) -> bool {
        catalogue::write_catalogue(w, tables);
        true
    }

    fn cast_type(&self, ty: &Type) -> Cow<'static, str> {
        types::cast_type(ty).to_owned().into()
    }

    fn column_type(&self, table: &Table, column: &Column) -> Result<String> {
        ddl::column_type(table, column)
    }

    fn column_options(&self, column: &Column) -> String {
        ddl::column_options(column)
    }

    fn primary_key_option(&self, generated: &Column) -> &'static str {
        if generated.reuses_keys {
            ""
        } else {
            " AUTOINCREMENT"
        }
    }

    fn foreign_key_switch(&self) -> Option<&'static ForeignKeySwitch> {
        Some(&ddl::FOREIGN_KEYS)
    }

    fn alter(&self, before: &Schema, operations: &[Operation]) -> Option<Result<(usize, Change)>> {
        alter::alter(before, operations)
    }

    fn restart_identity(&self, table: &str) -> Option<String> {
        Some(ddl::restart_identity(table))
    }

    fn literal(&self, value: &Value) -> Result<String> {
        types::literal(value)
    }

    fn begin(&self, options: &TransactionOptions) -> Result<Vec<Cow<'static, str>>> {
        render::begin(*options)
    }

    fn after_end(&self, options: &TransactionOptions) -> Option<&'static str> {
        options.read_only.then_some(render::READ_WRITE)
    }

    fn list_tables(&self) -> &'static str {
        ddl::LIST_TABLES
    }

    fn inspector(&self) -> Option<&dyn Inspector> {
        Some(&inspect::SqliteInspector)
    }
}
