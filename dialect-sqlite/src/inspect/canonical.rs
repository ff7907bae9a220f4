//! The form of a schema in which it is read after it was created: the text of its DDL, read as that of a database.

use orm_core::error::Result;
use orm_core::schema::{AttachedSql, Column, Name, Schema, Table, View};
use orm_core::sql::ddl;

use super::objects::MAIN;
use super::{index, references, table, trigger, view};
use crate::dialect::SqliteDialect;
use crate::types::NAME;

/// The canonical form of a schema. A table that has no DDL on SQLite stays as it is.
pub(super) fn canonical(schema: &Schema) -> Schema {
    let mut tables: Vec<Table> = schema.tables().iter().map(canonical_table).collect();
    references::complete(&mut tables);
    let views = schema.views.iter().map(canonical_view).collect();
    assembled(tables, views)
}

/// The schema of tables and views, in one order.
pub(super) fn assembled(mut tables: Vec<Table>, mut views: Vec<View>) -> Schema {
    tables.iter_mut().for_each(table::sort);
    views.sort_by(|a, b| (&a.name, &a.schema).cmp(&(&b.name, &b.schema)));
    let mut schema = Schema::unchecked(tables);
    schema.views = views;
    schema
}

fn canonical_table(written: &Table) -> Table {
    let schema = own_schema(written.schema.as_ref());
    let attached = written.attached.iter().filter(|own| own.is_of(NAME));
    let attached = attached.map(|own| canonical_attached(own, schema.as_deref()));
    let attached = attached.collect();
    let read = reread(&supported(written)).ok().flatten();
    let mut table = read.unwrap_or_else(|| written.clone());
    table.schema = schema;
    table.attached = attached;
    // What no database stores, and migrations need.
    table.temporary = written.temporary;
    table.renamed_from.clone_from(&written.renamed_from);
    for (column, written) in table.columns.iter_mut().zip(&written.columns) {
        column.renamed_from.clone_from(&written.renamed_from);
    }
    table
}

/// The table of the DDL of a table. `None` if it can't be read.
fn reread(written: &Table) -> Result<Option<Table>> {
    let sql = ddl::create_table(&SqliteDialect, written, &[])?;
    let Some(mut table) = table::read(&written.name, &sql) else {
        return Ok(None);
    };
    for index in &written.indexes {
        let sql = ddl::create_index(&SqliteDialect, written, index)?;
        let Some(index) = index::read(&table, &sql) else {
            return Ok(None);
        };
        table.indexes.push(index);
    }
    Ok(Some(table))
}

/// The table without what SQLite does not store, and without the name of its schema, which is no part of the text that
/// SQLite keeps.
fn supported(written: &Table) -> Table {
    let mut table = written.clone();
    table.schema = None;
    table.comment = None;
    table.temporary = false;
    table.exclusions.clear();
    table.attached.clear();
    table.options.retain(|option| option.dialect == NAME);
    table.columns.iter_mut().for_each(support_column);
    for unique in table.uniques.iter_mut().chain(&mut table.primary_key) {
        unique.deferrable = None;
        unique.nulls_not_distinct = false;
    }
    for key in &mut table.foreign_keys {
        key.schema = None;
        key.match_full = false;
    }
    for index in &mut table.indexes {
        index.include.clear();
        index.method = None;
        index.nulls_not_distinct = false;
        index.concurrently = false;
        for key in &mut index.keys {
            key.nulls_first = None;
            key.length = None;
            key.operator_class = None;
        }
    }
    table
}

fn support_column(column: &mut Column) {
    column.comment = None;
    column.identity = None;
}

/// A trigger is read. Other statements have no object that belongs to a table.
fn canonical_attached(attached: &AttachedSql, schema: Option<&str>) -> AttachedSql {
    trigger::read(schema, &attached.create).unwrap_or_else(|| attached.clone())
}

/// Without the query's columns, which CREATE VIEW does not have.
fn canonical_view(written: &View) -> View {
    let schema = own_schema(written.schema.as_ref());
    match written.query.of_dialect(NAME) {
        Some(query) => view::canonical(written.name.clone(), schema, query),
        None => written.clone(),
    }
}

/// The schema, if it is not the main one.
fn own_schema(schema: Option<&Name>) -> Option<Name> {
    schema
        .filter(|schema| !schema.eq_ignore_ascii_case(MAIN))
        .cloned()
}
