//! The binary forms of native types: how values of each are written, and the decoding of one value. `scalar.rs` encodes the same
//! forms.

use orm_core::types::civil;
use orm_core::value::ValueRef;
use postgres::types::{Kind, Type as Native};

use super::numeric;
use super::undecodable::Undecodable;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL's counts begin.
pub(super) const EPOCH_DAYS: i32 = 10_957;
/// The same in microseconds.
pub(super) const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * civil::DAY;

/// How values of a native type are written in the binary protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// One byte.
    Bool,
    /// A big-endian integer.
    Int2,
    /// A big-endian integer.
    Int4,
    /// A big-endian integer.
    Int8,
    /// An unsigned big-endian integer: object identifiers.
    Oid,
    /// An IEEE 754 number.
    Float4,
    /// An IEEE 754 number.
    Float8,
    /// UTF-8 as it is, enumerations and JSON included.
    Text,
    /// A version byte and UTF-8.
    Jsonb,
    /// The bytes as they are.
    Bytea,
    /// Days since 2000-01-01.
    Date,
    /// Microseconds since midnight.
    Time,
    /// Microseconds since 2000-01-01 without a zone.
    Timestamp,
    /// Microseconds since 2000-01-01 UTC.
    Timestamptz,
    /// Microseconds, days and months. Text is sent as text.
    Interval,
    /// 16 bytes.
    Uuid,
    /// Nothing: what functions without a result yield.
    Void,
    /// An exact number, written as text; read by `numeric.rs`.
    Numeric,
    /// An array; its elements have a type of their own.
    Array,
    /// A type that the server shall infer.
    Unspecified,
    /// Any other type, which takes text and can't be read.
    Other,
}

impl Wire {
    /// The form of a native type. A domain has the form of the type under it.
    pub(super) fn of(ty: &Native) -> Self {
        match *ty {
            Native::BOOL => Self::Bool,
            Native::INT2 => Self::Int2,
            Native::INT4 => Self::Int4,
            Native::INT8 => Self::Int8,
            Native::OID | Native::XID | Native::CID | Native::REGCLASS | Native::REGTYPE => {
                Self::Oid
            }
            Native::FLOAT4 => Self::Float4,
            Native::FLOAT8 => Self::Float8,
            Native::TEXT
            | Native::VARCHAR
            | Native::BPCHAR
            | Native::NAME
            | Native::UNKNOWN
            | Native::CHAR
            | Native::JSON
            | Native::XML => Self::Text,
            Native::JSONB => Self::Jsonb,
            Native::BYTEA => Self::Bytea,
            Native::DATE => Self::Date,
            Native::TIME => Self::Time,
            Native::TIMESTAMP => Self::Timestamp,
            Native::TIMESTAMPTZ => Self::Timestamptz,
            Native::INTERVAL => Self::Interval,
            Native::UUID => Self::Uuid,
            Native::VOID => Self::Void,
            Native::NUMERIC => Self::Numeric,
            _ => Self::of_kind(ty),
        }
    }

    fn of_kind(ty: &Native) -> Self {
        match ty.kind() {
            Kind::Domain(base) => Self::of(base),
            Kind::Enum(_) => Self::Text,
            Kind::Array(_) => Self::Array,
            _ if ty.oid() == 0 => Self::Unspecified,
            _ if ty.name() == "citext" => Self::Text,
            _ => Self::Other,
        }
    }
}

/// The type of an array's elements, domains over arrays included.
pub(super) fn element(ty: &Native) -> Option<&Native> {
    match ty.kind() {
        Kind::Array(element) => Some(element),
        Kind::Domain(base) => element(base),
        _ => None,
    }
}

pub(super) fn decode(wire: Wire, raw: &[u8]) -> Result<ValueRef<'_>, Undecodable> {
    Ok(match wire {
        Wire::Bool => ValueRef::Bool(bytes::<1>(raw)? != [0]),
        Wire::Int2 => ValueRef::Int(i16::from_be_bytes(bytes(raw)?).into()),
        Wire::Int4 => ValueRef::Int(i32::from_be_bytes(bytes(raw)?).into()),
        Wire::Int8 => ValueRef::Int(i64::from_be_bytes(bytes(raw)?)),
        Wire::Oid => ValueRef::Int(u32::from_be_bytes(bytes(raw)?).into()),
        Wire::Float4 => ValueRef::Float(f32::from_be_bytes(bytes(raw)?).into()),
        Wire::Float8 => ValueRef::Float(f64::from_be_bytes(bytes(raw)?)),
        Wire::Text => ValueRef::Text(text(raw)?),
        Wire::Jsonb => match raw {
            [1, json @ ..] => ValueRef::Text(text(json)?),
            _ => return Err(Undecodable::Malformed),
        },
        Wire::Bytea => ValueRef::Bytes(raw),
        Wire::Date => ValueRef::Date(date(i32::from_be_bytes(bytes(raw)?))?),
        Wire::Time => ValueRef::Time(i64::from_be_bytes(bytes(raw)?)),
        Wire::Timestamp => ValueRef::DateTime(moment(i64::from_be_bytes(bytes(raw)?))?),
        Wire::Timestamptz => ValueRef::Timestamp(moment(i64::from_be_bytes(bytes(raw)?))?),
        Wire::Interval => ValueRef::Interval(interval(raw)?),
        Wire::Uuid => ValueRef::Uuid(bytes(raw)?),
        Wire::Void => ValueRef::Null,
        Wire::Numeric => ValueRef::Decimal(numeric::read(raw)?),
        Wire::Array | Wire::Unspecified | Wire::Other => return Err(Undecodable::Type),
    })
}

