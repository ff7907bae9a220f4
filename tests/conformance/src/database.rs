//! [`Db`]: a fresh database of its own for each case.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use orm::engine::{Connection, Engine, EngineOptions};
use orm::prelude::*;
use orm_core::driver::Driver;
use orm_core::schema::naming;
use orm_core::sql::{Capabilities, Dialect, SqlWriter};
use orm_core::testing::{Faults, FaultyDriver, Recorder, RecordingDriver};

use crate::backend::{Backend, Control, Signal};
use crate::suite::Requires;

/// A database of a case's own.
pub struct Db {
    pub backend: &'static dyn Backend,
    pub engine: Engine,
    /// Every statement that `engine` sends.
    pub recorder: Recorder,
    url: String,
    name: String,
    is_embedded: bool,
    /// How the questions to the catalogue begin.
    catalogue: Vec<String>,
}

impl Db {
    /// A new database with the tables of the shared models.
    pub fn with_tables(backend: &'static dyn Backend) -> Self {
        let db = Self::empty(backend);
        let schema = crate::fixtures::metadata().schema().unwrap();
        orm::engine::create_missing(&mut db.engine.connection().unwrap(), &schema).unwrap();
        db.recorder.take();
        db
    }

    /// A new database without tables.
    pub fn empty(backend: &'static dyn Backend) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("case_{}_{number}", std::process::id());
        let url = backend.create(&name).unwrap();
        let (driver, dialects) = backend.target(&url).unwrap();
        let is_embedded = driver.is_embedded();
        let catalogue = dialects.iter().filter_map(|dialect| question(*dialect));
        let catalogue = catalogue.collect();
        let recorder = Recorder::new();
        let driver = Arc::new(RecordingDriver::new(driver, &recorder));
        let engine = Engine::with_driver(driver, dialects, &Engine::options(&url)).unwrap();
        Self {
            backend,
            engine,
            recorder,
            url,
            name,
            is_embedded,
            catalogue,
        }
    }

    /// The URL of this database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the database is a server: something that can be unreachable, or end a connection.
    pub fn is_server(&self) -> bool {
        !self.is_embedded
    }

    /// The options of an engine on this database, for [`Db::engine_with`].
    pub fn options(&self) -> EngineOptions {
        Engine::options(&self.url)
    }

    /// An engine on this database that is not recorded, with options.
    pub fn engine_with(&self, options: &EngineOptions) -> Engine {
        let (driver, dialects) = self.backend.target(&self.url).unwrap();
        Engine::with_driver(driver, dialects, options).unwrap()
    }

    /// Another engine on this database: another program, as it were.
    pub fn other_engine(&self) -> Engine {
        self.engine_with(&self.options())
    }

    /// Another engine on this database, whose statements are recorded.
    pub fn recorded_engine(&self, recorder: &Recorder) -> Engine {
        self.wrapped_engine(|driver| RecordingDriver::new(driver, recorder))
    }

    /// Another engine on this database, over its driver inside another one.
    pub fn wrapped_engine<D: Driver + 'static>(
        &self,
        wrap: impl FnOnce(Arc<dyn Driver>) -> D,
    ) -> Engine {
        let (driver, dialects) = self.backend.target(&self.url).unwrap();
        Engine::with_driver(Arc::new(wrap(driver)), dialects, &self.options()).unwrap()
    }

    /// An engine on this database of two connections, with these faults.
    pub fn faulty_engine(&self, faults: &Faults) -> Engine {
        let (driver, dialects) = self.backend.target(&self.url).unwrap();
        let driver = Arc::new(FaultyDriver::new(driver, faults));
        Engine::with_driver(driver, dialects, &self.options().pool_size(2)).unwrap()
    }

    /// A connection that is not recorded.
    pub fn other_connection(&self) -> Connection {
        self.other_engine().connection().unwrap()
    }

    /// What ends a connection of this database from outside.
    pub fn killer(&self, conn: &mut Connection) -> Control {
        self.backend.control(self, conn, Signal::Kill)
    }

    /// What cancels the statement that a connection runs, from outside.
    pub fn canceller(&self, conn: &mut Connection) -> Control {
        self.backend.control(self, conn, Signal::Cancel)
    }

    /// Whether the database has what a part of a case needs.
    pub fn has(&self, need: Requires) -> bool {
        need.unmet(self).is_none()
    }

    /// The version of the server or the library, without what a distribution adds to it.
    pub fn version(&self) -> String {
        let mut version = String::new();
        let mut conn = self.other_connection();
        conn.raw_query(self.backend.version(), &[], &mut |row| {
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
    /// Without the query of the catalogue that an engine runs once for each table, which has cases of its own.
    pub fn sent(&self) -> Vec<String> {
        let sent = self.recorder.take_sql();
        let sent = sent.iter().filter(|sql| !self.asks_catalogue(sql));
        sent.map(|sql| self.normalised(sql)).collect()
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

    /// Whether a statement is the query of the catalogue.
    pub fn asks_catalogue(&self, sql: &str) -> bool {
        self.catalogue.iter().any(|begin| sql.starts_with(begin))
    }

    /// Runs a statement from outside: what another program did meanwhile.
    pub fn outside(&self, sql: &str) {
        self.other_connection().raw_execute(sql, &[]).unwrap();
    }

    /// An identifier in the dialect's quotes.
    pub fn quoted(&self, name: &str) -> String {
        let mut w = SqlWriter::new(self.dialect());
        w.ident(name);
        w.finish().0
    }

    /// SQL in the words of this database made those of none.
    pub fn normalised(&self, sql: &str) -> String {
        let capabilities = self.capabilities();
        let mut sql = normalise(&self.backend.unwrapped(sql));
        if capabilities.upper_case_names {
            let pieces = sql.split('"').enumerate();
            let pieces = pieces.map(|(number, piece)| match number % 2 {
                0 => piece.into(),
                _ => naming::unfolded(piece),
            });
            sql = pieces.collect::<Vec<_>>().join("\"");
        }
        if capabilities.derived_names {
            sql = sql.replace(r#"SELECT 1 AS "one""#, "SELECT 1");
        }
        sql
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        // The server is thrown away after the run, so a database left behind harms no other case.
        let _ = self.backend.drop(&self.name);
    }
}

/// The first words of the dialect's question to the catalogue.
fn question(dialect: &dyn Dialect) -> Option<String> {
    let mut w = SqlWriter::new(dialect);
    let has_one = dialect.write_catalogue(&mut w, &["t"]);
    let text = w.finish().0;
    has_one.then(|| text.chars().take(40).collect())
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
