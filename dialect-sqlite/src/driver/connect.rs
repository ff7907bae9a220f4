//! [`SqliteDriver`]: opens a database.
//!
//! `orm` parses URLs and calls the constructors here. Each connection gets the same settings, those of `session.rs`,
//! before its first statement. Errors of the file are reported when it is opened.

use std::path::{Path, PathBuf};
use std::time::Duration;

use orm_core::driver::{Connection, Driver, encoded};
use orm_core::error::{Error, ErrorKind, Result};
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;

use super::connection::SqliteConnection;
use super::failure::from_native;
use super::functions;
use super::session::Settings;

/// Opens connections to a database file, or to in-memory databases.
///
/// Every connection enforces foreign keys, waits five seconds for locks, keeps 128 prepared statements, and reads
/// text in double quotes as a name, never as a string. A file uses write-ahead logging with `synchronous = NORMAL`,
/// so that readers and a writer do not block each other. A crash of the program loses no commit; a power failure may
/// lose the latest commits, and does not damage the file; see [`full_sync`](Self::full_sync).
///
/// The query planner stability guarantee (QPSG) is enabled, which keeps statements prepared. Without it, SQLite
/// prepares a statement with a bound LIMIT again at each execution, which costs more than the execution. With it,
/// plans do not depend on bound values: the histograms of `ANALYZE` are not used for them, and `LIKE ?` and `GLOB ?`
/// use no index. See [`without_planner_stability`](Self::without_planner_stability).
///
/// ```
/// use dialect_sqlite::SqliteDriver;
/// use orm_core::driver::Driver;
/// use std::time::Duration;
///
/// let driver = SqliteDriver::memory().busy_timeout(Duration::from_secs(1));
/// let mut connection = driver.connect()?;
/// connection.control("CREATE TABLE notes (text TEXT)")?;
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SqliteDriver {
    place: Place,
    access: Access,
    settings: Settings,
}

#[derive(Clone, Debug)]
enum Place {
    Memory,
    File { path: PathBuf, given: PathBuf },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Create,
    Existing,
    ReadOnly,
}

impl SqliteDriver {
    /// Creates a driver of in-memory databases: each connection has a database of its own, which is dropped with it.
    pub fn memory() -> Self {
        Self::new(Place::Memory)
    }

