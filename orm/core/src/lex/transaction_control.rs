//! [`TransactionControl`]: recognizes statements that begin and end transactions and savepoints by their first words.
//!
//! The statements inside a procedure or a prepared statement are not visible in the text.

use super::rules::LexicalRules;
use super::tokens::Tokens;

/// As many tokens as the longest of these statements has.
const LENGTH: usize = 8;

/// Describes a statement that begins or ends a transaction or savepoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionControl {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit(TransactionEnd),
    /// `ROLLBACK`, `ABORT`.
    Rollback(TransactionEnd),
    /// `PREPARE TRANSACTION`, which detaches the transaction from its connection.
    Prepare,
    /// `SAVEPOINT` with its name.
    Savepoint(String),
    /// `RELEASE SAVEPOINT` with its name.
    Release(String),
    /// `ROLLBACK TO SAVEPOINT` with its name.
    RollbackTo(String),
}

/// Holds the options of a statement that ends a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransactionEnd {
    /// Whether the next transaction begins at once: `AND CHAIN`.
    pub chains: bool,
    /// Whether the connection is closed: MySQL's `RELEASE`.
    pub disconnects: bool,
}

impl TransactionControl {
    /// Parses one statement. Returns `None` if it does not control the connection's transaction.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::lex::{LexicalRules, TransactionControl};
    /// let of = |sql| TransactionControl::of(sql, LexicalRules::STANDARD);
    /// assert_eq!(of("START TRANSACTION"), Some(TransactionControl::Begin));
    /// assert_eq!(of("SAVEPOINT a"), Some(TransactionControl::Savepoint("a".into())));
    /// assert_eq!(of("SELECT 1"), None);
    /// ```
    pub fn of(statement: &str, rules: LexicalRules) -> Option<Self> {
        let tokens = Tokens::first(LENGTH, statement, rules);
        let is = |at: usize, words: &[&str]| tokens.is(at, words);
        let end = || TransactionEnd {
            chains: says(&tokens, "CHAIN"),
            disconnects: says(&tokens, "RELEASE"),
        };
        match () {
            // A block of MariaDB's: BEGIN NOT ATOMIC.
            () if is(0, &["BEGIN"]) && !is(1, &["NOT"]) => Some(Self::Begin),
            () if is(0, &["START"]) && is(1, &["TRANSACTION"]) => Some(Self::Begin),
            () if is(0, &["SAVEPOINT"]) => Some(Self::Savepoint(name(&tokens, 1))),
            () if is(0, &["RELEASE"]) => Some(Self::Release(name(&tokens, 1))),
            () if is(1, &["PREPARED"]) => None,
            () if is(0, &["PREPARE"]) && is(1, &["TRANSACTION"]) => Some(Self::Prepare),
            () if is(0, &["COMMIT", "END"]) => Some(Self::Commit(end())),
            () if is(0, &["ROLLBACK", "ABORT"]) => Some(match to(&tokens) {
                Some(at) => Self::RollbackTo(name(&tokens, at + 1)),
                None => Self::Rollback(end()),
            }),
            () => None,
        }
    }
}

/// `ROLLBACK TO s`, `ROLLBACK WORK TO s`; on SQLite a transaction may have a name, too.
fn to(tokens: &Tokens<'_>) -> Option<usize> {
    tokens.find(1, &["TO"]).filter(|at| *at <= 3)
}

fn name(tokens: &Tokens<'_>, at: usize) -> String {
    let at = if tokens.is(at, &["SAVEPOINT"]) {
        at + 1
    } else {
        at
    };
    tokens.get(at).unwrap_or_default().to_owned()
}

/// Whether the statement has a word without NO before it.
fn says(tokens: &Tokens<'_>, word: &str) -> bool {
    let found = tokens.find(1, &[word]);
    found.is_some_and(|at| !tokens.is(at - 1, &["NO"]))
}
