//! The text of a cursor: the values of the columns of an order in one row, for `keyset.rs`.
//!
//! It is base64url of a version, a hash of the order, and the values one after another. Their types are not in it: they are
//! those of the columns, so that no text makes a bind of another type.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::{Type, Width};
use orm_core::value::{Decimal, Value, ValueRef};

use crate::mapping::ModelDef;

const VERSION: u8 = 1;

/// The cursor of a row with these values in the columns of an order.
///
/// # Errors
/// `Usage` for values of types from outside.
pub(super) fn encode<'v>(
    values: impl Iterator<Item = ValueRef<'v>>,
    def: &'static ModelDef,
    order: &[(usize, bool)],
) -> Result<String> {
    let mut bytes = vec![VERSION];
    bytes.extend(order_hash(def, order).to_be_bytes());
    for value in values {
        match value {
            ValueRef::Bool(v) => bytes.push(u8::from(v)),
            ValueRef::Int(v)
            | ValueRef::Time(v)
            | ValueRef::DateTime(v)
            | ValueRef::Timestamp(v)
            | ValueRef::Interval(v) => bytes.extend(v.to_be_bytes()),
            ValueRef::Float(v) => bytes.extend(v.to_be_bytes()),
            ValueRef::Date(v) => bytes.extend(v.to_be_bytes()),
            ValueRef::Uuid(v) => bytes.extend(v),
            ValueRef::Decimal(v) => push_bytes(&mut bytes, v.to_string().as_bytes()),
            ValueRef::Text(v) => push_bytes(&mut bytes, v.as_bytes()),
            ValueRef::Bytes(v) => push_bytes(&mut bytes, v),
            ValueRef::Null
            | ValueRef::Json(_)
            | ValueRef::Array(_)
            | ValueRef::Batch(_)
            | ValueRef::Extension(_) => return Err(not_encoded(def)),
        }
    }
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The values of a cursor.
///
/// # Errors
/// `Cursor` for a text that `encode` didn't return for this order.
pub(super) fn decode(
    text: &str,
    def: &'static ModelDef,
    order: &[(usize, bool)],
) -> Result<Vec<Value>> {
    // A text has one encoding alone: other last digits and padding are refused.
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
    let mut reader = Reader(&bytes);
    if reader.array() != Some([VERSION]) {
        return Err(broken());
    }
    let hash = reader.array().ok_or_else(broken)?;
    if hash != order_hash(def, order).to_be_bytes() {
        return Err(other_order(def));
    }
    let types = order.iter().map(|(position, _)| &def.columns[*position].ty);
    let values = types.map(|ty| reader.value(ty)).collect::<Option<_>>();
    values.filter(|_| reader.0.is_empty()).ok_or_else(broken)
}

fn push_bytes(bytes: &mut Vec<u8>, own: &[u8]) {
    bytes.extend((own.len() as u64).to_be_bytes());
    bytes.extend(own);
}

/// What is left of a cursor.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*array)
    }

    fn int(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(u64::from_be_bytes(self.array()?)).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn decimal(&mut self) -> Option<Decimal> {
        str::from_utf8(self.bytes()?).ok()?.parse().ok()
    }

    fn text(&mut self) -> Option<Value> {
        let text = str::from_utf8(self.bytes()?).ok()?;
        Some(Value::Text(text.to_owned()))
    }

    /// The value of a column of that type.
    fn value(&mut self, ty: &Type) -> Option<Value> {
        match ty {
            Type::Bool => match self.array()? {
                [byte @ (0 | 1)] => Some(Value::Bool(byte == 1)),
                [_] => None,
            },
            Type::Int8 => i8::try_from(self.int()?).ok().map(|v| Value::Int(v.into())),
            Type::Unsigned(Width::W64) => match self.decimal()? {
                v if v.scale() == 0 && v.unscaled() >= 0 => Some(Value::Decimal(v)),
                _ => None,
            },
            Type::Unsigned(_) => {
                let (least, most) = ty.range()?;
                let value = self.int()?;
                (least..=most).contains(&value).then_some(Value::Int(value))
            }
            Type::Int16 => i16::try_from(self.int()?)
                .ok()
                .map(|v| Value::Int(v.into())),
            Type::Int32 => i32::try_from(self.int()?)
                .ok()
                .map(|v| Value::Int(v.into())),
            Type::Int64 => self.int().map(Value::Int),
            Type::Float32 | Type::Float64 => {
                let value = f64::from_be_bytes(self.array()?);
                (!value.is_nan()).then_some(Value::Float(value))
            }
            Type::Text | Type::Enum(_) => self.text(),
            Type::Bytes => self.bytes().map(|v| Value::Bytes(v.to_vec())),
            Type::Date => self.array().map(|v| Value::Date(i32::from_be_bytes(v))),
            Type::Time => self.int().map(Value::Time),
            Type::DateTime => self.int().map(Value::DateTime),
            Type::Timestamp => self.int().map(Value::Timestamp),
            Type::Interval => self.int().map(Value::Interval),
            Type::Uuid => self.array().map(Value::Uuid),
            Type::Decimal { .. } => self.decimal().map(Value::Decimal),
            Type::Json | Type::Extension(_) => None,
        }
    }
}