    /// Creates a driver of the file at `path`, which is created if it is missing; its folder must exist. A relative
    /// path is resolved at once, so that a later change of the working folder has no effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dialect_sqlite::SqliteDriver;
    /// # use orm_core::driver::Driver;
    /// let driver = SqliteDriver::file("app.db");
    /// assert!(driver.target().ends_with("app.db"));
    /// ```
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let given = path.into();
        // An absolute path also keeps SQLite from reading `file:` and `:memory:` as more than names. It
        // is missing for an empty path only, or without a working folder; `connect` returns an error then.
        let path = std::path::absolute(&given).unwrap_or_default();
        Self::new(Place::File { path, given })
    }

    fn new(place: Place) -> Self {
        let settings = Settings {
            is_file: matches!(place, Place::File { .. }),
            busy_timeout: Duration::from_secs(5),
            statement_cache: 128,
            wal: true,
            full_sync: false,
            stable_plans: true,
        };
        Self {
            place,
            access: Access::Create,
            settings,
        }
    }

    /// Sets how long a statement waits for a lock of another connection before it fails with `Busy`. Default: five
    /// seconds.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.settings.busy_timeout = timeout;
        self
    }

    /// Sets the number of prepared statements that each connection keeps. Default: 128. With 0, none is kept.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dialect_sqlite::SqliteDriver;
    /// # use orm_core::driver::Driver;
    /// let mut connection = SqliteDriver::memory().statement_cache(16).connect()?;
    /// connection.control("CREATE TABLE notes (text TEXT)")?;
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.settings.statement_cache = statements;
        self
    }

    /// Opens an existing file read-only.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dialect_sqlite::SqliteDriver;
    /// # use orm_core::driver::Driver;
    /// let driver = SqliteDriver::file("/no/such/file.db").read_only();
    /// assert!(driver.connect().is_err());
    /// ```
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.access = Access::ReadOnly;
        self
    }

    /// Makes connecting fail if the file does not exist, instead of creating it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dialect_sqlite::SqliteDriver;
    /// # use orm_core::driver::Driver;
    /// let driver = SqliteDriver::file("/no/such/file.db").must_exist();
    /// assert!(driver.connect().is_err());
    /// ```
    #[must_use]
    pub fn must_exist(mut self) -> Self {
        self.access = Access::Existing;
        self
    }

    /// Keeps the file's journal mode, for network file systems, on which write-ahead logging does not work.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dialect_sqlite::SqliteDriver;
    /// # use orm_core::driver::Driver;
    /// let driver = SqliteDriver::file("/mnt/share/app.db").without_wal();
    /// assert!(!driver.is_private());
    /// ```
    #[must_use]
    pub fn without_wal(mut self) -> Self {
        self.settings.wal = false;
        self
    }

    /// Waits for the disk at each commit, so that a power failure loses no commit.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dialect_sqlite::SqliteDriver;
    /// # use orm_core::driver::Driver;
    /// let driver = SqliteDriver::file("app.db").full_sync(); // PRAGMA synchronous = FULL
    /// assert!(!driver.is_private());
    /// ```
    #[must_use]
    pub fn full_sync(mut self) -> Self {
        self.settings.full_sync = true;
        self
    }

    /// Lets plans depend on bound values. Some statements are then prepared again at each execution.
    ///
    /// # Examples
    ///
    /// ```
    /// # use dialect_sqlite::SqliteDriver;
    /// # use orm_core::driver::Driver;
    /// let mut connection = SqliteDriver::memory().without_planner_stability().connect()?;
    /// connection.control("CREATE TABLE notes (text TEXT)")?;
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    #[must_use]
    pub fn without_planner_stability(mut self) -> Self {
        self.settings.stable_plans = false;
        self
    }

    fn open(&self) -> Result<rusqlite::Connection> {
        // No mutex: a connection is used by one thread at a time, and the compiler sees to it.
        let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
            | match self.access {
                Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
                Access::Existing => OpenFlags::SQLITE_OPEN_READ_WRITE,
                Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
            };
        let opened = match &self.place {
            Place::Memory => rusqlite::Connection::open_in_memory(),
            Place::File { path, .. } if path.as_os_str().is_empty() => {
                return Err(Error::with_message(
                    ErrorKind::Configuration,
                    "the path of the database file is empty",
                ));
            }
            Place::File { path, .. } => rusqlite::Connection::open_with_flags(path, flags),
        };
        opened.map_err(|native| self.refused(native))
    }

    #[cold]
    fn refused(&self, native: rusqlite::Error) -> Error {
        let target = self.target();
        let Place::File { path, .. } = &self.place else {
            let message = format!("can't open {target}");
            return Error::with_message(ErrorKind::ConnectionFailed, message).with_source(native);
        };
        let error = from_native(native, "");
        let (kind, message, hint) = match error.kind() {
            ErrorKind::Configuration => (
                ErrorKind::Configuration,
                format!("{target} is not a SQLite database"),
                "choose another file; encrypted databases are not supported",
            ),
            ErrorKind::ConnectionFailed => {
                let (why, hint) = self.obstacle(path);
                let message = format!("can't open {target}: {why}");
                (ErrorKind::ConnectionFailed, message, hint)
            }
            kind => {
                let message = format!("can't set up {target}: {}", error.message());
                let hint = match error.hint() {
                    Some(hint) if kind != ErrorKind::Busy => hint.to_owned(),
                    _ if kind == ErrorKind::Busy => {
                        "end the transaction of the other process that locks the file, or raise busy_timeout".to_owned()
                    }
                    _ => {
                        "check the disk, and the permissions of the file and its folder".to_owned()
                    }
                };
                return Error::with_message(ErrorKind::ConnectionFailed, message)
                    .with_hint(hint)
                    .with_source(error);
            }
        };
        Error::with_message(kind, message)
            .with_hint(hint)
            .with_source(error)
    }

    /// The reason why a file can't be opened. SQLite's error has none.
    fn obstacle(&self, path: &Path) -> (String, &'static str) {
        let folder = path.parent().filter(|folder| !folder.exists());
        if let Some(folder) = folder {
            let why = format!("the folder {} does not exist", folder.display());
            return (why, "create the folder first");
        }
        if path.is_dir() {
            return ("it is a folder".into(), "name a file in it");
        }
        if self.access != Access::Create && !path.exists() {
            return (
                "the file does not exist".into(),
                "check the path, or allow the file to be created",
            );
        }
        let hint = "grant this user read and write permission on the file and its folder";
        ("permission denied".into(), hint)
    }
}

impl Driver for SqliteDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        let native = self.open()?;
        let enforced = native.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true);
        if !enforced.map_err(|native| self.refused(native))? {
            return Err(Error::with_message(
                ErrorKind::Configuration,
                "this build of SQLite does not support foreign keys",
            )
            .with_hint("use the Cargo feature `bundled`, or a library built with foreign keys"));
        }
        self.settings
            .set_up(&native)
            .and_then(|()| functions::register(&native))
            .map_err(|native| self.refused(native))?;
        let memory = self.is_private().then(|| self.settings.clone());
        let connection = SqliteConnection::new(native, self.settings.statement_cache, memory);
        Ok(Box::new(connection.map_err(|native| self.refused(native))?))
    }

    fn is_private(&self) -> bool {
        matches!(self.place, Place::Memory)
    }

    fn is_embedded(&self) -> bool {
        true
    }

    fn target(&self) -> String {
        match &self.place {
            Place::Memory => "sqlite::memory:".to_owned(),
            Place::File { given, .. } => target(given),
        }
    }
}

/// The path as a URL. Behind three slashes a single name is relative, so one in the root folder takes four; and
/// a file with the name of a database in memory takes its folder along.
fn target(path: &Path) -> String {
    let path = encoded(&path.to_string_lossy());
    let prefix = match path.strip_prefix('/') {
        Some(rest) if !rest.contains('/') => "/",
        None if path == ":memory:" => "./",
        _ => "",
    };
    format!("sqlite://{prefix}{path}")
}
