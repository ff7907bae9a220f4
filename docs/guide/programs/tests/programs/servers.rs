//! The databases that programs run on: a new one of SQLite, and one of each server that `tests/run` has started.

use orm::engine::{Engine, Url};

/// A database product.
pub(crate) struct Database {
    /// The name in comments.
    pub(crate) name: &'static str,
    /// The environment variable with the URL of its server, without `_URL`. `None` for SQLite, which needs none.
    pub(crate) variable: Option<&'static str>,
}

pub(crate) const DATABASES: &[Database] = &[
    Database {
        name: "SQLite",
        variable: None,
    },
    Database {
        name: "PostgreSQL",
        variable: Some("ORM_TEST_POSTGRES"),
    },
    Database {
        name: "MariaDB",
        variable: Some("ORM_TEST_MARIADB"),
    },
    Database {
        name: "MySQL",
        variable: Some("ORM_TEST_MYSQL"),
    },
];

impl Database {
    /// Whether `tests/run` has not left it out, with a reason that it prints.
    pub(crate) fn is_run(&self) -> bool {
        let left_out =
            self.variable.and_then(|name| std::env::var(name).ok());
        left_out.as_deref() != Some("not-run")
    }

    /// Whether its server is missing: the test is shown as ignored.
    pub(crate) fn has_no_server(&self) -> bool {
        self.variable.is_some() && self.server().is_none()
    }

    fn server(&self) -> Option<String> {
        std::env::var(format!("{}_URL", self.variable?)).ok()
    }
}

/// An empty database of a server, which is dropped at the end.
pub(crate) struct Sandbox {
    server: Option<(Engine, String, String)>,
}

impl Sandbox {
    pub(crate) fn new(database: &Database) -> orm::Result<Self> {
        let Some(server) = database.server() else {
            return Ok(Self { server: None });
        };
        let name =
            format!("orm_guide_{}_{}", std::process::id(), number());
        let url = Url::parse(&server)?.with_database(&name);
        let engine = Engine::connect(&server)?;
        engine
            .connection()?
            .raw_control(&format!("CREATE DATABASE {name}"))?;
        Ok(Self {
            server: Some((engine, name, url.to_string_with_password())),
        })
    }

    /// The URL of the database. `None` for SQLite.
    pub(crate) fn url(&self) -> Option<&str> {
        self.server.as_ref().map(|(_, _, url)| url.as_str())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let Some((engine, name, _)) = &self.server else {
            return;
        };
        let dropped = engine.connection().and_then(|mut conn| {
            conn.raw_control(&format!("DROP DATABASE {name}"))
        });
        // The server goes with the run.
        drop(dropped);
    }
}

/// A number that no other test of this process has.
fn number() -> usize {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}
