//! [`DbType`] for JSON documents: `serde_json::Value`, and [`Json`] over any type of serde.
//!
//! Both are bound through the codec of an extension: the document is serialized when it is bound, and two values of a field
//! are compared as documents, so that the order of keys is no change.

use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::ser::Formatter;

use super::{Codec, DbType, NotNull, Type, base};
use crate::value::{ConversionError, JSON_LEVELS, Value, ValueRef};

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

/// The text of a document. A codec has no error, so a text that is no document stands for a value that is none, and drivers
/// refuse it by [`json_fault`](crate::driver::json_fault): the empty text for one that serde could not write, and the
/// beginning of one that is nested too deep, which would overflow the stack if it was written to its end.
fn to_text(value: &impl Serialize) -> String {
    let mut bytes = Vec::with_capacity(128);
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Levels(0));
    match value.serialize(&mut serializer) {
        Err(error) if !error.is_io() => String::new(),
        // Nothing but the formatter fails, and what it has written is text.
        Ok(()) | Err(_) => String::from_utf8(bytes).unwrap_or_default(),
    }
}

/// Writes documents as `serde_json` does, and ends with an error one level too deep, behind its bracket. It has the level.
struct Levels(usize);

impl Levels {
    fn enter<W: io::Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        writer.write_all(bracket)?;
        self.0 += 1;
        if self.0 > JSON_LEVELS {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
    }

    fn leave<W: io::Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.0 = self.0.saturating_sub(1);
        writer.write_all(bracket)
    }
}

impl Formatter for Levels {
    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.enter(writer, b"[")
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.leave(writer, b"]")
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.enter(writer, b"{")
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.leave(writer, b"}")
    }
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
        Value::Json(to_text(self))
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        from_text(value)
    }

    fn copied(&self) -> Self {
        copied(self, JSON_LEVELS)
    }
}

/// A copy of a document without what is so many levels and one below, from where on no driver takes it: a copy of all would
/// overflow the stack.
fn copied(document: &serde_json::Value, levels: usize) -> serde_json::Value {
    use serde_json::Value as Document;
    let Some(inner) = levels.checked_sub(1) else {
        return match document {
            Document::Array(_) => Document::Array(Vec::new()),
            Document::Object(_) => Document::Object(serde_json::Map::new()),
            leaf => leaf.clone(),
        };
    };
    match document {
        Document::Array(items) => {
            Document::Array(items.iter().map(|item| copied(item, inner)).collect())
        }
        Document::Object(entries) => {
            let entries = entries.iter();
            entries
                .map(|(key, value)| (key.clone(), copied(value, inner)))
                .collect()
        }
        leaf => leaf.clone(),
    }
}

impl<T> Codec for Json<T>
where
    T: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static,
{
    const TYPE: Type = Type::Json;
    const NAME: &'static str = NAME;

    fn encode(&self, _server: &str) -> Value {
        Value::Json(to_text(&self.0))
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
    use crate::driver::json_fault;

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
    fn a_document_without_end_has_a_short_text() {
        let deep = |levels| (1..levels).fold(json!([]), |inner, _| json!({ "a": inner }));
        let fault = |levels| {
            let text = to_text(&deep(levels));
            (text.len() < 1000, json_fault(&text, JSON_LEVELS).is_some())
        };
        assert_eq!((fault(127), fault(128)), ((true, false), (true, true)));
        assert_eq!(
            (deep(127).copied(), to_text(&deep(300).copied())),
            (deep(127), to_text(&deep(300)))
        );
        assert_eq!(fault(1_000), (true, true));
        let wide = json!([[], {}, [[], {"a": [1, 2.5, "\u{1}é", null, true]}]]);
        assert_eq!(to_text(&wide), wide.to_string());
    }

    #[test]
    fn what_serde_can_not_write_is_no_document() {
        let odd = Json(HashMap::from([(vec![1_u8], 1)]));
        assert_eq!(odd.encode(""), Value::Json(String::new()));
    }
}
