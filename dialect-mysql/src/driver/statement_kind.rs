//! The possible effect of a statement on the transaction, by its first words, for servers that do not report it.
//!
//! Pure text, no I/O; `connection.rs` calls it for each statement, so the common ones are recognized first.

use orm_core::lex::{LexicalRules, Tokens, TransactionControl, first_word, is_any};

use crate::capability::MARIADB;

/// On MySQL they find code in a comment that isn't run there: nothing is concluded from it.
const RULES: LexicalRules = MARIADB.lexical_rules;

/// Whether a statement can neither begin nor end a transaction, so that the state needs no query. After SET TRANSACTION
/// there must be none, since it would undo the setting.
pub(super) fn is_plain(sql: &str) -> bool {
    const WORDS: &[&str] = &[
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "REPLACE",
        "WITH",
        "SAVEPOINT",
        "RELEASE",
    ];
    begins_with(sql, WORDS) || sets_transaction(sql)
}

/// Whether a statement that worked must have ended the open transaction, or begun one where none was.
pub(super) fn ends_or_begins(sql: &str, open: bool) -> bool {
    use TransactionControl::{Begin, Commit, Rollback};
    match TransactionControl::of(sql, RULES) {
        Some(Commit(_)) => open,
        Some(Rollback(end)) => open && !end.chains,
        Some(Begin) => !open,
        _ => false,
    }
}

/// Whether a statement that isn't plain does nothing but return rows. ANALYZE TABLE and its like return rows, too, and
/// commit.
pub(super) fn only_tells(sql: &str) -> bool {
    const WORDS: &[&str] = &[
        "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "CHECKSUM", "HELP", "VALUES", "TABLE",
    ];
    begins_with(sql, WORDS)
}

/// Whether the server would request a file from the client.
pub(super) fn asks_for_file(sql: &str) -> bool {
    let says_local = || Tokens::unquoted(sql, RULES).find(2, &["LOCAL"]);
    begins_with(sql, &["LOAD"]) && says_local().is_some_and(|at| at < 4)
}

fn sets_transaction(sql: &str) -> bool {
    let tokens = || Tokens::first(2, sql, RULES);
    begins_with(sql, &["SET"]) && tokens().is(1, &["TRANSACTION"])
}

fn begins_with(sql: &str, words: &[&str]) -> bool {
    is_any(first_word(sql, RULES), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_suspicious_where_the_state_must_change() {
        assert!(ends_or_begins("start transaction read only", false));
        assert!(ends_or_begins("COMMIT", true) && ends_or_begins(" rollback ", true));
        assert!(!ends_or_begins("ROLLBACK TO SAVEPOINT a", true));
        assert!(!ends_or_begins("COMMIT", false) && !ends_or_begins("BEGIN", true));
    }

    #[test]
    fn what_may_end_a_transaction_is_not_plain() {
        for sql in [
            "SELECT 1",
            "set transaction isolation level serializable",
            "  insert into t values (1)",
            "WITH x AS (SELECT 1) SELECT * FROM x",
            "/* x */ (SELECT 1)",
        ] {
            assert!(is_plain(sql), "{sql}");
        }
        for sql in [
            "CALL p()",
            "CREATE TABLE t (a INT)",
            "/*!80000 SELECT */ 1",
            "COMMIT",
            "SET autocommit = 0",
            "",
        ] {
            assert!(!is_plain(sql), "{sql}");
        }
    }

    #[test]
    fn rows_may_be_all_that_a_statement_is_about() {
        assert!(only_tells("show tables") && only_tells("/* x */ EXPLAIN SELECT 1"));
        assert!(!only_tells("ANALYZE TABLE t") && !only_tells("CALL p()"));
    }

    #[test]
    fn loading_a_file_of_the_client_is_recognized() {
        assert!(asks_for_file(
            "load data low_priority local infile 'x' into table t"
        ));
        assert!(!asks_for_file("LOAD DATA INFILE 'local' INTO TABLE t"));
        assert!(!asks_for_file("SELECT 1"));
    }
}
