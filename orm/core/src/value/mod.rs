//! Values on their way to and from a database: borrowed on the hot path, owned inside statements.
//!
//! Who uses it: drivers bind and yield [`ValueRef`]; statements hold [`Value`]; `types` converts Rust
//! types to and from both. Dates and times are plain counts here, so that this crate needs no
//! calendar library: `types::civil` turns them into fields and text.
//!
//! `batch_values.rs` has several values in one bind, `decimal.rs` exact numbers, `extension.rs` values of types from outside, `json.rs` the text that
//! stands for a batch where the database has no arrays.

mod batch_values;
mod decimal;
mod extension;
mod json;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem;
use std::sync::Arc;

pub use batch_values::BatchValues;
pub use decimal::Decimal;
pub use extension::Extension;
pub(crate) use extension::sealed;
pub use json::{JSON_LEVELS, json_fault};

// A row of binds is an array of them.
const _: () = assert!(size_of::<ValueRef<'static>>() <= 24);

/// Holds one borrowed value: what a driver binds, and what a row returns.
///
/// A copy has at most 24 bytes and does not copy text.
///
/// # Examples
///
/// ```
/// # use orm_core::value::{Value, ValueRef};
/// let text = ValueRef::Text("ada");
/// assert_eq!(text.to_value(), Value::Text("ada".into()));
/// assert_eq!(text.kind_name(), "text");
/// assert!(!text.is_null() && ValueRef::Null.is_null());
/// assert!(text.size() > 3);
/// assert!(ValueRef::Float(f64::NAN).is_same(ValueRef::Float(f64::NAN)));
/// ```
#[derive(Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// SQL NULL.
    Null,
    /// A boolean. Databases without booleans store 0 and 1 and return [`ValueRef::Int`].
    Bool(bool),
    /// A signed integer, widened to 64 bits.
    Int(i64),
    /// A float, widened to 64 bits.
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
    /// A number of microseconds: the time between two instants. `i64::MIN` stands for a duration beyond 64 bits, which
    /// drivers refuse.
    Interval(i64),
    /// The 16 bytes of a UUID, most significant first.
    Uuid([u8; 16]),
    /// The text of a JSON document.
    Json(&'a str),
    /// An exact decimal number.
    Decimal(Decimal),
    /// An array value of a column. Databases without arrays reject it.
    Array(&'a [Value]),
    /// The values of many rows, or of a list, in one bind: an array where the database has arrays, else a JSON array
    /// as text.
    Batch(BatchValues<'a>),
    /// A value of a type from outside this crate. A driver binds its encoded value.
    Extension(&'a dyn Extension),
}

/// Holds one owned value of a statement.
///
/// Its `Debug` prints only the kind of the value, so that statements can be printed without values. Print
/// [`Value::as_ref`] to see it.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed integer, widened to 64 bits.
    Int(i64),
    /// A float, widened to 64 bits.
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
    /// A number of microseconds: the time between two instants.
    Interval(i64),
    /// The 16 bytes of a UUID.
    Uuid([u8; 16]),
    /// The text of a JSON document.
    Json(String),
    /// An exact decimal number.
    Decimal(Decimal),
    /// An array value of a column.
    Array(Vec<Value>),
    /// A value of a type from outside this crate.
    Extension(Arc<dyn Extension>),
}

impl Value {
    /// Returns the value as a borrowed value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::{Value, ValueRef};
    /// assert_eq!(Value::Text("ada".into()).as_ref(), ValueRef::Text("ada"));
    /// ```
    #[inline]
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
            Self::Interval(v) => ValueRef::Interval(*v),
            Self::Uuid(v) => ValueRef::Uuid(*v),
            Self::Json(v) => ValueRef::Json(v),
            Self::Decimal(v) => ValueRef::Decimal(*v),
            Self::Array(v) => ValueRef::Array(v),
            Self::Extension(v) => ValueRef::Extension(&**v),
        }
    }

    /// Returns whether the value is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::{Value, ValueRef};
    /// assert!(Value::Null.is_null() && !Value::Int(0).is_null());
    /// ```
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl ValueRef<'_> {
    /// Returns whether the value is a duration of more microseconds than 64 bits hold, which no database stores, or a batch
    /// or an array that has one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::ValueRef;
    /// assert!(ValueRef::Interval(i64::MIN).is_long_duration());
    /// assert!(!ValueRef::Interval(i64::MAX).is_long_duration());
    /// ```
    pub fn is_long_duration(self) -> bool {
        match self {
            Self::Interval(micros) => micros == i64::MIN,
            Self::Batch(batch) => batch.iter().any(Self::is_long_duration),
            Self::Array(items) => items.iter().any(|item| item.as_ref().is_long_duration()),
            _ => false,
        }
    }

    /// Returns an owned copy. A batch becomes an array.
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
            Self::Interval(v) => Value::Interval(v),
            Self::Uuid(v) => Value::Uuid(v),
            Self::Json(v) => Value::Json(v.to_owned()),
            Self::Decimal(v) => Value::Decimal(v),
            Self::Array(v) => Value::Array(v.to_vec()),
            Self::Batch(v) => Value::Array(v.iter().map(ValueRef::to_value).collect()),
            Self::Extension(v) => Value::Extension(v.to_shared()),
        }
    }

    /// Returns whether the value is NULL.
    pub fn is_null(self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns an upper estimate of the bytes that the value takes in the driver's protocol.
    #[inline]
    pub fn size(self) -> usize {
        /// The widest number, and what stands around a value.
        const FRAME: usize = 16;
        FRAME
            + match self {
                Self::Text(v) | Self::Json(v) => v.len(),
                Self::Bytes(v) => v.len(),
                Self::Uuid(v) => v.len(),
                Self::Array(items) => items.iter().map(|item| item.as_ref().size()).sum(),
                Self::Batch(batch) => batch.iter().map(ValueRef::size).sum(),
                Self::Extension(v) => v.encode("").as_ref().size(),
                Self::Null
                | Self::Bool(_)
                | Self::Int(_)
                | Self::Float(_)
                | Self::Date(_)
                | Self::Time(_)
                | Self::DateTime(_)
                | Self::Timestamp(_)
                | Self::Interval(_) => 0,
                // A sign, a point, and a zero before it.
                Self::Decimal(_) => 25,
            }
    }

    /// Returns the name of the kind of the value in messages, such as "text".
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
            Self::Interval(_) => "a duration",
            Self::Uuid(_) => "a uuid",
            Self::Json(_) => "a JSON document",
            Self::Decimal(_) => "a decimal number",
            Self::Array(_) => "an array",
            Self::Batch(_) => "a list of values",
            Self::Extension(v) => v.name(),
        }
    }

    /// Returns whether two values are equal bit by bit: unlike with `==`, a NaN equals itself, and -0.0 differs from
    /// 0.0. Dirty tracking uses this, since a NaN would otherwise be written at every flush.
    #[inline]
    pub fn is_same(self, other: ValueRef<'_>) -> bool {
        // What most fields hold is compared in place: a flush compares all of a changed entity.
        match (self, other) {
            (Self::Int(a), ValueRef::Int(b)) => a == b,
            (Self::Text(a), ValueRef::Text(b)) => a == b,
            (a, b) => a.is_same_rarely(b),
        }
    }

    #[inline(never)]
    fn is_same_rarely(self, other: ValueRef<'_>) -> bool {
        match (self, other) {
            (Self::Float(a), ValueRef::Float(b)) => a.to_bits() == b.to_bits(),
            (a, b) => a == b,
        }
    }

    /// Feeds the value to a hasher. Values that are the [same](Self::is_same) have the same hash.
    pub fn hash_same(self, state: &mut impl Hasher) {
        mem::discriminant(&self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(v) => v.hash(state),
            Self::Int(v)
            | Self::Time(v)
            | Self::DateTime(v)
            | Self::Timestamp(v)
            | Self::Interval(v) => v.hash(state),
            Self::Float(v) => v.to_bits().hash(state),
            Self::Text(v) | Self::Json(v) => v.hash(state),
            Self::Bytes(v) => v.hash(state),
            Self::Date(v) => v.hash(state),
            Self::Uuid(v) => v.hash(state),
            Self::Decimal(v) => v.hash(state),
            Self::Array(items) => items.iter().for_each(|item| item.as_ref().hash_same(state)),
            Self::Batch(batch) => batch.iter().for_each(|item| item.hash_same(state)),
            Self::Extension(v) => v.encode("").as_ref().hash_same(state),
        }
    }
}

