//! Values as JSON (RFC 8259), by which drivers of databases without arrays bind a batch.

use std::fmt;

use super::{Value, ValueRef};
use crate::civil;

/// The most levels of a JSON document that `serde_json` reads.
pub const JSON_LEVELS: usize = 127;

/// Returns what is wrong with the text of a JSON document: it is empty, which stands for a value that serde could not
/// serialize, or nested more than `deepest` levels deep.
///
/// `serde_json` reads [`JSON_LEVELS`], and databases have limits of their own.
///
/// # Examples
///
/// ```
/// # use orm_core::value::json_fault;
/// assert_eq!(json_fault(r#"{"a": ["[", 1]}"#, 2), None);
/// assert_eq!(json_fault("[[[1]]]", 2), Some("a JSON document that is nested too deep"));
/// ```
pub fn json_fault(text: &str, deepest: usize) -> Option<&'static str> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > deepest {
            return Some("a JSON document that is nested too deep");
        }
    }
    text.is_empty()
        .then_some("a value that serde can't serialize as JSON")
}

impl ValueRef<'_> {
    /// Returns the value as JSON, for `json_each` and `JSON_TABLE` of `server`. Bytes and UUIDs are hexadecimal text,
    /// dates and times ISO 8601 text, durations their microseconds, decimals their digits as text. Infinity is the number `9e999`, which SQLite parses as infinity. NaN is null;
    /// drivers reject it before.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::ValueRef;
    /// assert_eq!(ValueRef::Text("a\"b").to_json("sqlite"), r#""a\"b""#);
    /// assert_eq!(ValueRef::Bytes(&[0xca, 0xfe]).to_json("sqlite"), r#""CAFE""#);
    /// ```
    pub fn to_json(self, server: &str) -> String {
        let mut out = String::new();
        self.write_json(&mut out, server);
        out
    }

    fn write_json(self, out: &mut String, server: &str) {
        match self {
            Self::Bool(v) => out.push_str(if v { "true" } else { "false" }),
            Self::Int(v) | Self::Interval(v) => push_display(out, v),
            Self::Float(v) if v.is_finite() => push_display(out, format_args!("{v:?}")),
            Self::Float(v) if v.is_infinite() => {
                out.push_str(if v > 0.0 { "9e999" } else { "-9e999" });
            }
            Self::Null | Self::Float(_) => out.push_str("null"),
            Self::Text(v) | Self::Json(v) => push_json_text(out, v),
            Self::Bytes(v) => push_hex(out, v),
            Self::Uuid(v) => push_hex(out, &v),
            // As text: readers of JSON make doubles of numbers.
            Self::Decimal(v) => push_display(out, format_args!("\"{v}\"")),
            Self::Date(v) => push_display(out, format_args!("\"{}\"", civil::date_text(v))),
            Self::Time(v) => push_display(out, format_args!("\"{}\"", civil::time_text(v))),
            Self::DateTime(v) | Self::Timestamp(v) => {
                push_display(out, format_args!("\"{}\"", civil::datetime_text(v)));
            }
            Self::Array(items) => push_json_items(out, server, items.iter().map(Value::as_ref)),
            Self::Batch(batch) => push_json_items(out, server, batch.iter()),
            Self::Extension(v) => v.encode(server).as_ref().write_json(out, server),
        }
    }
}

fn push_display(out: &mut String, value: impl fmt::Display) {
    use fmt::Write as _;
    // Writing to a String can't fail.
    let _ = write!(out, "{value}");
}

fn push_json_items<'a>(out: &mut String, server: &str, items: impl Iterator<Item = ValueRef<'a>>) {
    out.push('[');
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.push(',');
        }
        item.write_json(out, server);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::BatchValues;

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
        let batch = ValueRef::Batch(BatchValues::Owned(&items));
        assert_eq!(batch.to_json("sqlite"), expected);
    }
}
