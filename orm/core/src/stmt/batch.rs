//! UPDATE and DELETE by key, which a flush repeats: one text for many rows of a table, with the values given at
//! execution. The batches of an INSERT are one of its sources, in `insert.rs`.
//!
//! They hold no values, so that their text is compiled once per table and column set. The order of the
//! binds is part of each contract.

use super::Expr;
use crate::schema::StoredColumn;
use crate::types::Type;

/// Describes a column of a batch.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BatchColumn<'a> {
    /// The column's name.
    pub name: &'a str,
    /// The type, to which array binds are cast.
    pub ty: &'a Type,
    /// The maximum length that the model declares.
    pub length: Option<u32>,
    /// The column as the table declares it, if known. A batch casts to its native type.
    pub stored: Option<&'a StoredColumn>,
}

impl<'a> BatchColumn<'a> {
    /// Creates a column of which only the type is known.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_batch_delete, write_batch_update};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let column = BatchColumn::new("id", &Type::Int64);
    /// assert_eq!((column.name, column.length), ("id", None));
    /// ```
    pub const fn new(name: &'a str, ty: &'a Type) -> Self {
        Self {
            name,
            ty,
            length: None,
            stored: None,
        }
    }
}

/// Selects how rows are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BatchRows {
    /// This many rows, with one bind for each column and row.
    Rows(usize),
    /// Any number of rows, with one array bind for each column. Needs `Capabilities::arrays`.
    Arrays,
}

/// Updates rows by key.
///
/// Binds: those of the expressions of `values`, then `set`, then `key`, then `expected`, as one row or as arrays. Several [`BatchRows::Rows`], up to
/// `Capabilities::batch_rows`, are bound as follows: for each column of `set`, the `key` and the value of every row;
/// then the `key` of every row; then for each column of `expected`, the `key` and the value of every row; and if the
/// statement is `checked`, the number of rows. The key must be the primary key of the table, and must not be set. A
/// row of NULLs matches nothing and is not counted.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BatchUpdate<'a> {
    /// The table.
    pub table: &'a str,
    /// The columns to set.
    pub set: &'a [BatchColumn<'a>],
    /// The names of columns that are set to expressions, which use the old values of the row. They stand before those of `set`, and only in
    /// an UPDATE of one row.
    pub values: &'a [(&'a str, &'a Expr)],
    /// The key columns.
    pub key: &'a [BatchColumn<'a>],
    /// The columns that must still have their old values, compared null-safely and byte by byte: the version column,
    /// or the changed columns. Rendered by `Dialect::write_expected`.
    pub expected: &'a [BatchColumn<'a>],
    /// Whether the binds of expected columns are digests, where `Dialect::digests` is true.
    pub digest: bool,
    /// How rows are bound.
    pub rows: BatchRows,
    /// Whether the statement fails with `StaleData` unless it affects every row. Needs
    /// `Capabilities::checked_batches`. Has no effect for one row.
    pub checked: bool,
}

impl<'a> BatchUpdate<'a> {
    /// Creates an UPDATE by key without expected columns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_batch_delete, write_batch_update};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let (set, key) = ([BatchColumn::new("age", &Type::Int32)], [BatchColumn::new("id", &Type::Int64)]);
    /// let update = BatchUpdate::new("users", &set, &key, BatchRows::Rows(1));
    /// write_batch_update(&mut w, &update)?;
    /// assert_eq!(w.finish().0, r#"UPDATE "users" SET "age" = ? WHERE "id" = ?"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(
        table: &'a str,
        set: &'a [BatchColumn<'a>],
        key: &'a [BatchColumn<'a>],
        rows: BatchRows,
    ) -> Self {
        Self {
            table,
            set,
            values: &[],
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
/// Binds: those of a [`BatchUpdate`] that sets no columns.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BatchDelete<'a> {
    /// The table.
    pub table: &'a str,
    /// The key columns.
    pub key: &'a [BatchColumn<'a>],
    /// The columns that must still have their old values, compared null-safely.
    pub expected: &'a [BatchColumn<'a>],
    /// A column outside the key, which several [`BatchRows::Rows`] need.
    pub outside_key: Option<&'a str>,
    /// How rows are bound.
    pub rows: BatchRows,
    /// Whether the statement fails with `StaleData` unless it deletes every row. Needs
    /// `Capabilities::checked_batches`. Has no effect for one row.
    pub checked: bool,
}

impl<'a> BatchDelete<'a> {
    /// Creates a DELETE by key without expected columns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_batch_delete, write_batch_update};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let key = [BatchColumn::new("id", &Type::Int64)];
    /// let delete = BatchDelete::new("users", &key, BatchRows::Rows(1));
    /// write_batch_delete(&mut w, &delete)?;
    /// assert_eq!(w.finish().0, r#"DELETE FROM "users" WHERE "id" = ?"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
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
