//! What a statement leaves in SQLite's counters, by its first word.
//!
//! Pure text, no I/O; `connection.rs` calls it for each statement.

use orm_core::lex::{first_word, is_any};

use crate::capability::LEXICAL_RULES;

/// What a statement leaves in SQLite's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatementKind {
    /// A count of rows and a row id.
    Insert,
    /// A count of rows.
    Change,
    /// A count of rows if it changes any: else what stands there is from an earlier statement.
    Unknown,
}

impl StatementKind {
    #[inline]
    pub(super) fn of(sql: &str) -> Self {
        // As a rendered text begins, which takes no lexer to see.
        match sql.as_bytes().first_chunk() {
            Some(b"INSERT ") => Self::Insert,
            Some(b"UPDATE " | b"DELETE ") => Self::Change,
            _ => Self::of_any(sql),
        }
    }

    fn of_any(sql: &str) -> Self {
        let word = first_word(sql, LEXICAL_RULES);
        if is_any(word, &["INSERT", "REPLACE"]) {
            Self::Insert
        } else if is_any(word, &["UPDATE", "DELETE"]) {
            Self::Change
        } else {
            Self::Unknown
        }
    }
}

/// Whether a text begins with transaction control, behind which nothing else may stand: `ROLLBACK; BEGIN` would leave
/// a transaction open that is another one.
pub(super) fn controls_transaction(sql: &str) -> bool {
    const WORDS: &[&str] = &["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];
    is_any(first_word(sql, LEXICAL_RULES), WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserts_are_known_behind_comments() {
        let kind = StatementKind::of("/* a */ -- b\n insert into t values (1)");
        assert_eq!(kind, StatementKind::Insert);
        assert_eq!(
            StatementKind::of("UPDATE t SET a = 1"),
            StatementKind::Change
        );
        assert_eq!(StatementKind::of("/* INSERT"), StatementKind::Unknown);
        for (sql, kind) in [
            ("INSERT INTO t VALUES (1)", StatementKind::Insert),
            ("DELETE FROM t", StatementKind::Change),
            ("REPLACE INTO t VALUES (1)", StatementKind::Insert),
            ("INSERT/**/INTO t VALUES (1)", StatementKind::Insert),
            ("SELECT 1", StatementKind::Unknown),
            ("Ä", StatementKind::Unknown),
            ("", StatementKind::Unknown),
        ] {
            assert_eq!(StatementKind::of(sql), kind, "{sql}");
        }
    }
}
