//! The configuration of a project: `orm.toml`, else the migrations folder of `diesel.toml`; the database URL from the
//! environment, a `.env` file or `orm.toml`.
//!
//! ```toml
//! # orm.toml: every line is optional
//! [database]
//! env = "APP_DATABASE_URL"     # the variable that holds the URL, instead of DATABASE_URL
//! url = "sqlite://app.db"      # the URL itself, where no variable gives one; a file relative to this one
//! schemas = ["audit"]          # the schemas that are read beside the current one
//! exclude-tables = ["tmp_*"]   # tables, views and sequences that no comparison looks at
//!
//! [models]
//! package = "app-models"       # the package with the models, if several could have them
//! features = ["postgres"]
//! all-features = false
//! no-default-features = false
//! profile = "dev"
//! target = "x86_64-unknown-linux-gnu"
//!
//! [migrations]
//! dir = "migrations"           # relative to this file
//! dialect = "sqlite"           # of generated scripts; otherwise that of the database URL
//! table-lock-timeout = 5       # seconds that a statement may wait for the locks of others
//! statement-timeout = 600      # seconds that a statement may take
//!
//! [lint]
//! off = ["prefer-text"]        # rules that `lint` does not check
//! ```
//!
//! Options of the command line stand above all of it; merging them is `cli`'s.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use orm_core::inspect::Scope;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::dialect;
use crate::discover::Selection;
use crate::error::{Error, Result};
use crate::migration::Timeouts;

/// The variable that holds the database URL where the project names no other.
const DATABASE_URL: &str = "DATABASE_URL";

/// Holds the configuration of a project, and the folder to which its paths are relative.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where the search began: the folder of the manifest, or the current one.
    start: PathBuf,
    file: File,
    /// The folder of `orm.toml`, which a SQLite file named in it is relative to.
    folder: PathBuf,
    /// The migrations folder that a configuration file names.
    migrations: Option<PathBuf>,
}

/// What `orm.toml` holds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    database: Database,
    models: Selection,
    migrations: MigrationsSection,
    lint: LintSection,
}

/// The section `[lint]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LintSection {
    off: Vec<String>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Database {
    url: Option<String>,
    env: Option<String>,
    schemas: Vec<String>,
    exclude_tables: Vec<String>,
}

// The url may hold a password.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("env", &self.env)
            .finish_non_exhaustive()
    }
}

/// The section `[migrations]`, and diesel's `[migrations_directory]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct MigrationsSection {
    dir: Option<PathBuf>,
    dialect: Option<String>,
    table_lock_timeout: Option<u64>,
    statement_timeout: Option<u64>,
}

/// What is read of `diesel.toml`. The rest is diesel's.
#[derive(Default, Deserialize)]
#[serde(default)]
struct DieselFile {
    migrations_directory: MigrationsSection,
}

impl MigrationsSection {
    /// The folder that it names, which is relative to its `file`.
    fn beside(&self, file: &Path) -> Option<PathBuf> {
        self.dir.as_deref().map(|folder| beside(file, folder))
    }
}

impl Config {
    /// Reads the configuration of the project in `start`: the nearest `orm.toml` upwards, else the nearest
    /// `diesel.toml`. Without either, the configuration is empty.
    ///
    /// # Errors
    /// A file can't be read, or has an unknown key.
    pub fn find(start: &Path) -> Result<Self> {
        if let Some(path) = upwards(start, "orm.toml") {
            return Self::read(start, &path);
        }
        let mut config = Self {
            start: start.to_owned(),
            ..Self::default()
        };
        if let Some(path) = upwards(start, "diesel.toml") {
            let file: DieselFile = parse(&path)?;
            config.migrations = file.migrations_directory.beside(&path);
        }
        Ok(config)
    }

    /// Reads the configuration from `path` for the project in `start`.
    ///
    /// # Errors
    /// As [`Config::find`].
    pub fn read(start: &Path, path: &Path) -> Result<Self> {
        let file: File = parse(path)?;
        let absolute = std::path::absolute(path).map_err(|error| Error::io("find", path, error))?;
        Ok(Self {
            start: start.to_owned(),
            migrations: file.migrations.beside(path),
            file,
            folder: beside(&absolute, Path::new("")),
        })
    }

