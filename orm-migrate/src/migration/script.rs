//! A script with its path: its statements, their effect on transactions, and the errors that are found before
//! execution.

use std::fs;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use orm_core::lex::Tokens;
use orm_core::sql::Capabilities;

use super::rerun;
use super::shell;
use super::split::{Statement, split_all};
use super::statement_kind::{self, StatementKind};
use crate::dialect::{Family, Grammar};
use crate::error::{Error, Result};

/// The scripts of a migration that is still to be written: up and down.
pub(crate) const UNFILLED: [&str; 2] = [
    "-- The statements of this migration, such as:\n-- ALTER TABLE users ADD COLUMN age INTEGER;\n",
    "-- The statements that revert it, such as:\n-- ALTER TABLE users DROP COLUMN age;\n",
];

/// The text of a script and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    path: PathBuf,
    text: String,
    grammar: Grammar,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// The file is missing, unreadable, not UTF-8 or, as for `diesel`, empty.
    pub(crate) fn read(path: PathBuf, grammar: Grammar) -> Result<Self> {
        let bytes = fs::read(&path).map_err(|error| {
            Error::io("read", &path, error)
                .with_hint("a migration has the files up.sql and down.sql")
        })?;
        let text = String::from_utf8(bytes).map_err(|error| not_utf8(&path, &error))?;
        Self::of_text(path, text, grammar)
    }

    /// The script of a file with this text.
    ///
    /// # Errors
    /// It is empty, or as `generate --empty` wrote it: applied, it would change nothing, and what is filled in later
    /// would never run.
    pub(super) fn of_text(path: PathBuf, text: String, grammar: Grammar) -> Result<Self> {
        let what = match text.as_str() {
            "" => "is empty",
            text if UNFILLED.contains(&text) => "has no statements",
            _ => {
                return Ok(Self {
                    path,
                    text,
                    grammar,
                });
            }
        };
        let message = format!("{} {what}", path.display());
        Err(Error::failed(message)
            .with_hint("write its statements, or a comment that says why there are none"))
    }

    /// A script that has been read already.
    pub(crate) fn new(path: &Path, text: &str, grammar: Grammar) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            grammar,
        }
    }

    /// Where the script is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where the script is, with the line of a place in it.
    pub(crate) fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }

    /// The statements in their order.
    ///
    /// # Errors
    /// What only a database's shell understands; a quote or comment without an end; with file and line.
    pub(crate) fn statements(&self) -> Result<Vec<Statement<'_>>> {
        let (statements, unclosed) = split_all(&self.text, self.grammar.rules);
        // First: a quote without an end is often one in the data behind a COPY.
        for statement in &statements {
            if let Some(found) = shell::find(statement, self.grammar) {
                let place = self.place(statement.line + found.line);
                return Err(Error::failed(format!("{place}: {}", found.what)).with_hint(found.hint));
            }
        }
        match unclosed {
            None => Ok(statements),
            Some(error) => {
                let (place, what) = (self.place(error.line), error.what);
                let message = format!("{place}: {what} begins here and is never closed");
                Err(Error::failed(message).with_hint(
                    "close it; a quote within a text is written twice, and a comment ends where the database's \
                     own rules end it",
                ))
            }
        }
    }

    /// What a statement of this script does to the transaction around it.
    pub(crate) fn kind(&self, statement: &Statement<'_>) -> StatementKind {
        statement_kind::statement_kind(statement.text, self.grammar)
    }

    /// Whether a statement sets options of the transaction that has just begun.
    pub(crate) fn sets_transaction(&self, statement: &Statement<'_>) -> bool {
        let words = self.first_words(statement);
        words.is(0, &["SET"]) && words.is(1, &["TRANSACTION"])
    }

    /// Whether a statement sets up the session, and is run again where a migration continues in another one.
    pub(super) fn is_session(&self, statement: &Statement<'_>) -> bool {
        statement_kind::is_session(statement.text, self.grammar)
    }

    /// Whether a statement leaves a value in the session that another one can't have.
    pub(super) fn leaves_value(&self, statement: &Statement<'_>) -> bool {
        let is_fixed = self.is_session(statement)
            && !statement_kind::computes(statement.text, self.grammar)
            || self.kind(statement) == StatementKind::Definition;
        !is_fixed && self.has_variable(statement)
    }

    /// Whether a statement reads or sets a variable of the session.
    pub(super) fn has_variable(&self, statement: &Statement<'_>) -> bool {
        statement_kind::has_variable(statement.text, self.grammar)
    }

    /// Whether a statement asks for what the one before it has left in the session.
    pub(super) fn reads_last(&self, statement: &Statement<'_>) -> bool {
        statement_kind::reads_last(statement.text, self.grammar)
    }

    /// Whether a statement sets a savepoint, of which SQLite's outermost is a transaction.
    pub(super) fn is_savepoint(&self, statement: &Statement<'_>) -> bool {
        self.first_words(statement).is(0, &["SAVEPOINT"])
    }

    /// Whether a statement releases a savepoint.
    pub(super) fn is_release(&self, statement: &Statement<'_>) -> bool {
        self.first_words(statement).is(0, &["RELEASE"])
    }

    /// Whether a statement prepares a transaction, which others commit.
    pub(super) fn is_prepare(&self, statement: &Statement<'_>) -> bool {
        let words = self.first_words(statement);
        words.is(0, &["PREPARE"]) && words.is(1, &["TRANSACTION"])
    }

    /// Whether a statement of PostgreSQL builds or drops an index outside of any transaction.
    pub(super) fn is_concurrent(&self, statement: &Statement<'_>) -> bool {
        self.grammar.family == Family::Postgres && self.is_divisible(statement)
    }

    /// Whether a statement of MySQL locks tables; whether it unlocks them.
    pub(super) fn locks_tables(&self, statement: &Statement<'_>) -> Option<bool> {
        let words = self.first_words(statement);
        match self.grammar.family {
            Family::Mysql if words.is(0, &["LOCK"]) => Some(true),
            Family::Mysql if words.is(0, &["UNLOCK", "BEGIN", "START"]) => Some(false),
            Family::Sqlite | Family::Postgres | Family::Mysql => None,
        }
    }

    /// Whether a statement adds rows, and so changes which one was the last.
    pub(super) fn adds_rows(&self, statement: &Statement<'_>) -> bool {
        self.first_words(statement).is(0, &["INSERT", "REPLACE"])
    }

    /// Whether a statement creates a table of the session.
    pub(super) fn is_temporary(&self, statement: &Statement<'_>) -> bool {
        let words = Tokens::first(4, statement.text, self.grammar.rules);
        words.is(0, &["CREATE"]) && words.find(1, &["TEMPORARY", "TEMP"]).is_some()
    }

    /// Whether a statement may be run again when nothing is known of its outcome.
    pub(super) fn may_run_twice(&self, statement: &Statement<'_>) -> bool {
        rerun::may_run_twice(statement.text, self.grammar)
    }

    /// Whether a statement drops something.
    pub(super) fn is_drop(&self, statement: &Statement<'_>) -> bool {
        self.first_words(statement).is(0, &["DROP"])
    }

    /// Whether a statement names an engine whose rows no rollback reaches.
    pub(super) fn names_engine(&self, statement: &Statement<'_>) -> bool {
        statement_kind::names_engine(statement.text, self.grammar)
    }

    /// Whether a statement leaves the session able to write to the bookkeeping's tables.
    pub(super) fn is_plain(&self, statement: &Statement<'_>) -> bool {
        statement_kind::is_plain(statement.text, self.grammar)
    }

    fn first_words<'a>(&self, statement: &Statement<'a>) -> Tokens<'a> {
        Tokens::first(2, statement.text, self.grammar.rules)
    }

    /// Whether the whole script can be undone by a rollback on a database with `capabilities`.
    ///
    /// # Errors
    /// As [`Script::statements`].
    pub(crate) fn is_undoable(&self, capabilities: &Capabilities) -> Result<bool> {
        if capabilities.transactional_ddl {
            return Ok(true);
        }
        let statements = self.statements()?;
        Ok(statements
            .iter()
            .all(|statement| self.kind(statement) == StatementKind::Data))
    }

    /// Whether a statement that fails may have done a part of its work, with no transaction around it.
    pub(crate) fn is_divisible(&self, statement: &Statement<'_>) -> bool {
        statement_kind::is_divisible(statement.text, self.grammar)
    }

    /// Refuses what can't work, before anything is run.
    ///
    /// # Errors
    /// As [`Script::statements`]; inside a transaction also what would end it, and what SQLite can't do
    /// there: switching the enforcement of foreign keys.
    pub(crate) fn check(&self, in_transaction: bool) -> Result<()> {
        let statements = self.statements()?;
        if !in_transaction {
            return Ok(());
        }
        let drops = self.has_drop(&statements);
        for statement in &statements {
            self.check_in_transaction(statement, drops)?;
        }
        Ok(())
    }

    fn check_in_transaction(&self, statement: &Statement<'_>, drops: bool) -> Result<()> {
        let place = self.place(statement.line);
        match self.kind(statement) {
            StatementKind::Begin
            | StatementKind::Commit
            | StatementKind::CommitRaw
            | StatementKind::Rollback
            | StatementKind::RollbackRaw => Err(Error::failed(format!(
                "{place}: BEGIN, COMMIT and ROLLBACK are not allowed: the script runs in a transaction"
            ))
            .with_note("sql", statement.text)
            .with_hint("remove the statement, or write run_in_transaction = false into metadata.toml")),
            // Foreign keys are off already: the switch does nothing, and nothing is lost.
            StatementKind::ForeignKeySwitch if drops => Ok(()),
            StatementKind::ForeignKeySwitch => Err(Error::failed(format!(
                "{place}: SQLite ignores PRAGMA foreign_keys inside a transaction: the statements after it would still delete and change rows by ON DELETE and ON UPDATE"
            ))
            .with_hint(
                "write run_in_transaction = false into metadata.toml, and BEGIN and COMMIT into the script",
            )),
            StatementKind::Data | StatementKind::Definition | StatementKind::Program | StatementKind::Other => Ok(()),
        }
    }

    /// The line of the first DROP TABLE.
    ///
    /// # Errors
    /// As [`Script::statements`].
    pub(crate) fn first_drop(&self) -> Result<Option<usize>> {
        let statements = self.statements()?;
        let drop = statements.iter().find(|statement| self.drops(statement));
        Ok(drop.map(|statement| statement.line))
    }

    /// Whether one of `statements` drops a table.
    pub(crate) fn has_drop(&self, statements: &[Statement<'_>]) -> bool {
        statements.iter().any(|statement| self.drops(statement))
    }

    fn drops(&self, statement: &Statement<'_>) -> bool {
        let words = self.first_words(statement);
        words.is(0, &["DROP"]) && words.is(1, &["TABLE"])
    }

    /// Whether a statement may change rows of other tables through foreign keys. An INSERT does so by
    /// triggers only.
    ///
    /// # Errors
    /// As [`Script::statements`].
    pub(crate) fn needs_foreign_keys(&self, has_triggers: bool) -> Result<bool> {
        let changes = |statement: &Statement<'_>| {
            let words = self.first_words(statement);
            let replaces = words.is(0, &["INSERT"]) && words.is(1, &["OR"]);
            let is_insert = words.is(0, &["INSERT"]) && has_triggers;
            words.is(0, &["UPDATE", "DELETE", "REPLACE", "WITH"]) || replaces || is_insert
        };
        Ok(self.statements()?.iter().any(changes))
    }
}

