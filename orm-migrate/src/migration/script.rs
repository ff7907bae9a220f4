//! A script with its path: its statements, what they do to transactions, and the mistakes that can be
//! told before anything is run.

use std::fs;
use std::path::{Path, PathBuf};

use orm_core::sql::Capabilities;

use super::lex::Lexis;
use super::split::{Statement, first_words, split};
use crate::error::{Error, Result};

/// The text of a script and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    path: PathBuf,
    text: String,
    lexis: Lexis,
}

/// What a statement does to the transaction around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Begins one.
    Begin,
    /// Ends one, keeping its work.
    Commit,
    /// Ends one, undoing its work.
    Rollback,
    /// Reads or writes rows, so that it is undone with the transaction on every database.
    Data,
    /// Creates, alters or drops, so that it ends the transaction where DDL isn't transactional.
    Definition,
    /// Switches the checks of foreign keys, which SQLite ignores inside a transaction.
    ForeignKeySwitch,
    /// Anything else.
    Other,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// The file is missing, unreadable or, as for `diesel`, empty.
    pub(crate) fn read(path: PathBuf, lexis: Lexis) -> Result<Self> {
        let text = fs::read_to_string(&path).map_err(|error| Error::io("read", &path, error))?;
        if text.is_empty() {
            let message = format!("{} is empty", path.display());
            return Err(
                Error::failed(message).with_hint("a comment is enough to say that it is meant so")
            );
        }
        Ok(Self { path, text, lexis })
    }

    /// A script that has been read already.
    pub(crate) fn new(path: &Path, text: &str, lexis: Lexis) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            lexis,
        }
    }

    /// Where the script is, with the line of a place in it.
    pub(crate) fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }

    /// The statements in their order.
    ///
    /// # Errors
    /// A quote or comment without an end, with file and line.
    pub(crate) fn statements(&self) -> Result<Vec<Statement<'_>>> {
        split(&self.text, self.lexis).map_err(|error| {
            let place = self.place(error.line);
            Error::failed(format!(
                "{place}: {} begins here and is never closed",
                error.what
            ))
        })
    }

    /// What a statement of this script does to the transaction around it.
    pub(crate) fn effect(&self, statement: &Statement<'_>) -> Effect {
        effect(statement.text, self.lexis)
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
            .all(|statement| self.effect(statement) == Effect::Data))
    }

    /// Refuses what can't work, before anything is run.
    ///
    /// # Errors
    /// As [`Script::statements`]; inside a transaction also what would end it, and the switch of SQLite
    /// that does nothing there.
    pub(crate) fn check(&self, in_transaction: bool) -> Result<()> {
        for statement in self.statements()? {
            if in_transaction {
                self.check_in_transaction(&statement)?;
            }
        }
        Ok(())
    }

    fn check_in_transaction(&self, statement: &Statement<'_>) -> Result<()> {
        let place = self.place(statement.line);
        match self.effect(statement) {
            Effect::Begin | Effect::Commit | Effect::Rollback => Err(Error::failed(format!(
                "{place}: the script begins or ends a transaction, but it runs inside one"
            ))
            .with_note("sql", statement.text)
            .with_hint("remove the statement, or write run_in_transaction = false into metadata.toml")),
            Effect::ForeignKeySwitch => Err(Error::failed(format!(
                "{place}: sqlite ignores PRAGMA foreign_keys inside a transaction: dropping a table would \
                 delete the rows that refer to it"
            ))
            .with_hint(
                "write run_in_transaction = false into metadata.toml, and BEGIN and COMMIT into the script",
            )),
            Effect::Data | Effect::Definition | Effect::Other => Ok(()),
        }
    }
}

