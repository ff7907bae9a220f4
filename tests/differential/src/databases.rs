//! The databases: SQLite in memory, and a schema or a database of its own on each server that the environment names.

use orm::Result;
use orm::prelude::*;
use orm::sql::Dialect;

use crate::data::Data;

/// A database with the tables and their rows.
#[derive(Debug)]
pub struct Database {
    /// Its product, for messages.
    pub name: &'static str,
    /// The connection of the queries.
    pub conn: Connection,
    // Before the field behind it: a schema with connections can't be dropped.
    engine: Engine,
    _home: Home,
}

impl Database {
    /// Its dialect.
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.conn.dialect()
    }

    /// Takes another connection, after this one was lost.
    pub(crate) fn reconnect(&mut self) {
        // Without a server all following queries fail.
        if let Ok(conn) = self.engine.connection() {
            self.conn = conn;
        }
    }
}

/// The servers, with the variables of their URLs and the word for what is created on them.
#[cfg(any(feature = "postgres", feature = "mysql"))]
const SERVERS: &[(&str, &str, &str, bool)] = &[
    (
        "PostgreSQL",
        "ORM_TEST_POSTGRES",
        "SCHEMA",
        cfg!(feature = "postgres"),
    ),
    (
        "MariaDB",
        "ORM_TEST_MARIADB",
        "DATABASE",
        cfg!(feature = "mysql"),
    ),
    (
        "MySQL",
        "ORM_TEST_MYSQL",
        "DATABASE",
        cfg!(feature = "mysql"),
    ),
];

#[cfg(not(any(feature = "postgres", feature = "mysql")))]
const SERVERS: &[(&str, &str, &str, bool)] = &[];

/// Creates the databases of this build's features whose URLs are set, with the rows of a seed.
///
/// # Errors
/// A database can't be created or filled.
pub fn open(data: &Data) -> Result<Vec<Database>> {
    let mut databases = vec![opened("SQLite", "sqlite::memory:", Home::default(), data)?];
    for (name, variable, word, is_built) in SERVERS {
        let is_left_out = std::env::var(variable).as_deref() == Ok("not-run");
        let url = std::env::var(format!("{variable}_URL"));
        if let (true, false, Ok(server)) = (*is_built, is_left_out, url) {
            let home = Home::create(server, word)?;
            let url = home.url();
            databases.push(opened(name, &url, home, data)?);
        }
    }
    Ok(databases)
}

fn opened(name: &'static str, url: &str, home: Home, data: &Data) -> Result<Database> {
    let engine = Engine::connect(url)?;
    data.write(&engine)?;
    Ok(Database {
        name,
        conn: engine.connection()?,
        engine,
        _home: home,
    })
}

/// What was created on a server, and is dropped in the end.
#[derive(Debug, Default)]
struct Home {
    server: String,
    word: &'static str,
    name: String,
}

impl Home {
    fn create(server: String, word: &'static str) -> Result<Self> {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("differential_{}_{number}", std::process::id());
        let home = Self { server, word, name };
        home.control("CREATE")?;
        Ok(home)
    }

    fn control(&self, verb: &str) -> Result<()> {
        let conn = &mut Engine::connect(self.server.as_str())?.connection()?;
        let cascade = if (verb, self.word) == ("DROP", "SCHEMA") {
            " CASCADE"
        } else {
            ""
        };
        conn.raw_control(&format!("{verb} {} {}{cascade}", self.word, self.name))
    }

    fn url(&self) -> String {
        if self.word == "SCHEMA" {
            return format!("{}?search_path={}", self.server, self.name);
        }
        let base = self.server.rsplit_once('/').map_or("", |(base, _)| base);
        format!("{base}/{}", self.name)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            // What is left behind is in the way of no other run.
            let _ = self.control("DROP");
        }
    }
}
