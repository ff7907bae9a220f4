//! Checks SQL text of the program for transaction control while a transaction is open.
//!
//! Called by `raw.rs` and `cursor.rs`. The effect of procedures and prepared statements is not visible in the text.
//! `watched` of `raw.rs` detects it with two more statements, which only these rare statements cost.

use orm_core::error::{Error, ErrorKind};
use orm_core::lex::{Lexer, LexicalRules, TokenKind, TransactionControl, first_word, statements};

use super::transaction_state::Owner;

/// What the names of the library's savepoints begin with.
pub(super) const SAVEPOINT_PREFIX: &str = "orm_";

/// What a text may do to the open transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Impact {
    /// Nothing that its owner wouldn't know of.
    Nothing,
    /// It ends the transaction, takes back a part of it, or interferes with the library's savepoints.
    Controls(TransactionControl),
    /// It may end the transaction and begin another, by statements that it doesn't show.
    Unknown,
}

/// What `sql` may do to an open transaction of `owner`.
#[inline]
pub(super) fn impact(sql: &str, rules: LexicalRules, owner: Owner) -> Impact {
    let plain = [b'I', b'U', b'D', b'W', b'i', b'u', b'w'];
    let first = sql.as_bytes().first();
    let is_plain = sql.starts_with("SELECT") || first.is_some_and(|c| plain.contains(c));
    // A semicolon may stand in a literal, too. It is looked for last, since that reads the whole text.
    if is_plain && !sql.contains(';') {
        return Impact::Nothing;
    }
    read(sql, rules, owner)
}

#[cold]
fn read(sql: &str, rules: LexicalRules, owner: Owner) -> Impact {
    let mut impact = Impact::Nothing;
    for statement in statements(sql, rules) {
        match TransactionControl::of(statement.text, rules) {
            Some(control) if interferes(&control, owner) => return Impact::Controls(control),
            Some(_) => {}
            None if shows_all(statement.text, rules) => {}
            None => impact = Impact::Unknown,
        }
    }
    impact
}

/// Whether the owner of the transaction has to know of a statement: savepoints of the program's own are no harm to
/// rows, but a session's entities would not know that it has gone back to one.
fn interferes(control: &TransactionControl, owner: Owner) -> bool {
    match control {
        TransactionControl::Savepoint(name) | TransactionControl::Release(name) => is_own(name),
        TransactionControl::RollbackTo(name) => owner != Owner::Connection || is_own(name),
        _ => true,
    }
}

fn is_own(savepoint: &str) -> bool {
    let prefix = savepoint.get(..SAVEPOINT_PREFIX.len());
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(SAVEPOINT_PREFIX))
}

/// Whether a statement that controls no transaction runs no other ones either. Code in a comment may be a whole
/// statement, or nothing on a server of another version.
fn shows_all(statement: &str, rules: LexicalRules) -> bool {
    const WORDS: &[&str] = &[
        "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES", "REPLACE", "TABLE", "MERGE",
        "CREATE", "DROP", "ALTER", "TRUNCATE", "ANALYZE", "COMMENT", "GRANT", "REVOKE", "LOCK",
        "PRAGMA", "EXPLAIN", "SHOW", "COPY",
    ];
    let first = first_word(statement, rules);
    let is_known = WORDS.iter().any(|word| first.eq_ignore_ascii_case(word));
    let mut tokens = Lexer::new(statement, rules);
    // SET STATEMENT … FOR runs another statement on MariaDB.
    let is_set = || {
        let mut words = Lexer::new(statement, rules).filter(|token| token.kind == TokenKind::Word);
        let second = words.nth(1).map_or("", |token| token.text);
        first.eq_ignore_ascii_case("SET") && !second.eq_ignore_ascii_case("STATEMENT")
    };
    (is_known || is_set()) && tokens.all(|token| token.kind != TokenKind::CodeStart)
}

/// Whether `sql` begins or ends a transaction, or a savepoint, which on SQLite may be one.
#[cold]
pub(super) fn controls(sql: &str, rules: LexicalRules) -> bool {
    statements(sql, rules).any(|found| TransactionControl::of(found.text, rules).is_some())
}

