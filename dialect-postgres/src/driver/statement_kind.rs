//! The effect of a statement on the transaction, by its words, and the state after an error.
//!
//! Needed here only: the drivers of other databases report whether a transaction is open. Pure text, no I/O;
//! `connection.rs` calls it before and after each statement.

use orm_core::driver::{TransactionState, TransactionVerb};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::lex::{Tokens, TransactionControl, first_word, is_any, statements};

use crate::capability::LEXICAL_RULES;

/// What a statement, or several, do to the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
pub(super) struct TransactionEffect {
    /// The state that the last statement of them leaves that controls the transaction, whatever was before.
    leaves: Option<TransactionState>,
    /// Whether it is one statement, and ends the transaction.
    ends: bool,
    is_single: bool,
    begins: bool,
    copies: bool,
    /// Whether it may have stored a part of its work when it fails: procedures and blocks commit by themselves.
    pub(super) may_store: bool,
}

impl TransactionEffect {
    /// That of a statement that controls no transaction.
    pub(super) const NOTHING: Self = Self {
        leaves: None,
        ends: false,
        is_single: true,
        begins: false,
        copies: false,
        may_store: false,
    };

    /// Refuses what the native client's ordinary verbs can't follow: it would never return.
    ///
    /// # Errors
    /// `Unsupported` for a COPY whose other end is the client.
    pub(super) fn check(self) -> Result<()> {
        if !self.copies {
            return Ok(());
        }
        Err(Error::with_message(
            ErrorKind::Unsupported,
            "COPY FROM STDIN and COPY TO STDOUT are not supported by this driver",
        )
        .with_hint("load models with insert(…).load(rows), or use copy_in or copy_out of the native connection, postgres::Client"))
    }

    /// What `sql` does, which may hold several statements.
    pub(super) fn of(sql: &str) -> Self {
        let mut effect = Self::NOTHING;
        for (at, statement) in statements(sql, LEXICAL_RULES).enumerate() {
            effect.is_single = at == 0;
            effect.copies |= copies(statement.text);
            let first = first_word(statement.text, LEXICAL_RULES);
            effect.may_store |= is_any(first, &["CALL", "DO"]);
            if let Some(control) = TransactionControl::of(statement.text, LEXICAL_RULES) {
                effect.control(&control);
            }
        }
        effect.ends &= effect.is_single;
        effect
    }

    /// What a statement of the library's own does.
    pub(super) fn of_verb(verb: TransactionVerb) -> Self {
        let (leaves, ends) = match verb {
            TransactionVerb::Savepoint => (None, false),
            TransactionVerb::Begin | TransactionVerb::RollbackTo => {
                (Some(TransactionState::Open), false)
            }
            TransactionVerb::Commit | TransactionVerb::Rollback => {
                (Some(TransactionState::None), true)
            }
        };
        Self {
            leaves,
            ends,
            begins: verb == TransactionVerb::Begin,
            ..Self::NOTHING
        }
    }

    fn control(&mut self, control: &TransactionControl) {
        use TransactionControl::{
            Begin, Commit, Prepare, Release, Rollback, RollbackTo, Savepoint,
        };
        let (leaves, ends) = match control {
            Savepoint(_) | Release(_) => return,
            Begin | RollbackTo(_) => (TransactionState::Open, false),
            // The next one begins at once.
            Commit(end) | Rollback(end) if end.chains => (TransactionState::Open, true),
            Commit(_) | Rollback(_) | Prepare => (TransactionState::None, true),
        };
        self.begins |= leaves == TransactionState::Open && !matches!(control, RollbackTo(_));
        self.leaves = Some(leaves);
        self.ends = ends;
    }

    /// The state after success. COMMIT of an aborted transaction succeeds as well; none is open then either.
    pub(super) fn done(self, state: TransactionState) -> TransactionState {
        self.leaves.unwrap_or(state)
    }

