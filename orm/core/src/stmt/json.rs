//! [`JsonExpr`]: operations on JSON documents, with a path each.
//!
//! Where a database has its own path language, the path goes as one bind, whose text is made here: keys are quoted, and no
//! text is taken for a path. PostgreSQL takes a bind for each step.

use super::{CompareOp, Expr};
use crate::value::Value;

/// Represents an operation on a document, or on what its path leads to.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct JsonExpr {
    /// The operation.
    pub op: JsonOp,
    /// The path in the document.
    pub path: JsonPath,
    /// The document, then the other arguments of the operation.
    pub args: Vec<Expr>,
}

/// Selects the operation of a [`JsonExpr`]. Where a path leads to nothing, the result is NULL unless stated otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonOp {
    /// The value at the path, as a type: NULL for a value of another type.
    Get(JsonType),
    /// Whether the value at the path is of a kind; false where there is none.
    Is(JsonKind),
    /// The number of elements of the array at the path; NULL for what is no array.
    Length,
    /// Whether the value at the path contains the second argument, as `@>` of PostgreSQL. The third one, if there is one,
    /// is the same condition made of the other operations, for databases without such an operator.
    Contains,
    /// Whether the array at the path and the second argument, an array of scalars, have an element in common.
    Overlaps,
    /// Compares two documents: the order of keys and the spelling of numbers do not matter.
    Compare(CompareOp),
    /// The document with the key of the path set to the second argument. What is no object stays as it is.
    Set,
    /// The document without the key of the path. What is no object stays as it is.
    Remove,
    /// Where an element is in its array, from 0: the argument is the column `key` of
    /// [`SourceFunc::JsonPositions`](super::SourceFunc::JsonPositions).
    Position,
    /// The element of the array, the first argument, at such a `key`, the second one.
    Element,
}

/// Selects the type of an extracted value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonType {
    /// A document.
    Json,
    /// The text of a string.
    Text,
    /// A number without fraction, as a 64-bit integer.
    Int,
    /// A number, as a 64-bit float.
    Float,
    /// True or false.
    Bool,
}

/// Selects a kind of values in documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// An object.
    Object,
    /// An array.
    Array,
    /// The null of JSON.
    Null,
}

/// Holds a step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum JsonStep {
    /// The value of a key of an object.
    Key(String),
    /// An element of an array, counted from 0.
    Index(u32),
}

/// Holds the path to a value in a document.
///
/// # Examples
///
/// ```
/// # use orm_core::stmt::{JsonPath, JsonStep};
/// # use orm_core::value::Value;
/// let path = JsonPath::new([JsonStep::Key("a\"b".into()), JsonStep::Index(0)]);
/// assert_eq!(path.text(), &Value::Text(r#"$."a\"b"[0]"#.into()));
/// assert_eq!(path.steps(), [Value::Text("a\"b".into()), Value::Int(0)]);
/// assert_eq!(path.arrays(), [Value::Text(r#"$."a\"b""#.into())]);
/// ```
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct JsonPath {
    pub(super) steps: Vec<Value>,
    pub(super) text: Value,
    pub(super) arrays: Vec<Value>,
}

impl JsonPath {
    /// Creates a path of steps; without steps it is the whole document.
    pub fn new(steps: impl IntoIterator<Item = JsonStep>) -> Self {
        let (mut text, mut values, mut arrays) = (String::from("$"), Vec::new(), Vec::new());
        for step in steps {
            match step {
                JsonStep::Key(key) => {
                    text.push('.');
                    push_quoted(&mut text, &key);
                    values.push(Value::Text(key));
                }
                JsonStep::Index(index) => {
                    arrays.push(Value::Text(text.clone()));
                    text.push('[');
                    text.push_str(&index.to_string());
                    text.push(']');
                    values.push(Value::Int(index.into()));
                }
            }
        }
        Self {
            steps: values,
            text: Value::Text(text),
            arrays,
        }
    }

    /// Returns the steps: keys as text, positions as integers.
    pub fn steps(&self) -> &[Value] {
        &self.steps
    }

    /// Returns the path as SQLite, MySQL and MariaDB read it.
    pub fn text(&self) -> &Value {
        &self.text
    }

    /// Returns the paths, as [`text`](Self::text), of what must be arrays: MySQL and MariaDB take anything else for an
    /// array of one element.
    pub fn arrays(&self) -> &[Value] {
        &self.arrays
    }
}

/// A key as a JSON string, with the escapes of `serde_json`: MariaDB compares a key in the spelling that is stored.
fn push_quoted(text: &mut String, key: &str) {
    use std::fmt::Write as _;
    text.push('"');
    for c in key.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            c if c < ' ' => {
                // Writing to a String can't fail.
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

impl JsonExpr {
    /// Creates an operation on what `path` leads to in the document, the first of `args`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// let path = JsonPath::new([JsonStep::Key("age".into())]);
    /// let args = vec![Expr::column("users", "extra")];
    /// let age = JsonExpr::new(JsonOp::Get(JsonType::Int), path, args);
    /// assert_eq!(age.document(), &Expr::column("users", "extra"));
    /// ```
    pub fn new(op: JsonOp, path: JsonPath, args: Vec<Expr>) -> Self {
        Self { op, path, args }
    }

    /// Returns the document.
    pub fn document(&self) -> &Expr {
        self.arg(0)
    }

    /// Returns the argument at an index; NULL if there is none.
    pub fn arg(&self, index: usize) -> &Expr {
        const NONE: &Expr = &Expr::Value(Value::Null);
        self.args.get(index).unwrap_or(NONE)
    }

    /// Whether its text can stand beside an operator without parentheses.
    pub(crate) fn is_operand(&self) -> bool {
        match self.op {
            JsonOp::Get(_)
            | JsonOp::Length
            | JsonOp::Set
            | JsonOp::Remove
            | JsonOp::Position
            | JsonOp::Element => true,
            JsonOp::Is(_) | JsonOp::Contains | JsonOp::Overlaps | JsonOp::Compare(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_never_paths() {
        let text = |key: &str| JsonPath::new([JsonStep::Key(key.into())]).text;
        for (key, path) in [
            ("a.b[0]", r#"$."a.b[0]""#),
            ("", r#"$."""#),
            ("\"].*", r#"$."\"].*""#),
            ("\\", r#"$."\\""#),
            ("\n\u{1}", r#"$."\n\u0001""#),
        ] {
            assert_eq!(text(key), Value::Text(path.into()));
        }
    }
}
