//! The databases of this workspace, as the conformance suite takes a database.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use orm::engine::{Connection, Engine};
use orm::sqlite::rusqlite;
use orm::{Error, Result};
use orm_conformance::backend::{Backend, Control, Signal};
use orm_conformance::suite::support::scalar;
use orm_conformance::{Db, Requires};

/// A database of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
    MariaDb,
    Mysql,
}

impl Database {
    const ALL: &[Self] = &[Self::Sqlite, Self::Postgres, Self::MariaDb, Self::Mysql];

    /// The databases of this build's features, without those that the run leaves out: tests/run sets
    /// `ORM_TEST_MYSQL=not-run` for them, and prints the reason. A variable that is merely missing
    /// leaves nothing out.
    pub fn enabled() -> Vec<&'static Self> {
        let is_built = |database: &&Self| match database {
            Self::Sqlite => true,
            Self::Postgres => cfg!(feature = "postgres"),
            Self::MariaDb | Self::Mysql => cfg!(feature = "mysql"),
        };
        let built = Self::ALL.iter().filter(is_built);
        built
            .filter(|database| std::env::var(database.variable()).as_deref() != Ok("not-run"))
            .collect()
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

    /// The variable of tests/run about this database; with `_URL` behind it, the one with the URL of the server.
    fn variable(self) -> &'static str {
        match self {
            Self::Sqlite => "ORM_TEST_SQLITE",
            Self::Postgres => "ORM_TEST_POSTGRES",
            Self::MariaDb => "ORM_TEST_MARIADB",
            Self::Mysql => "ORM_TEST_MYSQL",
        }
    }

    /// The URL of the server's own database. A server that isn't there fails the run, with a hint at what provides it.
    pub fn server_url(self) -> String {
        let variable = format!("{}_URL", self.variable());
        std::env::var(&variable).unwrap_or_else(|_| {
            panic!("{} needs {variable}: run the tests with tests/run, which starts a server and sets it", self.name())
        })
    }

    /// A connection to the server's own database.
    fn server(self) -> Result<Connection> {
        let connection = Engine::connect(self.server_url())?.connection()?;
        let kind = connection.dialect().name();
        let name = self.name().to_ascii_lowercase();
        assert_eq!(
            kind,
            name.replace("postgresql", "postgres"),
            "the URL of {} names a server of another kind",
            self.name()
        );
        Ok(connection)
    }
}

/// Servers, and what one of their connections does to another.
impl Database {
    /// The query of the number by which the server knows a connection.
    fn connection_number(self) -> &'static str {
        match self {
            Self::Postgres => "SELECT pg_backend_pid()::int8",
            _ => "SELECT CAST(CONNECTION_ID() AS SIGNED)",
        }
    }

    fn cancel(self, other: &mut Connection, number: i64) {
        let text = match self {
            Self::Postgres => format!("SELECT pg_cancel_backend({number})"),
            _ => format!("KILL QUERY {number}"),
        };
        let _ = other.raw_execute(&text, &[]);
    }

    fn kill(self, other: &mut Connection, number: i64) {
        let (kill, list) = match self {
            Self::Postgres => (
                format!("SELECT pg_terminate_backend({number})"),
                "pg_stat_activity WHERE pid",
            ),
            // MySQL's information_schema.processlist waits for a mutex of the whole server; this doesn't.
            Self::Mysql => (
                format!("KILL {number}"),
                "performance_schema.threads WHERE processlist_id",
            ),
            _ => (
                format!("KILL {number}"),
                "information_schema.processlist WHERE id",
            ),
        };
        other.raw_execute(&kill, &[]).unwrap();
        let alive = format!("SELECT 1 FROM {list} = {number}");
        // A thread that sends rows which are not read ends by the server's net_write_timeout (60 s) at the latest.
        let deadline = Instant::now() + Duration::from_secs(90);
        while is_found(other, &alive) {
            assert!(Instant::now() < deadline, "the connection lives on");
            thread::sleep(Duration::from_millis(10));
            // One that was just given back may miss the first.
            let _ = other.raw_execute(&kill, &[]);
        }
    }
}