#[inline]
fn bytes<const N: usize>(raw: &[u8]) -> Result<[u8; N], Undecodable> {
    raw.try_into().map_err(|_| Undecodable::Malformed)
}

/// A day is one of UTC, as the server compares it. A month has no number of days.
fn interval(raw: &[u8]) -> Result<i64, Undecodable> {
    let raw = bytes::<16>(raw)?;
    let [micros @ .., _, _, _, _, _, _, _, _] = raw;
    let [_, _, _, _, _, _, _, _, days @ .., _, _, _, _] = raw;
    let [.., m0, m1, m2, m3] = raw;
    if [m0, m1, m2, m3] != [0; 4] {
        return Err(Undecodable::Months);
    }
    // The days alone may be beyond 64 bits where both are not: they have signs of their own.
    let days = i128::from(i32::from_be_bytes(days)) * i128::from(civil::DAY);
    let micros = days + i128::from(i64::from_be_bytes(micros));
    i64::try_from(micros).map_err(|_| Undecodable::Malformed)
}

#[inline]
fn text(raw: &[u8]) -> Result<&str, Undecodable> {
    std::str::from_utf8(raw).map_err(|_| Undecodable::Malformed)
}

// The least and the greatest count stand for -infinity and infinity.
fn date(days: i32) -> Result<i32, Undecodable> {
    match days {
        i32::MIN | i32::MAX => Err(Undecodable::Infinity),
        days => days.checked_add(EPOCH_DAYS).ok_or(Undecodable::Malformed),
    }
}

fn moment(micros: i64) -> Result<i64, Undecodable> {
    match micros {
        i64::MIN | i64::MAX => Err(Undecodable::Infinity),
        micros => micros
            .checked_add(EPOCH_MICROS)
            .ok_or(Undecodable::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read() {
        assert_eq!(decode(Wire::Int2, &[0xFF, 0xFE]), Ok(ValueRef::Int(-2)));
        assert_eq!(
            decode(Wire::Oid, &[0xFF; 4]),
            Ok(ValueRef::Int(i64::from(u32::MAX)))
        );
        assert_eq!(
            decode(Wire::Date, &0_i32.to_be_bytes()),
            Ok(ValueRef::Date(10_957))
        );
        assert_eq!(
            decode(Wire::Timestamptz, &(-EPOCH_MICROS).to_be_bytes()),
            Ok(ValueRef::Timestamp(0))
        );
        assert_eq!(decode(Wire::Jsonb, b"\x01{}"), Ok(ValueRef::Text("{}")));
        // -106751992 days and 19:59:05.224193.
        let parts = [
            &71_945_224_193_i64.to_be_bytes()[..],
            &(-106_751_992_i32).to_be_bytes(),
            &[0; 4],
        ];
        assert_eq!(
            decode(Wire::Interval, &parts.concat()),
            Ok(ValueRef::Interval(-i64::MAX))
        );
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(decode(Wire::Int8, &[0; 4]), Err(Undecodable::Malformed));
        assert_eq!(decode(Wire::Text, &[0xFF]), Err(Undecodable::Malformed));
        assert_eq!(
            decode(Wire::Date, &i32::MAX.to_be_bytes()),
            Err(Undecodable::Infinity)
        );
        assert_eq!(
            decode(Wire::Timestamp, &i64::MIN.to_be_bytes()),
            Err(Undecodable::Infinity)
        );
        assert_eq!(decode(Wire::Numeric, &[0; 7]), Err(Undecodable::Malformed));
    }

    #[test]
    fn a_domain_has_the_form_of_its_base() {
        let domain = Native::new(
            "age".into(),
            70_000,
            Kind::Domain(Native::INT4),
            "public".into(),
        );
        assert_eq!(Wire::of(&domain), Wire::Int4);
        let citext = Native::new("citext".into(), 70_001, Kind::Simple, "public".into());
        assert_eq!(Wire::of(&citext), Wire::Text);
        assert_eq!(Wire::of(&Native::INTERVAL), Wire::Interval);
        assert_eq!(Wire::of(&Native::POINT), Wire::Other);
    }
}
