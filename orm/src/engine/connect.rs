//! [`Engine`]: from a URL to a driver and its pool. The only place in this crate that names dialects.

use std::fmt;
use std::sync::Arc;

use orm_core::driver::Driver;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect;

use super::connection::Connection;
use super::log::Log;
use super::options::EngineOptions;
use super::pool::Pool;
use super::statement_cache::StatementCache;
use super::url::{Url, wrong};

/// A database: its driver, its dialect and a pool of connections. A clone is another handle to the same
/// pool, so that an engine can be kept wherever it is needed.
///
/// Making one opens no connection; the first statement does, and fails at once if it can't.
#[derive(Clone)]
pub struct Engine(Arc<Shared>);

/// What the clones of an engine share.
pub(super) struct Shared {
    pub pool: Pool,
    pub log: Log,
    pub statements: StatementCache,
    dialects: Vec<&'static dyn Dialect>,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Engine").field(&self.0.pool.target()).finish()
    }
}

impl Shared {
    /// The dialect of a server by the name that its connection reports.
    pub fn dialect(&self, server: &str) -> Result<&'static dyn Dialect> {
        let found = self.dialects.iter().copied().find(|dialect| dialect.name() == server);
        found.ok_or_else(|| wrong(format!("the engine has no dialect for the server {server}")))
    }
}

impl Engine {
    /// An engine for `url`: `sqlite://file.db`, `sqlite://` (in memory), `postgresql://user:password@host/database`
    /// or `mysql://…`, each with options behind `?`.
    ///
    /// # Errors
    /// `Configuration` for a wrong URL, an unknown scheme or option, and a database whose Cargo feature
    /// is off.
    pub fn connect(url: &str) -> Result<Self> {
        Self::options(url).connect()
    }

    /// The options of an engine for `url`, to be set before it connects.
    pub fn options(url: &str) -> EngineOptions {
        EngineOptions::new(url)
    }

    /// An engine over a driver from outside this workspace, with the dialects that its connections may
    /// report by name.
    ///
    /// # Errors
    /// `Configuration` for a pool of no connections.
    pub fn with_driver(
        driver: Arc<dyn Driver>,
        dialects: Vec<&'static dyn Dialect>,
        options: &EngineOptions,
    ) -> Result<Self> {
        let log = Log { echo: options.echo, values: options.log_values };
        let pool = Pool::new(driver, options)?;
        let shared = Shared { pool, log, statements: StatementCache::default(), dialects };
        Ok(Self(Arc::new(shared)))
    }

    pub(super) fn from_options(mut options: EngineOptions) -> Result<Self> {
        let mut url = Url::parse(&options.url)?;
        if options.pool_size.is_none() {
            options.pool_size = url.take_number("pool_size")?;
        }
        match url.take("echo").as_deref() {
            Some("true" | "1") => options.echo = true,
            None | Some("false" | "0") => {}
            Some(_) => return Err(wrong("the url's option echo is neither true nor false")),
        }
        let (driver, dialects) = driver(url)?;
        Self::with_driver(driver, dialects, &options)
    }

    pub(super) fn from_shared(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Checks out a connection, opening one if none is idle.
    ///
    /// # Errors
    /// `ConnectionFailed` or `Authentication` at once; `PoolTimeout` if all stay in use.
    pub fn connection(&self) -> Result<Connection> {
        Connection::open(Arc::clone(&self.0))
    }

    /// The database in words: scheme, host, name; never the password.
    pub fn target(&self) -> String {
        self.0.pool.target()
    }

    /// Whether the database lives in the one connection of this engine: SQLite in memory.
    pub fn is_private(&self) -> bool {
        self.0.pool.is_private()
    }
}

/// The driver that an engine for `url` would use, with the dialects that its connections may report, so
/// that a program can wrap it: count statements, inject faults, and hand it to [`Engine::with_driver`].
/// Options of the engine itself, such as `pool_size`, are refused in this URL.
///
/// # Errors
/// As [`Engine::connect`].
pub fn driver_for(url: &str) -> Result<Target> {
    driver(Url::parse(url)?)
}

/// A driver, and the dialects of the servers that it may meet.
pub type Target = (Arc<dyn Driver>, Vec<&'static dyn Dialect>);

fn driver(url: Url) -> Result<Target> {
    match url.scheme.as_str() {
        "sqlite" => sqlite(url),
        "postgresql" | "postgres" => postgres(url),
        "mysql" | "mariadb" => mysql(url),
        other => Err(wrong(format!("unknown scheme {other} in the database url"))
            .with_hint("known are sqlite, postgresql, postgres, mysql and mariadb")),
    }
}

#[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
fn feature_off(feature: &str) -> Error {
    Error::with_message(
        ErrorKind::Configuration,
        format!("this program was built without the feature {feature} of orm"),
    )
    .with_hint(format!("build it with: orm = {{ features = [\"{feature}\"] }}"))
}

#[cfg(feature = "sqlite")]
fn sqlite(mut url: Url) -> Result<Target> {
    use dialect_sqlite::{SqliteDialect, SqliteDriver};
    let path = match url.path.as_str() {
        "" | ":memory:" => None,
        path => Some(relative_if_single(path).to_owned()),
    };
    let mut driver = path.map_or_else(SqliteDriver::memory, SqliteDriver::file);
    match url.take("mode").as_deref() {
        None | Some("rwc") => {}
        Some("ro") => driver = driver.read_only(),
        Some("rw") => driver = driver.must_exist(),
        Some(_) => return Err(wrong("the url's option mode is none of ro, rw and rwc")),
    }
    if let Some(millis) = url.take_number("busy_timeout")? {
        driver = driver.busy_timeout(std::time::Duration::from_millis(millis.into()));
    }
    if let Some(statements) = url.take_number("statement_cache")? {
        driver = driver.statement_cache(statements as usize);
    }
    url.finish("mode, busy_timeout (milliseconds), statement_cache, pool_size, echo")?;
    Ok((Arc::new(driver), vec![&SqliteDialect]))
}

/// A single name after three slashes is the relative file that it is in SQLAlchemy's and Peewee's URLs;
/// a file directly in the root folder takes four slashes.
#[cfg(feature = "sqlite")]
fn relative_if_single(path: &str) -> &str {
    match path.strip_prefix('/') {
        Some(rest) if rest.starts_with('/') => rest,
        Some(rest) if !rest.contains('/') => rest,
        _ => path,
    }
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_url: Url) -> Result<Target> {
    Err(feature_off("sqlite"))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_url: Url) -> Result<Target> {
    Err(feature_off("postgres"))
}

#[cfg(not(feature = "mysql"))]
fn mysql(_url: Url) -> Result<Target> {
    Err(feature_off("mysql"))
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::*;

    #[test]
    fn sqlite_paths() {
        for (path, file) in [
            ("a.db", "a.db"),
            ("/a.db", "a.db"),
            ("//a.db", "/a.db"),
            ("/tmp/a.db", "/tmp/a.db"),
            ("dir/a.db", "dir/a.db"),
        ] {
            assert_eq!(relative_if_single(path), file);
        }
    }

    #[test]
    fn unknown_schemes_are_told() {
        let error = Engine::connect("oracle://h/db").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("known are sqlite"), "{error}");
    }
}
