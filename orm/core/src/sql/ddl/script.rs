//! The statements that create or drop all tables of a schema, in dependency order.

use super::constraint::{add_foreign_key, drop_constraint};
use super::create::{create_table_objects, drop_table};
use super::enums::{create_types, drop_types, named_types};
use super::owner::check_name;
use crate::error::Result;
use crate::schema::sort::{Edge, Sorted, sort};
use crate::schema::{Constraint, QualifiedName, Schema, Table};
use crate::sql::Dialect;

/// Returns the statements that create `tables`: the named types of their columns, then parents first, each table followed
/// by its indexes, comments and attached DDL. Foreign keys of a cycle come last, as ALTER TABLE, or inline if the database has no ALTER TABLE … ADD
/// CONSTRAINT.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a type, a default or a name.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// let statements = ddl::create_all(&AnsiDialect::new(), &[&users])?;
/// assert!(statements[0].starts_with(r#"CREATE TABLE "users""#));
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_all(dialect: &dyn Dialect, tables: &[&Table]) -> Result<Vec<String>> {
    let mut statements = create_types(dialect, &named_types(dialect, tables))?;
    statements.extend(create_tables(dialect, tables)?);
    Ok(statements)
}

/// As [`create_all`], without the named types.
///
/// # Errors
/// As [`create_all`].
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// assert_eq!(ddl::create_tables(&AnsiDialect::new(), &[&users])?.len(), 1);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_tables(dialect: &dyn Dialect, tables: &[&Table]) -> Result<Vec<String>> {
    let (sorted, keys) = order(tables);
    let later: Vec<_> = if dialect.capabilities().alter_constraint {
        sorted.cyclic.iter().map(|edge| keys[*edge]).collect()
    } else {
        Vec::new()
    };
    let mut statements = Vec::new();
    for index in sorted.order {
        let table = tables[index];
        let deferred: Vec<&str> = later
            .iter()
            .filter(|(owner, _)| *owner == index)
            .map(|(_, key)| table.foreign_keys[*key].name.as_ref())
            .collect();
        statements.extend(create_table_objects(dialect, table, &deferred)?);
    }
    for (owner, key) in later {
        let table = tables[owner];
        statements.push(add_foreign_key(dialect, table, &table.foreign_keys[key])?);
    }
    Ok(statements)
}

/// Returns the statements that drop `tables`: foreign keys of cycles first, then children before parents, each behind its
/// attached DDL, then the named types of their columns. If the dialect has a [`ForeignKeySwitch`](crate::sql::ForeignKeySwitch), run them with foreign keys disabled.
///
/// # Errors
/// - `Unsupported`: a name is longer than the dialect allows, and would be truncated to another table's name.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// assert_eq!(ddl::drop_all(&AnsiDialect::new(), &[&users])?, [r#"DROP TABLE "users""#]);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn drop_all(dialect: &dyn Dialect, tables: &[&Table]) -> Result<Vec<String>> {
    let mut statements = drop_tables(dialect, tables)?;
    statements.extend(drop_types(dialect, &named_types(dialect, tables)));
    Ok(statements)
}

/// As [`drop_all`], without the named types.
///
/// # Errors
/// As [`drop_all`].
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// assert_eq!(ddl::drop_tables(&AnsiDialect::new(), &[&users])?.len(), 1);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn drop_tables(dialect: &dyn Dialect, tables: &[&Table]) -> Result<Vec<String>> {
    check_names(dialect, tables)?;
    let (sorted, keys) = order(tables);
    let mut statements = Vec::new();
    if dialect.capabilities().alter_constraint {
        for edge in &sorted.cyclic {
            let (owner, key) = keys[*edge];
            let table = tables[owner];
            let key = Constraint::ForeignKey(table.foreign_keys[key].clone());
            statements.extend(drop_constraint(dialect, table, &key)?);
        }
    }
    for index in sorted.order.into_iter().rev() {
        let table = tables[index];
        let attached = table.attached.iter().rev();
        let own = attached.filter(|attached| attached.is_of(dialect.name()));
        statements
            .extend(own.filter_map(|attached| attached.drop.as_ref().map(ToString::to_string)));
        statements.push(drop_table(dialect, &table.qualified_name()));
    }
    Ok(statements)
}

