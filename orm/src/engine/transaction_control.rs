//! Which raw texts may replace the open transaction by another one.
//!
//! Used by `connection.rs`, which then looks at the database. Nothing is concluded from words here but that a
//! look is not needed: a text that may do it costs two statements more, which is no harm for the rare kinds.

/// Whether a text may end the open transaction and begin another: several statements, `COMMIT AND CHAIN`, `CALL`
/// of a procedure. A single statement that reads or writes rows can't, nor one about a savepoint, whose nesting
/// a look would disturb.
#[inline]
pub(super) fn may_replace_transaction(sql: &str) -> bool {
    let plain = [b'I', b'U', b'D', b'W', b'i', b'u', b'w'];
    let first = sql.as_bytes().first();
    let is_plain = sql.starts_with("SELECT") || first.is_some_and(|c| plain.contains(c));
    // A semicolon may stand in a literal, too. It is looked for last, since that reads the whole text.
    (!is_plain || sql.contains(';')) && looks_again(sql)
}

#[cold]
fn looks_again(sql: &str) -> bool {
    const PLAIN: &[&str] = &[
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "WITH",
        "VALUES",
        "REPLACE",
        "TABLE",
        "MERGE",
        "SAVEPOINT",
        "RELEASE",
        "CREATE",
        "DROP",
        "ALTER",
        "TRUNCATE",
        "ANALYZE",
        "COMMENT",
        "GRANT",
        "REVOKE",
        "LOCK",
        "PRAGMA",
        "EXPLAIN",
        "SHOW",
        "COPY",
    ];
    let sql = sql.trim().trim_end_matches(';');
    if sql.contains(';') {
        return true;
    }
    let mut words = sql.split(|c: char| !c.is_ascii_alphabetic());
    if sql.starts_with('/') || sql.starts_with('-') || sql.starts_with('#') {
        // A comment may be one that MySQL executes.
        return true;
    }
    let first = words.next().unwrap_or_default();
    if PLAIN.iter().any(|plain| first.eq_ignore_ascii_case(plain)) {
        return false;
    }
    // SET STATEMENT … FOR runs another statement on MariaDB.
    if first.eq_ignore_ascii_case("SET") {
        return words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("STATEMENT"));
    }
    // ROLLBACK [WORK | TRANSACTION] TO a savepoint.
    if first.eq_ignore_ascii_case("ROLLBACK") {
        let next = words.next().unwrap_or_default();
        let next = if next.eq_ignore_ascii_case("WORK") || next.eq_ignore_ascii_case("TRANSACTION")
        {
            words.next().unwrap_or_default()
        } else {
            next
        };
        return !next.eq_ignore_ascii_case("TO");
    }
    true
}

#[cfg(test)]
mod tests {
    use super::may_replace_transaction;

    #[test]
    fn texts_that_may_end_a_transaction_are_looked_at() {
        for sql in [
            "COMMIT",
            "COMMIT AND CHAIN",
            "rollback",
            "ROLLBACK WORK AND CHAIN",
            "END",
            "BEGIN",
            "start transaction",
            "CALL book(7)",
            "EXECUTE IMMEDIATE 'ROLLBACK'",
            "BEGIN NOT ATOMIC COMMIT; START TRANSACTION; END",
            "/*M!ROLLBACK*/",
            "/* x */ COMMIT",
            "SET STATEMENT max_statement_time = 1 FOR CALL book(7)",
            "INSERT INTO t VALUES (1); COMMIT; BEGIN",
            "select 1; commit; begin",
        ] {
            assert!(may_replace_transaction(sql), "{sql}");
        }
    }

    #[test]
    fn texts_that_can_not_are_left_alone() {
        for sql in [
            "SELECT 1",
            "select 1;",
            "  insert into t values (1)",
            "UPDATE t SET a = 1",
            "WITH a AS (SELECT 1) SELECT * FROM a",
            "SAVEPOINT a",
            "RELEASE SAVEPOINT a",
            "ROLLBACK TO SAVEPOINT a",
            "rollback work to a",
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "CREATE TABLE t (a INT)",
        ] {
            assert!(!may_replace_transaction(sql), "{sql}");
        }
    }
}
