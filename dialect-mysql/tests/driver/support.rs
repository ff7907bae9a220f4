//! A database for one test, and short words for what tests do all the time.

use std::sync::atomic::{AtomicU32, Ordering};

use dialect_mysql::driver::mysql::Opts;
use dialect_mysql::{MysqlConfig, MysqlDialect, MysqlDriver};
use orm_core::driver::{Connection, Driver, Outcome};
use orm_core::error::{Error, Result};
use orm_core::sql::{Dialect, SqlWriter};
use orm_core::testing::with;
use orm_core::value::{Value, ValueRef};

use crate::URL_VARIABLE;

/// The server of the environment.
pub(crate) fn opts() -> Opts {
    let Ok(url) = std::env::var(URL_VARIABLE) else {
        panic!("{URL_VARIABLE} is not set: run `tests/run --servers-only` and set what it prints");
    };
    // The native driver knows one scheme.
    let url = url.replacen("mariadb://", "mysql://", 1);
    Opts::from_url(&url).unwrap_or_else(|error| panic!("{URL_VARIABLE} is no url: {error}"))
}

/// The same, without a database.
pub(crate) fn config() -> MysqlConfig {
    let opts = opts();
    let mut config = MysqlConfig::new(opts.get_ip_or_hostname(), opts.get_tcp_port());
    config.user = opts.get_user().map(str::to_owned);
    config.password = opts.get_pass().map(str::to_owned);
    config
}

/// A database that lives as long as this.
pub(crate) struct Scratch {
    pub(crate) name: String,
    admin: Box<dyn Connection>,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("dialect_mysql_{}_{number}", std::process::id());
        let mut admin = MysqlDriver::new(config())
            .connect()
            .expect("the test server answers");
        // A database of another default collation than the one that text columns are created with.
        let create = format!("CREATE DATABASE {name} COLLATE utf8mb4_general_ci");
        admin
            .control(&create)
            .expect("the test user may create databases");
        Self { name, admin }
    }

    pub(crate) fn config(&self) -> MysqlConfig {
        with(config(), |c| c.database = Some(self.name.clone()))
    }

    pub(crate) fn connect(&self) -> Box<dyn Connection> {
        MysqlDriver::new(self.config())
            .connect()
            .expect("the test server answers")
    }

    /// Ends another connection from outside.
    pub(crate) fn kill(&mut self, id: i64) {
        self.admin
            .control(&format!("KILL {id}"))
            .expect("the test user may end connections");
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let dropped = self.admin.control(&format!("DROP DATABASE {}", self.name));
        if !std::thread::panicking() {
            dropped.expect("the database of the test is there");
        }
    }
}

/// The dialect of a connection.
pub(crate) fn dialect(connection: &dyn Connection) -> &'static dyn Dialect {
    match connection.server() {
        "mariadb" => &MysqlDialect::MariaDb,
        _ => &MysqlDialect::MySql,
    }
}

/// The collation that the dialect creates text columns with.
pub(crate) fn collation(connection: &dyn Connection) -> &'static str {
    match connection.server() {
        "mariadb" => "utf8mb4_nopad_bin",
        _ => "utf8mb4_0900_bin",
    }
}

/// Runs several statements that must all work.
pub(crate) fn control(connection: &mut dyn Connection, statements: &[&str]) {
    for sql in statements {
        connection
            .control(sql)
            .unwrap_or_else(|error| panic!("{error}"));
    }
}

pub(crate) fn execute(connection: &mut dyn Connection, sql: &str) -> Outcome {
    connection
        .execute(sql, &[])
        .unwrap_or_else(|error| panic!("{error}"))
}

/// All rows of a query, each as its values.
pub(crate) fn rows(
    connection: &mut dyn Connection,
    sql: &str,
    binds: &[ValueRef<'_>],
) -> Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    connection.query(sql, binds, &mut |row| {
        let values: Result<Vec<Value>> = (0..row.len())
            .map(|index| row.get(index).map(ValueRef::to_value))
            .collect();
        rows.push(values?);
        Ok(())
    })?;
    Ok(rows)
}

/// The only value of the only row.
pub(crate) fn value(connection: &mut dyn Connection, sql: &str) -> Value {
    let mut rows = rows(connection, sql, &[]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rows.len(), 1, "{sql}");
    rows.remove(0).remove(0)
}

pub(crate) fn integer(connection: &mut dyn Connection, sql: &str) -> i64 {
    match value(connection, sql) {
        Value::Int(number) => number,
        other => panic!("{sql} yields {other:?}"),
    }
}

/// The error of a statement that must fail.
#[track_caller]
pub(crate) fn failure(connection: &mut dyn Connection, sql: &str) -> Error {
    match connection.execute(sql, &[]) {
        Err(error) => error,
        Ok(outcome) => panic!("{sql} works: {outcome:?}"),
    }
}

/// Compiles a statement for the connection's dialect and runs it as a query.
pub(crate) fn run<'a>(
    connection: &mut dyn Connection,
    write: impl FnOnce(&mut SqlWriter<'a>) -> Result<()>,
) -> Result<Vec<Vec<Value>>> {
    let mut writer = SqlWriter::new(dialect(connection));
    write(&mut writer)?;
    let (sql, binds) = writer.finish();
    rows(connection, &sql, &binds)
}
