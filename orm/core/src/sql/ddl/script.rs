//! The statements that create or drop all tables of a schema, in dependency order.

use super::create::{add_foreign_key, check_name, create_index, create_table};
use super::enums::{create_types, drop_types, named_types};
use crate::error::Result;
use crate::schema::sort::{Edge, Sorted, sort};
use crate::schema::{Schema, Table};
use crate::sql::{Dialect, SqlWriter};

/// Returns the statements that create `tables`: the named types of their columns, then parents first, each table followed
/// by its indexes. Foreign keys of a cycle come last, as ALTER TABLE, or inline if the database has no ALTER TABLE … ADD
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
        statements.push(create_table(dialect, table, &deferred)?);
        let indexes = table.indexes.iter();
        statements.extend(indexes.map(|index| create_index(dialect, table, index)));
    }
    for (owner, key) in later {
        let table = tables[owner];
        statements.push(add_foreign_key(dialect, table, &table.foreign_keys[key]));
    }
    Ok(statements)
}

/// Returns the statements that drop `tables`: foreign keys of cycles first, then children before parents, then the named
/// types of their columns. If the dialect has a [`ForeignKeySwitch`](crate::sql::ForeignKeySwitch), run them with foreign keys disabled.
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
            let name = &table.foreign_keys[key].name;
            statements.push(drop_foreign_key(dialect, table, name));
        }
    }
    for index in sorted.order.into_iter().rev() {
        let mut w = SqlWriter::new(dialect);
        w.push("DROP TABLE ").ident(&tables[index].name);
        statements.push(w.finish().0);
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

fn drop_foreign_key(dialect: &dyn Dialect, table: &Table, key: &str) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").ident(&table.name).push(" ");
    w.push(dialect.drop_foreign_key()).push(" ").constraint(key);
    w.finish().0
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
    let mut edges = Vec::new();
    let mut keys = Vec::new();
    for (child, table) in tables.iter().enumerate() {
        for (key, foreign_key) in table.foreign_keys.iter().enumerate() {
            let parent = tables
                .iter()
                .position(|parent| parent.name == foreign_key.table);
            if let Some(parent) = parent {
                edges.push(Edge { child, parent });
                keys.push((child, key));
            }
        }
    }
    (sort(tables.len(), &edges), keys)
}

/// Every table of `schema`, for [`create_all`] and [`drop_all`].
impl<'a> From<&'a Schema> for Vec<&'a Table> {
    fn from(schema: &'a Schema) -> Self {
        schema.tables().iter().collect()
    }
}
