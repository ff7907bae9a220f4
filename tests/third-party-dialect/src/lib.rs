//! Firebird 3 for the orm crate: a dialect from outside its workspace.
//!
//! What differs from the standard, and why:
//!
//! - Names without quotes are upper case here, so a model's `users` is `"USERS"`.
//! - A SELECT reads from a table, `RDB$DATABASE` where it has none, and a bind in it carries a cast.
//! - VALUES has one row: rows are inserted by a statement each, prepared once. The keys of an INSERT are returned
//!   by an EXECUTE BLOCK, since the client loses count of the responses when an INSERT with RETURNING fails.
//! - Text without a length is a BLOB, UUIDs are text of 36 characters, and times have four digits of a second.
//! - `=` takes no notice of blanks at the end of text; the check for lost updates does.
//! - A transaction can't use a table that it has created.
//!
//! `capability.rs` lists what it can't do. The driver is over `rsfbclient-rust`, which speaks the protocol itself; it
//! has no time limits, and a running statement can't be cancelled.

mod capability;
mod catalogue;
mod ddl;
mod driver;
pub mod errors;
mod functions;
mod render;
mod types;

use std::borrow::Cow;

use orm_core::error::Result;
use orm_core::schema::{Column, Keeps, StoredColumn, Table};
use orm_core::sql::{
    Capabilities, DdlLock, Dialect, ExpectedColumn, SqlWriter, TransactionOptions,
};
use orm_core::stmt::{Call, Extension, Insert};
use orm_core::types::Type;
use orm_core::value::Value;

pub use driver::{Attachment, FirebirdDriver};

/// The SQL of Firebird 3.
#[derive(Clone, Copy, Debug, Default)]
pub struct FirebirdDialect;

impl Dialect for FirebirdDialect {
    fn name(&self) -> &'static str {
        types::NAME
    }

    fn capabilities(&self) -> &Capabilities {
        &capability::CAPABILITIES
    }

    fn write_typed_bind<'a>(&self, w: &mut SqlWriter<'a>, value: &'a Value) {
        render::write_typed_bind(w, value);
    }

    fn write_extension<'a>(&self, w: &mut SqlWriter<'a>, node: &'a dyn Extension) -> Result<()> {
        functions::write_extension(w, node)
    }

    fn write_call<'a>(&self, w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
        functions::write_call(w, call)
    }

    fn write_aggregate<'a>(
        &self,
        w: &mut SqlWriter<'a>,
        call: &dyn Fn(&mut SqlWriter<'a>) -> Result<()>,
        ty: &Type,
    ) -> Result<()> {
        render::write_aggregate(w, call, ty)
    }

    fn write_insert_returning<'a>(&self, w: &mut SqlWriter<'a>, insert: &'a Insert) -> Result<()> {
        render::write_insert_returning(w, insert)
    }

    fn write_collation(&self, w: &mut SqlWriter<'_>, collation: Option<&str>) -> Result<()> {
        w.push(" COLLATE ");
        match collation {
            Some(name) => w.ident(name),
            // Of the character set UTF8, in which the driver connects.
            None => w.push("UCS_BASIC"),
        };
        Ok(())
    }

    fn write_expected(&self, w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
        catalogue::write_expected(w, expected);
    }

    fn write_catalogue<'a>(&self, w: &mut SqlWriter<'a>, tables: &[&'a str]) -> bool {
        catalogue::write_catalogue(w, tables);
        true
    }

    fn keeps(&self, column: &StoredColumn, ty: &Type, length: Option<u32>) -> Keeps {
        catalogue::keeps(column, ty, length)
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

    fn column_clauses(&self, options: &str, not_null: &str, default: &str) -> String {
        ddl::column_clauses(options, not_null, default)
    }

    fn literal(&self, value: &Value) -> Result<String> {
        types::literal(value)
    }

    fn begin(&self, options: &TransactionOptions) -> Result<Vec<Cow<'static, str>>> {
        Ok(vec![render::begin(*options)?])
    }

    fn ddl_lock(&self) -> Option<&'static DdlLock> {
        Some(&ddl::LOCK)
    }

    fn list_tables(&self) -> &'static str {
        ddl::LIST_TABLES
    }
}
