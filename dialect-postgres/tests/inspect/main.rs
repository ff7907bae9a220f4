//! The inspector against a real server: what is created is read again, in the canonical form of what was to be created.
//!
//! Run with the features `driver` and `server-tests`, and a server in `ORM_TEST_POSTGRES_URL`. Each test works in a schema
//! of its own. `models.rs` and `objects.rs` have schemas as models have them, `catalogue.rs` objects made by hand, `random.rs` tables of
//! chance.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod catalogue;
mod models;
mod objects;
mod random;

use dialect_postgres::{PostgresConfig, PostgresDialect, PostgresDriver};
use orm_core::driver::{Connection, Driver};
use orm_core::inspect::{Inspector, Scope};
use orm_core::schema::{Schema, Table};
use orm_core::sql::{Dialect as _, ddl};
use orm_core::testing::{Recorder, RecordingDriver};

/// A schema of the test's own, and a connection to it that keeps the texts of its statements.
struct Database {
    schema: String,
    connection: Box<dyn Connection>,
    recorder: Recorder,
}

impl Database {
    fn new(test: &str) -> Self {
        let schema = format!("inspect_postgres_{test}");
        let mut config = config();
        config
            .parameters
            .push(("search_path".into(), schema.as_str().into()));
        let recorder = Recorder::new();
        let driver = RecordingDriver::new(PostgresDriver::new(config), &recorder);
        let mut connection = driver.connect().unwrap();
        for sql in ["DROP SCHEMA IF EXISTS x CASCADE", "CREATE SCHEMA x"] {
            connection.control(&sql.replace('x', &schema)).unwrap();
        }
        Self {
            schema,
            connection,
            recorder,
        }
    }

    #[track_caller]
    fn run(&mut self, statements: &[impl AsRef<str>]) {
        for statement in statements {
            let statement = statement.as_ref();
            if let Err(error) = self.connection.control(statement) {
                panic!("{error}: {statement}");
            }
        }
    }

    #[track_caller]
    fn inspect(&mut self, scope: &Scope) -> Schema {
        let inspector = inspector();
        let found = inspector.inspect(&mut *self.connection, scope).unwrap();
        assert_same(&inspector.canonical(&found), &found);
        found
    }

    /// Creates a schema and reads it again.
    #[track_caller]
    fn check(&mut self, schema: &Schema) -> Schema {
        self.run(&ddl::create_schema_objects(&PostgresDialect, schema).unwrap());
        let found = self.inspect(&Scope::default());
        let canonical = inspector().canonical(schema);
        assert_same(&found, &canonical);
        assert_same(&inspector().canonical(&canonical), &canonical);
        found
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
        drop(self.connection.control("ROLLBACK"));
        drop(self.connection.control(&sql));
    }
}

fn inspector() -> &'static dyn Inspector {
    PostgresDialect.inspector().unwrap()
}

/// Compares part by part, so that a failure shows the part.
#[track_caller]
fn assert_same(found: &Schema, expected: &Schema) {
    let names = |schema: &Schema| {
        let tables = schema.tables().iter().map(Table::qualified_name);
        tables.collect::<Vec<_>>()
    };
    assert_eq!(names(found), names(expected));
    for (found, expected) in found.tables().iter().zip(expected.tables()) {
        for (found, expected) in found.columns.iter().zip(&expected.columns) {
            assert_eq!(found, expected);
        }
        assert_eq!(found.checks, expected.checks);
        assert_eq!(found.indexes, expected.indexes);
        assert_eq!(found, expected);
    }
    assert_eq!(found.views, expected.views);
    assert_eq!(found, expected);
}

/// The parts of `postgresql://user:password@host:port/database`, which is all that the tests need.
fn config() -> PostgresConfig {
    let url = std::env::var("ORM_TEST_POSTGRES_URL")
        .expect("ORM_TEST_POSTGRES_URL names no server: start one with `tests/run --servers-only`");
    let rest = url.strip_prefix("postgresql://").unwrap();
    let (login, place) = rest.rsplit_once('@').unwrap();
    let (user, password) = login.split_once(':').unwrap();
    let (server, database) = place.split_once('/').unwrap();
    let (host, port) = server.rsplit_once(':').unwrap();
    let mut config = PostgresConfig::new(host, port.parse().unwrap());
    config.user = Some(user.into());
    config.password = Some(password.into());
    config.database = Some(database.into());
    config
}
