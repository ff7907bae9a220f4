//! What a statement is about, read from its first words: which counters count, and what it leaves behind.
//!
//! Pure text, no I/O; `connection.rs` asks it about each statement, so the common ones are told apart first.

use crate::render::{READ_ONLY, READ_WRITE};

/// Whether a statement sets the last row id.
pub(super) fn is_insert(sql: &str) -> bool {
    is_any(word(past_comments(sql)), &["INSERT", "REPLACE"])
}

pub(super) fn is_transaction_control(sql: &str) -> bool {
    const WORDS: &[&str] = &["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];
    is_any(word(sql), WORDS)
}

/// Whether a statement may leave something behind that the next user of the connection would find: a
/// setting, a temporary table, another file.
pub(super) fn touches_session(sql: &str) -> bool {
    let sql = past_comments(sql);
    match sql.as_bytes().first() {
        // PRAGMA, ATTACH, DETACH, CREATE: everything else is told by its first letter.
        Some(b'P' | b'p') => is_setting(sql),
        Some(b'A' | b'a' | b'D' | b'd') => is_any(word(sql), &["ATTACH", "DETACH"]),
        Some(b'C' | b'c') => {
            let second = sql.split_ascii_whitespace().nth(1).unwrap_or_default();
            is_any(second, &["TEMP", "TEMPORARY"])
        }
        _ => false,
    }
}

/// As [`touches_session`], of a text with several statements. A semicolon inside a literal can only make it
/// say yes too often.
pub(super) fn script_touches_session(sql: &str) -> bool {
    sql.split(';').any(touches_session)
}

/// Whether a PRAGMA sets something instead of telling it.
fn is_setting(sql: &str) -> bool {
    const TELLING: &[&str] = &[
        "table_",
        "index_",
        "foreign_key_",
        "integrity_",
        "quick_",
        "wal_",
        "optimize",
    ];
    if !is_any(word(sql), &["PRAGMA"]) || [READ_ONLY, READ_WRITE].contains(&sql) {
        return false;
    }
    let name = sql["PRAGMA".len()..].trim_start();
    let tells = |prefix: &&str| {
        let start = name.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    name.contains(['=', '(']) && !TELLING.iter().any(tells)
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
        assert!(is_insert("/* a */ -- b\n insert into t values (1)"));
        assert!(!is_insert("UPDATE t SET a = 1") && !is_insert("/* INSERT"));
    }

    #[test]
    fn what_is_left_behind_is_noticed() {
        for sql in [
            "PRAGMA foreign_keys = OFF",
            "pragma busy_timeout(1)",
            "ATTACH 'x' AS y",
            "/* tag */ CREATE TEMP TABLE t (a)",
        ] {
            assert!(touches_session(sql), "{sql}");
        }
        for sql in [
            "SELECT 1",
            "DELETE FROM t",
            "DROP TABLE t",
            "CREATE TABLE t (a)",
            "PRAGMA foreign_keys",
            "PRAGMA table_info(t)",
            READ_ONLY,
            READ_WRITE,
        ] {
            assert!(!touches_session(sql), "{sql}");
        }
        assert!(script_touches_session("SELECT 1; PRAGMA query_only = 1"));
    }
}
