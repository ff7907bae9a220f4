//! Encodes one value in the binary form of a native type. `wire.rs` decodes the same forms.

use bytes::{BufMut, BytesMut};
use orm_core::driver::json_fault;
use orm_core::value::ValueRef;

use super::failure::Fault;
use super::wire::{EPOCH_DAYS, EPOCH_MICROS, Wire};
use crate::types;

pub(super) fn write_scalar(
    value: ValueRef<'_>,
    wire: Wire,
    out: &mut BytesMut,
) -> Result<(), Fault> {
    match (wire, value) {
        (Wire::Bool, ValueRef::Bool(v)) => out.put_u8(v.into()),
        (Wire::Int2, ValueRef::Int(v)) => out.put_i16(narrow(v)?),
        (Wire::Int4, ValueRef::Int(v)) => out.put_i32(narrow(v)?),
        (Wire::Int8, ValueRef::Int(v)) | (Wire::Time, ValueRef::Time(v)) => out.put_i64(v),
        (Wire::Oid, ValueRef::Int(v)) => out.put_u32(narrow(v)?),
        (Wire::Float4, ValueRef::Float(v)) => out.put_f32(single(v)?),
        (Wire::Float4, ValueRef::Int(v)) => out.put_f32(single(exact(v, f32::MANTISSA_DIGITS)?)?),
        (Wire::Float8, ValueRef::Float(v)) => out.put_f64(v),
        (Wire::Float8, ValueRef::Int(v)) => out.put_f64(exact(v, f64::MANTISSA_DIGITS)?),
        (Wire::Text, ValueRef::Text(v)) => out.put_slice(without_nul(v)?.as_bytes()),
        (Wire::Text, ValueRef::Json(v)) => out.put_slice(document(v)?.as_bytes()),
        (Wire::Jsonb, ValueRef::Json(v)) => {
            out.put_u8(1);
            out.put_slice(document(v)?.as_bytes());
        }
        (Wire::Jsonb, ValueRef::Text(v)) => {
            out.put_u8(1);
            out.put_slice(without_nul(v)?.as_bytes());
        }
        (Wire::Bytea, ValueRef::Bytes(v)) => out.put_slice(v),
        (Wire::Date, ValueRef::Date(v)) => out.put_i32(date(v)?),
        // The session's time zone is UTC, so that a moment without a zone and an instant are one count.
        (Wire::Timestamp | Wire::Timestamptz, ValueRef::DateTime(v) | ValueRef::Timestamp(v)) => {
            out.put_i64(moment(v)?);
        }
        (Wire::Interval, ValueRef::Interval(_)) if value.is_long_duration() => {
            return Err(Fault::LongDuration);
        }
        (Wire::Interval, ValueRef::Interval(v)) => {
            out.put_i64(v);
            // Days and months.
            out.put_i64(0);
        }
        (Wire::Uuid, ValueRef::Uuid(v)) => out.put_slice(&v),
        (_, ValueRef::Extension(v)) => write_scalar(v.encode(types::NAME).as_ref(), wire, out)?,
        _ => return Err(Fault::Mismatch),
    }
    Ok(())
}

fn narrow<T: TryFrom<i64>>(value: i64) -> Result<T, Fault> {
    T::try_from(value).map_err(|_| Fault::Range)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "guarded: only integers that are exact"
)]
fn exact(value: i64, digits: u32) -> Result<f64, Fault> {
    let limit = 1_i64 << digits;
    if (-limit..=limit).contains(&value) {
        Ok(value as f64)
    } else {
        Err(Fault::Range)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked after the cast"
)]
fn single(value: f64) -> Result<f32, Fault> {
    let narrow = value as f32;
    if narrow.is_infinite() && value.is_finite() {
        Err(Fault::Range)
    } else {
        Ok(narrow)
    }
}

pub(super) fn without_nul(text: &str) -> Result<&str, Fault> {
    if text.as_bytes().contains(&0) {
        Err(Fault::Nul)
    } else {
        Ok(text)
    }
}

/// The text of a document, which the server would refuse otherwise, and abort the transaction.
pub(super) fn document(text: &str) -> Result<&str, Fault> {
    // The levels that `serde_json` reads.
    if let Some(fault) = json_fault(text, 127) {
        return Err(Fault::Document(fault));
    }
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if escaped && text[at..].starts_with("u0000") {
            return Err(Fault::Nul);
        }
        escaped = byte == b'\\' && !escaped;
    }
    Ok(text)
}

/// The days since 2000-01-01 that the server takes: 4714-11-24 BC to 5874897-12-31. It would refuse others
/// after they are sent, which aborts the transaction.
const DAYS: std::ops::Range<i32> = -2_451_545..2_145_031_949;

/// The microseconds since 2000-01-01 that it takes: 4714-11-24 BC to 294276-12-31.
const MICROS: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;

pub(super) fn date(days: i32) -> Result<i32, Fault> {
    let days = days.checked_sub(EPOCH_DAYS);
    days.filter(|days| DAYS.contains(days)).ok_or(Fault::Range)
}

pub(super) fn moment(micros: i64) -> Result<i64, Fault> {
    let micros = micros.checked_sub(EPOCH_MICROS);
    micros
        .filter(|micros| MICROS.contains(micros))
        .ok_or(Fault::Range)
}
