//! Reads the schema of a connection's database.
//!
//! Used by `orm-migrate`, and by programs that look at their database. The catalogue queries are the dialect's.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::inspect::Scope;
use orm_core::schema::Schema;

use super::connection::Connection;
use super::run::Effect;

impl Connection {
    /// Reads the tables, views and sequences of the connection's current schema, and of those that `scope` names. The
    /// number of queries does not depend on the number of tables.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect has no [`Inspector`](orm_core::inspect::Inspector).
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// use orm::inspect::Scope;
    ///
    /// let engine = Engine::connect("sqlite://")?;
    /// let mut conn = engine.connection()?;
    /// conn.raw_execute("CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT NOT NULL)", &[])?;
    /// let schema = conn.inspect(&Scope::default())?;
    /// let pets = schema.table("pets").expect("the table exists");
    /// assert_eq!(pets.key_columns(), ["id"]);
    /// assert!(pets.find("name").is_some_and(|name| !name.nullable));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn inspect(&mut self, scope: &Scope) -> Result<Schema> {
        let dialect = self.dialect();
        let Some(inspector) = dialect.inspector() else {
            let message = format!("the dialect {} reads no schemas", dialect.name());
            return Err(Error::with_message(ErrorKind::Unsupported, message)
                .with_hint("implement `Dialect::inspector`"));
        };
        self.run(
            ("-- the queries of the catalogue", &[], Effect::Reads),
            |native| inspector.inspect(native, scope),
            |schema| schema.tables().len() as u64,
        )
    }
}
