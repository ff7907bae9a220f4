//! What a database's catalogue tells of a table that is about to be written: the types that its columns
//! really have, and whether triggers change its rows.
//!
//! A table may come from a migration and differ from what the model would create: a native enumeration, a
//! DATETIME without a fraction, a collation that ignores case. `Dialect::write_catalogue` asks,
//! `Dialect::keeps` and `Dialect::write_expected` judge by the answer. Nothing is compared with the model
//! here, and no statement is sent.
//!

/// The bit of [`StoredColumn::changed`] for triggers that may change an inserted row.
pub const CHANGED_BY_INSERT_TRIGGER: i64 = 1;
/// The bit of [`StoredColumn::changed`] for triggers that may change an updated row.
pub const CHANGED_BY_UPDATE_TRIGGER: i64 = 2;
/// The bit of [`StoredColumn::changed`] for a column that the database itself sets at each UPDATE of its row.
pub const CHANGED_BY_UPDATE: i64 = 4;
/// The bit of [`StoredColumn::changed`] for a column of the table's primary key.
pub const IN_PRIMARY_KEY: i64 = 8;
/// The bit of [`StoredColumn::changed`], in a row without a name, for a table that has a primary key by that name:
/// where there is none, a catalogue may call a unique index so.
pub const HAS_PRIMARY_KEY: i64 = 32;
/// The bit of [`StoredColumn::changed`] for a column that a unique index of the whole table has alone.
pub const UNIQUE_ALONE: i64 = 16;

/// One row of the catalogue's answer: a column as the table declares it. A row without a name has bits that are
/// about the whole table.
///
/// The fields are the columns of the query that `Dialect::write_catalogue` writes, in this order,
/// behind the number of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StoredColumn {
    /// The column's name.
    pub name: String,
    /// The type without its length, in the words of a cast: `mood`, `bpchar`.
    pub cast: String,
    /// The type's own name in lower case, domains resolved, by which the dialect knows it: `varchar`, `enum`.
    pub base: String,
    /// The type with its length, in the words of a cast: `numeric(10,2)`.
    pub declared: String,
    /// The length, the digits of the fraction, or the scale, as the catalogue counts it.
    pub size: Option<i64>,
    /// Whether `=` compares the column's text byte by byte, trailing blanks included.
    pub bytewise: bool,
    /// What changes the column beside the statement, and what keys it is in: a sum of the bits above.
    pub changed: i64,
}

/// How much a column keeps of the values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// Each value comes back as it was bound.
    All,
    /// Text of at most this many characters comes back as it was bound. Of longer text, blanks at its end
    /// may be cut off.
    Characters(u32),
    /// A value may come back rounded, padded or in another notation.
    Less,
    /// A value can't be read back as it is.
    Unreadable,
}
