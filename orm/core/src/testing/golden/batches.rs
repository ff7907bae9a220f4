//! The statements of a flush, on a table `t` with the columns of this file. Those with expressions are in
//! `statements.rs`.

use crate::schema::StoredColumn;
use crate::stmt::{
    BatchColumn, BatchDelete, BatchRows, BatchType, BatchUpdate, Expr, Insert, InsertSource,
    Projection,
};
use crate::types::Type;

/// The key.
pub const ID: BatchColumn<'static> = BatchColumn::new("id", &Type::Int64);

/// A text.
pub const NAME: BatchColumn<'static> = BatchColumn::new("name", &Type::Text);

/// A version, of another size than the key.
pub const VERSION: BatchColumn<'static> = BatchColumn::new("version", &Type::Int32);

/// Inserts rows with `columns`; a row of defaults without.
pub fn insert(columns: &[BatchColumn<'_>], rows: BatchRows) -> Insert {
    let names = columns.iter().map(|column| column.name.to_owned().into());
    let types = columns.iter().map(|column| BatchType {
        ty: column.ty.clone(),
        length: column.length,
        stored: column.stored.cloned(),
    });
    let source = if columns.is_empty() {
        InsertSource::Defaults
    } else {
        let types = types.collect();
        InsertSource::Batch { rows, types }
    };
    Insert::new("t", names.collect(), source)
}

/// Inserts rows with `columns` and returns their keys.
pub fn insert_returning(columns: &[BatchColumn<'_>], rows: BatchRows) -> Insert {
    Insert {
        returning: vec![Projection::Expr(Expr::column("t", ID.name))],
        ..insert(columns, rows)
    }
}

/// Sets the name of rows that still have the version.
pub fn update(rows: BatchRows) -> BatchUpdate<'static> {
    BatchUpdate {
        table: "t",
        set: &[NAME],
        values: &[],
        key: &[ID],
        expected: &[VERSION],
        digest: false,
        rows,
        checked: false,
    }
}

/// Sets the name of rows in which other columns have their old values.
pub fn expecting<'a>(
    set: &'a [BatchColumn<'a>],
    expected: &'a [BatchColumn<'a>],
    rows: BatchRows,
) -> BatchUpdate<'a> {
    BatchUpdate {
        set,
        expected,
        ..update(rows)
    }
}

/// What a catalogue has of a column named `name`.
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
        expected: &[],
        outside_key: Some(VERSION.name),
        rows,
        checked: false,
    }
}