    /// The time-outs of statements.
    pub(crate) fn timeouts(&self) -> Timeouts {
        let section = &self.file.migrations;
        let time = |seconds: Option<u64>| {
            let seconds = seconds.filter(|seconds| *seconds > 0);
            seconds.map(Duration::from_secs)
        };
        Timeouts {
            lock: time(section.table_lock_timeout),
            statement: time(section.statement_timeout),
        }
    }

    /// The dialect of generated scripts.
    pub(crate) fn dialect(&self) -> Option<&str> {
        self.file.migrations.dialect.as_deref()
    }

    /// The lint rules that are switched off.
    pub(crate) fn lint_off(&self) -> &[String] {
        &self.file.lint.off
    }

    /// Where the search for a configuration began.
    pub(crate) fn start(&self) -> &Path {
        &self.start
    }

    /// What is read of a database.
    pub(crate) fn scope(&self) -> Scope {
        let Database {
            schemas,
            exclude_tables,
            ..
        } = &self.file.database;
        let scope = schemas
            .iter()
            .cloned()
            .fold(Scope::default(), Scope::schema);
        exclude_tables.iter().cloned().fold(scope, Scope::exclude)
    }

    /// The section `[models]`.
    pub(crate) fn models(&self) -> &Selection {
        &self.file.models
    }

    /// Returns the database URL: from the environment variable, else from a `.env` file in the project's folder or
    /// above, else from `orm.toml`. A relative SQLite file in `orm.toml` is relative to its folder, otherwise to the
    /// current folder.
    ///
    /// # Errors
    /// A `.env` file can't be read.
    pub fn url(&self) -> Result<Option<String>> {
        let name = self.url_variable();
        let is_given = |url: &String| !url.is_empty();
        if let Some(url) = std::env::var(name).ok().filter(is_given) {
            return Ok(Some(url));
        }
        let from_file = match upwards(&self.start, ".env") {
            Some(path) => variable(&path, name)?,
            None => None,
        };
        Ok(from_file.filter(is_given).or_else(|| self.configured_url()))
    }

    fn configured_url(&self) -> Option<String> {
        let url = self.file.database.url.as_deref()?;
        Some(dialect::file::beside(url, &self.folder))
    }

    /// Returns the name of the environment variable that [`Config::url`] reads.
    pub fn url_variable(&self) -> &str {
        self.file.database.env.as_deref().unwrap_or(DATABASE_URL)
    }

    /// Returns the migrations folder: that of a configuration file, else an existing folder `migrations` here or
    /// further up in the project, else `migrations` beside the nearest Cargo.toml.
    pub fn migrations(&self) -> PathBuf {
        if let Some(folder) = &self.migrations {
            return folder.clone();
        }
        for folder in self.start.ancestors() {
            let found = folder.join("migrations");
            if found.is_dir() {
                return found;
            }
            // Beyond the project's root, a folder of that name belongs to another project.
            if folder.join("Cargo.lock").exists() || folder.join(".git").exists() {
                break;
            }
        }
        let project = upwards(&self.start, "Cargo.toml");
        let folder = project
            .as_deref()
            .and_then(Path::parent)
            .unwrap_or(&self.start);
        folder.join("migrations")
    }
}

/// The nearest file of that name, from the folder `start` upwards.
pub(crate) fn upwards(start: &Path, name: &str) -> Option<PathBuf> {
    start
        .ancestors()
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn beside(file: &Path, folder: &Path) -> PathBuf {
    file.parent()
        .map_or_else(|| folder.to_owned(), |parent| parent.join(folder))
}

fn parse<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).map_err(|error| Error::io("read", path, error))?;
    parse_toml(path, &text).map_err(|error| {
        error.with_hint(
            "orm.toml has url, env, schemas and exclude-tables under [database]; package, features, all-features, no-default-features, \
             profile and target under [models]; dir, dialect, table-lock-timeout and statement-timeout under [migrations]; off under [lint]",
        )
    })
}

