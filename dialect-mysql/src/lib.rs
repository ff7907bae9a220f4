//! MySQL and MariaDB for the orm crate: their SQL, and with the feature `driver` their connections, over
//! the `mysql` crate.
//!
//! MySQL 8.0.17 and MariaDB 10.6 are the oldest that this is for; what came later is in `versions.rs`. What differs from the
//! standard, and why:
//!
//! - Text is created with a binary collation that does not pad, so that it compares as it does on the
//!   other databases: `utf8mb4_0900_bin` on MySQL, `utf8mb4_nopad_bin` on MariaDB, neither of which the
//!   other knows. It is one of the two differences between the dialects; the other is RETURNING.
//! - Searches in text name that collation, so that they count case in a column of any collation.
//! - Text and bytes without a length are LONGTEXT and LONGBLOB, which can't have an index: an indexed
//!   column needs `#[orm(length = …)]`.
//! - Instants are DATETIME(6) in UTC: TIMESTAMP ends in 2038. A UUID is BINARY(16). Truth values read
//!   back as 0 and 1.
//! - Sums of integers are DECIMAL by nature; `DIV 1` makes integers of them and fails on overflow, where
//!   a cast would return a wrong number.
//! - DDL commits the open transaction implicitly, and a deadlock rolls it back; after every error the driver reads the
//!   state of the transaction from the server.
//! - Lists beyond the bind limit go through `JSON_TABLE`.
//! - A flush writes up to 128 rows by one UPDATE with a CASE a column, or by one DELETE. On MariaDB a commit that is one
//!   such statement is a block, `BEGIN NOT ATOMIC … END`, which counts the rows.
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

pub use dialect::MysqlDialect;

use std::borrow::Cow;

use orm_core::ServerVersion;
use orm_core::error::Result;
use orm_core::inspect::Inspector;
use orm_core::schema::{Column, Keeps, Operation, Schema, StoredColumn, Table};
use orm_core::sql::ddl::Change;
use orm_core::sql::{
    Capabilities, DdlLock, Dialect, ExpectedColumn, KeyRange, SqlWriter, TransactionOptions,
    digest_text,
};
use orm_core::stmt::{AggregateCall, BatchColumn, Call, JsonExpr, Like, LikeKind, Numeric};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};
use sha2::{Digest as _, Sha256};

#[cfg(feature = "driver")]
pub use driver::{MysqlConfig, MysqlDriver, TlsMode};

impl Dialect for MysqlDialect {
    fn name(&self) -> &'static str {
        match self {
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
        }
    }

    fn capabilities(&self) -> &Capabilities {
        match self {
            Self::MySql => &capability::MYSQL,
            Self::MariaDb => &capability::MARIADB,
        }
    }

    fn capabilities_at(&self, version: ServerVersion) -> Result<Option<Capabilities>> {
        versions::capabilities_at(*self, version)
    }

    fn write_typed_bind<'a>(&self, w: &mut SqlWriter<'a>, value: &'a Value) {
        render::write_typed_bind(w, value, self.name());
    }

    fn write_call<'a>(&self, w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
        functions::write_call(w, call, *self)
    }

    fn write_json<'a>(&self, w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
        json::write_json(w, json, *self)
    }

    fn write_like<'a>(&self, w: &mut SqlWriter<'a>, like: &'a Like) -> Result<()> {
        if like.kind == LikeKind::Regex {
            return render::write_regex(w, like, *self);
        }
        render::write_like(w, like, self.collation())
    }

    fn write_string_agg<'a>(&self, w: &mut SqlWriter<'a>, call: &'a AggregateCall) -> Result<()> {
        render::write_string_agg(w, call)
    }

    fn write_collation(&self, w: &mut SqlWriter<'_>, collation: Option<&str>) -> Result<()> {
        w.push(" COLLATE ");
        match collation {
            Some(name) => w.push(&ddl::collation_name(name)),
            None => w.push(self.collation()),
        };
        Ok(())
    }

    fn like_escape(&self) -> &'static str {
        render::LIKE_ESCAPE
    }

    fn write_numeric<'a>(&self, w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
        render::write_numeric(w, numeric)
    }

    fn write_aggregate<'a>(
        &self,
        w: &mut SqlWriter<'a>,
        call: &dyn Fn(&mut SqlWriter<'a>) -> Result<()>,
        ty: &Type,
    ) -> Result<()> {
        render::write_aggregate(w, call, ty)
    }

    fn write_generated_keys<'a>(&self, w: &mut SqlWriter<'a>, keys: &KeyRange<'a>) -> Result<()> {
        render::write_generated_keys(w, keys);
        Ok(())
    }

    fn write_checked<'a>(
        &self,
        w: &mut SqlWriter<'a>,
        statement: &mut dyn FnMut(&mut SqlWriter<'a>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::MySql => Err(w.unsupported("batches that check their row counts")),
            Self::MariaDb => render::write_checked(w, statement),
        }
    }

    fn write_expected(&self, w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
        catalogue::write_expected(w, expected, self.collation());
    }

    fn digests(&self, column: &BatchColumn<'_>) -> bool {
        catalogue::digests(column)
    }

    fn digest(&self, value: ValueRef<'_>) -> Option<String> {
        digest_text(value, |bytes| Sha256::digest(bytes).into())
    }

    fn write_catalogue<'a>(&self, w: &mut SqlWriter<'a>, tables: &[&'a str]) -> bool {
        catalogue::write_catalogue(w, tables, self.collation());
        true
    }

    fn keeps(&self, column: &StoredColumn, ty: &Type, length: Option<u32>) -> Keeps {
        catalogue::keeps(column, ty, length)
    }

    fn cast_type(&self, ty: &Type) -> Cow<'static, str> {
        types::cast_name(ty, self.name()).to_owned().into()
    }

    fn column_type(&self, table: &Table, column: &Column) -> Result<String> {
        ddl::column_type(table, column, self.name())
    }

    fn column_options(&self, column: &Column) -> String {
        ddl::column_options(column, self.name(), self.collation())
    }

    fn table_options(&self) -> &'static str {
        match self {
            Self::MySql => " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin",
            Self::MariaDb => " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin",
        }
    }

    fn drop_foreign_key(&self) -> &'static str {
        "DROP FOREIGN KEY"
    }

    fn literal(&self, value: &Value) -> Result<String> {
        types::literal(value, self.name())
    }

    fn default_literal(&self, column: &Column, value: &Value) -> Result<String> {
        ddl::default_literal(column, value, self.name())
    }

    fn default_expression<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        match self {
            Self::MySql => ddl::default_expression(sql),
            Self::MariaDb => sql.into(),
        }
    }

    fn begin(&self, options: &TransactionOptions) -> Result<Vec<Cow<'static, str>>> {
        Ok(render::begin(*options))
    }

    // A savepoint takes the place of one with the same name.
    fn renew_savepoint(&self, name: &str) -> Option<String> {
        Some(self.savepoint(name))
    }

    fn alter(&self, before: &Schema, operations: &[Operation]) -> Option<Result<(usize, Change)>> {
        alter::alter(*self, before, operations)
    }

    fn ddl_lock(&self) -> Option<&'static DdlLock> {
        Some(&ddl::LOCK)
    }

    fn list_tables(&self) -> &'static str {
        ddl::LIST_TABLES
    }

    fn is_already_dropped(&self, code: &str) -> bool {
        code == ddl::NO_SUCH_KEY
    }

    fn inspector(&self) -> Option<&dyn Inspector> {
        Some(inspect::of(*self))
    }
}