    /// The state after an error. Where it can't be known it is `Aborted`, which causes a ROLLBACK: one too many is
    /// harmless.
    pub(super) fn failed(self, state: TransactionState, code: &str) -> TransactionState {
        // A deferred constraint and a conflict are found at COMMIT, and end the transaction.
        let is_final = code.starts_with("23") || code.starts_with("40");
        match state {
            TransactionState::None if self.is_single || !self.begins => state,
            _ if self.ends && is_final => TransactionState::None,
            _ => TransactionState::Aborted,
        }
    }
}

/// Whether it is a COPY whose other end is the client.
fn copies(statement: &str) -> bool {
    let tokens = || Tokens::unquoted(statement, LEXICAL_RULES);
    let is_from_or_to_client = |tokens: Tokens<'_>| {
        tokens.contains_pair("FROM", "STDIN") || tokens.contains_pair("TO", "STDOUT")
    };
    first_word(statement, LEXICAL_RULES).eq_ignore_ascii_case("COPY")
        && is_from_or_to_client(tokens())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_statements_leave_what_the_last_one_leaves() {
        use TransactionState::{None, Open};
        for (sql, state) in [
            (
                "BEGIN; INSERT INTO t VALUES (';', E'\\';COMMIT', \";\")",
                Open,
            ),
            ("BEGIN; SELECT 1; COMMIT;", None),
            ("COMMIT AND CHAIN", Open),
            ("ROLLBACK TO s", Open),
            ("PREPARE TRANSACTION 'x'", None),
        ] {
            assert_eq!(TransactionEffect::of(sql).leaves, Some(state), "{sql}");
        }
        let body = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
        for sql in [
            "DO $x$ BEGIN COMMIT; END $x$; SELECT $1",
            "SAVEPOINT s",
            "RELEASE s",
            "COMMIT PREPARED 'x'",
            "",
            body,
        ] {
            assert_eq!(TransactionEffect::of(sql).leaves, Option::None, "{sql}");
        }
        assert!(TransactionEffect::of(body).is_single);
        assert!(TransactionEffect::of("COMMIT; ; -- nothing more").is_single);
        assert!(!TransactionEffect::of("COMMIT; SELECT 1").is_single);
    }

    #[test]
    fn procedures_and_blocks_may_store() {
        for sql in ["call p()", "SELECT 1; DO $$ BEGIN COMMIT; END $$"] {
            assert!(TransactionEffect::of(sql).may_store, "{sql}");
        }
        assert!(!TransactionEffect::of("SELECT call FROM do").may_store);
    }

    #[test]
    fn copying_from_or_to_the_client_is_recognized() {
        for (sql, copies) in [
            ("COPY t FROM STDIN", true),
            ("copy t (a, b, c, d) from stdin with (format csv)", true),
            ("COPY (SELECT a FROM t) TO STDOUT", true),
            ("SELECT 1; COPY t TO stdout", true),
            ("COPY t (stdin) FROM 'x.csv'", false),
            ("SELECT a FROM stdin", false),
        ] {
            assert_eq!(TransactionEffect::of(sql).copies, copies, "of {sql}");
        }
    }

    #[test]
    fn what_is_unknown_counts_as_aborted() {
        use TransactionState::{Aborted, None, Open};
        let failed = |sql: &str, state, code| TransactionEffect::of(sql).failed(state, code);
        assert_eq!(failed("SELECT 1", None, "42P01"), None);
        assert_eq!(failed("SELECT 1", Open, "42P01"), Aborted);
        assert_eq!(failed("COMMIT", Open, "23503"), None);
        assert_eq!(failed("COMMIT", Open, "40001"), None);
        assert_eq!(failed("COMMIT foo", Open, "42601"), Aborted);
        assert_eq!(failed("BEGIN foo", None, "42601"), None);
        assert_eq!(failed("BEGIN; SELECT x", None, "42703"), Aborted);
        assert_eq!(failed("SELECT x; SELECT y", None, "42703"), None);
    }
}
