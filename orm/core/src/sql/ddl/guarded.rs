//! CREATE … IF NOT EXISTS and DROP … IF EXISTS, for scripts that run on databases of unknown state.
//!
//! IF NOT EXISTS compares names: an existing object of another definition stays as it is.

use super::objects::{create_guarded_sequence, create_guarded_view, drop_object, kind, schema};
use super::{create, index};
use crate::error::Result;
use crate::schema::{Index, QualifiedName, Sequence, Table, View};
use crate::sql::{Dialect, SqlWriter};

const IF_NOT_EXISTS: &str = "IF NOT EXISTS ";
const IF_EXISTS: &str = "IF EXISTS ";

/// Renders CREATE TABLE IF NOT EXISTS.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF NOT EXISTS.
/// - As [`create_table`](super::create_table).
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::{ANSI, AnsiDialect, with};
/// # use orm_core::types::Type;
/// # let dialect = AnsiDialect::with(with(ANSI, |own| {
/// #     own.ddl.if_exists = true;
/// #     own.ddl.index_if_exists = true;
/// #     own.ddl.view_if_not_exists = true;
/// # }));
/// let users = Table::new("users").column(Column::new("name", Type::Text)).index(["name"]);
/// let create = ddl::create_table_if_not_exists(&dialect, &users, &[])?;
/// assert!(create.starts_with(r#"CREATE TABLE IF NOT EXISTS "users""#));
/// let index = &users.indexes[0];
/// assert_eq!(
///     ddl::create_index_if_not_exists(&dialect, &users, index)?,
///     r#"CREATE INDEX IF NOT EXISTS "ix_users_name" ON "users" ("name")"#
/// );
/// let ids = View::new("ids", "SELECT 1");
/// let create = ddl::create_view_if_not_exists(&dialect, &ids)?;
/// assert_eq!(create, r#"CREATE VIEW IF NOT EXISTS "ids" AS SELECT 1"#);
/// let create = ddl::create_sequence_if_not_exists(&dialect, &Sequence::new("q"))?;
/// assert_eq!(create, r#"CREATE SEQUENCE IF NOT EXISTS "q""#);
/// let create = ddl::create_schema_if_not_exists(&dialect, "s")?;
/// assert_eq!(create, r#"CREATE SCHEMA IF NOT EXISTS "s""#);
///
/// let name = users.qualified_name();
/// assert_eq!(ddl::drop_table_if_exists(&dialect, &name)?, r#"DROP TABLE IF EXISTS "users""#);
/// let drop = ddl::drop_index_if_exists(&dialect, &name, index)?;
/// assert_eq!(drop, r#"DROP INDEX IF EXISTS "ix_users_name""#);
/// assert_eq!(ddl::drop_view_if_exists(&dialect, &ids)?, r#"DROP VIEW IF EXISTS "ids""#);
/// assert_eq!(ddl::drop_sequence_if_exists(&dialect, &"q".into())?, r#"DROP SEQUENCE IF EXISTS "q""#);
/// assert_eq!(ddl::drop_schema_if_exists(&dialect, "s")?, r#"DROP SCHEMA IF EXISTS "s""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_table_if_not_exists(
    dialect: &dyn Dialect,
    table: &Table,
    deferred: &[&str],
) -> Result<String> {
    check(dialect, true, "CREATE TABLE IF NOT EXISTS")?;
    create::create(dialect, table, deferred, IF_NOT_EXISTS)
}

/// Renders CREATE INDEX IF NOT EXISTS. See [`create_table_if_not_exists`] for an example.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF NOT EXISTS for indexes, as MySQL.
/// - As [`create_index`](super::create_index).
pub fn create_index_if_not_exists(
    dialect: &dyn Dialect,
    table: &Table,
    index: &Index,
) -> Result<String> {
    let has_it = dialect.capabilities().ddl.index_if_exists;
    check(dialect, has_it, "CREATE INDEX IF NOT EXISTS")?;
    index::create(dialect, table, index, IF_NOT_EXISTS)
}

