//! Encodes a [`ValueRef`] in the binary form of the parameter's type, as the server has inferred it.
//!
//! A value that can't be converted is an error before anything is sent, so that it does not abort the transaction.
//! Types without a binary form here are sent as text, which the server parses. `scalar.rs` has the
//! forms of scalars, and `array.rs` those of arrays.

use std::error::Error as StdError;
use std::fmt;

use bytes::{BufMut, BytesMut};
use orm_core::value::{Value, ValueRef};
use postgres::types::{Format, IsNull, Kind, ToSql, Type, to_sql_checked};

use super::array;
use super::failure::{Fault, Refusal};
use super::scalar::{without_nul, write_scalar};
use super::wire::{Wire, element};
use crate::arrays::each_element;
use crate::types;

/// One value on its way to the server.
pub(super) struct Bind<'a> {
    value: ValueRef<'a>,
    /// What the codec of an extension has made of the value.
    encoded: Option<Value>,
    /// Counted from 1.
    pub(super) position: usize,
}

/// The binds of a statement.
pub(super) fn binds<'a>(values: &'a [ValueRef<'a>]) -> Vec<Bind<'a>> {
    let numbered = values.iter().zip(1..);
    numbered
        .map(|(value, position)| Bind::new(*value, position))
        .collect()
}

impl<'a> Bind<'a> {
    pub(super) fn new(value: ValueRef<'a>, position: usize) -> Self {
        let encoded = match value {
            ValueRef::Extension(value) => Some(value.encode(types::NAME)),
            _ => None,
        };
        Self {
            value,
            encoded,
            position,
        }
    }

    fn value(&self) -> ValueRef<'_> {
        self.encoded.as_ref().map_or(self.value, Value::as_ref)
    }
}

/// A type that the server shall infer: it then reads text.
pub(super) fn unspecified() -> Type {
    Type::new(String::new(), 0, Kind::Simple, String::new())
}

// The native driver logs binds by their Debug form, which must not show values.
impl fmt::Debug for Bind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.value.kind_name())
    }
}

type WriteResult = Result<IsNull, Box<dyn StdError + Sync + Send>>;

impl ToSql for Bind<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> WriteResult {
        let written = match self.encode_format(ty) {
            Format::Text => write_as_text(self.value(), ty, out),
            Format::Binary => write(self.value(), ty, out),
        };
        written.map_err(|fault| {
            let (position, found) = (self.position, self.value.kind_name());
            let ty = match element(ty) {
                Some(element) => format!("{}[]", element.name()),
                None => ty.name().to_owned(),
            };
            Refusal {
                fault,
                position,
                found,
                own: types::cast_of(self.value),
                ty,
            }
            .into()
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, ty: &Type) -> Format {
        match (Wire::of(ty), self.value()) {
            (Wire::Array, ValueRef::Array(_) | ValueRef::Batch(_)) => {
                let element = element(ty).map_or(Wire::Other, Wire::of);
                if is_text_only(element) || element == Wire::Interval {
                    Format::Text
                } else {
                    Format::Binary
                }
            }
            (Wire::Interval, ValueRef::Text(_)) => Format::Text,
            (wire, _) if is_text_only(wire) => Format::Text,
            _ => Format::Binary,
        }
    }

    to_sql_checked!();
}

fn is_text_only(wire: Wire) -> bool {
    matches!(
        wire,
        Wire::Numeric | Wire::Unspecified | Wire::Array | Wire::Void | Wire::Other
    )
}

fn write(value: ValueRef<'_>, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
    let wire = Wire::of(ty);
    match (wire, value) {
        (_, ValueRef::Null) => return Ok(IsNull::Yes),
        (Wire::Array, ValueRef::Array(items)) => array::write(items, ty, out)?,
        // Else it would be written as its text, as in a batch.
        (Wire::Text, ValueRef::Array(_)) => return Err(Fault::Mismatch),
        (Wire::Array, ValueRef::Batch(batch)) => {
            array::write_batch(batch.iter(), batch.len(), ty, out)?;
        }
        _ => write_scalar(value, wire, out)?,
    }
    Ok(IsNull::No)
}

/// The text form, for types without a binary one here and for those that the server shall infer.
fn write_as_text(value: ValueRef<'_>, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
    if value.is_long_duration() {
        return Err(Fault::LongDuration);
    }
    let takes = match (Wire::of(ty), value) {
        (_, ValueRef::Null) => return Ok(IsNull::Yes),
        (Wire::Unspecified, ValueRef::Array(items)) => array::check(items).map(|()| true)?,
        (Wire::Unspecified, _) => true,
        (Wire::Array, ValueRef::Array(items)) => {
            array::check(items)?;
            let mut takes = true;
            each_element(items, &mut |item| {
                takes &= takes_all(std::iter::once(item.as_ref()), ty);
                Ok::<_, Fault>(())
            })?;
            takes
        }
        (Wire::Array, ValueRef::Batch(batch)) => takes_all(batch.iter(), ty),
        (wire, value) => takes_text_of(wire, value),
    };
    if !takes {
        let is_array = matches!(value, ValueRef::Array(_) | ValueRef::Batch(_));
        return Err(if is_array && element(ty).is_some() {
            Fault::Elements
        } else {
            Fault::Mismatch
        });
    }
    let text = types::text(value).ok_or(Fault::Mismatch)?;
    out.put_slice(without_nul(&text)?.as_bytes());
    Ok(IsNull::No)
}

fn takes_all<'a>(mut items: impl Iterator<Item = ValueRef<'a>>, ty: &Type) -> bool {
    let element = element(ty).map_or(Wire::Other, Wire::of);
    items.all(|item| item.is_null() || takes_text_of(element, item))
}

