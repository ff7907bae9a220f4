//! [`DbType`] for `Vec<T>`: an array of the database, where it has arrays. `Vec<u8>` is bytes, in `scalar.rs`.

use std::borrow::Cow;

use super::{Codec, DbType, ExtensionType, NotNull, Type, base};
use crate::value::{ConversionError, Value, ValueRef};

/// Is implemented by the types of which `Vec` is an array: `bool`, the integers but `u8`, the floats, `String`, `Vec<u8>`, the
/// types of chrono, jiff, time, rust_decimal and uuid, with the feature `json` `serde_json::Value` and
/// [`Json`](crate::types::Json), enums with `derive(DbEnum)`, `Option` of each, and `Vec` of these as a nested array.
///
/// ```
/// use orm_core::types::{DbType, Type};
/// assert_eq!(<Vec<i64>>::TYPE.describe(), "an array of i64");
/// assert_eq!(<Vec<Vec<i64>>>::TYPE, <Vec<Option<i64>>>::TYPE);
/// assert_eq!(<Vec<u8>>::TYPE, Type::Bytes);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an element of an array",
    label = "not an element of an array",
    note = "the elements are bool, the integers but u8, f32, f64, String, Vec<u8>, enums with #[derive(DbEnum, Clone, PartialEq)], the types of chrono, jiff, time, rust_decimal and uuid, Option of each, and Vec of these; for other values use a JSON document"
)]
pub trait Element: DbType {
    /// The name of the array in messages.
    const NAME: &'static str;
    /// The name of the array's type in the database that has arrays.
    const NATIVE: &'static [(Cow<'static, str>, Cow<'static, str>)];
}

/// Is implemented by the elements that are neither NULL nor arrays: `Option` of each is an element, too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an optional element of an array",
    note = "a nested array has no NULL among its inner arrays"
)]
pub trait ScalarElement: Element<Null = NotNull> {}

macro_rules! elements {
    ($([$($generics:tt)*] $element:ty: $name:literal, $native:literal;)+) => {$(
        impl<$($generics)*> Element for $element {
            const NAME: &'static str = concat!("an array of ", $name);
            const NATIVE: &'static [(Cow<'static, str>, Cow<'static, str>)] =
                &[(Cow::Borrowed("postgres"), Cow::Borrowed($native))];
        }

        impl<$($generics)*> ScalarElement for $element {}
    )+};
}

elements! {
    [] bool: "bool", "bool[]";
    [] i8: "i8", "int2[]";
    [] i16: "i16", "int2[]";
    [] u16: "u16", "int4[]";
    [] i32: "i32", "int4[]";
    [] u32: "u32", "int8[]";
    [] i64: "i64", "int8[]";
    [] u64: "u64", "numeric[]";
    [] f32: "f32", "float4[]";
    [] f64: "f64", "float8[]";
    [] String: "text", "text[]";
    [] Vec<u8>: "bytes", "bytea[]";
}

#[cfg(feature = "chrono")]
elements! {
    [] ::chrono::NaiveDate: "dates", "date[]";
    [] ::chrono::NaiveTime: "times of day", "time[]";
    [] ::chrono::NaiveDateTime: "dates and times", "timestamp[]";
    [] ::chrono::DateTime<::chrono::Utc>: "instants", "timestamptz[]";
    [] ::chrono::DateTime<::chrono::FixedOffset>: "instants", "timestamptz[]";
    [] ::chrono::DateTime<::chrono::Local>: "instants", "timestamptz[]";
    [] ::chrono::TimeDelta: "durations", "interval[]";
}

#[cfg(feature = "jiff")]
elements! {
    [] ::jiff::civil::Date: "dates", "date[]";
    [] ::jiff::civil::Time: "times of day", "time[]";
    [] ::jiff::civil::DateTime: "dates and times", "timestamp[]";
    [] ::jiff::Timestamp: "instants", "timestamptz[]";
    [] ::jiff::SignedDuration: "durations", "interval[]";
}

#[cfg(feature = "time")]
elements! {
    [] ::time::Date: "dates", "date[]";
    [] ::time::Time: "times of day", "time[]";
    [] ::time::PrimitiveDateTime: "dates and times", "timestamp[]";
    [] ::time::OffsetDateTime: "instants", "timestamptz[]";
    [] ::time::Duration: "durations", "interval[]";
}

#[cfg(feature = "rust_decimal")]
elements! {
    [] ::rust_decimal::Decimal: "exact decimals", "numeric[]";
}

#[cfg(feature = "uuid")]
elements! {
    [] ::uuid::Uuid: "uuids", "uuid[]";
}

