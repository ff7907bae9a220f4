//! [`Timeouts`]: how long a statement of a migration may take, and how long it may wait for the locks of others.

use std::time::Duration;

use orm::engine::Connection;

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
    /// Sets them for the session. They are put back with its other settings.
    pub(super) fn set(self, connection: &mut Connection) -> Result<()> {
        for sql in self.statements(connection)? {
            connection.raw_control(&sql)?;
        }
        Ok(())
    }

    fn statements(self, connection: &Connection) -> Result<Vec<String>> {
        let dialect = connection.dialect();
        let mut all = Vec::new();
        let (lock, statement) = (self.lock, self.statement);
        match dialect::known_family(dialect) {
            Some(Family::Postgres) => {
                all.extend(lock.map(|time| format!("SET lock_timeout = {}", milliseconds(time))));
                let set = |time| format!("SET statement_timeout = {}", milliseconds(time));
                all.extend(statement.map(set));
            }
            Some(Family::Mysql) => {
                all.extend(lock.map(|time| {
                    let seconds = milliseconds(time).div_ceil(1000);
                    format!("SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}")
                }));
                let set = |time| {
                    let milliseconds = milliseconds(time);
                    if dialect::is_mariadb(dialect) {
                        let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
                        format!("SET SESSION max_statement_time = {seconds}.{rest:03}")
                    } else {
                        format!("SET SESSION max_execution_time = {milliseconds}")
                    }
                };
                all.extend(statement.map(set));
            }
            Some(Family::Sqlite) if statement.is_none() => {
                all.extend(
                    lock.map(|time| format!("PRAGMA busy_timeout = {}", milliseconds(time))),
                );
            }
            None if lock.is_none() && statement.is_none() => {}
            Some(Family::Sqlite) | None => return Err(unsupported(dialect.name())),
        }
        Ok(all)
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
