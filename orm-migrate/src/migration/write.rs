//! Writes a new migration: its name, and its files, atomically.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use orm_core::civil;

use super::folder::Direction;
use crate::error::{Error, Result};

/// Describes a new migration.
#[derive(Clone, Copy, Debug)]
pub struct NewMigration<'a> {
    /// The name, of letters, digits, `_` and `-`. The date is prepended.
    pub name: &'a str,
    /// The text of up.sql.
    pub up: &'a str,
    /// The text of down.sql.
    pub down: &'a str,
    /// Whether it runs in a transaction.
    pub transaction: Transaction,
    /// Other files beside the scripts: pairs of name and text.
    pub others: &'a [(String, String)],
}

/// Selects whether a migration runs in a transaction, as metadata.toml states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// In one transaction.
    One,
    /// In none, because the database commits each statement, or the script has its own transactions.
    None,
}

/// Describes a migration that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The path of its folder.
    pub path: PathBuf,
    /// The number of migrations that the folder had before.
    pub before: usize,
}

impl NewMigration<'_> {
    /// Writes the migration into `folder`, which is created if it does not exist.
    ///
    /// # Errors
    /// - The name is not valid.
    /// - The folder already has a migration of that name, or can't be written.
    pub fn write(&self, folder: &Path) -> Result<Written> {
        check_name(self.name)?;
        fs::create_dir_all(folder).map_err(|error| Error::io("create", folder, error))?;
        let existing = names(folder)?;
        if let Some(other) = existing
            .iter()
            .find(|other| title(other) == Some(self.name))
        {
            let message = format!("the folder already has a migration of that name: {other}");
            return Err(Error::failed(message)
                .with_hint("choose another name, or delete it if it was never run"));
        }
        let path = folder.join(free_name(self.name, &existing, now()));
        self.write_files(folder, &path)?;
        Ok(Written {
            path,
            before: existing.len(),
        })
    }

    /// The names of the migrations in `folder`; none if it does not exist.
    pub(crate) fn existing(folder: &Path) -> Result<Vec<String>> {
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut names = names(folder)?;
        names.sort();
        Ok(names)
    }

    /// A folder name of the current time for a migration with this title.
    pub(crate) fn free_name(folder: &Path, title: &str) -> Result<String> {
        Ok(free_name(title, &names(folder)?, now()))
    }

    // Written under a name with a dot, which every reader passes over, and renamed when whole.
    fn write_files(&self, folder: &Path, path: &Path) -> Result<()> {
        let draft = folder.join(format!(".{}.{}", self.name, std::process::id()));
        let written = fs::create_dir(&draft)
            .and_then(|()| fs::write(draft.join(Direction::Up.file_name()), self.up))
            .and_then(|()| fs::write(draft.join(Direction::Down.file_name()), self.down))
            .and_then(|()| fs::write(draft.join("metadata.toml"), self.metadata()))
            .and_then(|()| {
                let mut others = self.others.iter();
                others.try_for_each(|(name, text)| fs::write(draft.join(name), text))
            })
            .and_then(|()| fs::rename(&draft, path));
        written.map_err(|error| {
            // What is left is only litter: the error is the thing to report.
            let _ = fs::remove_dir_all(&draft);
            Error::io("write", path, error)
        })
    }

    // Always written: a metadata.toml without the key means false to diesel.
    fn metadata(&self) -> &'static str {
        match self.transaction {
            Transaction::One => "run_in_transaction = true\n",
            Transaction::None => {
                "# DDL commits the transaction implicitly.\nrun_in_transaction = false\n"
            }
        }
    }
}

fn check_name(name: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_plain) {
        return Ok(());
    }
    Err(
        Error::failed(format!("{name:?} is not a valid migration name"))
            .with_hint("use letters, digits, _ and -, such as create_users"),
    )
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let read = || -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type()?.is_dir() && !name.starts_with('.') {
                names.push(name);
            }
        }
        Ok(names)
    };
    read().map_err(|error| Error::io("read", folder, error))
}

/// What follows the version in a folder's name.
fn title(folder: &str) -> Option<&str> {
    folder.split_once('_').map(|(_, title)| title)
}

fn now() -> Duration {
    // A clock before 1970 names the migration after 1970.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// The name of the folder: the time in UTC, a number that makes it unique, the name; diesel's own form,
/// so that both tools' migrations sort together.
fn free_name(name: &str, existing: &[String], since_epoch: Duration) -> String {
    let micros = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
    let time = civil::datetime_text(micros).to_string();
    let digits: String = time.chars().filter(char::is_ascii_digit).take(14).collect();
    let (date, clock) = digits.split_at(8);
    let stamp = format!("{}-{}-{}-{clock}", &date[..4], &date[4..6], &date[6..]);
    let is_taken = |version: &str| {
        existing
            .iter()
            .any(|other| other.starts_with(&format!("{version}_")))
    };
    let mut number = 0_u32;
    loop {
        let version = format!("{stamp}-{number:04x}");
        if !is_taken(&version) {
            return format!("{version}_{name}");
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::Migrations;

    fn new(name: &str) -> NewMigration<'_> {
        NewMigration {
            name,
            up: "SELECT 1;\n",
            down: "SELECT 2;\n",
            transaction: Transaction::One,
            others: &[],
        }
    }

    #[test]
    fn names_are_diesels() {
        let time = Duration::from_secs(1_790_000_000);
        assert_eq!(
            free_name("first", &[], time),
            "2026-09-21-141320-0000_first"
        );
        let taken = ["2026-09-21-141320-0000_a".to_owned()];
        assert_eq!(free_name("b", &taken, time), "2026-09-21-141320-0001_b");
    }

    #[test]
    fn a_written_migration_can_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("migrations");
        let written = new("first").write(&path).unwrap();
        assert_eq!(written.before, 0);
        assert_eq!(new("second").write(&path).unwrap().before, 1);
        let opened = Migrations::open(&path).unwrap();
        assert_eq!(opened.entries().len(), 2);
        assert_eq!(
            written.path.file_name().unwrap().to_str(),
            Some(opened.entries()[0].name.as_str())
        );
        let metadata = fs::read_to_string(written.path.join("metadata.toml")).unwrap();
        assert_eq!(metadata, "run_in_transaction = true\n");
        assert_eq!(fs::read_dir(&path).unwrap().count(), 2);
    }

    #[test]
    fn a_name_is_plain_and_used_once() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "a b", "../a", "é"] {
            assert!(new(name).write(folder.path()).is_err(), "{name}");
        }
        new("a").write(folder.path()).unwrap();
        let error = new("a").write(folder.path()).unwrap_err();
        assert!(
            error
                .message()
                .contains("already has a migration of that name"),
            "{error}"
        );
    }
}
