//! [`DbType`] for JSON documents: `serde_json::Value`, and [`Json`] over any type of serde.
//!
//! Both are bound through the codec of an extension: the document is serialized when it is bound, and two values of a field
//! are compared as documents, so that the order of keys is no change.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Codec, DbType, NotNull, Type, base};
use crate::value::{ConversionError, Value, ValueRef};

/// Stores a value of a type of serde as a JSON document.
///
/// `PartialEq` of the type decides whether a change is written, so it should compare what is serialized.
///
/// # Examples
///
/// ```
/// use orm_core::types::{DbType, Json};
/// use orm_core::value::ValueRef;
///
/// #[derive(serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
/// struct Meta {
///     tags: Vec<String>,
/// }
///
/// let meta = Json::<Meta>::from_value(ValueRef::Text(r#"{"tags": ["new"]}"#)).unwrap();
/// assert_eq!(meta.tags, ["new"]);
/// ```
///
/// JSON has no NaN and no infinity: `serde_json` writes null instead of them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> Json<T> {
    /// Returns the value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::Json;
    /// assert_eq!(Json(7).into_inner(), 7);
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: fmt::Display> fmt::Display for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

const NAME: &str = "a JSON document";

/// The text of a document. The empty text, which is no document, stands for one that serde could not write: drivers refuse
/// it, since a codec has no error.
fn to_text(value: &impl Serialize) -> Value {
    Value::Json(serde_json::to_string(value).unwrap_or_default())
}

fn from_text<T: DeserializeOwned>(value: ValueRef<'_>) -> Result<T, ConversionError> {
    match value {
        ValueRef::Text(text) | ValueRef::Json(text) => {
            serde_json::from_str(text).map_err(|_| ConversionError::Format)
        }
        _ => Err(ConversionError::Kind),
    }
}

impl Codec for serde_json::Value {
    const TYPE: Type = Type::Json;
    const NAME: &'static str = NAME;

    fn encode(&self, _server: &str) -> Value {
        to_text(self)
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        from_text(value)
    }
}

impl<T> Codec for Json<T>
where
    T: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static,
{
    const TYPE: Type = Type::Json;
    const NAME: &'static str = NAME;

    fn encode(&self, _server: &str) -> Value {
        to_text(&self.0)
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        from_text(value).map(Self)
    }
}

impl DbType for serde_json::Value {
    type Base = base::Json;
    type Null = NotNull;
    type Plain = Self;
    const TYPE: Type = Type::Json;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Extension(self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Self::decode(value)
    }
}

impl<T> DbType for Json<T>
where
    T: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static,
{
    type Base = base::Json;
    type Null = NotNull;
    type Plain = Self;
    const TYPE: Type = Type::Json;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Extension(self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Self::decode(value)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_compared_as_documents() {
        let one: serde_json::Value = serde_json::from_str(r#"{"a": 1, "b": 2}"#).unwrap();
        let other: serde_json::Value = serde_json::from_str(r#"{"b":2,"a":1}"#).unwrap();
        assert!(one.to_value().is_same(other.to_value()));
        assert!(!one.to_value().is_same(json!({"a": 1}).to_value()));
        assert!(!json!(null).to_value().is_null());
        assert!(None::<serde_json::Value>.to_value().is_null());
    }

    #[test]
    fn what_does_not_decode_is_an_error() {
        let decode = Json::<Vec<i64>>::from_value;
        assert_eq!(decode(ValueRef::Text("[1]")), Ok(Json(vec![1])));
        assert_eq!(
            decode(ValueRef::Text("[1.5]")),
            Err(ConversionError::Format)
        );
        assert_eq!(decode(ValueRef::Int(1)), Err(ConversionError::Kind));
    }

    #[test]
    fn what_serde_can_not_write_is_no_document() {
        let odd = Json(HashMap::from([(vec![1_u8], 1)]));
        assert_eq!(odd.encode(""), Value::Json(String::new()));
    }
}