/// Checks that the names of tables are not longer than the dialect allows.
///
/// # Errors
/// - `Unsupported`: a name is too long. The error names the table.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// ddl::check_names(&AnsiDialect::new(), &[&users])?;
/// let long = Table::new("a_name_of_more_than_32_characters");
/// assert!(ddl::check_names(&AnsiDialect::new(), &[&long]).unwrap_err().is_unsupported());
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn check_names(dialect: &dyn Dialect, tables: &[&Table]) -> Result<()> {
    tables
        .iter()
        .try_for_each(|table| check_name(dialect, &table.name, &table.name))
}

/// Returns the script that drops `tables`. If foreign keys can't be dropped, as on SQLite, the script disables them:
/// rows with circular references would prevent the drop, and rows of other tables would be deleted or changed by
/// CASCADE and SET NULL. Rows of tables outside `tables` keep references to missing rows.
///
/// # Errors
/// As [`drop_all`].
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// assert_eq!(ddl::drop_script(&AnsiDialect::new(), &[&users])?, "DROP TABLE \"users\";\n");
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn drop_script(dialect: &dyn Dialect, tables: &[&Table]) -> Result<String> {
    let mut statements = drop_all(dialect, tables)?;
    if let Some(switch) = dialect.foreign_key_switch().filter(|_| !tables.is_empty()) {
        statements.splice(0..0, [switch.off.to_owned(), "BEGIN".to_owned()]);
        statements.extend(["COMMIT".to_owned(), switch.on.to_owned()]);
    }
    Ok(to_script(&statements))
}

/// Joins statements to the text of a script. Each statement ends with a semicolon, and blank lines separate them.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// let statements = ["DROP TABLE a".to_owned(), "DROP TABLE b".to_owned()];
/// assert_eq!(ddl::to_script(&statements), "DROP TABLE a;\n\nDROP TABLE b;\n");
/// ```
pub fn to_script(statements: &[String]) -> String {
    statements
        .iter()
        .map(|statement| format!("{statement};\n"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The order of `tables`, and for each edge of the sort the table and foreign key it stands for.
fn order(tables: &[&Table]) -> (Sorted, Vec<(usize, usize)>) {
    let names: Vec<QualifiedName> = tables.iter().map(|table| table.qualified_name()).collect();
    let mut edges = Vec::new();
    let mut keys = Vec::new();
    for (child, table) in tables.iter().enumerate() {
        for (key, foreign_key) in table.foreign_keys.iter().enumerate() {
            let parent = foreign_key.referenced();
            if let Some(parent) = names.iter().position(|name| *name == parent) {
                edges.push(Edge { child, parent });
                keys.push((child, key));
            }
        }
    }
    (sort(tables.len(), &edges), keys)
}

/// The order of objects, each of which comes behind those of its `parents` that are among them.
pub(super) fn sort_names<'n>(
    names: &[QualifiedName],
    parents: impl Iterator<Item = impl Iterator<Item = &'n QualifiedName>>,
) -> Vec<usize> {
    let mut edges = Vec::new();
    for (child, parents) in parents.enumerate() {
        let known = parents.filter_map(|parent| names.iter().position(|name| name == parent));
        edges.extend(known.map(|parent| Edge { child, parent }));
    }
    sort(names.len(), &edges).order
}

/// Every table of `schema`, for [`create_all`] and [`drop_all`].
impl<'a> From<&'a Schema> for Vec<&'a Table> {
    fn from(schema: &'a Schema) -> Self {
        schema.tables().iter().collect()
    }
}