/// The error of a text that controls a transaction which isn't its own.
#[cold]
pub(super) fn refusal(control: &TransactionControl, owner: Owner, in_closure: bool) -> Error {
    use TransactionControl as Control;
    let (verb, holder) = match owner {
        _ if in_closure => ("conn", "a closure"),
        Owner::Session => ("session", "a session"),
        Owner::Connection | Owner::Text => ("conn", "the connection"),
    };
    let ends = |word| match word {
        _ if !in_closure => format!("call {verb}.{word}()"),
        "commit" => "return Ok from the closure to commit".to_owned(),
        _ => "return Err from the closure to roll back".to_owned(),
    };
    let nest = format!("call {verb}.savepoint(…)");
    let (statement, hint) = match control {
        Control::Begin => ("BEGIN", format!("{nest} to nest")),
        Control::Commit(_) => ("COMMIT", ends("commit")),
        Control::Rollback(_) => ("ROLLBACK", ends("rollback")),
        Control::Prepare => (
            "PREPARE TRANSACTION",
            "begin the transaction as SQL text as well, on a separate connection".to_owned(),
        ),
        Control::RollbackTo(name) if !is_own(name) => (
            "ROLLBACK TO SAVEPOINT",
            format!("{nest} and return Err from its closure"),
        ),
        Control::Savepoint(_) | Control::Release(_) | Control::RollbackTo(_) => {
            let message =
                format!("savepoint names that begin with {SAVEPOINT_PREFIX} are reserved");
            return Error::with_message(ErrorKind::Usage, message)
                .with_hint(format!("use another name, or {nest}"));
        }
    };
    let message =
        format!("{statement} as SQL text is not allowed: the transaction belongs to {holder}");
    Error::with_message(ErrorKind::Usage, message).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use orm_core::lex::LexicalRule;

    use super::*;

    const RULES: LexicalRules = LexicalRules::of(&[
        LexicalRule::ExecutableComments,
        LexicalRule::MariaDbComments,
        LexicalRule::HashComments,
        LexicalRule::BacktickNames,
        LexicalRule::ProgramBodies,
    ]);

    #[track_caller]
    fn check(owner: Owner, sql: &str, expected: &str) {
        let found = match impact(sql, RULES, owner) {
            Impact::Nothing => "nothing",
            Impact::Unknown => "unknown",
            Impact::Controls(_) => "controls",
        };
        assert_eq!(found, expected, "{sql}");
    }

    #[test]
    fn transaction_control_is_found_wherever_it_stands() {
        for sql in [
            "COMMIT",
            "COMMIT AND CHAIN",
            "rollback",
            "ROLLBACK WORK AND CHAIN",
            "END",
            "BEGIN",
            "start transaction",
            "/*M!ROLLBACK*/",
            "/* x */ COMMIT",
            "INSERT INTO t VALUES (1); COMMIT; BEGIN",
            "select 1; commit; begin",
            "SAVEPOINT orm_1",
            "RELEASE SAVEPOINT ORM_2",
            "ROLLBACK TO SAVEPOINT `orm_1`",
        ] {
            check(Owner::Connection, sql, "controls");
        }
        check(Owner::Session, "ROLLBACK TO SAVEPOINT a", "controls");
    }

    #[test]
    fn texts_that_run_what_they_do_not_show_are_unknown() {
        for sql in [
            "CALL book(7)",
            "EXECUTE IMMEDIATE 'ROLLBACK'",
            "BEGIN NOT ATOMIC COMMIT; START TRANSACTION; END",
            "SET STATEMENT max_statement_time = 1 FOR CALL book(7)",
            "/*!99999 SELECT */ CALL book(7)",
            "SELECT 1; CALL book(7)",
        ] {
            check(Owner::Connection, sql, "unknown");
        }
    }

    #[test]
    fn texts_that_can_not_end_a_transaction_are_left_alone() {
        for sql in [
            "SELECT 1",
            "select 1;",
            "SELECT ';COMMIT;'",
            "# x\n SELECT 1",
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
            check(Owner::Connection, sql, "nothing");
        }
    }

    #[test]
    fn the_refusal_names_the_verb() {
        let hint = |owner, in_closure, sql| {
            let control = TransactionControl::of(sql, RULES).unwrap();
            let error = refusal(&control, owner, in_closure);
            error.hint().unwrap_or_default().to_owned()
        };
        assert_eq!(
            hint(Owner::Session, false, "COMMIT"),
            "call session.commit()"
        );
        assert_eq!(
            hint(Owner::Connection, false, "ROLLBACK"),
            "call conn.rollback()"
        );
        assert!(hint(Owner::Connection, true, "COMMIT").starts_with("return Ok"));
        assert!(hint(Owner::Session, false, "ROLLBACK TO a").contains("session.savepoint(…)"));
        assert!(hint(Owner::Connection, false, "BEGIN").contains("conn.savepoint(…)"));
        assert!(hint(Owner::Connection, false, "SAVEPOINT orm_1").starts_with("use another name"));
    }
}
