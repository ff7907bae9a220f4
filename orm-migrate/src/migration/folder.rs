//! Opens a folder of migrations with `diesel_migrations`, and checks for errors that it ignores: two migrations of
//! one version, a metadata.toml that can't be read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, FileBasedMigrations, MigrationError};
use serde::Deserialize;

use super::backend::{Recorder, Tag};
use super::checksum;
use super::script::Script;
use crate::config::parse_toml;
use crate::dialect::Grammar;
use crate::error::{Error, Result};
use crate::exit::Exit;

/// The longest version that the bookkeeping table takes.
const VERSION_LENGTH: usize = 50;

/// Holds the migrations of a folder, or of a folder at the time when the program was built.
#[derive(Clone)]
pub struct Migrations {
    source: Source,
    path: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Clone)]
enum Source {
    Folder(FileBasedMigrations),
    Embedded(fn() -> EmbeddedMigrations),
}

/// Describes one migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The version, which the migration history stores: the digits in front of the name.
    pub version: String,
    /// The name of the folder.
    pub name: String,
}

/// Selects the direction of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Applied, by `up.sql`.
    Up,
    /// Reverted, by `down.sql`.
    Down,
}

impl Direction {
    /// Returns the file name of the script.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Up => "up.sql",
            Self::Down => "down.sql",
        }
    }
}

impl std::fmt::Debug for Migrations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Migrations")
            .field("path", &self.path())
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}

impl Migrations {
    /// Opens a folder.
    ///
    /// # Errors
    /// - The folder does not exist, or contains a folder that is not a migration.
    /// - Two migrations have the same version, or a version is too long.
    /// - A metadata.toml can't be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let source =
            FileBasedMigrations::from_path(path).map_err(|error| cannot_open(path, error))?;
        let path = source.path().to_owned();
        Self::of(Source::Folder(source), path)
    }

    /// The migrations that are built in, whose folder was at `path`.
    pub(super) fn embedded(path: PathBuf, source: fn() -> EmbeddedMigrations) -> Result<Self> {
        Self::of(Source::Embedded(source), path)
    }

    fn of(source: Source, path: PathBuf) -> Result<Self> {
        let mut entries = Vec::new();
        for migration in read(&source, &path)? {
            let name = migration.name();
            entries.push(Entry {
                version: name.version().to_string(),
                name: name.to_string(),
            });
        }
        entries.sort_by(|a, b| (&a.version, &a.name).cmp(&(&b.version, &b.name)));
        let opened = Self {
            source,
            path,
            entries,
        };
        opened.check()?;
        Ok(opened)
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the migrations, sorted by version.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the migration with a version.
    pub fn find(&self, version: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.version == version)
    }

    /// The migrations as `diesel_migrations` has them, in the order of `versions`.
    pub(crate) fn load(&self, versions: &[String]) -> Result<Vec<Box<dyn Migration<Tag>>>> {
        let mut all = read(&self.source, &self.path)?;
        let mut found = Vec::with_capacity(versions.len());
        for version in versions {
            let at = all
                .iter()
                .position(|one| one.name().version().to_string() == *version);
            found.push(all.swap_remove(at.ok_or_else(|| missing(version))?));
        }
        Ok(found)
    }

    /// A script of a migration.
    ///
    /// # Errors
    /// It is missing, can't be read, or is empty.
    pub(crate) fn script(
        &self,
        name: &str,
        direction: Direction,
        grammar: Grammar,
    ) -> Result<Script> {
        let path = self.path().join(name).join(direction.file_name());
        match self.source {
            Source::Embedded(_) => {
                let text = self.recorded(name, direction)?;
                let text = text.ok_or_else(|| no_way_back(name, &path))?;
                Script::of_text(path, text, grammar)
            }
            Source::Folder(_) if direction == Direction::Down && !path.exists() => {
                Err(no_way_back(name, &path))
            }
            Source::Folder(_) => Script::read(path, grammar),
        }
    }

    /// Whether a migration asks for a transaction.
    pub(crate) fn runs_in_transaction(&self, version: &str) -> Result<bool> {
        let found = self.load(&[version.to_owned()])?;
        Ok(found
            .iter()
            .all(|migration| migration.metadata().run_in_transaction()))
    }

    /// The checksum of each migration's `up.sql`, by version. One that can't be read has none.
    pub(crate) fn checksums(&self) -> Result<BTreeMap<String, String>> {
        let mut found = BTreeMap::new();
        for migration in read(&self.source, &self.path)? {
            let mut recorder = Recorder::default();
            if migration.run(&mut recorder).is_ok() {
                let version = migration.name().version().to_string();
                found.insert(version, checksum::of_script(&recorder.0));
            }
        }
        Ok(found)
    }

    /// The migration that the user names by its version, with or without dashes, or by its folder.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn named(&self, name: &str) -> Result<&Entry> {
        let version = name.replace('-', "");
        let is_named = |entry: &&Entry| entry.name == name || entry.version == version;
        self.entries.iter().find(is_named).ok_or_else(|| {
            let message = format!("no migration of {} is named {name:?}", self.path.display());
            Error::new(Exit::Usage, message)
                .with_hint("name one by its version or its folder, as `status` lists them")
        })
    }

    /// The text of a script that is built in; none if there is no down.sql.
    fn recorded(&self, name: &str, direction: Direction) -> Result<Option<String>> {
        let all = read(&self.source, &self.path)?;
        let Some(migration) = all.iter().find(|one| one.name().to_string() == name) else {
            return Ok(None);
        };
        let mut recorder = Recorder::default();
        let ran = match direction {
            Direction::Up => migration.run(&mut recorder),
            Direction::Down => migration.revert(&mut recorder),
        };
        Ok(ran.ok().map(|()| recorder.0))
    }

    fn check(&self) -> Result<()> {
        for pair in self.entries.windows(2) {
            if pair[0].version == pair[1].version {
                let (a, b) = (&pair[0].name, &pair[1].name);
                let message = format!(
                    "two migrations have the version {}: {a} and {b}",
                    pair[0].version
                );
                return Err(Error::failed(message).with_hint(
                    "rename one of them: the version is what stands before the first underscore",
                ));
            }
        }
        for entry in &self.entries {
            if entry.version.len() > VERSION_LENGTH {
                let message = format!(
                    "the version of {} is longer than {VERSION_LENGTH}",
                    entry.name
                );
                return Err(Error::failed(message)
                    .with_hint("begin the name with a date and an underscore"));
            }
            if matches!(self.source, Source::Folder(_)) {
                check_metadata(&self.path().join(&entry.name).join("metadata.toml"))?;
            }
        }
        Ok(())
    }
}

