//! The query of the objects of a database: their names and the text of their CREATE statements.

use orm_core::driver::{Connection, Row};
use orm_core::error::Result;
use orm_core::inspect::Scope;
use orm_core::schema::Name;
use orm_core::value::ValueRef;

use super::cursor::quoted;

/// The schema of the database that is opened, beside attached ones.
pub(super) const MAIN: &str = "main";

/// The tables of migrations themselves.
pub(super) const IGNORED: &[&str] = &["__diesel_schema_migrations", "__orm_migration_log"];

/// Holds a row of `sqlite_schema`.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) schema: Option<Name>,
    pub(super) kind: ObjectKind,
    pub(super) name: String,
    /// The table or view that the object belongs to.
    pub(super) table: String,
    pub(super) sql: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectKind {
    Table,
    Index,
    View,
    Trigger,
}

/// Reads the objects of the main schema and of those of the scope, by one statement. Those of SQLite itself are left
/// out, and virtual tables with the tables that store them. An index of a constraint has no text.
pub(super) fn read(connection: &mut dyn Connection, scope: &Scope) -> Result<Vec<Object>> {
    let others = scope.schemas.iter().map(AsRef::as_ref);
    let others = others.filter(|schema| !schema.eq_ignore_ascii_case(MAIN));
    let schemas: Vec<&str> = [MAIN].into_iter().chain(others).collect();
    let queries: Vec<String> = schemas.iter().enumerate().map(query).collect();
    let mut objects = Vec::new();
    connection.query(&queries.join(" UNION ALL "), &[], &mut |row| {
        objects.extend(object(row, &schemas)?);
        Ok(())
    })?;
    Ok(objects)
}

fn query((number, schema): (usize, &&str)) -> String {
    let name = schema.replace('\'', "''");
    format!(
        "SELECT {number}, m.type, m.name, m.tbl_name, m.sql FROM {}.sqlite_schema m \
         WHERE m.sql IS NOT NULL AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND m.tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.tbl_name NOT IN \
         (SELECT l.name FROM pragma_table_list l WHERE l.schema = '{name}' COLLATE NOCASE \
         AND l.type IN ('virtual', 'shadow'))",
        quoted(schema)
    )
}

fn object(row: &dyn Row, schemas: &[&str]) -> Result<Option<Object>> {
    let kind = match text(row, 1)?.as_str() {
        "table" => ObjectKind::Table,
        "index" => ObjectKind::Index,
        "view" => ObjectKind::View,
        "trigger" => ObjectKind::Trigger,
        _ => return Ok(None),
    };
    let number = match row.get(0)? {
        ValueRef::Int(number) => usize::try_from(number).unwrap_or_default(),
        _ => 0,
    };
    let schema = schemas.get(number).filter(|_| number > 0);
    Ok(Some(Object {
        schema: schema.map(|schema| (*schema).to_owned().into()),
        kind,
        name: text(row, 2)?,
        table: text(row, 3)?,
        sql: text(row, 4)?,
    }))
}

fn text(row: &dyn Row, index: usize) -> Result<String> {
    Ok(match row.get(index)? {
        ValueRef::Text(text) => text.to_owned(),
        _ => String::new(),
    })
}
