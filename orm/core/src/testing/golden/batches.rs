//! The statements of a flush, on a table `t` with the columns of this file. Those with expressions are in
//! `statements.rs`.

use crate::schema::StoredColumn;
use crate::stmt::{BatchColumn, BatchDelete, BatchInsert, BatchRows, BatchUpdate};
use crate::types::Type;

/// The key.
pub const ID: BatchColumn<'static> = BatchColumn::new("id", &Type::Int64);

/// A text.
pub const NAME: BatchColumn<'static> = BatchColumn::new("name", &Type::Text);

/// A version, of another size than the key.
pub const VERSION: BatchColumn<'static> = BatchColumn::new("version", &Type::Int32);

/// Inserts rows with `columns`.
pub fn insert<'a>(columns: &'a [BatchColumn<'a>], rows: BatchRows) -> BatchInsert<'a> {
    BatchInsert {
        table: "t",
        columns,
        rows,
        returning: None,
    }
}

/// Inserts rows with `columns` and hands back their keys.
pub fn insert_returning<'a>(columns: &'a [BatchColumn<'a>], rows: BatchRows) -> BatchInsert<'a> {
    BatchInsert {
        returning: Some(ID.name),
        ..insert(columns, rows)
    }
}

/// Sets the name of rows that still have the version.
pub fn update(rows: BatchRows) -> BatchUpdate<'static> {
    BatchUpdate {
        table: "t",
        set: &[NAME],
        key: &[ID],
        guard: &[VERSION],
        digest: false,
        rows,
    }
}

/// Sets the name of rows in which other columns have their old values.
pub fn guarded<'a>(
    set: &'a [BatchColumn<'a>],
    guard: &'a [BatchColumn<'a>],
    rows: BatchRows,
) -> BatchUpdate<'a> {
    BatchUpdate {
        set,
        guard,
        ..update(rows)
    }
}

/// What a catalogue tells of a column named `name`.
pub fn stored(base: &str, declared: &str, bytewise: bool) -> StoredColumn {
    StoredColumn {
        name: NAME.name.to_owned(),
        cast: base.to_owned(),
        base: base.to_owned(),
        declared: declared.to_owned(),
        bytewise,
        ..StoredColumn::default()
    }
}

/// The column `name` as a table declares it.
pub fn declared<'a>(ty: &'a Type, stored: &'a StoredColumn) -> BatchColumn<'a> {
    BatchColumn {
        stored: Some(stored),
        ..BatchColumn::new(NAME.name, ty)
    }
}

/// Deletes rows by a key of two columns.
pub fn delete(rows: BatchRows) -> BatchDelete<'static> {
    BatchDelete {
        table: "t",
        key: &[ID, NAME],
        guard: &[],
        rows,
    }
}