/// The versions of `applied` without a folder.
pub(crate) fn missing(version: &str) -> Error {
    Error::new(
        Exit::Drift,
        format!("the applied migration {version} is not in the folder"),
    )
    .with_note("state", "nothing was changed")
    .with_hint("restore its folder, or run the version of the program that applied it")
}

fn no_way_back(name: &str, path: &Path) -> Error {
    Error::failed(format!("the migration {name} has no down.sql"))
        .with_note("state", "nothing was changed")
        .with_hint(format!(
            "write the statements that revert it into {}",
            path.display()
        ))
}

fn read(source: &Source, path: &Path) -> Result<Vec<Box<dyn Migration<Tag>>>> {
    let migrations: diesel::migration::Result<_> = match source {
        Source::Folder(source) => source.migrations(),
        Source::Embedded(source) => source().migrations(),
    };
    migrations.map_err(|error| {
        Error::failed(format!(
            "can't read the migrations in {}: {error}",
            path.display()
        ))
        .with_hint("each migration is a folder with up.sql, down.sql and metadata.toml")
    })
}

fn cannot_open(path: &Path, error: MigrationError) -> Error {
    let shown = path.display();
    match error {
        MigrationError::UnknownMigrationFormat(found) => {
            Error::failed(format!("{} is not a migration: it has no up.sql", found.display()))
                .with_hint("move it elsewhere, or begin its name with a dot")
        }
        MigrationError::IoError(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Error::failed(format!("the migrations folder {shown} does not exist")).with_hint(
                "`create-all --migration NAME` writes a first migration; --migrations names another folder",
            )
        }
        error => Error::failed(format!("can't read the migrations in {shown}: {error}"))
            .with_hint("grant this user permission to read the folder"),
    }
}

/// What diesel reads from a metadata.toml. Other keys are other tools'.
#[derive(Deserialize)]
struct MetadataFile {
    #[serde(rename = "run_in_transaction")]
    _run_in_transaction: Option<bool>,
}

// diesel takes a file that it can't read for a missing one, and runs in a transaction.
fn check_metadata(path: &PathBuf) -> Result<()> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("read", path, error)),
    };
    let read: Result<MetadataFile> = parse_toml(path, &text);
    read.map(drop)
        .map_err(|error| error.with_hint("write run_in_transaction = true or false into it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;
    use std::fs;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[track_caller]
    fn check_refused(files: &[(&str, &str)], expected: &str) {
        let folder = folder(files);
        let error = Migrations::open(folder.path()).unwrap_err();
        assert!(error.message().contains(expected), "{error}");
        assert!(error.hint().is_some(), "{error}");
    }

    #[test]
    fn migrations_are_sorted_by_version() {
        let folder = folder(&[
            ("2026-01-02-000000-0000_b/up.sql", "SELECT 1"),
            ("20260101000000_a/up.sql", "SELECT 1"),
            (
                "20260101000000_a/metadata.toml",
                "run_in_transaction = false\n[orm]\nx = 1",
            ),
            ("README.md", ""),
            (".git/x", ""),
        ]);
        let opened = Migrations::open(folder.path()).unwrap();
        let versions: Vec<_> = opened
            .entries()
            .iter()
            .map(|entry| entry.version.as_str())
            .collect();
        assert_eq!(versions, ["20260101000000", "202601020000000000"]);
        assert_eq!(
            opened.find("20260101000000").unwrap().name,
            "20260101000000_a"
        );
        assert!(
            opened
                .load(&["1".to_owned()])
                .is_err_and(|error| error.exit() == Exit::Drift)
        );
        let error = opened
            .script(
                "20260101000000_a",
                Direction::Down,
                dialect::grammar(dialect::by_name("sqlite").unwrap()),
            )
            .unwrap_err();
        assert_eq!(
            error.message(),
            "the migration 20260101000000_a has no down.sql"
        );
    }

    #[test]
    fn what_diesel_takes_silently_is_refused() {
        check_refused(
            &[
                ("2026-01-01-000000_a/up.sql", "x"),
                ("20260101000000_b/up.sql", "x"),
            ],
            "two migrations have the version 20260101000000",
        );
        check_refused(
            &[
                ("1_a/up.sql", "x"),
                ("1_a/metadata.toml", "run_in_transaction = maybe"),
            ],
            "metadata.toml",
        );
        check_refused(&[("1_a/down.sql", "x")], "1_a is not a migration");
        let long = format!("{}_a/up.sql", "1".repeat(51));
        check_refused(&[(long.as_str(), "x")], "longer than 50");
    }

    #[test]
    fn a_missing_folder_says_how_to_get_one() {
        let folder = folder(&[]);
        let error = Migrations::open(folder.path().join("migrations")).unwrap_err();
        assert!(
            error.message().starts_with("the migrations folder "),
            "{error}"
        );
    }
}
