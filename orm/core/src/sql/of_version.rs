//! [`dialect_at`]: a dialect for servers of another version than its newest. Its SQL is that of the dialect; its features
//! are those of the version.
//!
//! The engine asks for one where a connection is opened. `tests/tests/architecture/exhaustive.rs` checks that each method is
//! passed on: with a default of the trait, servers of two versions would get different SQL.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use super::SqlWriter;
use super::capability::Capabilities;
use super::ddl::Change;
use super::dialect::{DdlLock, Dialect, ForeignKeySwitch, KeyRange};
use super::render::ExpectedColumn;
use crate::error::Result;
use crate::inspect::Inspector;
use crate::schema::{self, Keeps, StoredColumn};
use crate::stmt::{
    AggregateCall, BatchColumn, BatchDelete, BatchUpdate, Call, Extension, Insert, JsonExpr, Like,
    Limit, Numeric,
};
use crate::transaction::TransactionOptions;
use crate::types::Type;
use crate::value::{Value, ValueRef};
use crate::version::ServerVersion;

/// The dialects that were made. There are as many as versions with different features.
static MADE: Mutex<Vec<&'static OfVersion>> = Mutex::new(Vec::new());

/// A dialect with the features of a version.
#[derive(Debug)]
struct OfVersion {
    inner: &'static dyn Dialect,
    /// A text of its own: compiled statements are cached by the address of the name.
    name: &'static str,
    capabilities: Capabilities,
}

/// Returns the dialect for servers of a version: itself, or one that has the features of that version and the same name.
///
/// # Errors
/// - `Unsupported`: the server is older than the oldest version that the dialect is for.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::testing::AnsiDialect;
/// use orm_core::ServerVersion;
///
/// # static DIALECT: AnsiDialect = AnsiDialect::new();
/// let dialect = dialect_at(&DIALECT, ServerVersion::new(1, 2, 3))?;
/// assert_eq!(dialect.name(), "ansi");
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn dialect_at(
    dialect: &'static dyn Dialect,
    version: ServerVersion,
) -> Result<&'static dyn Dialect> {
    let Some(capabilities) = dialect.capabilities_at(version)? else {
        return Ok(dialect);
    };
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let is_it = |known: &&&OfVersion| {
        known.capabilities == capabilities && std::ptr::eq(known.inner.name(), dialect.name())
    };
    if let Some(known) = made.iter().find(is_it) {
        return Ok(*known);
    }
    let new: &OfVersion = Box::leak(Box::new(OfVersion {
        inner: dialect,
        name: String::leak(dialect.name().to_owned()),
        capabilities,
    }));
    made.push(new);
    Ok(new)
}

impl Dialect for OfVersion {
    fn name(&self) -> &'static str {
        self.name
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn capabilities_at(&self, version: ServerVersion) -> Result<Option<Capabilities>> {
        self.inner.capabilities_at(version)
    }

    fn write_limit(&self, w: &mut SqlWriter<'_>, limit: Option<Limit>, offset: Option<u64>) {
        self.inner.write_limit(w, limit, offset);
    }

