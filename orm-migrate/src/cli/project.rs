//! Merges the command line and the configuration to the arguments of the commands. The command line takes precedence.

use std::path::{Path, PathBuf};

use orm_core::inspect::Scope;
use orm_core::sql::Dialect;

use super::args::{DatabaseArgs, FolderArgs, ModelArgs, ProjectArgs, TimeoutArgs};
use super::home::Home;
use crate::config::Config;
use crate::dialect;
use crate::discover::Selection;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::migration::Timeouts;
use crate::models::ModelSource;

/// The project that a command works on.
#[derive(Debug)]
pub(super) struct Project {
    manifest_path: Option<PathBuf>,
    config: Config,
    home: Home,
}

impl Project {
    /// Reads the project's configuration.
    pub(super) fn open(args: &ProjectArgs, home: Home) -> Result<Self> {
        let here = std::env::current_dir().map_err(|error| {
            Error::failed(format!("can't determine the current folder: {error}"))
                .with_hint("change into a folder that exists")
        })?;
        let start = match args.manifest_path.as_deref().and_then(Path::parent) {
            Some(folder) => here.join(folder),
            None => here,
        };
        // Without `..`, which would lead the search upwards through folders that it isn't in. A folder
        // that is missing is reported where the manifest is needed.
        let start = start.canonicalize().unwrap_or(start);
        let config = match &args.config {
            Some(path) => Config::read(&start, path)?,
            None => Config::find(&start)?,
        };
        Ok(Self {
            manifest_path: args.manifest_path.clone(),
            config,
            home,
        })
    }

    /// Where the models come from.
    ///
    /// # Errors
    /// Options for cargo in a program that has its models built in.
    pub(super) fn models(&self, args: &ModelArgs) -> Result<ModelSource> {
        if let Some(path) = &args.models {
            return Ok(ModelSource::File(path.clone()));
        }
        let selection = &args.selection;
        let is_named = selection.package.is_some() || self.manifest_path.is_some();
        if matches!(self.home, Home::Package) || is_named {
            return Ok(ModelSource::Package(Selection {
                manifest_path: self.manifest_path.clone(),
                loader: std::env::current_exe().ok(),
                ..selection.clone().or(self.config.models())
            }));
        }
        match selection.options().first() {
            Some(option) => Err(Error::new(
                Exit::Usage,
                format!("{option} has no effect: this program has its models built in"),
            )
            .with_hint("remove it, or name a package with -p or --manifest-path")),
            None => Ok(ModelSource::Linked),
        }
    }

    /// The dialect to write a script in.
    pub(super) fn dialect(
        &self,
        name: Option<&str>,
        database: &DatabaseArgs,
    ) -> Result<&'static dyn Dialect> {
        if let Some(name) = name {
            return dialect::by_name(name);
        }
        match self.find_url(database)? {
            Some(url) => dialect::by_url(&url),
            None => Err(
                Error::new(Exit::Usage, "no dialect is given").with_hint(format!(
                    "pass --dialect {}, or a database URL",
                    dialect::names().collect::<Vec<_>>().join("|")
                )),
            ),
        }
    }

    /// The dialect of generated scripts: that of the command line, of orm.toml, or of the database URL.
    pub(super) fn script_dialect(
        &self,
        name: Option<&str>,
        database: &DatabaseArgs,
    ) -> Result<&'static dyn Dialect> {
        self.dialect(name.or(self.config.dialect()), database)
    }

    /// The URL of the database, whose scheme is a database's.
    pub(super) fn url(&self, database: &DatabaseArgs) -> Result<String> {
        let url = self.find_url(database)?.ok_or_else(|| {
            Error::new(Exit::Usage, "no database URL is given").with_hint(format!(
                "pass --url, set {} in the environment or in .env, or write url under [database] in orm.toml",
                self.config.url_variable()
            ))
        })?;
        dialect::by_url(&url).map(|_| url)
    }

    /// The lint rules that orm.toml switches off.
    pub(super) fn lint_off(&self) -> &[String] {
        self.config.lint_off()
    }

    /// Whether orm.toml limits how long a statement waits for locks.
    pub(super) fn has_lock_timeout(&self) -> bool {
        self.config.timeouts().lock.is_some()
    }

    /// The folder in which the search for a configuration began.
    pub(super) fn start(&self) -> &Path {
        self.config.start()
    }

    /// What is read of a database.
    pub(super) fn scope(&self) -> Scope {
        self.config.scope()
    }

    /// The time-outs of statements.
    pub(super) fn timeouts(&self, args: &TimeoutArgs) -> Timeouts {
        let (given, configured) = (args.timeouts(), self.config.timeouts());
        Timeouts {
            lock: given.lock.or(configured.lock),
            statement: given.statement.or(configured.statement),
        }
    }

    fn find_url(&self, database: &DatabaseArgs) -> Result<Option<String>> {
        match &database.url {
            Some(url) => Ok(Some(url.clone())),
            None => self.config.url(),
        }
    }

    /// The folder of migrations, relative to the current one where it lies below it: messages name it.
    pub(super) fn migrations(&self, args: &FolderArgs) -> PathBuf {
        if let Some(folder) = &args.migrations {
            return folder.clone();
        }
        let folder = self.config.migrations();
        let here = std::env::current_dir().ok();
        let below = here
            .as_deref()
            .and_then(|here| folder.strip_prefix(here).ok())
            .map(Path::to_owned);
        below
            .filter(|path| !path.as_os_str().is_empty())
            .unwrap_or(folder)
    }
}
