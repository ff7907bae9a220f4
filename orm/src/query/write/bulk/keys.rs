//! Reads and checks the generated keys and the number of inserted rows.
//!
//! Used by `mod.rs` and `send.rs`. Keys that can't be matched to rows are an error.

use std::fmt::Display;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{KeyRange, SqlWriter};
use orm_core::value::{Value, ValueRef};

use super::rows::BulkInsert;
use crate::engine::{Connection, StatementText};
use crate::mapping::ModelDef;

/// A statement that inserts rows, ready to be sent.
pub(super) struct RowsStatement<'q> {
    pub(super) conn: &'q mut Connection,
    pub(super) sql: &'q StatementText,
    pub(super) binds: &'q [ValueRef<'q>],
}

impl RowsStatement<'_> {
    /// The generated keys, which must ascend: only their order assigns them to rows. They are returned in the order of the
    /// rows, and a sequence ascends; keys of another default can't be assigned.
    pub(super) fn keys(self, def: &'static ModelDef, rows: usize) -> Result<Vec<i64>> {
        let mut keys = Vec::with_capacity(rows);
        self.conn
            .query(self.sql, self.binds, &mut |row| match row.get(0)? {
                ValueRef::Int(generated) => {
                    keys.push(generated);
                    Ok(())
                }
                other => Err(Error::with_message(
                    ErrorKind::Decode,
                    format!("the generated key is {}, not an integer", other.kind_name()),
                )
                .with_table(def.table)),
            })?;
        check_count(def, keys.len() as u64, rows)?;
        if keys.is_sorted_by(|earlier, later| earlier < later) {
            Ok(keys)
        } else {
            Err(unordered(def))
        }
    }
}

/// The keys of a statement that has inserted `rows` rows, the first of which got the key `first`.
pub(super) fn consecutive_keys(
    conn: &mut Connection,
    insert: &BulkInsert<'_>,
    first: i64,
    rows: usize,
) -> Result<impl Iterator<Item = i64>> {
    let def = insert.def;
    if first == 0 {
        return Err(unordered(def));
    }
    let step = match rows {
        1 => 1,
        rows => {
            let rows = i64::try_from(rows).map_err(|_| unordered(def))?;
            key_step(conn, insert, first, rows)?
        }
    };
    Ok((0..rows).scan(first, move |next, _| {
        let key = *next;
        *next = next.saturating_add(step);
        Some(key)
    }))
}

/// The step from one of these keys to the next, all of which must be there: a trigger may have made others.
fn key_step(conn: &mut Connection, insert: &BulkInsert<'_>, first: i64, rows: i64) -> Result<i64> {
    let (dialect, def) = (conn.dialect(), insert.def);
    let generated = def.generated.ok_or_else(|| unordered(def))?;
    let keys = KeyRange::new(def.table, def.names[generated], (first, rows));
    let mut w = SqlWriter::new(dialect);
    dialect.write_generated_keys(&mut w, &keys)?;
    let (sql, binds) = w.finish();
    let mut found = None;
    conn.query(&sql, &binds, &mut |row| {
        found = Some((row.get(0)?.to_value(), row.get(1)?.to_value()));
        Ok(())
    })?;
    match found {
        Some((Value::Int(step), Value::Int(there))) if there == rows => Ok(step),
        _ => Err(unordered(def)),
    }
}

#[cold]
pub(super) fn unordered(def: &'static ModelDef) -> Error {
    Error::with_message(
        ErrorKind::Unsupported,
        "the generated keys do not increase from row to row, so they can't be matched to the rows",
    )
    .with_table(def.table)
    .with_hint(
        "make the key an auto-increment, serial or identity column, or insert one row at a time",
    )
}

/// Refuses rows whose key is left to a database that makes none: SQLite, if the column is not the table's rowid.
pub(super) fn check_generated(conn: &mut Connection, insert: &BulkInsert<'_>) -> Result<()> {
    let def = insert.def;
    match def.generated.filter(|key| !insert.columns.contains(key)) {
        Some(key) if !conn.generates(def.table, def.names[key])? => Err(ungenerated(def, key)),
        _ => Ok(()),
    }
}

#[cold]
fn ungenerated(def: &'static ModelDef, key: usize) -> Error {
    Error::with_message(ErrorKind::Schema, "the database does not generate the key")
        .with_table(def.table)
        .with_column(def.names[key])
        .with_hint(
            "declare the column as INTEGER PRIMARY KEY, without DESC and as the only one of the key; or give each \
             row its key, with #[orm(auto_increment = false)]",
        )
}

/// A generated key that a row has already: a sequence does not know of keys that were given.
#[cold]
pub(super) fn explain_taken_key(error: Error, insert: &BulkInsert<'_>) -> Error {
    let generated = insert
        .def
        .generated
        .filter(|key| !insert.columns.contains(key));
    let is_taken =
        |key| error.is_unique_violation() && error.column() == Some(insert.def.names[key]);
    if error.hint().is_some() || !generated.is_some_and(is_taken) {
        return error;
    }
    error.with_hint(
        "the generated key already exists: rows inserted with explicit keys do not advance the sequence; set it to the greatest key, on PostgreSQL with setval(pg_get_serial_sequence('table', 'column'), max)",
    )
}

/// A trigger or rule that swallows a row must not go unnoticed: the caller counts on every row.
pub(super) fn check_count(def: &'static ModelDef, written: u64, expected: usize) -> Result<()> {
    if written == expected as u64 {
        return Ok(());
    }
    Err(not_all(def, expected, written))
}

#[cold]
pub(super) fn not_all(def: &'static ModelDef, expected: usize, written: impl Display) -> Error {
    Error::with_message(
        ErrorKind::Database,
        format!("the INSERT of {expected} rows affected {written}"),
    )
    .with_table(def.table)
    .with_hint("check the table for a trigger or rule")
}
