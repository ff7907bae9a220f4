//! The comparison of a guarded column with its old value. Called by `batch.rs`, and by dialects, which override
//! the comparison where it isn't of bytes.

use super::condition::null_safe;
use crate::sql::SqlWriter;
use crate::stmt::BatchColumn;

/// A column that must still have its old value.
pub struct Guard<'g> {
    /// The column.
    pub column: &'g BatchColumn<'g>,
    /// Whether the old value is given by its digest.
    pub digest: bool,
    /// Writes the column, qualified as the statement needs it.
    pub new: &'g dyn Fn(&mut SqlWriter<'_>),
    /// Writes the old value: a placeholder, or a column of the batch's arrays.
    pub old: &'g dyn Fn(&mut SqlWriter<'_>),
}

impl std::fmt::Debug for Guard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("column", &self.column)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// Writes that a guarded column has its old value, by the dialect's null-safe comparison.
pub fn write_null_safe_guard(w: &mut SqlWriter<'_>, guard: &Guard<'_>) {
    (guard.new)(w);
    let same = null_safe(w);
    w.push(same);
    (guard.old)(w);
}

/// The text of a digest: the number of bytes and their hash in hexadecimal digits.
pub fn digest_text(length: usize, hash: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{length}:");
    for byte in hash {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
