//! Values on their way in: as the client takes them.

use chrono::{DateTime, NaiveDateTime};
use orm_core::driver::LONG_DURATION;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::civil;
use orm_core::value::ValueRef;
use rsfbclient_core::SqlType;

use crate::capability::CAPABILITIES;
use crate::types::{NAME, cut, uuid_text};

/// The values of one run.
pub(super) fn params(sql: &str, binds: &[ValueRef<'_>]) -> Result<Vec<SqlType>> {
    let limit = CAPABILITIES.bind_limit;
    if binds.len() > limit {
        let message = format!(
            "the statement has {} values, and firebird takes {limit}",
            binds.len()
        );
        return Err(Error::with_message(ErrorKind::Unsupported, message).with_sql(sql));
    }
    let params: Result<Vec<SqlType>> = binds.iter().map(|bind| param(*bind)).collect();
    params.map_err(|error| error.with_sql(sql))
}

/// The server converts a timestamp to the date or time that its column is.
fn param(value: ValueRef<'_>) -> Result<SqlType> {
    Ok(match value {
        ValueRef::Null => SqlType::Null,
        ValueRef::Bool(v) => SqlType::Boolean(v),
        ValueRef::Interval(_) | ValueRef::Batch(_) if value.is_long_duration() => {
            return Err(Error::with_message(ErrorKind::OutOfRange, LONG_DURATION));
        }
        ValueRef::Int(v) | ValueRef::Interval(v) => SqlType::Integer(v),
        ValueRef::Float(v) => SqlType::Floating(v),
        ValueRef::Text(v) | ValueRef::Json(v) => SqlType::Text(v.to_owned()),
        ValueRef::Bytes(v) => SqlType::Binary(v.to_owned()),
        ValueRef::Date(days) => moment(civil::join(days, 0))?,
        ValueRef::Time(micros) | ValueRef::DateTime(micros) | ValueRef::Timestamp(micros) => {
            moment(Some(cut(micros)))?
        }
        ValueRef::Uuid(bytes) => SqlType::Text(uuid_text(bytes)),
        ValueRef::Decimal(number) => SqlType::Text(number.to_string()),
        ValueRef::Batch(_) => SqlType::Text(value.to_json(NAME)),
        ValueRef::Extension(v) => return param(v.encode(NAME).as_ref()),
        ValueRef::Array(_) => {
            return Err(Error::with_message(
                ErrorKind::Unsupported,
                "firebird takes no arrays as binds",
            ));
        }
    })
}

/// Firebird's years are 1 to 9999; the client would panic at others.
fn moment(micros: Option<i64>) -> Result<SqlType> {
    let moment: Option<NaiveDateTime> = micros
        .and_then(DateTime::from_timestamp_micros)
        .map(|moment| moment.naive_utc());
    let year = micros
        .and_then(civil::split)
        .map(|(days, _)| civil::civil(days).year);
    match moment {
        Some(moment) if year.is_some_and(|year| (1..=9999).contains(&year)) => {
            Ok(SqlType::Timestamp(moment))
        }
        _ => Err(Error::with_message(
            ErrorKind::OutOfRange,
            "firebird has no dates before the year 1 or after the year 9999",
        )),
    }
}
