//! The databases of the matrix, and a fresh one of them for each case.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use orm::engine::{Connection, Engine, driver_for};
use orm::prelude::*;
use orm_core::sql::{Capabilities, Dialect};
use orm_core::testing::{Faults, FaultyDriver, Recorder, RecordingDriver};

/// A database of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
    MariaDb,
    Mysql,
}

impl Backend {
    /// The databases that this build was asked to test, without those that the run leaves out: tests/run
    /// says so by `ORM_TEST_MYSQL=not-run`, and prints the reason. A variable that is merely missing
    /// leaves nothing out.
    pub fn enabled() -> Vec<Self> {
        let mut all = vec![Self::Sqlite];
        if cfg!(feature = "postgres") {
            all.push(Self::Postgres);
        }
        if cfg!(feature = "mysql") {
            all.extend([Self::MariaDb, Self::Mysql]);
        }
        all.retain(|backend| std::env::var(backend.variable()).as_deref() != Ok("not-run"));
        all
    }

    /// The name in the matrix' lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
            Self::Mysql => "MySQL",
        }
    }

    pub fn is_server(self) -> bool {
        self != Self::Sqlite
    }

    pub fn is_mysql(self) -> bool {
        matches!(self, Self::MariaDb | Self::Mysql)
    }

    /// What a case gets for itself: a schema on PostgreSQL, where a database takes a second to make.
    fn home(self) -> &'static str {
        if self == Self::Postgres {
            "SCHEMA"
        } else {
            "DATABASE"
        }
    }

    /// The variable of tests/run about this database; with `_URL` behind it, the one that says where the
    /// server is.
    fn variable(self) -> &'static str {
        match self {
            Self::Sqlite => "ORM_TEST_SQLITE",
            Self::Postgres => "ORM_TEST_POSTGRES",
            Self::MariaDb => "ORM_TEST_MARIADB",
            Self::Mysql => "ORM_TEST_MYSQL",
        }
    }

    /// The URL of the server's own database. A server that isn't there fails the run: it says what
    /// provides it.
    pub fn server_url(self) -> String {
        let variable = format!("{}_URL", self.variable());
        std::env::var(&variable).unwrap_or_else(|_| {
            panic!("{} needs {variable}: run the tests with tests/run, which starts a server and sets it", self.name())
        })
    }
}

/// A database of a case's own.
pub struct Db {
    pub backend: Backend,
    pub engine: Engine,
    /// Every statement that `engine` sends.
    pub recorder: Recorder,
    url: String,
    name: String,
    _folder: Option<tempfile::TempDir>,
}

impl Db {
    /// A new database with the tables of the shared models.
    pub fn with_tables(backend: Backend) -> Self {
        let db = Self::empty(backend);
        let schema = crate::fixtures::metadata().schema().unwrap();
        orm::engine::create_missing(&mut db.engine.connection().unwrap(), &schema).unwrap();
        db.recorder.take();
        db
    }

