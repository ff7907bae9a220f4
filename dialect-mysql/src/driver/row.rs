//! Reads values by index, borrowed from the native row.
//!
//! The kind of each column is determined once for each execution, from the type and the character set that the server
//! sends before the rows.

use mysql::consts::{ColumnFlags, ColumnType};
use mysql::{Column, Value};
use orm_core::driver::{Row, invalid_text, no_column};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::civil::{self, Civil, Clock};
use orm_core::value::ValueRef;

/// The character set of binary data.
const BINARY: u16 = 63;

/// The kind of values in a column, where the native value alone is ambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers, whose native values are unambiguous.
    Number,
    Text,
    Bytes,
    Date,
    DateTime,
    /// A native TIMESTAMP: an instant, since the connection's time zone is UTC.
    Timestamp,
    /// BIT: a number, most significant byte first.
    Bits,
    /// DECIMAL without digits after the point, as sums of integers are.
    Whole,
    /// DECIMAL with a fraction.
    Decimal,
}

impl Kind {
    pub(super) fn of(column: &Column) -> Self {
        use ColumnType as T;
        match column.column_type() {
            T::MYSQL_TYPE_DATE | T::MYSQL_TYPE_NEWDATE => Self::Date,
            T::MYSQL_TYPE_DATETIME | T::MYSQL_TYPE_DATETIME2 => Self::DateTime,
            T::MYSQL_TYPE_TIMESTAMP | T::MYSQL_TYPE_TIMESTAMP2 => Self::Timestamp,
            T::MYSQL_TYPE_BIT => Self::Bits,
            T::MYSQL_TYPE_DECIMAL | T::MYSQL_TYPE_NEWDECIMAL if column.decimals() == 0 => {
                Self::Whole
            }
            T::MYSQL_TYPE_DECIMAL | T::MYSQL_TYPE_NEWDECIMAL => Self::Decimal,
            // JSON is text, though its character set may be binary.
            T::MYSQL_TYPE_JSON => Self::Text,
            T::MYSQL_TYPE_VARCHAR
            | T::MYSQL_TYPE_VAR_STRING
            | T::MYSQL_TYPE_STRING
            | T::MYSQL_TYPE_ENUM
            | T::MYSQL_TYPE_SET
            | T::MYSQL_TYPE_TINY_BLOB
            | T::MYSQL_TYPE_MEDIUM_BLOB
            | T::MYSQL_TYPE_LONG_BLOB
            | T::MYSQL_TYPE_BLOB => {
                if column.character_set() == BINARY {
                    Self::Bytes
                } else {
                    Self::Text
                }
            }
            T::MYSQL_TYPE_GEOMETRY | T::MYSQL_TYPE_VECTOR => Self::Bytes,
            _ => Self::Number,
        }
    }
}

pub(super) struct MysqlRow<'a> {
    pub(super) row: &'a mysql::Row,
    pub(super) kinds: &'a [Kind],
}

impl Row for MysqlRow<'_> {
    fn len(&self) -> usize {
        self.kinds.len()
    }

    #[inline]
    fn get(&self, index: usize) -> Result<ValueRef<'_>> {
        let (Some(value), Some(kind)) = (self.row.as_ref(index), self.kinds.get(index)) else {
            return Err(no_column(index, self.len()));
        };
        match (value, kind) {
            (Value::NULL, _) => Ok(ValueRef::Null),
            (Value::Int(v), _) => Ok(ValueRef::Int(*v)),
            (Value::Bytes(v), Kind::Text) => match std::str::from_utf8(v) {
                Ok(text) => Ok(ValueRef::Text(text)),
                Err(_) => Err(invalid_text(self.name(index), "CAST(… AS BINARY)")),
            },
            (Value::Bytes(v), Kind::Bytes) => Ok(ValueRef::Bytes(v)),
            (Value::Double(v), _) => Ok(ValueRef::Float(*v)),
            (Value::Float(v), _) => Ok(ValueRef::Float(f64::from(*v))),
            (value, kind) => self.rare(index, value, *kind),
        }
    }

    fn get_native(&self, index: usize) -> Result<ValueRef<'_>> {
        match (self.row.as_ref(index), self.kinds.get(index)) {
            (Some(Value::Bytes(v)), Some(Kind::Decimal)) => Ok(ValueRef::Bytes(v)),
            _ => self.get(index),
        }
    }

    fn name(&self, index: usize) -> &str {
        let column = self.row.columns_ref().get(index);
        let name = column.map(|column| std::str::from_utf8(column.name_ref()));
        name.and_then(std::result::Result::ok).unwrap_or("")
    }
}

impl MysqlRow<'_> {
    /// Everything that isn't read as it is.
    fn rare(&self, index: usize, value: &Value, kind: Kind) -> Result<ValueRef<'_>> {
        let found = match (value, kind) {
            (Value::Date(..), _) => moment(value, kind),
            (Value::Time(..), _) => time(value),
            (Value::Bytes(v), Kind::Bits) => bits(v),
            (Value::Bytes(v), Kind::Whole) => whole(v),
            (Value::UInt(v), _) => Ok(ValueRef::Decimal((*v).into())),
            (Value::Bytes(v), Kind::Decimal) => decimal(v),
            _ => Err("is not supported"),
        };
        found.map_err(|why| self.unfit(index, why))
    }

    #[cold]
    fn unfit(&self, index: usize, why: &str) -> Error {
        let column = self.row.columns_ref().get(index);
        let native = column.map_or("", native_name);
        let error =
            Error::with_message(ErrorKind::Decode, format!("a value of type {native} {why}"))
                .with_column(self.name(index));
        if native == "DECIMAL" {
            return error
                .with_hint("cast it in the query: CAST(… AS DOUBLE), AS SIGNED or AS CHAR");
        }
        error
    }
}

