//! [`Timeouts`]: how long a statement of a migration may take, and how long it may wait for the locks of others.

use std::time::Duration;

use orm::engine::Connection;
use orm_core::sql::Dialect;

use crate::dialect::{self, Family};
use crate::error::{Error, Result};
use crate::exit::Exit;

/// Holds the time-outs of the statements of a migration. Without one, that of the server applies.
///
/// A definition waits for the transactions that use its table, and all later ones wait for the definition: a lock
/// time-out of a few seconds lets the migration fail instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// The longest wait for a lock: `lock_timeout` on PostgreSQL, `lock_wait_timeout` and `innodb_lock_wait_timeout`
    /// on MySQL and MariaDB, in whole seconds, `busy_timeout` on SQLite.
    pub lock: Option<Duration>,
    /// The longest time of a statement: `statement_timeout` on PostgreSQL, `max_statement_time` on MariaDB,
    /// `max_execution_time` on MySQL, which applies it to SELECT only. SQLite has none.
    pub statement: Option<Duration>,
}

impl Timeouts {
    /// Checks that the database has them.
    ///
    /// # Errors
    /// It has not.
    pub(super) fn check(self, dialect: &dyn Dialect) -> Result<()> {
        let is_known = match dialect::known_family(dialect) {
            Some(Family::Postgres | Family::Mysql) => true,
            Some(Family::Sqlite) => self.statement.is_none(),
            None => self == Self::default(),
        };
        if is_known {
            Ok(())
        } else {
            Err(unsupported(dialect.name()))
        }
    }

    /// Sets them, on PostgreSQL for the transaction, if there is one: behind a pooler the session may serve others
    /// after it. They are put back with the other settings of the session.
    pub(super) fn set(self, connection: &mut Connection) -> Result<()> {
        for sql in self.statements(connection) {
            connection.raw_control(&sql)?;
        }
        Ok(())
    }

    fn statements(self, connection: &Connection) -> Vec<String> {
        let dialect = connection.dialect();
        let lock = self.lock.map(milliseconds);
        let statement = self.statement.map(milliseconds);
        let (lock, statement) = match dialect::known_family(dialect) {
            Some(Family::Postgres) => {
                let inside = connection.has_transaction();
                let scope = if inside { "LOCAL" } else { "SESSION" };
                (
                    lock.map(|time| format!("SET {scope} lock_timeout = {time}")),
                    statement.map(|time| format!("SET {scope} statement_timeout = {time}")),
                )
            }
            Some(Family::Mysql) => {
                let lock = lock.map(|time| {
                    let seconds = time.div_ceil(1000);
                    format!("SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}")
                });
                let of_statement = |time| {
                    if dialect::is_mariadb(dialect) {
                        let (seconds, rest) = (time / 1000, time % 1000);
                        format!("SET SESSION max_statement_time = {seconds}.{rest:03}")
                    } else {
                        format!("SET SESSION max_execution_time = {time}")
                    }
                };
                (lock, statement.map(of_statement))
            }
            Some(Family::Sqlite) => (
                lock.map(|time| format!("PRAGMA busy_timeout = {time}")),
                None,
            ),
            None => (None, None),
        };
        lock.into_iter().chain(statement).collect()
    }
}

/// At least one: zero means none on every server.
fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis())
        .unwrap_or(u64::MAX)
        .clamp(1, 2_147_483_000)
}

#[cold]
fn unsupported(dialect: &str) -> Error {
    Error::new(Exit::Usage, format!("{dialect} has no such time-out"))
        .with_note("state", "nothing was changed")
        .with_hint("leave the option out")
}
