//! Values on their way to and from a database: borrowed on the hot path, owned inside statements.
//!
//! Who uses it: drivers bind and yield [`ValueRef`]; statements hold [`Value`]; `types` converts Rust
//! types to and from both. Dates and times are plain counts here, so that this crate needs no
//! calendar library: `types::civil` turns them into fields and text.

use std::fmt;
use std::hash::{Hash, Hasher};

/// One value, borrowed: what a driver binds, and what a row yields.
///
/// Copying it copies at most 24 bytes and never the text.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ValueRef<'a> {
    /// SQL NULL.
    Null,
    /// A truth value. Databases without one store 0 and 1 and read back [`ValueRef::Int`].
    Bool(bool),
    /// Any signed integer, widened.
    Int(i64),
    /// A binary floating point number; single precision is widened, which is exact.
    Float(f64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01 00:00, without a time zone.
    DateTime(i64),
    /// Microseconds since 1970-01-01 00:00 UTC: an instant.
    Timestamp(i64),
    /// The 16 bytes of a UUID, most significant first.
    Uuid([u8; 16]),
    /// Several values in one bind: an array where the database has arrays, else a JSON array as text.
    Array(&'a [ValueRef<'a>]),
    /// Like [`ValueRef::Array`], over owned values.
    List(&'a [Value]),
}

/// One value, owned: what a statement keeps.
///
/// Its `Debug` tells only what kind of value it is, so that no statement shows what it was given; print
/// [`Value::as_ref`] to see it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A truth value.
    Bool(bool),
    /// Any signed integer, widened.
    Int(i64),
    /// A binary floating point number.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01 00:00, without a time zone.
    DateTime(i64),
    /// Microseconds since 1970-01-01 00:00 UTC.
    Timestamp(i64),
    /// The 16 bytes of a UUID.
    Uuid([u8; 16]),
}

impl Value {
    /// The same value, borrowed.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Bool(v) => ValueRef::Bool(*v),
            Self::Int(v) => ValueRef::Int(*v),
            Self::Float(v) => ValueRef::Float(*v),
            Self::Text(v) => ValueRef::Text(v),
            Self::Bytes(v) => ValueRef::Bytes(v),
            Self::Date(v) => ValueRef::Date(*v),
            Self::Time(v) => ValueRef::Time(*v),
            Self::DateTime(v) => ValueRef::DateTime(*v),
            Self::Timestamp(v) => ValueRef::Timestamp(*v),
            Self::Uuid(v) => ValueRef::Uuid(*v),
        }
    }

    /// Whether this is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl ValueRef<'_> {
    /// An owned copy. An array becomes its JSON text, as on a database without arrays.
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(v) => Value::Bool(v),
            Self::Int(v) => Value::Int(v),
            Self::Float(v) => Value::Float(v),
            Self::Text(v) => Value::Text(v.to_owned()),
            Self::Bytes(v) => Value::Bytes(v.to_owned()),
            Self::Date(v) => Value::Date(v),
            Self::Time(v) => Value::Time(v),
            Self::DateTime(v) => Value::DateTime(v),
            Self::Timestamp(v) => Value::Timestamp(v),
            Self::Uuid(v) => Value::Uuid(v),
            Self::Array(_) | Self::List(_) => Value::Text(self.to_json()),
        }
    }

    /// Whether this is NULL.
    pub fn is_null(self) -> bool {
        matches!(self, Self::Null)
    }

    /// About how many bytes it takes on the way to a database, rather more than less.
    pub fn size(self) -> usize {
        /// The widest number, and what stands around a value.
        const FRAME: usize = 16;
        FRAME
            + match self {
                Self::Text(v) => v.len(),
                Self::Bytes(v) => v.len(),
                Self::Uuid(v) => v.len(),
                Self::Array(items) => items.iter().map(|item| item.size()).sum(),
                Self::List(items) => items.iter().map(|item| item.as_ref().size()).sum(),
                _ => 0,
            }
    }

    /// The value as JSON (RFC 8259). Drivers of databases without arrays bind [`ValueRef::Array`] and
    /// [`ValueRef::List`] so, for `json_each` and `JSON_TABLE`. Bytes and UUIDs become hexadecimal text,
    /// dates and times their ISO 8601 text. JSON has no word for infinity, but SQLite reads the number `9e999`
    /// so. A NaN becomes null: a driver refuses it first.
    pub fn to_json(self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(self, out: &mut String) {
        use crate::civil;
        match self {
            Self::Bool(v) => out.push_str(if v { "true" } else { "false" }),
            Self::Int(v) => push_display(out, v),
            Self::Float(v) if v.is_finite() => push_display(out, format_args!("{v:?}")),
            Self::Float(v) if v.is_infinite() => {
                out.push_str(if v > 0.0 { "9e999" } else { "-9e999" });
            }
            Self::Null | Self::Float(_) => out.push_str("null"),
            Self::Text(v) => push_json_text(out, v),
            Self::Bytes(v) => push_hex(out, v),
            Self::Uuid(v) => push_hex(out, &v),
            Self::Date(v) => push_display(out, format_args!("\"{}\"", civil::date_text(v))),
            Self::Time(v) => push_display(out, format_args!("\"{}\"", civil::time_text(v))),
            Self::DateTime(v) | Self::Timestamp(v) => {
                push_display(out, format_args!("\"{}\"", civil::datetime_text(v)));
            }
            Self::Array(items) => push_json_items(out, items.iter().copied()),
            Self::List(items) => push_json_items(out, items.iter().map(Value::as_ref)),
        }
    }

    /// What kind of value this is, in the words of an error message. Never the value itself.
    pub fn kind_name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a floating point number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Date(_) => "a date",
            Self::Time(_) => "a time of day",
            Self::DateTime(_) => "a date and time",
            Self::Timestamp(_) => "an instant",
            Self::Uuid(_) => "a uuid",
            Self::Array(_) | Self::List(_) => "an array",
        }
    }

    /// Whether two values are the same to the bit: unlike `==`, a NaN is the same as itself and
    /// -0.0 is not 0.0. Dirty tracking asks this, or a NaN column would be written at every flush.
    pub fn is_same(self, other: ValueRef<'_>) -> bool {
        match (self, other) {
            (Self::Float(a), ValueRef::Float(b)) => a.to_bits() == b.to_bits(),
            (a, b) => a == b,
        }
    }

    /// Feeds the value to a hasher. Values that are the [same](Self::is_same) hash alike.
    pub fn hash_same(self, state: &mut impl Hasher) {
        std::mem::discriminant(&self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(v) => v.hash(state),
            Self::Int(v) | Self::Time(v) | Self::DateTime(v) | Self::Timestamp(v) => v.hash(state),
            Self::Float(v) => v.to_bits().hash(state),
            Self::Text(v) => v.hash(state),
            Self::Bytes(v) => v.hash(state),
            Self::Date(v) => v.hash(state),
            Self::Uuid(v) => v.hash(state),
            Self::Array(items) => items.iter().for_each(|item| item.hash_same(state)),
            Self::List(items) => items.iter().for_each(|item| item.as_ref().hash_same(state)),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.as_ref().kind_name())
    }
}