/// Renders CREATE VIEW IF NOT EXISTS. See [`create_table_if_not_exists`] for an example.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF NOT EXISTS for views: PostgreSQL, which has it for materialized ones, and MySQL.
/// - As [`create_view`](super::create_view).
pub fn create_view_if_not_exists(dialect: &dyn Dialect, view: &View) -> Result<String> {
    let has_it = view.materialized || dialect.capabilities().ddl.view_if_not_exists;
    check(dialect, has_it, "CREATE VIEW IF NOT EXISTS")?;
    create_guarded_view(dialect, view, IF_NOT_EXISTS)
}

/// Renders CREATE SEQUENCE IF NOT EXISTS. See [`create_table_if_not_exists`] for an example.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF NOT EXISTS.
/// - As [`create_sequence`](super::create_sequence).
pub fn create_sequence_if_not_exists(dialect: &dyn Dialect, sequence: &Sequence) -> Result<String> {
    check(dialect, true, "CREATE SEQUENCE IF NOT EXISTS")?;
    create_guarded_sequence(dialect, sequence, IF_NOT_EXISTS)
}

/// Renders CREATE SCHEMA IF NOT EXISTS. See [`create_table_if_not_exists`] for an example.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF NOT EXISTS.
/// - As [`create_schema`](super::create_schema).
pub fn create_schema_if_not_exists(dialect: &dyn Dialect, name: &str) -> Result<String> {
    check(dialect, true, "CREATE SCHEMA IF NOT EXISTS")?;
    schema(dialect, "CREATE SCHEMA IF NOT EXISTS ", name)
}

/// Renders DROP TABLE IF EXISTS. See [`create_table_if_not_exists`] for an example.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF EXISTS.
pub fn drop_table_if_exists(dialect: &dyn Dialect, name: &QualifiedName) -> Result<String> {
    check(dialect, true, "DROP TABLE IF EXISTS")?;
    Ok(drop_object(dialect, "TABLE", IF_EXISTS, name))
}

/// Renders DROP INDEX IF EXISTS. See [`create_table_if_not_exists`] for an example.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF EXISTS for indexes, as MySQL.
pub fn drop_index_if_exists(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    index: &Index,
) -> Result<String> {
    let has_it = dialect.capabilities().ddl.index_if_exists;
    check(dialect, has_it, "DROP INDEX IF EXISTS")?;
    Ok(index::remove(dialect, table, index, IF_EXISTS))
}

/// Renders DROP VIEW IF EXISTS. See [`create_table_if_not_exists`] for an example.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF EXISTS.
pub fn drop_view_if_exists(dialect: &dyn Dialect, view: &View) -> Result<String> {
    check(dialect, true, "DROP VIEW IF EXISTS")?;
    let name = view.qualified_name();
    Ok(drop_object(dialect, kind(view), IF_EXISTS, &name))
}

/// Renders DROP SEQUENCE IF EXISTS. See [`create_table_if_not_exists`] for an example.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF EXISTS.
pub fn drop_sequence_if_exists(dialect: &dyn Dialect, name: &QualifiedName) -> Result<String> {
    check(dialect, true, "DROP SEQUENCE IF EXISTS")?;
    Ok(drop_object(dialect, "SEQUENCE", IF_EXISTS, name))
}

/// Renders DROP SCHEMA IF EXISTS. See [`create_table_if_not_exists`] for an example.
///
/// # Errors
/// - `Unsupported`: the dialect has no IF EXISTS.
/// - As [`drop_schema`](super::drop_schema).
pub fn drop_schema_if_exists(dialect: &dyn Dialect, name: &str) -> Result<String> {
    check(dialect, true, "DROP SCHEMA IF EXISTS")?;
    schema(dialect, "DROP SCHEMA IF EXISTS ", name)
}

fn check(dialect: &dyn Dialect, has_it: bool, feature: &str) -> Result<()> {
    if has_it && dialect.capabilities().ddl.if_exists {
        return Ok(());
    }
    let hint = "read from the catalogue whether the object exists";
    Err(SqlWriter::new(dialect).unsupported(feature).with_hint(hint))
}