impl Backend for Database {
    fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
            Self::Mysql => "MySQL",
        }
    }

    fn create(&self, name: &str) -> Result<String> {
        if !self.is_server() {
            let folder = folder(name);
            std::fs::create_dir(&folder).map_err(Error::other)?;
            return Ok(format!("sqlite://{}", folder.join("case.db").display()));
        }
        self.server()?
            .raw_control(&format!("CREATE {} {name}", self.home()))?;
        let server = self.server_url();
        if *self == Self::Postgres {
            return Ok(format!("{server}?search_path={name}"));
        }
        let (base, _) = server
            .rsplit_once('/')
            .expect("invariant: the url names a database");
        Ok(format!("{base}/{name}"))
    }

    fn drop(&self, name: &str) -> Result<()> {
        if !self.is_server() {
            return std::fs::remove_dir_all(folder(name)).map_err(Error::other);
        }
        let mut conn = self.server()?;
        let drop = format!("DROP {} {name}", self.home());
        if *self != Self::Postgres {
            return conn.raw_control(&drop);
        }
        // A transaction that a failed case left behind must not hold up the run.
        conn.raw_control("SET lock_timeout = '20s'")?;
        conn.raw_control(&format!("{drop} CASCADE"))
    }

    fn version(&self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT sqlite_version()",
            Self::Postgres => "SHOW server_version",
            Self::MariaDb | Self::Mysql => "SELECT VERSION()",
        }
    }

    fn natively(&self, conn: &mut Connection, sql: &str) {
        #[cfg(feature = "postgres")]
        if let Some(native) = conn.driver_mut::<postgres::Client>() {
            return native.batch_execute(sql).unwrap();
        }
        #[cfg(feature = "mysql")]
        if let Some(native) = conn.driver_mut::<mysql::Conn>() {
            use mysql::prelude::Queryable;
            return native.query_drop(sql).unwrap();
        }
        let native = conn.driver_mut::<rusqlite::Connection>();
        native.unwrap().execute_batch(sql).unwrap();
    }

    fn control(&self, db: &Db, conn: &mut Connection, signal: Signal) -> Control {
        if let Some(native) = conn.driver_mut::<rusqlite::Connection>() {
            let handle = native.get_interrupt_handle();
            return Box::new(move || handle.interrupt());
        }
        let database = *self;
        let number = scalar(conn, database.connection_number());
        let mut other = db.other_connection();
        match signal {
            // A connection that this has made useless is gone by now.
            Signal::Cancel => Box::new(move || database.cancel(&mut other, number)),
            Signal::Kill => Box::new(move || database.kill(&mut other, number)),
        }
    }

    fn limit_lock_wait(&self, conn: &mut Connection) {
        let text = match self {
            Self::Sqlite => "PRAGMA busy_timeout = 50",
            Self::Postgres => "SET lock_timeout = '50ms'",
            Self::MariaDb | Self::Mysql => "SET SESSION innodb_lock_wait_timeout = 1",
        };
        conn.raw_query(text, &[], &mut |_| Ok(())).unwrap();
    }

    fn lacks(&self, need: Requires) -> Option<&'static str> {
        match (self, need) {
            (Self::Sqlite, Requires::StrictTypes) => Some("its columns take values of any type"),
            (Self::Sqlite, Requires::WaitingWrites) => Some("one transaction writes at a time"),
            (Self::Sqlite, Requires::Chains) => Some("there is no COMMIT AND CHAIN"),
            // A serializable session has the write lock.
            (Self::Sqlite | Self::MariaDb | Self::Mysql, Requires::SerializableReadsDontLock) => {
                Some("reads at SERIALIZABLE lock")
            }
            (Self::Postgres | Self::MariaDb | Self::Mysql, Requires::KnownReads) => {
                Some("a query may call a function that writes")
            }
            // At REPEATABLE READ an update passes over what the snapshot doesn't show, unless MariaDB is configured otherwise,
            // which has a case of its own; at SERIALIZABLE reads lock.
            (Self::MariaDb | Self::Mysql, Requires::SnapshotConflicts) => {
                Some("its snapshots don't conflict with an update")
            }
            (Self::MariaDb | Self::Mysql, Requires::DeferredKeys) => {
                Some("its foreign keys are checked at once")
            }
            (Self::MariaDb | Self::Mysql, Requires::SetDefault) => {
                Some("there is no ON DELETE SET DEFAULT")
            }
            (Self::MariaDb | Self::Mysql, Requires::ChecksAfterStatement) => {
                Some("its foreign keys are checked row by row")
            }
            _ => None,
        }
    }
}

/// Whether a query has a row. MySQL refuses to list its connections while one of them runs a statement with bytes in it
/// (error 3854): then nothing is known yet.
fn is_found(conn: &mut Connection, query: &str) -> bool {
    let mut rows = 0;
    let read = conn.raw_query(query, &[], &mut |_| {
        rows += 1;
        Ok(())
    });
    read.is_err() || rows > 0
}

/// The folder of a case's SQLite file.
fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("orm-{name}"))
}

/// For the cases of this package: which of its databases they run on.
pub trait HasDatabase {
    fn database(&self) -> Database;
}

impl HasDatabase for Db {
    fn database(&self) -> Database {
        let named = Database::ALL
            .iter()
            .find(|database| database.name() == self.backend.name());
        *named.expect("invariant: these cases run on the databases of this package")
    }
}