/// FNV-1a of the table, the columns and their directions: the same in every build of the program.
fn order_hash(def: &'static ModelDef, order: &[(usize, bool)]) -> u32 {
    let columns = order.iter().flat_map(|(position, is_descending)| {
        let direction: &[u8] = if *is_descending { b"\0-" } else { b"\0+" };
        def.names[*position]
            .bytes()
            .chain(direction.iter().copied())
    });
    let bytes = def.table.bytes().chain([0]).chain(columns);
    bytes.fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cold]
fn broken() -> Error {
    let message = "the cursor is not valid: it was cut or changed, or is of another version";
    Error::with_message(ErrorKind::Cursor, message).with_hint("begin with the first page")
}

#[cold]
fn other_order(def: &'static ModelDef) -> Error {
    let message = format!("the cursor is not one of this order of {}", def.name);
    Error::with_message(ErrorKind::Cursor, message)
        .with_table(def.table)
        .with_hint("use a cursor with the query and the order_by that have returned it")
}

#[cold]
pub(super) fn not_encoded(def: &'static ModelDef) -> Error {
    let message = format!(
        "pages of {} can't be ordered by a column whose type has a codec",
        def.name
    );
    Error::with_message(ErrorKind::Usage, message)
        .with_table(def.table)
        .with_hint("order by other columns, or call page")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digits of base64url (RFC 4648).
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    #[test]
    fn base64_comes_back() {
        for length in 0..=9_u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(83)).collect();
            let text = URL_SAFE_NO_PAD.encode(&bytes);
            assert!(text.bytes().all(|digit| DIGITS.contains(&digit)));
            assert_eq!(URL_SAFE_NO_PAD.decode(&text), Ok(bytes));
        }
        assert_eq!(URL_SAFE_NO_PAD.encode([0xfb, 0xff, 0xfe]), "-__-");
    }

    #[test]
    fn other_texts_are_no_base64() {
        for text in ["A", "AB", "AAB", "AA=", "A A", "ä", "AAAAA", "+/"] {
            assert!(URL_SAFE_NO_PAD.decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn values_are_those_of_their_type() {
        let mut bytes = Vec::new();
        push_bytes(&mut bytes, "ä".as_bytes());
        let text = || Reader(&bytes);
        assert_eq!(text().value(&Type::Text), Some(Value::Text("ä".into())));
        assert_eq!(text().value(&Type::Bool), Some(Value::Bool(false)));
        assert_eq!(Reader(&bytes[..9]).value(&Type::Text), None);
        assert_eq!(Reader(&[2]).value(&Type::Bool), None);
        assert_eq!(Reader(&[255; 8]).value(&Type::Text), None);
        assert_eq!(Reader(&i64::MAX.to_be_bytes()).value(&Type::Int16), None);
        assert_eq!(Reader(&f64::NAN.to_be_bytes()).value(&Type::Float64), None);
        let minute = Reader(&60_000_000_i64.to_be_bytes()).value(&Type::Time);
        assert_eq!(minute, Some(Value::Time(60_000_000)));
    }
}
