//! What a statement may do to the transaction, read from its first words.
//!
//! Pure text, no I/O; `connection.rs` asks it about each statement, so the common ones are told apart first.

/// Whether a statement can neither begin nor end a transaction, so that nothing needs to be asked. After
/// SET TRANSACTION nothing must be asked, since the question would undo it.
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
    is_any(word(sql), WORDS) || sets_transaction(sql)
}

/// Whether a statement that worked must have ended the open transaction, or begun one where none was.
pub(super) fn ends_or_begins(sql: &str, open: bool) -> bool {
    if open {
        // Going back to a savepoint ends nothing.
        is_any(word(sql), &["COMMIT"]) || sql.trim().eq_ignore_ascii_case("ROLLBACK")
    } else {
        is_any(word(sql), &["BEGIN", "START"])
    }
}

/// Whether the rows of a statement that isn't plain are all that it is about. ANALYZE TABLE and its like
/// answer with rows, too, and commit.
pub(super) fn only_tells(sql: &str) -> bool {
    const WORDS: &[&str] = &[
        "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "CHECKSUM", "HELP", "VALUES", "TABLE",
    ];
    is_any(word(past_comments(sql)), WORDS)
}

/// Whether the server would ask the client for a file.
pub(super) fn asks_for_file(sql: &str) -> bool {
    let sql = past_comments(sql);
    if !is_any(word(sql), &["LOAD"]) {
        return false;
    }
    let mut words = sql.split_ascii_whitespace().take(5);
    words.any(|word| word.eq_ignore_ascii_case("LOCAL"))
}

fn sets_transaction(sql: &str) -> bool {
    let mut words = sql.split_ascii_whitespace();
    let mut is = |word| {
        words
            .next()
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    };
    is("SET") && is("TRANSACTION")
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

/// What follows leading comments and parentheses. Comments that the server executes stay.
fn past_comments(sql: &str) -> &str {
    let mut rest = sql;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '(');
        let is_executed = rest.starts_with("/*!") || rest.starts_with("/*M!");
        let end = if rest.starts_with("/*") && !is_executed {
            rest.find("*/").map(|end| end + 2)
        } else if rest.starts_with('#') || rest.starts_with("--") {
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
        ] {
            assert!(is_plain(sql), "{sql}");
        }
        for sql in [
            "CALL p()",
            "CREATE TABLE t (a INT)",
            "/* x */ SELECT 1",
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
