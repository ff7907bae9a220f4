//! The driver against a real server: values, counts, errors, and the truth about transactions.
//!
//! Run with the features `driver` and `server-tests`, and a server in `ORM_TEST_POSTGRES_URL`. Each
//! test works in a schema of its own. One file a subject; what they share is here.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binds;
mod connecting;
mod dialect;
mod errors;
mod objects;
mod operations;
mod pooler;
mod session;
mod silence;
mod statements;
mod transactions;
mod values;

use dialect_postgres::{PostgresConfig, PostgresDriver};
use orm_core::driver::{Connection, Driver, TransactionState};
use orm_core::error::{Error, Result};
use orm_core::testing::with;
use orm_core::value::{Value, ValueRef};

/// A schema of the test's own, and a connection to it.
struct Database {
    schema: String,
    connection: Box<dyn Connection>,
}

impl Database {
    fn new(test: &str) -> Self {
        Self::with(test, |_| ())
    }

    fn with(test: &str, more: impl FnOnce(&mut PostgresConfig)) -> Self {
        let schema = format!("dialect_postgres_{test}");
        let config = with(parameter("search_path", &schema), more);
        let mut connection = PostgresDriver::new(config).connect().unwrap();
        connection
            .control(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"))
            .unwrap();
        connection
            .control(&format!("CREATE SCHEMA {schema}"))
            .unwrap();
        Self { schema, connection }
    }

    /// Another connection to the same schema.
    fn another(&self) -> Box<dyn Connection> {
        let config = parameter("search_path", &self.schema);
        PostgresDriver::new(config).connect().unwrap()
    }

    #[track_caller]
    fn run(&mut self, statements: &[&str]) {
        for statement in statements {
            self.connection.control(statement).unwrap();
        }
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<u64> {
        self.connection
            .execute(sql, binds)
            .map(|outcome| outcome.affected)
    }

    fn rows(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Vec<Vec<Value>>> {
        rows(self.connection.as_mut(), sql, binds)
    }

    #[track_caller]
    fn one(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Value {
        self.rows(sql, binds).unwrap().remove(0).remove(0)
    }

    #[track_caller]
    fn error(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Error {
        self.connection.execute(sql, binds).unwrap_err()
    }

    fn state(&mut self) -> TransactionState {
        self.connection.transaction(None)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let config = PostgresDriver::new(config());
        if let Ok(mut connection) = config.connect() {
            // Whatever the test left open is closed first, or its locks would be waited for.
            std::mem::swap(&mut self.connection, &mut connection);
            drop(connection);
            let sql = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
            drop(self.connection.control(&sql));
        }
    }
}

fn rows(
    connection: &mut dyn Connection,
    sql: &str,
    binds: &[ValueRef<'_>],
) -> Result<Vec<Vec<Value>>> {
    let mut all = Vec::new();
    connection.query(sql, binds, &mut |row| {
        let values = (0..row.len()).map(|index| Ok(row.get(index)?.to_value()));
        all.push(values.collect::<Result<_>>()?);
        Ok(())
    })?;
    Ok(all)
}

/// The parts of `postgresql://user:password@host:port/database`, which is all that the tests need.
struct Server {
    user: String,
    password: String,
    host: String,
    port: u16,
    database: String,
}

impl Server {
    fn new() -> Self {
        let url = std::env::var("ORM_TEST_POSTGRES_URL").expect(
            "ORM_TEST_POSTGRES_URL names no server: start one with `tests/run --servers-only`",
        );
        let rest = url
            .strip_prefix("postgresql://")
            .expect("a url of postgresql");
        let (login, place) = rest.rsplit_once('@').expect("user and password");
        let (user, password) = login.split_once(':').expect("a password");
        let (server, database) = place.split_once('/').expect("a database");
        let (host, port) = server.rsplit_once(':').expect("a port");
        Self {
            user: user.into(),
            password: password.into(),
            host: host.into(),
            port: port.parse().unwrap(),
            database: database.into(),
        }
    }

    fn config(&self) -> PostgresConfig {
        self.login(PostgresConfig::new(&self.host, self.port))
    }

    fn login(&self, mut config: PostgresConfig) -> PostgresConfig {
        config.user = Some(self.user.clone());
        config.password = Some(self.password.clone());
        config.database = Some(self.database.clone());
        config
    }
}

fn config() -> PostgresConfig {
    Server::new().config()
}

fn parameter(name: &str, value: &str) -> PostgresConfig {
    with(config(), |c| c.parameters.push((name.into(), value.into())))
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}