#[cfg(feature = "json")]
elements! {
    [] serde_json::Value: "JSON documents", "jsonb[]";
    [T: serde::Serialize + serde::de::DeserializeOwned + Clone + PartialEq + Send + Sync + 'static]
        super::Json<T>: "JSON documents", "jsonb[]";
}

#[diagnostic::do_not_recommend]
impl<T: ScalarElement> Element for Option<T> {
    const NAME: &'static str = T::NAME;
    const NATIVE: &'static [(Cow<'static, str>, Cow<'static, str>)] = T::NATIVE;
}

// The database has one type of arrays of any number of dimensions.
#[diagnostic::do_not_recommend]
impl<T: Element + Clone + PartialEq + Sync> Element for Vec<T> {
    const NAME: &'static str = T::NAME;
    const NATIVE: &'static [(Cow<'static, str>, Cow<'static, str>)] = T::NATIVE;
}

#[diagnostic::do_not_recommend]
impl<T: Element + Clone + PartialEq + Sync> DbType for Vec<T> {
    type Base = base::Array<T::Base, T::Null>;
    type Null = NotNull;
    type Plain = Self;
    const TYPE: Type = <Self as Codec>::TYPE;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Extension(self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Self::decode(value)
    }
}

impl<T: Element + Clone + PartialEq + Sync> Codec for Vec<T> {
    const TYPE: Type = Type::Extension(ExtensionType {
        name: Cow::Borrowed(T::NAME),
        native: Cow::Borrowed(T::NATIVE),
    });
    const NAME: &'static str = T::NAME;

    fn encode(&self, server: &str) -> Value {
        let items = self.iter().map(|item| match item.to_value() {
            ValueRef::Extension(item) => item.encode(server),
            item => item.to_value(),
        });
        Value::Array(items.collect())
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let ValueRef::Array(items) = value else {
            return Err(ConversionError::Kind);
        };
        let items = items.iter().map(|item| T::from_value(item.as_ref()));
        items.collect()
    }

    // A NaN is no change.
    fn is_same(&self, other: &Self) -> bool {
        let mut pairs = self.iter().zip(other);
        self.len() == other.len() && pairs.all(|(a, b)| a.to_value().is_same(b.to_value()))
    }
}

/// Is implemented by the base types of elements that are no arrays: an array of these can be searched.
#[diagnostic::on_unimplemented(
    message = "a nested array can't be searched",
    note = "compare it as a whole, or write SQL of your own with `raw_expr`"
)]
pub trait ScalarBase {}

macro_rules! scalar_bases {
    ($($base:ident)+) => {$(
        impl ScalarBase for base::$base {}
    )+};
}

scalar_bases! {
    Bool Int8 Int16 UInt16 Int32 UInt32 Int64 UInt64 Float32 Float64 Text Bytes Date Time DateTime Timestamp Interval Uuid Json
    Decimal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_what_they_were() {
        let numbers = vec![Some(1_i64), None, Some(-3)];
        let value = numbers.encode("");
        let expected = [Value::Int(1), Value::Null, Value::Int(-3)];
        assert_eq!(value, Value::Array(expected.to_vec()));
        assert_eq!(Vec::<Option<i64>>::from_value(value.as_ref()), Ok(numbers));
        // An element that is NULL has no place in a vector without Option.
        assert_eq!(
            Vec::<i64>::from_value(value.as_ref()),
            Err(ConversionError::Kind)
        );
        assert_eq!(
            Vec::<i64>::from_value(ValueRef::Text("{1}")),
            Err(ConversionError::Kind)
        );
    }

    #[test]
    fn arrays_of_arrays_are_encoded_as_such() {
        let grid = vec![vec![1_i64, 2], vec![3, 4]];
        let value = grid.encode("");
        let row = |a, b| Value::Array(vec![Value::Int(a), Value::Int(b)]);
        assert_eq!(value, Value::Array(vec![row(1, 2), row(3, 4)]));
        assert_eq!(Vec::<Vec<i64>>::from_value(value.as_ref()), Ok(grid));
        assert_eq!(
            Vec::<i64>::from_value(value.as_ref()),
            Err(ConversionError::Kind)
        );
    }

    #[test]
    fn a_nan_is_the_same() {
        let floats = vec![f64::NAN, 0.0];
        assert!(floats.to_value().is_same(floats.clone().to_value()));
        assert!(!floats.to_value().is_same(vec![f64::NAN, -0.0].to_value()));
        assert!(!floats.to_value().is_same(vec![f64::NAN].to_value()));
    }

    #[test]
    fn bytes_are_no_array() {
        let bytes: Vec<u8> = vec![1, 2];
        assert_eq!(bytes.to_value(), ValueRef::Bytes(&[1, 2]));
        assert_eq!(
            <Vec<Option<String>> as DbType>::TYPE,
            <Vec<String> as DbType>::TYPE
        );
    }
}
