//! The catalogue's description of a table: the native types of its columns, its keys, and whether triggers change its
//! rows.
//!
//! A table may come from a migration and differ from what the model would create: a native enumerated type, a
//! DATETIME without a fraction, a case-insensitive collation. `Dialect::write_catalogue` renders the query,
//! `Dialect::keeps` and `Dialect::write_expected` use its result. The model is not compared with the table here, and
//! no statement is sent.
//!

/// The bit of [`StoredColumn::changed`] for a table with triggers that may change an inserted row.
pub const CHANGED_BY_INSERT_TRIGGER: i64 = 1;
/// The bit of [`StoredColumn::changed`] for a table with triggers that may change an updated row.
pub const CHANGED_BY_UPDATE_TRIGGER: i64 = 2;
/// The bit of [`StoredColumn::changed`] for a column that the database sets at each UPDATE of its row.
pub const CHANGED_BY_UPDATE: i64 = 4;
/// The bit of [`StoredColumn::changed`] for a column of the table's primary key.
pub const IN_PRIMARY_KEY: i64 = 8;
/// The bit of [`StoredColumn::changed`], in a row without a name, for a table that has a primary key. Without one, a
/// catalogue may report a unique index as the primary key.
pub const HAS_PRIMARY_KEY: i64 = 32;
/// The bit of [`StoredColumn::changed`] for a column with a unique index of its own that covers the whole table.
pub const UNIQUE_ALONE: i64 = 16;

/// Holds one row of the catalogue query: a column as the table declares it. The bits of a row without a name concern
/// the whole table.
///
/// The fields are the columns of the query of `Dialect::write_catalogue`, in this order, after the number of the
/// table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StoredColumn {
    /// The name of the column.
    pub name: String,
    /// The type without its length, as written in a cast: `mood`, `bpchar`.
    pub cast: String,
    /// The name of the type in lower case, with domains resolved, as the dialect knows it: `varchar`, `enum`.
    pub base: String,
    /// The type with its length, as written in a cast: `numeric(10,2)`.
    pub declared: String,
    /// The length, the digits of the fraction, or the scale, as the catalogue counts it.
    pub size: Option<i64>,
    /// Whether `=` compares the column's text byte by byte, including trailing blanks.
    pub bytewise: bool,
    /// What changes the column besides the statement, and which keys it belongs to: a sum of the bits above.
    pub changed: i64,
}

/// Describes which values of a field a column returns unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// All values.
    All,
    /// Text of at most this many characters. Trailing blanks of longer text may be removed.
    Characters(u32),
    /// Not all values: some are rounded, padded or formatted differently.
    Less,
    /// None: values can't be read back.
    Unreadable,
}
