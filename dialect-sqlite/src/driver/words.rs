//! What a statement is about, read from its first words: which counters count.
//!
//! Pure text, no I/O; `connection.rs` asks it about each statement, so the common ones are told apart first.

/// What a statement leaves in SQLite's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A count of rows and a row id.
    Insert,
    /// A count of rows.
    Change,
    /// A count of rows if it changes any: else what stands there is from an earlier statement.
    Unknown,
}

impl Kind {
    pub(super) fn of(sql: &str) -> Self {
        let word = word(past_comments(sql));
        if is_any(word, &["INSERT", "REPLACE"]) {
            Self::Insert
        } else if is_any(word, &["UPDATE", "DELETE"]) {
            Self::Change
        } else {
            Self::Unknown
        }
    }
}

pub(super) fn is_transaction_control(sql: &str) -> bool {
    const WORDS: &[&str] = &["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];
    is_any(word(sql), WORDS)
}

/// The first word, if the text begins with one.
fn word(sql: &str) -> &str {
    let sql = sql.trim_start();
    let end = sql
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(sql.len());
    &sql[..end]
}

fn is_any(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// What follows leading blanks and comments.
fn past_comments(sql: &str) -> &str {
    let mut rest = sql;
    loop {
        rest = rest.trim_start();
        let end = if rest.starts_with("/*") {
            rest.find("*/").map(|end| end + 2)
        } else if rest.starts_with("--") {
            rest.find('\n')
        } else {
            return rest;
        };
        rest = end.map_or("", |end| &rest[end..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserts_are_known_behind_comments() {
        let kind = Kind::of("/* a */ -- b\n insert into t values (1)");
        assert_eq!(kind, Kind::Insert);
        assert_eq!(Kind::of("UPDATE t SET a = 1"), Kind::Change);
        assert_eq!(Kind::of("/* INSERT"), Kind::Unknown);
    }
}
