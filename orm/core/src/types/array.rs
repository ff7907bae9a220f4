//! [`DbType`] for `Vec<T>`: an array of the database, where it has arrays. `Vec<u8>` is bytes, in `scalar.rs`.

use std::borrow::Cow;

use super::{Codec, DbType, ExtensionType, NotNull, Type, base};
use crate::value::{ConversionError, Value, ValueRef};

/// Is implemented by the types of which `Vec` is an array: `bool`, the integers but `u8` and `u64`, the floats, `String`,
/// `Vec<u8>`, the types of chrono, rust_decimal and uuid, and `Option` of each.
///
/// ```
/// use orm_core::types::{DbType, Type};
/// assert_eq!(<Vec<i64>>::TYPE.describe(), "an array of i64");
/// assert_eq!(<Vec<u8>>::TYPE, Type::Bytes);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an element of an array",
    label = "not an element of an array",
    note = "the elements are bool, i8, i16, i32, i64, u16, u32, f32, f64, String, Vec<u8>, the types of chrono, rust_decimal and uuid, and Option of each; for other values use a JSON document"
)]
pub trait Element: DbType + Clone + PartialEq + Sync {
    /// The type of the array.
    const ARRAY: Type;
}

/// The type of an array: its name in messages, and the name that the database with arrays has for it.
const fn array(name: &'static str, native: &'static [Native]) -> Type {
    Type::Extension(ExtensionType {
        name: Cow::Borrowed(name),
        native: Cow::Borrowed(native),
    })
}

type Native = (Cow<'static, str>, Cow<'static, str>);

macro_rules! elements {
    ($($element:ty: $name:literal, $native:literal;)+) => {$(
        impl Element for $element {
            const ARRAY: Type = array(
                concat!("an array of ", $name),
                &[(Cow::Borrowed("postgres"), Cow::Borrowed($native))],
            );
        }
    )+};
}

elements! {
    bool: "bool", "bool[]";
    i8: "i8", "int2[]";
    i16: "i16", "int2[]";
    u16: "u16", "int4[]";
    i32: "i32", "int4[]";
    u32: "u32", "int8[]";
    i64: "i64", "int8[]";
    f32: "f32", "float4[]";
    f64: "f64", "float8[]";
    String: "text", "text[]";
    Vec<u8>: "bytes", "bytea[]";
}

#[cfg(feature = "chrono")]
elements! {
    ::chrono::NaiveDate: "dates", "date[]";
    ::chrono::NaiveTime: "times of day", "time[]";
    ::chrono::NaiveDateTime: "dates and times", "timestamp[]";
    ::chrono::DateTime<::chrono::Utc>: "instants", "timestamptz[]";
}

#[cfg(feature = "rust_decimal")]
elements! {
    ::rust_decimal::Decimal: "exact decimals", "numeric[]";
}

#[cfg(feature = "uuid")]
elements! {
    ::uuid::Uuid: "uuids", "uuid[]";
}

#[diagnostic::do_not_recommend]
impl<T: Element<Null = NotNull>> Element for Option<T> {
    const ARRAY: Type = T::ARRAY;
}

#[diagnostic::do_not_recommend]
impl<T: Element> DbType for Vec<T> {
    type Base = base::Array<T::Base>;
    type Null = NotNull;
    type Plain = Self;
    const TYPE: Type = T::ARRAY;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Extension(self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Self::decode(value)
    }
}

impl<T: Element> Codec for Vec<T> {
    const TYPE: Type = T::ARRAY;
    const NAME: &'static str = "an array";

    fn encode(&self, _server: &str) -> Value {
        let items = self.iter().map(|item| item.to_value().to_value());
        Value::Array(items.collect())
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let ValueRef::Array(items) = value else {
            return Err(ConversionError::Kind);
        };
        let items = items.iter().map(|item| T::from_value(item.as_ref()));
        items.collect()
    }
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
    fn bytes_are_no_array() {
        let bytes: Vec<u8> = vec![1, 2];
        assert_eq!(bytes.to_value(), ValueRef::Bytes(&[1, 2]));
        assert_eq!(<Vec<Option<String>> as DbType>::TYPE, Vec::<String>::TYPE);
    }
}
