//! Decodes a row in PostgreSQL's binary form to [`ValueRef`], borrowed.
//!
//! The type of each column is determined once for each statement ([`Wire`]); a value then costs a lookup by index and
//! a match. `wire.rs` has the forms.

use std::error::Error as StdError;

use orm_core::driver;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;
use postgres::types::{FromSql, Type as Native};

use super::array::Arrays;
use super::undecodable::Undecodable;
use super::wire::{Wire, decode};

/// A row with the forms of its columns.
pub(super) struct PostgresRow<'a> {
    pub(super) row: &'a postgres::Row,
    pub(super) wires: &'a [Wire],
    /// How many rows follow.
    pub(super) left: usize,
    pub(super) arrays: Arrays,
}

impl driver::Row for PostgresRow<'_> {
    fn len(&self) -> usize {
        self.wires.len()
    }

    #[inline]
    fn get(&self, index: usize) -> Result<ValueRef<'_>> {
        let (Some(wire), Ok(Raw(raw))) = (self.wires.get(index), self.row.try_get(index)) else {
            return Err(driver::no_column(index, self.wires.len()));
        };
        let Some(raw) = raw else {
            return Ok(ValueRef::Null);
        };
        if *wire == Wire::Array {
            return self.array(index, raw);
        }
        decode(*wire, raw).map_err(|why| self.undecodable(index, why))
    }

    fn get_native(&self, index: usize) -> Result<ValueRef<'_>> {
        match (self.wires.get(index), self.row.try_get(index)) {
            (Some(Wire::Numeric | Wire::Array | Wire::Other), Ok(Raw(Some(raw)))) => {
                Ok(ValueRef::Bytes(raw))
            }
            _ => driver::Row::get(self, index),
        }
    }

    fn rows_left(&self) -> usize {
        self.left
    }

    fn name(&self, index: usize) -> &str {
        self.row
            .columns()
            .get(index)
            .map_or("", |column| column.name())
    }
}

impl PostgresRow<'_> {
    #[cold]
    fn array(&self, index: usize, raw: &[u8]) -> Result<ValueRef<'_>> {
        let ty = self.row.columns()[index].type_();
        let read = self.arrays.read((index, self.wires.len()), (ty, raw));
        read.map_err(|why| self.undecodable(index, why))
    }

    #[cold]
    fn undecodable(&self, index: usize, why: Undecodable) -> Error {
        let column = &self.row.columns()[index];
        let (name, ty) = (column.name(), column.type_());
        let (message, hint) = match why {
            Undecodable::Type => (
                format!("column {name} has the type {ty}, which is not supported"),
                Some(format!(
                    "cast it in the query, such as {name}::text or {name}::float8"
                )),
            ),
            Undecodable::Digits => (
                format!("column {name} has more than 36 digits, which is not supported"),
                Some(format!(
                    "cast it in the query, such as {name}::text or {name}::float8"
                )),
            ),
            Undecodable::NotANumber => (
                format!("column {name} holds a {ty} that is not a number, which is not supported"),
                Some("select it as text, or exclude NaN with a CHECK constraint".to_owned()),
            ),
            Undecodable::Infinity => (
                format!("column {name} holds an infinite {ty}, which is not supported"),
                Some("select it as text, or exclude infinity with a CHECK constraint".to_owned()),
            ),
            Undecodable::Months => (
                format!("column {name} holds an {ty} of months, which is not supported"),
                Some("a month has no fixed number of days: select it as text".to_owned()),
            ),
            Undecodable::Malformed => (format!("column {name} is not a valid {ty}"), None),
        };
        Error::with_message(ErrorKind::Decode, message)
            .with_column(name)
            .with_any(hint, Error::with_hint)
    }
}

/// The bytes of a value, or `None` for NULL, whatever its type.
struct Raw<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Native, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(Some(raw)))
    }

    fn from_sql_null(_: &Native) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Native) -> bool {
        true
    }
}