/// Of its kind alone, on which a statement's text depends; not of what it is: that is [`ValueRef::hash_same`].
impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash_beside(0, state);
    }
}

impl Value {
    /// Feeds the kind of the value to a shape, and in the same word a number, such as the position of its column.
    #[doc(hidden)]
    #[inline]
    pub fn hash_beside<H: Hasher>(&self, number: u32, state: &mut H) {
        let mut feed = |kind: u64| state.write_u64(u64::from(number) << 32 | kind);
        match self {
            Self::Null => feed(0),
            Self::Bool(_) => feed(1),
            Self::Int(_) => feed(2),
            Self::Float(_) => feed(3),
            Self::Text(_) => feed(4),
            Self::Bytes(_) => feed(5),
            Self::Date(_) => feed(6),
            Self::Time(_) => feed(7),
            Self::DateTime(_) => feed(8),
            Self::Timestamp(_) => feed(9),
            Self::Uuid(_) => feed(10),
            Self::Array(items) => {
                feed(11);
                items.first().hash(state);
            }
            Self::Json(_) => feed(13),
            Self::Extension(v) => {
                feed(12);
                v.name().hash(state);
                // A cast names it.
                v.hash_type(state);
                v.encode("").hash(state);
            }
            Self::Decimal(_) => feed(14),
            Self::Interval(_) => feed(15),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.as_ref().kind_name())
    }
}

// Written out because of arrays, whose owned values hide themselves.
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
            Self::Interval(v) => variant("Interval", v),
            Self::Uuid(v) => variant("Uuid", v),
            Self::Json(v) => variant("Json", v),
            Self::Decimal(v) => variant("Decimal", v),
            Self::Array(items) => {
                let items: Vec<ValueRef<'_>> = items.iter().map(Value::as_ref).collect();
                variant("Array", &items)
            }
            Self::Batch(batch) => variant("Batch", batch),
            Self::Extension(v) => variant(v.name(), &v.encode("").as_ref()),
        }
    }
}

impl<'a> From<&'a Value> for ValueRef<'a> {
    fn from(value: &'a Value) -> Self {
        value.as_ref()
    }
}

/// Describes why a value can't be converted to a Rust type. The caller adds table and column and returns an
/// [`Error`](crate::error::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConversionError {
    /// The value has another type than the Rust type, or is NULL.
    Kind,
    /// The value is out of range for the Rust type.
    Range,
    /// The text is not valid for the Rust type, such as a date that does not exist.
    Format,
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kind => "a value of another type",
            Self::Range => "out of range",
            Self::Format => "not valid for this type",
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
    fn sameness_is_bitwise() {
        assert!(ValueRef::Float(f64::NAN).is_same(ValueRef::Float(f64::NAN)));
        assert!(!ValueRef::Float(0.0).is_same(ValueRef::Float(-0.0)));
        assert!(!ValueRef::Null.is_same(ValueRef::Int(0)));
    }
}
