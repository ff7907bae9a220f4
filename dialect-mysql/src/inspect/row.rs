//! The values of a catalogue's rows, whatever type the server gives them.

use orm_core::driver::{Connection, Row};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;

/// Runs a query of a schema of the database, and passes its rows to `each`.
///
/// # Errors
/// As [`Connection::query`].
pub(super) fn query(
    connection: &mut dyn Connection,
    sql: &str,
    schema: &str,
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> Result<()> {
    connection.query(sql, &[ValueRef::Text(schema)], each)
}

/// The text of a column, empty for NULL.
///
/// # Errors
/// As [`optional`].
pub(super) fn text(row: &dyn Row, at: usize) -> Result<String> {
    optional(row, at).map(Option::unwrap_or_default)
}

/// The text of a column, or `None` for NULL. Numbers are written as text; the catalogue's columns of bytes are texts.
///
/// # Errors
/// - `Decode`: the value has another type.
pub(super) fn optional(row: &dyn Row, at: usize) -> Result<Option<String>> {
    Ok(Some(match row.get(at)? {
        ValueRef::Null => return Ok(None),
        ValueRef::Text(text) | ValueRef::Json(text) => text.to_owned(),
        ValueRef::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        ValueRef::Int(number) => number.to_string(),
        ValueRef::Decimal(number) => number.to_string(),
        ValueRef::Bool(value) => u8::from(value).to_string(),
        _ => {
            let name = row.name(at);
            let message = format!("column {name} of the information schema is no text");
            return Err(Error::with_message(ErrorKind::Decode, message));
        }
    }))
}

/// The number of a column, or `None` for NULL and for what is none.
///
/// # Errors
/// As [`optional`].
pub(super) fn number<N: std::str::FromStr>(row: &dyn Row, at: usize) -> Result<Option<N>> {
    Ok(optional(row, at)?.and_then(|text| text.parse().ok()))
}
