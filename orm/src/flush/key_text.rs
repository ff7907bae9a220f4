//! [`key_text`]: keys in messages of the flush and the session.

use orm_core::value::ValueRef;

/// A key, as messages show it.
pub(crate) fn key_text<'v>(key: impl Iterator<Item = ValueRef<'v>>) -> String {
    let parts = key.map(|part| match part {
        ValueRef::Int(part) => part.to_string(),
        ValueRef::Text(part) => format!("{part:?}"),
        other => other.to_json(""),
    });
    parts.collect::<Vec<String>>().join(", ")
}
