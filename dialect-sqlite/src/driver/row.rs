//! Reads values by index, borrowed from SQLite until the next row.

use orm_core::driver::{Row, invalid_text, no_column};
use orm_core::error::Result;
use orm_core::value::ValueRef;
use rusqlite::types::ValueRef as Native;

pub(super) struct SqliteRow<'a> {
    pub(super) row: &'a rusqlite::Row<'a>,
}

impl Row for SqliteRow<'_> {
    fn len(&self) -> usize {
        self.row.as_ref().column_count()
    }

    #[inline]
    fn get(&self, index: usize) -> Result<ValueRef<'_>> {
        match self.row.get_ref(index) {
            Ok(Native::Integer(v)) => Ok(ValueRef::Int(v)),
            Ok(Native::Text(v)) => match std::str::from_utf8(v) {
                Ok(text) => Ok(ValueRef::Text(text)),
                Err(_) => Err(invalid_text(self.name(index), "CAST(… AS BLOB)")),
            },
            Ok(Native::Null) => Ok(ValueRef::Null),
            Ok(Native::Real(v)) => Ok(ValueRef::Float(v)),
            Ok(Native::Blob(v)) => Ok(ValueRef::Bytes(v)),
            Err(_) => Err(no_column(index, self.len())),
        }
    }

    fn name(&self, index: usize) -> &str {
        self.row.as_ref().column_name(index).unwrap_or("")
    }
}