    fn write_typed_bind<'a>(&self, w: &mut SqlWriter<'a>, value: &'a Value) {
        self.inner.write_typed_bind(w, value);
    }

    fn write_like<'a>(&self, w: &mut SqlWriter<'a>, like: &'a Like) -> Result<()> {
        self.inner.write_like(w, like)
    }

    fn write_collation(&self, w: &mut SqlWriter<'_>, collation: Option<&str>) -> Result<()> {
        self.inner.write_collation(w, collation)
    }

    fn like_escape(&self) -> &'static str {
        self.inner.like_escape()
    }

    fn write_aggregate<'a>(
        &self,
        w: &mut SqlWriter<'a>,
        call: &dyn Fn(&mut SqlWriter<'a>) -> Result<()>,
        ty: &Type,
    ) -> Result<()> {
        self.inner.write_aggregate(w, call, ty)
    }

    fn write_string_agg<'a>(&self, w: &mut SqlWriter<'a>, call: &'a AggregateCall) -> Result<()> {
        self.inner.write_string_agg(w, call)
    }

    fn write_call<'a>(&self, w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
        self.inner.write_call(w, call)
    }

    fn write_json<'a>(&self, w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
        self.inner.write_json(w, json)
    }

    fn write_numeric<'a>(&self, w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
        self.inner.write_numeric(w, numeric)
    }

    fn write_extension<'a>(&self, w: &mut SqlWriter<'a>, node: &'a dyn Extension) -> Result<()> {
        self.inner.write_extension(w, node)
    }

    fn write_array_source(&self, w: &mut SqlWriter<'_>, insert: &Insert) -> Result<()> {
        self.inner.write_array_source(w, insert)
    }

    fn write_insert_returning<'a>(&self, w: &mut SqlWriter<'a>, insert: &'a Insert) -> Result<()> {
        self.inner.write_insert_returning(w, insert)
    }

    fn write_generated_keys<'a>(&self, w: &mut SqlWriter<'a>, keys: &KeyRange<'a>) -> Result<()> {
        self.inner.write_generated_keys(w, keys)
    }

    fn write_batch_update<'a>(
        &self,
        w: &mut SqlWriter<'a>,
        update: &BatchUpdate<'a>,
    ) -> Result<()> {
        self.inner.write_batch_update(w, update)
    }

    fn write_batch_delete(&self, w: &mut SqlWriter<'_>, delete: &BatchDelete<'_>) -> Result<()> {
        self.inner.write_batch_delete(w, delete)
    }

    fn write_checked<'a>(
        &self,
        w: &mut SqlWriter<'a>,
        statement: &mut dyn FnMut(&mut SqlWriter<'a>) -> Result<()>,
    ) -> Result<()> {
        self.inner.write_checked(w, statement)
    }

    fn write_expected(&self, w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
        self.inner.write_expected(w, expected);
    }

    fn digests(&self, column: &BatchColumn<'_>) -> bool {
        self.inner.digests(column)
    }

    fn digest(&self, value: ValueRef<'_>) -> Option<String> {
        self.inner.digest(value)
    }

    fn write_catalogue<'a>(&self, w: &mut SqlWriter<'a>, tables: &[&'a str]) -> bool {
        self.inner.write_catalogue(w, tables)
    }

    fn keeps(&self, column: &StoredColumn, ty: &Type, length: Option<u32>) -> Keeps {
        self.inner.keeps(column, ty, length)
    }

    fn cast_type(&self, ty: &Type) -> Cow<'static, str> {
        self.inner.cast_type(ty)
    }

    fn column_type(&self, table: &schema::Table, column: &schema::Column) -> Result<String> {
        self.inner.column_type(table, column)
    }

    fn column_options(&self, column: &schema::Column) -> String {
        self.inner.column_options(column)
    }

    fn column_clauses(&self, options: &str, not_null: &str, default: &str) -> String {
        self.inner.column_clauses(options, not_null, default)
    }

    fn primary_key_option(&self, generated: &schema::Column) -> &'static str {
        self.inner.primary_key_option(generated)
    }

    fn table_options(&self) -> &'static str {
        self.inner.table_options()
    }

    fn drop_foreign_key(&self) -> &'static str {
        self.inner.drop_foreign_key()
    }

    fn foreign_key_switch(&self) -> Option<&'static ForeignKeySwitch> {
        self.inner.foreign_key_switch()
    }

    fn alter(
        &self,
        before: &schema::Schema,
        operations: &[schema::Operation],
    ) -> Option<Result<(usize, Change)>> {
        self.inner.alter(before, operations)
    }

    fn continue_identity(&self, table: &schema::QualifiedName, column: &str) -> Option<String> {
        self.inner.continue_identity(table, column)
    }

    fn ddl_lock(&self) -> Option<&'static DdlLock> {
        self.inner.ddl_lock()
    }

    fn restart_identity(&self, table: &str) -> Option<String> {
        self.inner.restart_identity(table)
    }

    fn literal(&self, value: &Value) -> Result<String> {
        self.inner.literal(value)
    }

    fn default_literal(&self, column: &schema::Column, value: &Value) -> Result<String> {
        self.inner.default_literal(column, value)
    }

    fn default_expression<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        self.inner.default_expression(sql)
    }

    fn selected_default(&self, column: &schema::Column, sql: &str) -> String {
        self.inner.selected_default(column, sql)
    }

    fn begin(&self, options: &TransactionOptions) -> Result<Vec<Cow<'static, str>>> {
        self.inner.begin(options)
    }

    fn savepoint(&self, name: &str) -> String {
        self.inner.savepoint(name)
    }

    fn release_savepoint(&self, name: &str) -> String {
        self.inner.release_savepoint(name)
    }

    fn renew_savepoint(&self, name: &str) -> Option<String> {
        self.inner.renew_savepoint(name)
    }

    fn rollback_to_savepoint(&self, name: &str) -> String {
        self.inner.rollback_to_savepoint(name)
    }

    fn is_already_dropped(&self, code: &str) -> bool {
        self.inner.is_already_dropped(code)
    }

    fn after_end(&self, options: &TransactionOptions) -> Option<&'static str> {
        self.inner.after_end(options)
    }

    fn list_enum_types(&self) -> &'static str {
        self.inner.list_enum_types()
    }

    fn inspector(&self) -> Option<&dyn Inspector> {
        self.inner.inspector()
    }

    fn list_tables(&self) -> &'static str {
        self.inner.list_tables()
    }
}
