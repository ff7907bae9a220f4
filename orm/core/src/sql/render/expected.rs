//! Renders the comparison of a column with its expected value. Called by `batch.rs`, and by dialects, which override
//! the comparison where it is not bytewise.

use super::condition::null_safe;
use crate::sql::SqlWriter;
use crate::stmt::BatchColumn;
use crate::value::ValueRef;

/// Describes a column that must still have its old value.
pub struct ExpectedColumn<'e> {
    /// The column.
    pub column: &'e BatchColumn<'e>,
    /// Whether the old value is bound as a digest.
    pub digest: bool,
    /// Renders the column, qualified as the statement requires.
    pub new: &'e dyn Fn(&mut SqlWriter<'_>),
    /// Renders the old value: a placeholder, or a column of the arrays.
    pub old: &'e dyn Fn(&mut SqlWriter<'_>),
}

impl std::fmt::Debug for ExpectedColumn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExpectedColumn")
            .field("column", &self.column)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// Renders the null-safe comparison of a column with its expected value.
pub fn write_null_safe_expected(w: &mut SqlWriter<'_>, expected: &ExpectedColumn<'_>) {
    (expected.new)(w);
    let same = null_safe(w);
    w.push(same);
    (expected.old)(w);
}

/// Returns the digest of text or bytes: the number of bytes, and the hash in hexadecimal digits. Returns `None` for
/// other values.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::value::ValueRef;
/// let digest = digest_text(ValueRef::Text("abc"), |_| [0xab; 32]);
/// assert!(digest.is_some_and(|digest| digest.starts_with("3:abab")));
/// ```
pub fn digest_text(value: ValueRef<'_>, sha256: impl FnOnce(&[u8]) -> [u8; 32]) -> Option<String> {
    use std::fmt::Write as _;
    let bytes = match value {
        ValueRef::Text(text) => text.as_bytes(),
        ValueRef::Bytes(bytes) => bytes,
        ValueRef::Null
        | ValueRef::Bool(_)
        | ValueRef::Int(_)
        | ValueRef::Float(_)
        | ValueRef::Date(_)
        | ValueRef::Time(_)
        | ValueRef::DateTime(_)
        | ValueRef::Timestamp(_)
        | ValueRef::Interval(_)
        | ValueRef::Uuid(_)
        | ValueRef::Json(_)
        | ValueRef::Decimal(_)
        | ValueRef::Array(_)
        | ValueRef::Batch(_)
        | ValueRef::Extension(_) => return None,
    };
    let mut text = format!("{}:", bytes.len());
    for byte in sha256(bytes) {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    Some(text)
}