fn effect(statement: &str, lexis: Lexis) -> Effect {
    let words = first_words(statement, lexis, 2);
    let is = |place: usize, names: &[&str]| {
        words
            .get(place)
            .is_some_and(|word| names.iter().any(|name| word.eq_ignore_ascii_case(name)))
    };
    // PREPARED belongs to another transaction, TO to a savepoint, NOT ATOMIC to a block.
    let is_bare = !is(1, &["PREPARED", "TO", "NOT"]);
    match () {
        () if is(0, &["BEGIN"]) && is_bare => Effect::Begin,
        () if is(0, &["START"]) && is(1, &["TRANSACTION"]) => Effect::Begin,
        () if is(0, &["COMMIT", "END"]) && is_bare => Effect::Commit,
        () if is(0, &["ABORT"]) => Effect::Rollback,
        () if is(0, &["ROLLBACK"]) && is_bare && !is_to_savepoint(statement, lexis) => {
            Effect::Rollback
        }
        () if is(
            0,
            &["INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH"],
        ) =>
        {
            Effect::Data
        }
        () if is(0, DEFINITIONS) => Effect::Definition,
        () if lexis == Lexis::Sqlite && is(0, &["PRAGMA"]) && is(1, &["foreign_keys"]) => {
            let sets = statement.contains(['=', '(']);
            if sets {
                Effect::ForeignKeySwitch
            } else {
                Effect::Other
            }
        }
        () => Effect::Other,
    }
}

// `ROLLBACK WORK TO s`, `ROLLBACK TRANSACTION TO SAVEPOINT s`.
fn is_to_savepoint(statement: &str, lexis: Lexis) -> bool {
    first_words(statement, lexis, 3)
        .get(2)
        .is_some_and(|word| word.eq_ignore_ascii_case("TO"))
}

/// First words of statements that commit by themselves on MySQL and MariaDB.
const DEFINITIONS: &[&str] = &[
    "CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE", "GRANT", "REVOKE", "ANALYZE", "OPTIMIZE",
    "REPAIR", "LOCK", "UNLOCK",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lexis: Lexis, expected: Effect, statements: &[&str]) {
        for statement in statements {
            assert_eq!(effect(statement, lexis), expected, "{statement}");
        }
    }

    #[test]
    fn the_first_words_tell() {
        check(
            Lexis::Sqlite,
            Effect::Begin,
            &["BEGIN", "begin immediate", "/* a */ BEGIN TRANSACTION"],
        );
        check(
            Lexis::Mysql,
            Effect::Begin,
            &["START TRANSACTION", "BEGIN WORK"],
        );
        check(
            Lexis::Sqlite,
            Effect::Commit,
            &["COMMIT", "END", "end transaction"],
        );
        check(
            Lexis::Postgres,
            Effect::Rollback,
            &["ROLLBACK", "ABORT", "ROLLBACK WORK"],
        );
        check(
            Lexis::Postgres,
            Effect::Data,
            &["INSERT INTO a VALUES (1)", "WITH x AS (SELECT 1) SELECT 1"],
        );
        check(
            Lexis::Mysql,
            Effect::Definition,
            &["CREATE TABLE a (b INT)", "drop table a"],
        );
        check(
            Lexis::Sqlite,
            Effect::ForeignKeySwitch,
            &["PRAGMA foreign_keys = OFF", "pragma foreign_keys(0)"],
        );
        check(
            Lexis::Sqlite,
            Effect::Other,
            &["PRAGMA foreign_keys", "PRAGMA foreign_key_check"],
        );
        check(
            Lexis::Postgres,
            Effect::Other,
            &[
                "ROLLBACK TO s",
                "ROLLBACK WORK TO s",
                "COMMIT PREPARED 'a'",
                "SAVEPOINT s",
                "",
            ],
        );
        check(
            Lexis::Mysql,
            Effect::Other,
            &["BEGIN NOT ATOMIC SELECT 1; END", "SET @a = 1"],
        );
    }

    #[test]
    fn a_transaction_is_not_ended_by_its_script() {
        let script = |text| Script::new(Path::new("a/up.sql"), text, Lexis::Sqlite);
        let error = script("SELECT 1;\nCOMMIT;").check(true).unwrap_err();
        assert!(
            error
                .message()
                .starts_with("a/up.sql:2: the script begins or ends"),
            "{error}"
        );
        assert!(script("BEGIN; SELECT 1; COMMIT").check(false).is_ok());
        let error = script("PRAGMA foreign_keys=OFF;").check(true).unwrap_err();
        assert!(
            error.message().contains("delete the rows that refer to it"),
            "{error}"
        );
        let error = script("SELECT 1;\n\nSELECT 'a").check(false).unwrap_err();
        assert_eq!(
            error.message(),
            "a/up.sql:3: a text begins here and is never closed"
        );
    }
}