    /// A new database without tables.
    pub fn empty(backend: Backend) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("case_{}_{number}", std::process::id());
        let (url, folder) = if backend.is_server() {
            let admin = Engine::connect(&backend.server_url()).unwrap();
            let mut conn = admin.connection().unwrap();
            conn.raw_control(&format!("CREATE {} {name}", backend.home()))
                .unwrap();
            (url_of_home(backend, &name), None)
        } else {
            let folder = tempfile::tempdir().unwrap();
            (
                format!("sqlite://{}", folder.path().join("case.db").display()),
                Some(folder),
            )
        };
        let recorder = Recorder::new();
        let engine = recording_engine(&url, &recorder);
        Self {
            backend,
            engine,
            recorder,
            url,
            name,
            _folder: folder,
        }
    }

    /// The URL of this database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Another engine on this database: another program, as it were.
    pub fn other_engine(&self) -> Engine {
        Engine::connect(&self.url).unwrap()
    }

    /// An engine on this database of two connections, with these faults.
    pub fn faulty_engine(&self, faults: &Faults) -> Engine {
        let (driver, dialects) = driver_for(&self.url).unwrap();
        let driver = Arc::new(FaultyDriver::new(driver, faults));
        let options = Engine::options(&self.url).pool_size(2);
        Engine::with_driver(driver, dialects, &options).unwrap()
    }

    /// A connection that is not recorded.
    pub fn other_connection(&self) -> Connection {
        self.other_engine().connection().unwrap()
    }

    /// The version of the server or the library, without what a distribution adds to it.
    pub fn version(&self) -> String {
        let sql = match self.backend {
            Backend::Sqlite => "SELECT sqlite_version()",
            Backend::Postgres => "SHOW server_version",
            Backend::MariaDb | Backend::Mysql => "SELECT VERSION()",
        };
        let mut version = String::new();
        let mut conn = self.other_connection();
        conn.raw_query(sql, &[], &mut |row| {
            version = orm_core::types::DbType::from_value(row.get(0)?).unwrap();
            Ok(())
        })
        .unwrap();
        let end = version.find([' ', '-']).unwrap_or(version.len());
        version.truncate(end);
        version
    }

    pub fn session(&self) -> Session {
        Session::new(&self.engine)
    }

    pub fn dialect(&self) -> &'static dyn Dialect {
        self.engine.connection().unwrap().dialect()
    }

    pub fn capabilities(&self) -> Capabilities {
        *self.dialect().capabilities()
    }

    /// The statements sent since the last call, without values: `"INSERT INTO …"`, with the identifier
    /// quotes of the dialect made `"` and its placeholders `?`, so that one list serves every database.
    /// Without the question to the catalogue that an engine asks once a table, which has cases of its own.
    pub fn sent(&self) -> Vec<String> {
        let sent = self.recorder.take_sql();
        let sent = sent.iter().filter(|sql| !asks_catalogue(sql));
        sent.map(|sql| normalise(sql)).collect()
    }

    /// How many rows `table` has, seen from outside the case's own connections.
    pub fn count(&self, table: &str) -> i64 {
        self.scalar(&format!("SELECT COUNT(*) FROM {}", self.quoted(table)))
    }

    /// The integer that a query yields, seen from outside the case's own connections.
    pub fn scalar(&self, sql: &str) -> i64 {
        let mut value = None;
        let mut conn = self.other_connection();
        conn.raw_query(sql, &[], &mut |row| {
            value = Some(orm_core::types::DbType::from_value(row.get(0)?).unwrap());
            Ok(())
        })
        .unwrap();
        value.expect("invariant: the query yields a row")
    }

    /// Whether a row that was changed since the transaction's snapshot can't be written: MariaDB since 11.6.
    pub fn refuses_changed_rows(&self) -> bool {
        self.backend == Backend::MariaDb && self.scalar("SELECT @@innodb_snapshot_isolation") == 1
    }

    /// Runs a statement from outside: what another program did meanwhile.
    pub fn outside(&self, sql: &str) {
        self.other_connection().raw_execute(sql, &[]).unwrap();
    }

    /// An identifier in the dialect's quotes.
    pub fn quoted(&self, name: &str) -> String {
        let quote = self.capabilities().quote;
        format!("{quote}{name}{quote}")
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        if !self.backend.is_server() {
            return;
        }
        let cascade = if self.backend == Backend::Postgres {
            " CASCADE"
        } else {
            ""
        };
        let drop = format!("DROP {} {}{cascade}", self.backend.home(), self.name);
        // The server is thrown away after the run, so a database left behind harms nobody.
        let admin = Engine::connect(&self.backend.server_url()).and_then(|e| e.connection());
        let _ = admin.and_then(|mut conn| {
            if self.backend == Backend::Postgres {
                // A transaction that a failed case left behind must not hold up the run.
                conn.raw_control("SET lock_timeout = '20s'")?;
            }
            conn.raw_control(&drop)
        });
    }
}

/// Whether a statement asks how a table keeps its values.
pub fn asks_catalogue(sql: &str) -> bool {
    let marks = [
        "pg_attribute",
        "information_schema.columns c",
        "pragma_table_xinfo",
    ];
    marks.iter().any(|mark| sql.contains(mark))
}

/// An engine on `url` whose statements are recorded.
pub fn recording_engine(url: &str, recorder: &Recorder) -> Engine {
    let (driver, dialects) = driver_for(url).unwrap();
    let driver = Arc::new(RecordingDriver::new(driver, recorder));
    Engine::with_driver(driver, dialects, &Engine::options(url)).unwrap()
}

fn url_of_home(backend: Backend, name: &str) -> String {
    let server = backend.server_url();
    if backend == Backend::Postgres {
        return format!("{server}?search_path={name}");
    }
    let (base, _) = server
        .rsplit_once('/')
        .expect("invariant: the url names a database");
    format!("{base}/{name}")
}

/// SQL in the words of one dialect made those of none.
pub fn normalise(sql: &str) -> String {
    let sql = sql.replace('`', "\"");
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql.as_str();
    while let Some(at) = rest.find('$') {
        let digits = rest[at + 1..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        out.push_str(&rest[..at]);
        out.push_str(if digits > 0 { "?" } else { "$" });
        rest = &rest[at + 1 + digits..];
    }
    out.push_str(rest);
    out
}
