//! Inserting many rows of one model in the way that is fastest on each database, with or without
//! bringing back the keys that it generates.
//!
//! Used by `insert.rs` and by the session's flush. The way is chosen by capability alone: arrays
//! (PostgreSQL), COPY for rows that are loaded (PostgreSQL, too), statements of many rows with RETURNING (MariaDB) or with the first key of each (MySQL), one
//! prepared statement in a loop with the last key of each (SQLite). Texts come from the engine's cache, and there are few of them
//! per column set. Which rows go together, and the transaction around them, are the caller's.
//!
//! `batch_sql.rs` computes how many rows a statement has, and makes its text; `send.rs` splits the rows and sends them;
//! `keys.rs` reads the generated keys; `rows.rs` has what is inserted.

mod batch_sql;
mod keys;
mod rows;
mod send;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{Dialect, GeneratedKeys};
use orm_core::stmt::{BatchRows, Insert};
use orm_core::value::ValueRef;

pub(crate) use self::batch_sql::stores_at_once;
use self::batch_sql::{goes_as_arrays, render, render_with, statement_rows};
pub(super) use self::batch_sql::{goes_at_once, is_of_single_rows, is_one_statement};
use self::keys::{check_count, check_generated, explain_taken_key};
pub(crate) use self::rows::{BulkInsert, TakeKey};
use self::send::Bulk;
use crate::engine::{Connection, StoredTable};

/// Inserts rows. `value` gives the value of a row, counted from 0, for a column's position; `key`, if
/// given, takes each row's generated key.
pub(crate) fn insert_rows<'v>(
    conn: &mut Connection,
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
    key: Option<TakeKey<'_>>,
) -> Result<()> {
    let keys = conn.dialect().capabilities().generated_keys;
    let returning = insert
        .def
        .generated
        .filter(|_| keys == GeneratedKeys::Returning);
    check_generated(conn, insert)?;
    let mut bulk = Bulk {
        returning: returning.filter(|_| key.is_some()),
        ..bulk_of(conn, insert, value)
    };
    let inserted = match key {
        None => bulk.run(),
        Some(key) => match keys {
            GeneratedKeys::LastInsertId => bulk.looped(key),
            GeneratedKeys::Consecutive => bulk.consecutive(key),
            GeneratedKeys::Returning => bulk.returning(&mut |query, rows| {
                for (row, generated) in rows.clone().zip(query.keys(insert.def, rows.len())?) {
                    key(row, generated);
                }
                Ok(())
            }),
        },
    };
    inserted.map_err(|error| explain_taken_key(error, insert))?;
    // Only now it is sure that the statement has not met another schema than the one looked at before.
    check_generated(conn, insert)
}

/// Inserts rows by the database's own way for many, if it has one: COPY on PostgreSQL. It returns no keys.
pub(super) fn copy_rows<'v>(
    conn: &mut Connection,
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
) -> Result<()> {
    // COPY needs a column.
    if !conn.dialect().capabilities().copy_in || insert.columns.is_empty() {
        return insert_rows(conn, insert, value, None);
    }
    let copied = bulk_of(conn, insert, value).copied();
    copied.map_err(|error| explain_taken_key(error, insert))
}

/// Inserts rows with the conflict clause and the RETURNING list of `clauses`, whose source is none, and hands each row that
/// comes back to `each`, in the order of the database.
pub(super) fn insert_with<'v>(
    conn: &mut Connection,
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
    clauses: &Insert,
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    check_generated(conn, insert)?;
    Bulk {
        clauses: Some(clauses),
        ..bulk_of(conn, insert, value)
    }
    .returning(&mut |query, rows| {
        let dialect = query.conn.dialect();
        let more = query.sql.order.binds(clauses, dialect)?;
        let all;
        let binds = if more.is_empty() {
            query.binds
        } else {
            all = [query.binds, &more].concat();
            &all
        };
        if clauses.returning.is_empty() {
            let outcome = query.conn.execute(query.sql, binds)?;
            return match clauses.conflict {
                Some(_) => Ok(()),
                None => check_count(insert.def, outcome.affected, rows.len()),
            };
        }
        let mut found = 0;
        query.conn.query(query.sql, binds, &mut |row| {
            found += 1;
            each(row)
        })?;
        match clauses.conflict {
            // Rows that are left alone don't come back.
            Some(_) => Ok(()),
            None => check_count(insert.def, found, rows.len()),
        }
    })
    .map_err(|error| explain_taken_key(error, insert))
}

/// The rows without RETURNING and clauses.
fn bulk_of<'a, 'v>(
    conn: &'a mut Connection,
    insert: &'a BulkInsert<'a>,
    value: &'a dyn Fn(usize, usize) -> ValueRef<'v>,
) -> Bulk<'a, 'v> {
    Bulk {
        limit: cut_at(conn),
        conn,
        insert,
        value,
        returning: None,
        clauses: None,
    }
}

/// The most bytes of values that a statement of many rows has. Outside a transaction it is not cut: nothing would undo
/// the first of two.
pub(crate) fn cut_at(conn: &mut Connection) -> usize {
    if conn.in_transaction() {
        conn.statement_bytes()
    } else {
        usize::MAX
    }
}

/// The text of the first statement by which rows are inserted, with clauses or without.
pub(super) fn first_statement(
    dialect: &dyn Dialect,
    insert: &BulkInsert<'_>,
    clauses: Option<&Insert>,
) -> Result<String> {
    let capabilities = dialect.capabilities();
    let rows = if goes_as_arrays(capabilities, insert) {
        BatchRows::Arrays
    } else {
        BatchRows::Rows(statement_rows(capabilities, insert, insert.rows))
    };
    let stored = StoredTable::default();
    match clauses {
        Some(clauses) => {
            let text = render_with(dialect, insert, rows, clauses, &stored)?;
            Ok(text.to_string())
        }
        None => render(dialect, insert, rows, (None, false), &stored),
    }
}