/// Parses the text of a file. An error names the line.
pub(crate) fn parse_toml<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        Error::failed(format!("{}:{line}: {}", path.display(), error.message()))
    })
}

fn variable(path: &Path, name: &str) -> Result<Option<String>> {
    // dotenvy's errors quote the line at fault, which may be the one with the password.
    let unreadable = |error: dotenvy::Error| match error {
        dotenvy::Error::Io(error) => Error::io("read", path, error),
        _ => Error::io("read", path, io::Error::from(io::ErrorKind::InvalidData))
            .with_hint("each line is NAME=value, values with blanks in quotes"),
    };
    for item in dotenvy::from_path_iter(path).map_err(unreadable)? {
        let (found, value) = item.map_err(unreadable)?;
        if found == name {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn orm_toml_is_found_upwards_and_its_paths_are_relative_to_it() {
        let text = "[database]\nenv = \"NO_SUCH_URL\"\nurl = \"sqlite://a\"\n\
                    [models]\npackage = \"p\"\nall-features = true\n[migrations]\ndir = \"db\"\n";
        let project = project(&[("orm.toml", text), ("a/b/x", "")]);
        let config = Config::find(&project.path().join("a/b")).unwrap();
        assert_eq!(config.migrations(), project.path().join("db"));
        assert_eq!(config.models().package.as_deref(), Some("p"));
        assert!(config.models().all_features);
        let file = project.path().join("a");
        assert_eq!(
            config.url().unwrap(),
            Some(format!("sqlite:///{}", file.display()))
        );
        assert_eq!(config.url_variable(), "NO_SUCH_URL");
    }

    #[test]
    fn diesel_toml_gives_the_folder() {
        let text = "[print_schema]\nfile = \"x\"\n[migrations_directory]\ndir = \"db/m\"\n";
        let project = project(&[("diesel.toml", text)]);
        assert_eq!(
            Config::find(project.path()).unwrap().migrations(),
            project.path().join("db/m")
        );
    }

    #[test]
    fn without_a_file_the_folder_is_the_projects() {
        let project = project(&[("Cargo.lock", ""), ("a/Cargo.toml", ""), ("a/src/x", "")]);
        let config = Config::find(&project.path().join("a/src")).unwrap();
        assert_eq!(config.migrations(), project.path().join("a/migrations"));
        fs::create_dir(project.path().join("migrations")).unwrap();
        assert_eq!(config.migrations(), project.path().join("migrations"));
    }

    #[test]
    fn dot_env_gives_the_url() {
        let text = "# x\nexport NO_SUCH_URL=\"sqlite://b c\"\n";
        let project = project(&[
            ("orm.toml", "[database]\nenv = \"NO_SUCH_URL\""),
            (".env", text),
        ]);
        let config = Config::find(project.path()).unwrap();
        assert_eq!(config.url().unwrap().as_deref(), Some("sqlite://b c"));
        fs::write(project.path().join(".env"), "X='secret\n").unwrap();
        let error = config.url().unwrap_err().to_string();
        assert!(
            error.contains(".env") && !error.contains("secret"),
            "{error}"
        );
    }

    #[test]
    fn time_outs_are_seconds() {
        let text = "[migrations]\ntable-lock-timeout = 5\nstatement-timeout = 0\n";
        let config = Config::find(project(&[("orm.toml", text)]).path()).unwrap();
        let timeouts = config.timeouts();
        assert_eq!(timeouts.lock, Some(Duration::from_secs(5)));
        assert_eq!(timeouts.statement, None);
    }

    #[test]
    fn a_key_that_means_nothing_is_named_with_its_line() {
        let project = project(&[("orm.toml", "[models]\n\npackages = \"p\"\n")]);
        let error = Config::find(project.path()).unwrap_err();
        assert!(
            error
                .message()
                .contains("orm.toml:3: unknown field `packages`"),
            "{error}"
        );
    }
}
