//! Queries the database's catalogue for the tables of models, once for each table and engine.
//!
//! Used by the flush, before it writes, and by bulk inserts with arrays. The engine stores the result
//! (`engine/stored_table.rs`).

use std::sync::Arc;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{
    CHANGED_BY_INSERT_TRIGGER, CHANGED_BY_UPDATE, CHANGED_BY_UPDATE_TRIGGER, HAS_PRIMARY_KEY,
    IN_PRIMARY_KEY, Keeps, StoredColumn, UNIQUE_ALONE,
};
use orm_core::sql::{Dialect, SqlWriter};
use orm_core::stmt::BatchColumn;
use orm_core::value::ValueRef;

use crate::engine::{Connection, StoredTable};
use crate::mapping::ModelDef;

/// The catalogue's description of a model's table; read now, if it is not known yet.
///
/// # Errors
/// The database's refusal.
pub(crate) fn stored_table(
    connection: &mut Connection,
    (def, model): (&'static ModelDef, usize),
) -> Result<Arc<StoredTable>> {
    if let Some(known) = connection.stored(model) {
        return Ok(known);
    }
    learn_tables(connection, &[(def, model)])?;
    Ok(connection.stored(model).unwrap_or_default())
}

/// Reads the tables of these models from the catalogue, in one query.
///
/// A table that isn't there is kept as one of which nothing is known, until the statement that fails for the
/// lack of it makes the engine forget.
///
/// # Errors
/// The database's refusal; `Decode` for a result that breaks the dialect's contract.
pub(crate) fn learn_tables(
    connection: &mut Connection,
    models: &[(&'static ModelDef, usize)],
) -> Result<()> {
    let dialect = connection.dialect();
    let names: Vec<&str> = models.iter().map(|(def, _)| def.table).collect();
    let mut found: Vec<Vec<StoredColumn>> = vec![Vec::new(); models.len()];
    let mut w = SqlWriter::new(dialect);
    if dialect.write_catalogue(&mut w, &names) {
        let (sql, binds) = w.finish();
        connection.read(&sql, &binds, &mut |row| {
            let number = usize::try_from(int(row, 0)?.unwrap_or(0)).unwrap_or(0);
            if let Some(columns) = found.get_mut(number) {
                columns.push(column(row)?);
            }
            Ok(())
        })?;
    }
    for ((def, model), columns) in models.iter().zip(found) {
        connection.keep_stored(*model, table(dialect, def, &columns));
    }
    Ok(())
}

/// The column at `position` for a batch, with what the table declares.
pub(crate) fn batch_column<'a>(
    def: &'static ModelDef,
    stored: &'a StoredTable,
    position: usize,
) -> BatchColumn<'a> {
    let column = &def.columns[position];
    let mut batch = BatchColumn::new(def.names[position], &column.ty);
    batch.length = column.length;
    batch.stored = stored.columns.get(position).and_then(Option::as_ref);
    batch
}

fn table(dialect: &'static dyn Dialect, def: &ModelDef, columns: &[StoredColumn]) -> StoredTable {
    let any = |bit: i64| columns.iter().any(|column| column.changed & bit != 0);
    let mut table = StoredTable {
        insert_triggers: any(CHANGED_BY_INSERT_TRIGGER),
        update_triggers: any(CHANGED_BY_UPDATE_TRIGGER),
        unique_key: has_unique_key(def, columns),
        capabilities: dialect.capabilities(),
        primary_key: any(HAS_PRIMARY_KEY) && has_primary_key(def, columns),
        ..StoredTable::default()
    };
    for (position, column) in def.columns.iter().enumerate() {
        let Some(stored) = named(columns, &column.name) else {
            table.columns.push(None);
            continue;
        };
        match dialect.keeps(stored, &column.ty, column.length) {
            Keeps::All => {}
            Keeps::Characters(most) => table.less.push((position, Some(most))),
            Keeps::Less => table.less.push((position, None)),
            Keeps::Unreadable => table.readable = false,
        }
        if stored.changed & CHANGED_BY_UPDATE != 0 {
            table.touched.push(position);
        }
        table.columns.push(Some(stored.clone()));
    }
    table
}

/// Whether a model's key can have one row at most: it has all columns of the table's primary key, or one that is
/// unique by itself.
fn has_unique_key(def: &ModelDef, columns: &[StoredColumn]) -> bool {
    let key: Vec<&StoredColumn> = def
        .primary_key
        .iter()
        .filter_map(|position| named(columns, def.names[*position]))
        .collect();
    let in_key = |column: &StoredColumn| key.iter().any(|own| own.name == column.name);
    let mut primary = columns
        .iter()
        .filter(|column| column.changed & IN_PRIMARY_KEY != 0)
        .peekable();
    let has_primary = primary.peek().is_some() && primary.all(in_key);
    has_primary || key.iter().any(|column| column.changed & UNIQUE_ALONE != 0)
}

/// Whether the columns of a model's key are those of the table's primary key.
fn has_primary_key(def: &ModelDef, columns: &[StoredColumn]) -> bool {
    let in_primary = |column: &&StoredColumn| column.changed & IN_PRIMARY_KEY != 0;
    let key = def.primary_key.iter();
    let key = key.filter_map(|position| named(columns, def.names[*position]));
    let (all, primary) = (def.primary_key.len(), columns.iter().filter(in_primary));
    key.filter(in_primary).count() == all && primary.count() == all
}

/// Some databases compare names case-insensitively, so an exact match is tried first.
fn named<'c>(columns: &'c [StoredColumn], name: &str) -> Option<&'c StoredColumn> {
    let exact = columns.iter().find(|column| column.name == name);
    exact.or_else(|| {
        let mut same = columns.iter();
        same.find(|column| column.name.eq_ignore_ascii_case(name))
    })
}

fn column(row: &dyn Row) -> Result<StoredColumn> {
    let mut column = StoredColumn::default();
    column.name = text(row, 1)?;
    column.cast = text(row, 2)?;
    column.base = text(row, 3)?;
    column.declared = text(row, 4)?;
    column.size = int(row, 5)?;
    column.bytewise = int(row, 6)? == Some(1);
    column.changed = int(row, 7)?.unwrap_or(0);
    Ok(column)
}

fn text(row: &dyn Row, index: usize) -> Result<String> {
    match row.get(index)? {
        ValueRef::Text(text) => Ok(text.to_owned()),
        ValueRef::Null => Ok(String::new()),
        other => Err(unexpected(other)),
    }
}

fn int(row: &dyn Row, index: usize) -> Result<Option<i64>> {
    match row.get(index)? {
        ValueRef::Int(number) => Ok(Some(number)),
        ValueRef::Null => Ok(None),
        other => Err(unexpected(other)),
    }
}

#[cold]
fn unexpected(found: ValueRef<'_>) -> Error {
    let found = found.kind_name();
    Error::with_message(
        ErrorKind::Decode,
        format!(
            "the catalogue query returned {found} instead of the type that the dialect declares"
        ),
    )
}
