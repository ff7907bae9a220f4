//! A script with its path: its statements, what they do to transactions, and the mistakes that can be
//! told before anything is run.

use std::fs;
use std::path::{Path, PathBuf};

use orm_core::sql::Capabilities;

use super::effect::{self, Effect, HEAD};
use super::lex::Lexis;
use super::split::{Statement, split};
use super::words::Words;
use crate::error::{Error, Result};

/// The text of a script and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    path: PathBuf,
    text: String,
    lexis: Lexis,
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
        effect::effect(statement.text, self.lexis)
    }

    /// Whether a statement sets options of the transaction that has just begun.
    pub(crate) fn sets_transaction(&self, statement: &Statement<'_>) -> bool {
        let words = Words::of(statement.text, self.lexis, 2);
        words.is(0, &["SET"]) && words.is(1, &["TRANSACTION"])
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

    /// Whether a statement that fails may have done a part of its work, with no transaction around it.
    pub(crate) fn is_divisible(&self, statement: &Statement<'_>) -> bool {
        effect::is_divisible(statement.text, self.lexis)
    }

    /// Whether a statement that ends a transaction begins the next one at once.
    pub(crate) fn chains(&self, statement: &Statement<'_>) -> bool {
        effect::chains(statement.text, self.lexis)
    }

    /// Refuses what can't work, before anything is run.
    ///
    /// # Errors
    /// As [`Script::statements`]; inside a transaction also what would end it, and what SQLite can't do
    /// there: switching the checks of foreign keys, and so rebuilding a table.
    pub(crate) fn check(&self, in_transaction: bool) -> Result<()> {
        let statements = self.statements()?;
        if !in_transaction {
            return Ok(());
        }
        for statement in &statements {
            self.check_in_transaction(statement)?;
        }
        if self.lexis == Lexis::Sqlite {
            self.check_rebuilds(&statements)?;
        }
        Ok(())
    }

    fn check_in_transaction(&self, statement: &Statement<'_>) -> Result<()> {
        let place = self.place(statement.line);
        match self.effect(statement) {
            Effect::Begin
            | Effect::Commit
            | Effect::CommitRaw
            | Effect::Rollback
            | Effect::RollbackRaw => Err(Error::failed(format!(
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
            Effect::Data | Effect::Definition | Effect::Program | Effect::Other => Ok(()),
        }
    }

    // Whoever forgets the switch loses the same rows as who has it ignored.
    fn check_rebuilds(&self, statements: &[Statement<'_>]) -> Result<()> {
        let mut dropped: Vec<String> = Vec::new();
        for statement in statements {
            let words = Words::of(statement.text, self.lexis, HEAD);
            dropped.extend(dropped_table(&words));
            let Some(name) = renamed_to(&words).filter(|name| dropped.contains(name)) else {
                continue;
            };
            let place = self.place(statement.line);
            return Err(Error::failed(format!(
                "{place}: the table {name} is dropped and made anew inside a transaction, where sqlite \
                 deletes or refuses the rows that refer to it"
            ))
            .with_note("sql", statement.text)
            .with_hint(
                "write run_in_transaction = false into metadata.toml, and PRAGMA foreign_keys = OFF; BEGIN; \
                 at the script's beginning and COMMIT; PRAGMA foreign_keys = ON; at its end",
            ));
        }
        Ok(())
    }
}

fn dropped_table(words: &Words) -> Option<String> {
    if !(words.is(0, &["DROP"]) && words.is(1, &["TABLE"])) {
        return None;
    }
    let at = if words.is(2, &["IF"]) { 4 } else { 2 };
    words.object(at).map(|(name, _)| name.to_ascii_lowercase())
}

fn renamed_to(words: &Words) -> Option<String> {
    if !(words.is(0, &["ALTER"]) && words.is(1, &["TABLE"])) {
        return None;
    }
    let (_, next) = words.object(2)?;
    let is_rename = words.is(next, &["RENAME"]) && words.is(next + 1, &["TO"]);
    let name = words.get(next + 2).filter(|_| is_rename)?;
    Some(name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rebuild_inside_a_transaction_is_refused() {
        let script = |text| Script::new(Path::new("a/up.sql"), text, Lexis::Sqlite);
        for text in [
            "DROP TABLE a;\nALTER TABLE b RENAME TO a;",
            "DROP TABLE IF EXISTS main.\"A\";\nALTER TABLE [x y] RENAME TO 'a'",
        ] {
            let error = script(text).check(true).unwrap_err();
            assert!(
                error.message().starts_with("a/up.sql:2: the table a"),
                "{error}"
            );
            assert!(script(text).check(false).is_ok());
        }
        for text in [
            "ALTER TABLE a RENAME TO b; DROP TABLE b;",
            "DROP TABLE a; ALTER TABLE b RENAME TO c",
            "DROP TABLE a; ALTER TABLE b RENAME COLUMN x TO a",
        ] {
            assert!(script(text).check(true).is_ok(), "{text}");
        }
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
