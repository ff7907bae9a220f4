//! UPDATE and DELETE by key, which a flush repeats: one text for many rows of a table, with the values given at
//! execution. The batches of an INSERT are one of its sources, in `insert.rs`.
//!
//! They hold no values, so that their text is compiled once per table and column set. The order of the
//! binds is part of each contract.

use crate::schema::StoredColumn;
use crate::types::Type;

/// A column of a batch.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BatchColumn<'a> {
    /// The column's name.
    pub name: &'a str,
    /// Its type, which array binds are cast to.
    pub ty: &'a Type,
    /// The greatest length that the model declares.
    pub length: Option<u32>,
    /// What the table declares, if that is known: a batch casts to the column's own type.
    pub stored: Option<&'a StoredColumn>,
}

impl<'a> BatchColumn<'a> {
    /// A column of which nothing but the type is known.
    pub const fn new(name: &'a str, ty: &'a Type) -> Self {
        Self {
            name,
            ty,
            length: None,
            stored: None,
        }
    }
}

/// How rows are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BatchRows {
    /// This many rows of one bind a column, row by row.
    Rows(usize),
    /// Any number of rows: one array bind a column. Needs `Capabilities::arrays`.
    Arrays,
}

/// Updates rows by key.
///
/// Binds: `set`, then `key`, then `expected`, as one row or as arrays. Of several [`BatchRows::Rows`], which a dialect
/// takes up to `Capabilities::batch_rows`: for each column of `set`, the `key` and the value of every row; then the
/// `key` of every row; then for each column of `expected`, the `key` and the value of every row; and if the statement is
/// `checked`, the number of rows. There the key is the table's primary key, and is not set. A row of NULLs matches
/// nothing, and doesn't count.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BatchUpdate<'a> {
    /// The table.
    pub table: &'a str,
    /// The columns that are set.
    pub set: &'a [BatchColumn<'a>],
    /// The key columns that find the row.
    pub key: &'a [BatchColumn<'a>],
    /// Columns that must still have the value bound, null-safely and byte by byte: the version,
    /// or old values. `Dialect::write_expected` writes the comparison.
    pub expected: &'a [BatchColumn<'a>],
    /// Whether the binds of the guarded columns for which `Dialect::digests` holds are digests.
    pub digest: bool,
    /// How rows are bound.
    pub rows: BatchRows,
    /// Whether the statement fails with `StaleData`, and so undoes itself, unless it writes every row. Needs
    /// `Capabilities::checked_batches`, and has no meaning for one row.
    pub checked: bool,
}

impl<'a> BatchUpdate<'a> {
    /// Sets columns of the rows that a key finds, whatever they hold.
    pub fn new(
        table: &'a str,
        set: &'a [BatchColumn<'a>],
        key: &'a [BatchColumn<'a>],
        rows: BatchRows,
    ) -> Self {
        Self {
            table,
            set,
            key,
            expected: &[],
            digest: false,
            rows,
            checked: false,
        }
    }
}

/// Deletes rows by key.
///
/// Binds: those of a [`BatchUpdate`] that sets nothing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BatchDelete<'a> {
    /// The table.
    pub table: &'a str,
    /// The key columns that find the row.
    pub key: &'a [BatchColumn<'a>],
    /// Columns that must still have the value bound, null-safely.
    pub expected: &'a [BatchColumn<'a>],
    /// A column outside the key, which several [`BatchRows::Rows`] need.
    pub outside_key: Option<&'a str>,
    /// How rows are bound.
    pub rows: BatchRows,
    /// Whether the statement fails with `StaleData`, and so undoes itself, unless it deletes every row. Needs
    /// `Capabilities::checked_batches`, and has no meaning for one row.
    pub checked: bool,
}

impl<'a> BatchDelete<'a> {
    /// Deletes the rows that a key finds, whatever they hold.
    pub fn new(table: &'a str, key: &'a [BatchColumn<'a>], rows: BatchRows) -> Self {
        Self {
            table,
            key,
            expected: &[],
            outside_key: None,
            rows,
            checked: false,
        }
    }
}
