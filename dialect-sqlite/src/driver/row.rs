//! Values on their way out: read by index, borrowed from SQLite until the next row.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;
use rusqlite::types::ValueRef as Native;

pub(super) struct SqliteRow<'a> {
    pub(super) row: &'a rusqlite::Row<'a>,
}

impl SqliteRow<'_> {
    #[cold]
    fn beyond(&self, index: usize) -> Error {
        let columns = self.len();
        Error::with_message(
            ErrorKind::Decode,
            format!("a row of {columns} columns has none at {index}, counted from 0"),
        )
    }

    #[cold]
    fn not_utf8(&self, index: usize) -> Error {
        Error::with_message(ErrorKind::Decode, "the text of a column is not valid utf-8")
            .with_column(self.name(index))
            .with_hint("read it as bytes, with CAST(… AS BLOB)")
    }
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
                Err(_) => Err(self.not_utf8(index)),
            },
            Ok(Native::Null) => Ok(ValueRef::Null),
            Ok(Native::Real(v)) => Ok(ValueRef::Float(v)),
            Ok(Native::Blob(v)) => Ok(ValueRef::Bytes(v)),
            Err(_) => Err(self.beyond(index)),
        }
    }

    fn name(&self, index: usize) -> &str {
        self.row.as_ref().column_name(index).unwrap_or("")
    }
}