#[cold]
fn not_utf8(path: &Path, error: &FromUtf8Error) -> Error {
    let (bytes, at) = (error.as_bytes(), error.utf8_error().valid_up_to());
    let line = bytes[..at].split(|byte| *byte == b'\n').count();
    let byte = bytes.get(at).copied().unwrap_or_default();
    let message = format!(
        "{}:{line}: the text is not UTF-8 (byte 0x{byte:02x})",
        path.display()
    );
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let from = if is_utf16 { "UTF-16" } else { "ISO-8859-1" };
    Error::failed(message).with_hint(format!(
        "save the file as UTF-8, for instance with iconv -f {from} -t UTF-8"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;

    fn of_sqlite(text: &str) -> Script {
        let grammar = dialect::grammar(dialect::by_name("sqlite").unwrap());
        Script::new(Path::new("a/up.sql"), text, grammar)
    }

    #[test]
    fn a_script_that_drops_a_table_is_found() {
        for (text, line) in [
            ("SELECT 1;\ndrop /* x */ table a", Some(2)),
            ("DROP TABLE IF EXISTS main.\"A\"", Some(1)),
            ("ALTER TABLE a DROP COLUMN table_of; DROP VIEW a", None),
            ("SELECT 'DROP TABLE a'; -- DROP TABLE a", None),
        ] {
            assert_eq!(of_sqlite(text).first_drop().unwrap(), line, "{text}");
        }
        let switch = "PRAGMA foreign_keys = OFF;\n";
        assert!(of_sqlite(switch).check(true).is_err());
        assert!(
            of_sqlite(&format!("{switch}DROP TABLE a"))
                .check(true)
                .is_ok()
        );
    }

    #[test]
    fn what_may_change_rows_through_foreign_keys() {
        let needs = |text, has_triggers| of_sqlite(text).needs_foreign_keys(has_triggers).unwrap();
        for text in [
            "DELETE FROM a",
            "WITH x AS (SELECT 1) DELETE FROM a",
            "REPLACE INTO a VALUES (1)",
            "INSERT OR REPLACE INTO a VALUES (1)",
            "update a set b = 1",
        ] {
            assert!(needs(text, false), "{text}");
        }
        let insert = "CREATE TABLE a (b INTEGER); INSERT INTO a VALUES (1)";
        assert!(!needs(insert, false) && needs(insert, true));
    }

    #[test]
    fn a_transaction_is_not_ended_by_its_script() {
        let error = of_sqlite("SELECT 1;\nCOMMIT;").check(true).unwrap_err();
        assert!(
            error
                .message()
                .starts_with("a/up.sql:2: BEGIN, COMMIT and ROLLBACK"),
            "{error}"
        );
        assert!(of_sqlite("BEGIN; SELECT 1; COMMIT").check(false).is_ok());
        let error = of_sqlite("PRAGMA foreign_keys=OFF;")
            .check(true)
            .unwrap_err();
        assert!(
            error.message().contains("ignores PRAGMA foreign_keys"),
            "{error}"
        );
        let error = of_sqlite("SELECT 1;\n\nSELECT 'a")
            .check(false)
            .unwrap_err();
        assert_eq!(
            error.message(),
            "a/up.sql:3: a text begins here and is never closed"
        );
    }
}
