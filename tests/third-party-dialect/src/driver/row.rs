//! Values on their way out.

use chrono::NaiveDateTime;
use orm_core::driver::{Row, no_column};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::naming::unfolded;
use orm_core::types::civil;
use orm_core::value::ValueRef;
use rsfbclient_core::{Column, SqlType};

/// A row, with the names of its columns as a model has them.
pub(super) struct FirebirdRow {
    columns: Vec<Column>,
    names: Vec<String>,
}

impl FirebirdRow {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        let names = columns
            .iter()
            .map(|column| unfolded(&column.name).into_owned());
        let names = names.collect();
        Self { columns, names }
    }
}

impl Row for FirebirdRow {
    fn len(&self) -> usize {
        self.columns.len()
    }

    fn get(&self, index: usize) -> Result<ValueRef<'_>> {
        let column = self
            .columns
            .get(index)
            .ok_or_else(|| no_column(index, self.len()))?;
        Ok(match &column.value {
            SqlType::Null => ValueRef::Null,
            SqlType::Boolean(v) => ValueRef::Bool(*v),
            SqlType::Integer(v) => ValueRef::Int(*v),
            SqlType::Floating(v) => ValueRef::Float(*v),
            SqlType::Text(v) => ValueRef::Text(v),
            SqlType::Binary(v) => ValueRef::Bytes(v),
            SqlType::Timestamp(v) => ValueRef::DateTime(micros(v)),
            SqlType::Int128(_) => {
                let message = "an integer of 128 bits has no room in a field";
                return Err(
                    Error::with_message(ErrorKind::Decode, message).with_column(self.name(index))
                );
            }
        })
    }

    // The client reads dates and times of day as timestamps.
    fn get_date(&self, index: usize) -> Result<ValueRef<'_>> {
        Ok(match self.get(index)? {
            ValueRef::DateTime(micros) if micros.rem_euclid(civil::DAY) == 0 => {
                civil::split(micros).map_or(ValueRef::Null, |(days, _)| ValueRef::Date(days))
            }
            other => other,
        })
    }

    fn get_time(&self, index: usize) -> Result<ValueRef<'_>> {
        Ok(match self.get(index)? {
            ValueRef::DateTime(micros) => ValueRef::Time(micros.rem_euclid(civil::DAY)),
            other => other,
        })
    }

    fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }
}

fn micros(moment: &NaiveDateTime) -> i64 {
    moment.and_utc().timestamp_micros()
}