fn takes_text_of(wire: Wire, value: ValueRef<'_>) -> bool {
    if let ValueRef::Extension(value) = value {
        return takes_text_of(wire, value.encode(types::NAME).as_ref());
    }
    match wire {
        Wire::Numeric => matches!(
            value,
            ValueRef::Int(_) | ValueRef::Float(_) | ValueRef::Text(_) | ValueRef::Decimal(_)
        ),
        Wire::Interval => matches!(value, ValueRef::Interval(_) | ValueRef::Text(_)),
        Wire::Other | Wire::Array => matches!(value, ValueRef::Text(_)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use orm_core::value::BatchValues;

    use super::super::wire::{EPOCH_DAYS, EPOCH_MICROS};
    use super::*;

    #[track_caller]
    fn check(value: ValueRef<'_>, ty: &Type, expected: Result<&[u8], &str>) {
        let mut out = BytesMut::new();
        let written = Bind::new(value, 1).to_sql(ty, &mut out);
        match (written, expected) {
            (Ok(_), Ok(bytes)) => assert_eq!(out.as_ref(), bytes),
            (Err(error), Err(text)) => assert_eq!(error.to_string(), text),
            (written, expected) => panic!("{} instead of {expected:?}", written.is_ok()),
        }
    }

    #[test]
    fn integers_take_the_width_of_the_parameter() {
        check(ValueRef::Int(-2), &Type::INT2, Ok(&[0xFF, 0xFE]));
        check(ValueRef::Int(1), &Type::INT8, Ok(&[0, 0, 0, 0, 0, 0, 0, 1]));
        check(
            ValueRef::Int(40_000),
            &Type::INT2,
            Err("bind 1 is out of range for type int2"),
        );
        check(ValueRef::Int(12), &Type::NUMERIC, Ok(b"12"));
        check(ValueRef::Int(3), &Type::FLOAT4, Ok(&3_f32.to_be_bytes()));
        check(
            ValueRef::Int(i64::MAX),
            &Type::FLOAT8,
            Err("bind 1 is out of range for type float8"),
        );
    }

    #[test]
    fn a_mismatch_names_both_sides_and_no_value() {
        check(
            ValueRef::Text("secret"),
            &Type::INT4,
            Err("bind 1 is text, but the statement expects type int4"),
        );
        check(
            ValueRef::Batch(BatchValues::Borrowed(&[ValueRef::Text("secret")])),
            &Type::INT4_ARRAY,
            Err("bind 1 is an array whose elements can't be converted to type int4[]"),
        );
        check(
            ValueRef::Int(1),
            &Type::INT4_ARRAY,
            Err("bind 1 is an integer, but the statement expects type int4[]"),
        );
        check(
            ValueRef::Text("a\0b"),
            &Type::TEXT,
            Err("bind 1 contains a NUL character, which type text can't store"),
        );
        let bind = Bind::new(ValueRef::Text("secret"), 1);
        assert_eq!(format!("{bind:?}"), "text");
    }

    #[test]
    fn a_document_is_refused_before_the_server_would() {
        check(ValueRef::Json("{}"), &Type::JSONB, Ok(b"\x01{}"));
        check(ValueRef::Json("{}"), &Type::JSON, Ok(b"{}"));
        let escaped = r#""a\\u0000""#;
        check(ValueRef::Json(escaped), &Type::JSON, Ok(escaped.as_bytes()));
        check(
            ValueRef::Json(r#""a\u0000""#),
            &Type::JSONB,
            Err("bind 1 contains a NUL character, which type jsonb can't store"),
        );
        check(
            ValueRef::Json(""),
            &Type::JSONB,
            Err("bind 1 is a value that serde can't serialize as JSON"),
        );
    }

    #[test]
    fn infinity_is_never_written_by_accident() {
        check(
            ValueRef::Date(i32::MIN),
            &Type::DATE,
            Err("bind 1 is out of range for type date"),
        );
        let least = i64::MIN + EPOCH_MICROS;
        check(
            ValueRef::Timestamp(least),
            &Type::TIMESTAMPTZ,
            Err("bind 1 is out of range for type timestamptz"),
        );
        check(ValueRef::Date(EPOCH_DAYS), &Type::DATE, Ok(&[0; 4]));
    }

    #[test]
    fn arrays_are_written_by_their_elements() {
        let items = [ValueRef::Int(7), ValueRef::Null];
        let expected = [
            &[0, 0, 0, 1][..], // dimensions
            &[0, 0, 0, 1],     // has NULLs
            &[0, 0, 0, 21],    // int2
            &[0, 0, 0, 2],     // elements
            &[0, 0, 0, 1],     // lower bound
            &[0, 0, 0, 2, 0, 7],
            &[0xFF; 4],
        ]
        .concat();
        check(
            ValueRef::Batch(BatchValues::Borrowed(&items)),
            &Type::INT2_ARRAY,
            Ok(&expected),
        );
        let empty = [&[0; 8][..], &[0, 0, 0, 25]].concat();
        check(
            ValueRef::Batch(BatchValues::Borrowed(&[])),
            &Type::TEXT_ARRAY,
            Ok(&empty),
        );
        check(
            ValueRef::Batch(BatchValues::Owned(&[Value::Int(7)])),
            &Type::NUMERIC_ARRAY,
            Ok(br#"{"7"}"#),
        );
    }

    #[test]
    fn what_the_server_infers_is_text() {
        check(ValueRef::Bool(true), &unspecified(), Ok(b"true"));
        check(
            ValueRef::Batch(BatchValues::Borrowed(&items(2))),
            &unspecified(),
            Ok(br#"{"0","1"}"#),
        );
        check(ValueRef::Text("1 day"), &Type::INTERVAL, Ok(b"1 day"));
        let second = [&1_000_000_i64.to_be_bytes()[..], &[0; 8]].concat();
        check(ValueRef::Interval(1_000_000), &Type::INTERVAL, Ok(&second));
    }

    fn items(count: i64) -> Vec<ValueRef<'static>> {
        (0..count).map(ValueRef::Int).collect()
    }
}