// Written out because of lists, whose owned values hide themselves.
impl fmt::Debug for ValueRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut variant =
            |name: &str, value: &dyn fmt::Debug| f.debug_tuple(name).field(value).finish();
        match self {
            Self::Null => f.write_str("Null"),
            Self::Bool(v) => variant("Bool", v),
            Self::Int(v) => variant("Int", v),
            Self::Float(v) => variant("Float", v),
            Self::Text(v) => variant("Text", v),
            Self::Bytes(v) => variant("Bytes", v),
            Self::Date(v) => variant("Date", v),
            Self::Time(v) => variant("Time", v),
            Self::DateTime(v) => variant("DateTime", v),
            Self::Timestamp(v) => variant("Timestamp", v),
            Self::Uuid(v) => variant("Uuid", v),
            Self::Array(items) => variant("Array", items),
            Self::List(items) => {
                let items: Vec<ValueRef<'_>> = items.iter().map(Value::as_ref).collect();
                variant("List", &items)
            }
        }
    }
}

fn push_display(out: &mut String, value: impl fmt::Display) {
    use fmt::Write as _;
    // Writing to a String can't fail.
    let _ = write!(out, "{value}");
}

fn push_json_items<'a>(out: &mut String, items: impl Iterator<Item = ValueRef<'a>>) {
    out.push('[');
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(',');
        }
        item.write_json(out);
    }
    out.push(']');
}

fn push_json_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => push_display(out, format_args!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn push_hex(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for byte in bytes {
        push_display(out, format_args!("{byte:02X}"));
    }
    out.push('"');
}

impl<'a> From<&'a Value> for ValueRef<'a> {
    fn from(value: &'a Value) -> Self {
        value.as_ref()
    }
}

/// Why a value could not become a Rust value. The caller knows table and column and makes an
/// [`Error`](crate::error::Error) of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Another kind of value than the Rust type takes, NULL included.
    Kind,
    /// The right kind, but outside what the Rust type can hold.
    Range,
    /// Text that does not read as the type, such as a date that is none.
    Format,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kind => "another kind of value",
            Self::Range => "out of range",
            Self::Format => "not readable as this type",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borrowed_values_stay_small() {
        assert!(size_of::<ValueRef<'_>>() <= 24);
    }

    #[test]
    fn lists_become_json() {
        let items = [
            Value::Int(-1),
            Value::Text("a\"\\\n\u{1F600}".into()),
            Value::Bytes(vec![0, 255]),
            Value::Null,
            Value::Float(0.5),
            Value::Date(0),
        ];
        let expected = r#"[-1,"a\"\\\u000a😀","00FF",null,0.5,"1970-01-01"]"#;
        assert_eq!(ValueRef::List(&items).to_json(), expected);
    }

    #[test]
    fn sameness_is_bitwise() {
        assert!(ValueRef::Float(f64::NAN).is_same(ValueRef::Float(f64::NAN)));
        assert!(!ValueRef::Float(0.0).is_same(ValueRef::Float(-0.0)));
        assert!(!ValueRef::Null.is_same(ValueRef::Int(0)));
    }
}
