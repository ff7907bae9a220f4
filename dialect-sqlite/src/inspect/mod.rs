//! [`SqliteInspector`]: reads the schema of a database from the text of its CREATE statements.
//!
//! `sqlite_schema` holds the text of every object, and SQLite itself reads nothing else when it opens a database. The
//! pragmas know less: no names of constraints, no CHECKs, no collations. So both methods read text. `inspect` reads that
//! of the database, and `canonical` that of the DDL which would create the tables (`canonical.rs`), with one parser:
//! `cursor.rs` has the tokens, `parse.rs`, `constraint.rs` and `foreign_key.rs` CREATE TABLE, `table.rs` makes a table of
//! it, `types.rs` the types of columns, `rule.rs` the CHECKs of types. `expression.rs` with `precedence.rs` and
//! `default.rs` write SQL in one way, `index.rs`, `view.rs` and `trigger.rs` read the other statements, `objects.rs` is
//! the query, `references.rs` completes foreign keys. Deliberately not here: virtual tables and triggers of views.

mod canonical;
mod constraint;
mod cursor;
mod default;
mod expression;
mod foreign_key;
mod index;
mod objects;
mod parse;
mod precedence;
mod references;
mod rule;
mod table;
mod trigger;
mod types;
mod view;

use std::collections::HashMap;

use orm_core::driver::Connection;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::inspect::{Inspector, Scope};
use orm_core::schema::{Name, Schema, Table, View};

use crate::versions;
use objects::{Object, ObjectKind};

/// Reads schemas of SQLite.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SqliteInspector;

impl Inspector for SqliteInspector {
    fn inspect(&self, connection: &mut dyn Connection, scope: &Scope) -> Result<Schema> {
        if let Some(version) = connection.server_version() {
            version.at_least(versions::OLDEST, "SQLite")?;
        }
        let objects = objects::read(connection, scope)?;
        let mut tables = read_tables(&objects, scope)?;
        // Excluded tables may be referenced.
        references::complete(&mut tables);
        tables.retain(|table| is_kept(scope, &table.name));
        let views = read_views(&objects, scope)?;
        Ok(canonical::assembled(tables, views))
    }

    fn canonical(&self, schema: &Schema) -> Schema {
        canonical::canonical(schema)
    }
}

fn is_kept(scope: &Scope, name: &str) -> bool {
    !objects::IGNORED.contains(&name) && !scope.is_excluded(name)
}

/// The tables with their indexes and triggers, and excluded ones that can be read.
fn read_tables(objects: &[Object], scope: &Scope) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    let mut positions = HashMap::new();
    for object in of_kind(objects, ObjectKind::Table) {
        let Some(mut table) = table::read(&object.name, &object.sql) else {
            if is_kept(scope, &object.name) {
                return Err(unread(object));
            }
            continue;
        };
        table.schema.clone_from(&object.schema);
        positions.insert(
            (&object.schema, object.name.to_ascii_lowercase()),
            tables.len(),
        );
        tables.push(table);
    }
    let position = |object: &Object| {
        let key = (&object.schema, object.table.to_ascii_lowercase());
        positions.get(&key).copied()
    };
    for object in of_kind(objects, ObjectKind::Index) {
        if let Some(table) = position(object).and_then(|at| tables.get_mut(at)) {
            let index = index::read(table, &object.sql).ok_or_else(|| unread(object))?;
            table.indexes.push(index);
        }
    }
    for object in of_kind(objects, ObjectKind::Trigger) {
        // A trigger of a view has no table.
        if let Some(table) = position(object).and_then(|at| tables.get_mut(at)) {
            let schema = object.schema.as_deref();
            let trigger = trigger::read(schema, &object.sql).ok_or_else(|| unread(object))?;
            table.attached.push(trigger);
        }
    }
    Ok(tables)
}

fn read_views(objects: &[Object], scope: &Scope) -> Result<Vec<View>> {
    let views = of_kind(objects, ObjectKind::View);
    let read = |object: &Object| {
        let name = Name::from(object.name.clone());
        view::read(name, object.schema.clone(), &object.sql).ok_or_else(|| unread(object))
    };
    let kept = views.filter(|object| is_kept(scope, &object.name));
    kept.map(read).collect()
}

fn of_kind(objects: &[Object], kind: ObjectKind) -> impl Iterator<Item = &Object> {
    objects.iter().filter(move |object| object.kind == kind)
}

#[cold]
fn unread(object: &Object) -> Error {
    let message = format!("the CREATE statement of {} can't be parsed", object.name);
    Error::with_message(ErrorKind::Schema, message)
        .with_table(object.table.as_str())
        .with_sql(&object.sql)
        .with_hint(format!("exclude the table: --exclude {}", object.table))
}
