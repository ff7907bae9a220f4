//! CREATE TABLE with everything that belongs to it, and DROP TABLE.

use super::column::column_definition;
use super::comment::comments_of;
use super::constraint::constraint_clause;
use super::index::create_index;
use super::objects::drop_object;
use super::options;
use super::owner::check_name;
use crate::error::Result;
use crate::schema::{Constraint, QualifiedName, Table};
use crate::sql::{Dialect, SqlWriter};

/// Renders CREATE TABLE, without the foreign keys named in `deferred`.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a type, a default, a constraint, an option or a name.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// assert_eq!(
///     ddl::create_table(&AnsiDialect::new(), &users, &[])?,
///     r#"CREATE TABLE "users" (
///     "id" BIGINT NOT NULL,
///     CONSTRAINT "pk_users" PRIMARY KEY ("id")
/// )"#
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_table(dialect: &dyn Dialect, table: &Table, deferred: &[&str]) -> Result<String> {
    create(dialect, table, deferred, "")
}

/// CREATE TABLE with `guard`: `IF NOT EXISTS ` or nothing.
pub(super) fn create(
    dialect: &dyn Dialect,
    table: &Table,
    deferred: &[&str],
    guard: &str,
) -> Result<String> {
    check_name(dialect, &table.name, &table.name)?;
    let options = options::render(dialect, table)?;
    let mut w = SqlWriter::new(dialect);
    w.push("CREATE ");
    w.push(if table.temporary { "TEMPORARY " } else { "" });
    w.push(&options.before_table).push("TABLE ").push(guard);
    w.qualified(&table.qualified_name()).push(" (");
    for (index, column) in table.columns.iter().enumerate() {
        w.push(if index == 0 { "\n    " } else { ",\n    " });
        w.push(&column_definition(dialect, table, column)?);
    }
    for constraint in constraints(table, deferred) {
        if let Some(clause) = constraint_clause(dialect, table, &constraint)? {
            w.push(",\n    ").push(&clause);
        }
    }
    w.push("\n)").push(&options.behind_columns);
    Ok(w.finish().0)
}

/// The constraints in the order of CREATE TABLE.
fn constraints(table: &Table, deferred: &[&str]) -> Vec<Constraint> {
    let primary = table.primary_key.iter().cloned();
    let uniques = table.uniques.iter().cloned();
    let exclusions = table.exclusions.iter().cloned();
    let checks = table.checks.iter().cloned();
    let keys = table.foreign_keys.iter();
    let keys = keys.filter(|key| !deferred.contains(&key.name.as_ref()));
    primary
        .map(Constraint::PrimaryKey)
        .chain(uniques.map(Constraint::Unique))
        .chain(exclusions.map(Constraint::Exclusion))
        .chain(checks.map(Constraint::Check))
        .chain(keys.cloned().map(Constraint::ForeignKey))
        .collect()
}

/// Returns the statements that create a table with all that belongs to it: CREATE TABLE without the foreign keys named in
/// `deferred`, the indexes, the comments, and the attached DDL of the dialect.
///
/// # Errors
/// As [`create_table`] and [`create_index`].
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{AttachedSql, Column, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// let users = Table::new("users")
///     .column(Column::new("name", Type::Text))
///     .index(["name"])
///     .attach(AttachedSql::new("log_users", "CREATE TRIGGER log_users …"));
/// let statements = ddl::create_table_objects(&AnsiDialect::new(), &users, &[])?;
/// assert_eq!(statements[1], r#"CREATE INDEX "ix_users_name" ON "users" ("name")"#);
/// assert_eq!(statements[2], "CREATE TRIGGER log_users …");
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_table_objects(
    dialect: &dyn Dialect,
    table: &Table,
    deferred: &[&str],
) -> Result<Vec<String>> {
    let mut statements = vec![create_table(dialect, table, deferred)?];
    for index in &table.indexes {
        statements.push(create_index(dialect, table, index)?);
    }
    statements.extend(comments_of(dialect, table)?);
    let attached = table.attached.iter();
    let own = attached.filter(|attached| attached.is_of(dialect.name()));
    statements.extend(own.map(|attached| attached.create.to_string()));
    Ok(statements)
}

/// Renders DROP TABLE.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// assert_eq!(ddl::drop_table(&AnsiDialect::new(), &"users".into()), r#"DROP TABLE "users""#);
/// ```
pub fn drop_table(dialect: &dyn Dialect, name: &QualifiedName) -> String {
    drop_object(dialect, "TABLE", "", name)
}