fn native_name(column: &Column) -> &'static str {
    use ColumnType as T;
    let unsigned = column.flags().contains(ColumnFlags::UNSIGNED_FLAG);
    match column.column_type() {
        T::MYSQL_TYPE_LONGLONG if unsigned => "BIGINT UNSIGNED",
        T::MYSQL_TYPE_DECIMAL | T::MYSQL_TYPE_NEWDECIMAL => "DECIMAL",
        T::MYSQL_TYPE_DATE | T::MYSQL_TYPE_NEWDATE => "DATE",
        T::MYSQL_TYPE_DATETIME => "DATETIME",
        T::MYSQL_TYPE_TIMESTAMP => "TIMESTAMP",
        T::MYSQL_TYPE_TIME => "TIME",
        T::MYSQL_TYPE_BIT => "BIT",
        _ => "another kind",
    }
}

fn moment(value: &Value, kind: Kind) -> Result<ValueRef<'static>, &'static str> {
    let Value::Date(year, month, day, hour, minute, second, micro) = *value else {
        return Err("is not a date");
    };
    let civil = Civil {
        year: i32::from(year),
        month: u32::from(month),
        day: u32::from(day),
    };
    let days = civil::days(civil).ok_or("is not a calendar date, such as 0000-00-00")?;
    if kind == Kind::Date {
        return Ok(ValueRef::Date(days));
    }
    let micros = clock(hour, minute, second, micro).ok_or("is not a time of day")?;
    let micros = civil::join(days, micros).ok_or("is out of range for a date")?;
    Ok(if kind == Kind::Timestamp {
        ValueRef::Timestamp(micros)
    } else {
        ValueRef::DateTime(micros)
    })
}

fn time(value: &Value) -> Result<ValueRef<'static>, &'static str> {
    let Value::Time(false, 0, hour, minute, second, micro) = *value else {
        return Err("is an interval, not a time of day");
    };
    let micros = clock(hour, minute, second, micro).ok_or("is not a time of day")?;
    Ok(ValueRef::Time(micros))
}

fn clock(hour: u8, minute: u8, second: u8, micro: u32) -> Option<i64> {
    civil::micros(Clock {
        hour: u32::from(hour),
        minute: u32::from(minute),
        second: u32::from(second),
        micro,
    })
}

fn bits(bytes: &[u8]) -> Result<ValueRef<'static>, &'static str> {
    let number = bytes
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let number =
        i64::try_from(number).map_err(|_| "is out of range for a signed 64-bit integer")?;
    Ok(ValueRef::Int(number))
}

fn whole(digits: &[u8]) -> Result<ValueRef<'static>, &'static str> {
    let number = std::str::from_utf8(digits)
        .ok()
        .and_then(|digits| digits.parse().ok());
    number.map_or_else(|| decimal(digits), |number| Ok(ValueRef::Int(number)))
}

fn decimal(digits: &[u8]) -> Result<ValueRef<'static>, &'static str> {
    let number = std::str::from_utf8(digits).ok();
    let number = number.and_then(|digits| digits.parse().ok());
    number
        .map(ValueRef::Decimal)
        .ok_or("has more than 36 digits, which no supported type can hold")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_are_none_are_refused() {
        let zero = Value::Date(0, 0, 0, 0, 0, 0, 0);
        assert!(moment(&zero, Kind::Date).is_err());
        let leap = Value::Date(2024, 2, 29, 23, 59, 59, 999_999);
        assert_eq!(moment(&leap, Kind::Date), Ok(ValueRef::Date(19_782)));
        assert_eq!(
            moment(&leap, Kind::Timestamp),
            Ok(ValueRef::Timestamp(1_709_251_199_999_999))
        );
    }

    #[test]
    fn spans_are_no_times_of_day() {
        assert_eq!(
            time(&Value::Time(false, 0, 0, 0, 1, 0)),
            Ok(ValueRef::Time(1_000_000))
        );
        assert!(time(&Value::Time(false, 1, 0, 0, 0, 0)).is_err());
        assert!(time(&Value::Time(true, 0, 1, 0, 0, 0)).is_err());
    }

    #[test]
    fn wide_numbers_are_refused() {
        assert_eq!(bits(&[1, 0]), Ok(ValueRef::Int(256)));
        assert!(bits(&[0xff; 8]).is_err());
        assert_eq!(whole(b"-7"), Ok(ValueRef::Int(-7)));
        let wide = "9223372036854775808";
        let number = wide.parse().map(ValueRef::Decimal);
        assert_eq!(whole(wide.as_bytes()).ok(), number.ok());
        assert!(whole(&[b'9'; 39]).is_err());
    }
}
