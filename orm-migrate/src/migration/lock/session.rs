//! PostgreSQL, MySQL and MariaDB: an advisory lock in a session that is separate from that of the scripts: DISCARD
//! ALL, RELEASE_ALL_LOCKS and the end of a transaction there do not release it.

use orm::engine::Connection;
use orm_core::error::Result as CoreResult;
use orm_core::value::ValueRef;

use super::holder::this_process;
use crate::dialect::Family;
use crate::error::{Error, Result};

/// The SQL of a lock.
#[derive(Debug)]
struct LockSql {
    /// Whether the lock is a transaction's. It is then right behind a pooler that gives each transaction a
    /// server's session, where a lock of the session would stay behind in one that serves others.
    in_transaction: bool,
    /// Keeps the server from ending the idle session. In a transaction, its bind names this process to others.
    stay: &'static str,
    /// Returns 1 if it took the lock. Does not wait.
    take: &'static str,
    /// Returns 1 as long as the lock is held.
    check: &'static str,
    /// Runs behind every query: see [`POSTGRES`].
    close: Option<&'static str>,
    release: Option<&'static str>,
}

/// The key is "orm_migr" in ASCII, and a database's own. A query leaves its portal open, whose snapshot would let
/// CREATE INDEX CONCURRENTLY wait for the end of this transaction; the next simple statement closes it.
const POSTGRES: LockSql = LockSql {
    in_transaction: true,
    stay: "SELECT set_config(name, CASE name WHEN 'application_name' THEN $1 ELSE '0' END, true) \
           FROM pg_settings WHERE name IN ('application_name', 'idle_in_transaction_session_timeout', \
           'idle_session_timeout', 'transaction_timeout')",
    take: "SELECT pg_try_advisory_xact_lock(8030601342179960690)::int",
    check: "SELECT 1",
    close: Some("SET LOCAL search_path = pg_catalog"),
    release: None,
};

const POSTGRES_HOLDER: &str = "SELECT concat('process ', l.pid, ' of the server, ', a.application_name, \
     ', user ', a.usename, ', from ', coalesce(host(a.client_addr) || ':' || a.client_port, 'a unix socket')) \
     FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid \
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
     AND l.classid::bigint = 8030601342179960690 >> 32 \
     AND l.objid::bigint = 8030601342179960690 & 4294967295";

/// Names are the server's, not the database's, have at most 64 characters, and are compared without regard to
/// case.
const MYSQL: LockSql = LockSql {
    in_transaction: false,
    stay: "SET SESSION wait_timeout = 2147483",
    take: "SELECT GET_LOCK(CONCAT('orm-migrate:', LEFT(SHA2(LOWER(COALESCE(DATABASE(), '')), 256), 40)), 0)",
    check: "SELECT IS_USED_LOCK(CONCAT('orm-migrate:', LEFT(SHA2(LOWER(COALESCE(DATABASE(), '')), 256), 40))) \
            = CONNECTION_ID()",
    close: None,
    release: Some(
        "DO RELEASE_LOCK(CONCAT('orm-migrate:', LEFT(SHA2(LOWER(COALESCE(DATABASE(), '')), 256), 40)))",
    ),
};

const MYSQL_HOLDER: &str = "SELECT IS_USED_LOCK(CONCAT('orm-migrate:', \
     LEFT(SHA2(LOWER(COALESCE(DATABASE(), '')), 256), 40)))";

#[derive(Debug)]
pub(in crate::migration) struct SessionLock {
    connection: Connection,
    texts: &'static LockSql,
}

impl SessionLock {
    /// Opens the session.
    pub(super) fn open(beside: &Connection, family: Family) -> Result<Self> {
        let mut lock = Self {
            connection: beside.engine().extra_connection()?,
            texts: if family == Family::Postgres {
                &POSTGRES
            } else {
                &MYSQL
            },
        };
        if lock.texts.in_transaction {
            lock.connection.begin()?;
            let process = format!("orm-migrate {}", this_process());
            let binds = [ValueRef::Text(&process)];
            lock.connection
                .raw_query(lock.texts.stay, &binds, &mut |_| Ok(()))?;
        } else {
            lock.connection.raw_control(lock.texts.stay)?;
        }
        Ok(lock)
    }

    pub(super) fn try_take(&mut self) -> Result<bool> {
        match self.ask(self.texts.take) {
            Ok(answer) => Ok(answer == Some(1)),
            Err(error) if error.code() == Some(NOT_SUPPORTED) => Err(Error::from(error).with_hint(
                "run one process at a time, with --no-lock: this server has no named locks, as in a Galera cluster",
            )),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn check(&mut self) -> Result<()> {
        match self.ask(self.texts.check) {
            Ok(Some(1)) => Ok(()),
            answer => {
                let error = Error::failed("the session that held the migration lock has ended")
                    .with_note(
                        "state",
                        "the migrations before it are applied, and no other was started",
                    )
                    .with_hint("check the server's log for the reason, and run the command again");
                Err(match answer {
                    Ok(_) => error,
                    Err(source) => error.with_source(source),
                })
            }
        }
    }

    fn ask(&mut self, query: &str) -> CoreResult<Option<i64>> {
        let mut answer = None;
        self.connection.raw_query(query, &[], &mut |row| {
            if let ValueRef::Int(number) = row.get(0)? {
                answer = Some(number);
            }
            Ok(())
        })?;
        if let Some(close) = self.texts.close {
            self.connection.raw_control(close)?;
        }
        Ok(answer)
    }

    /// Which session holds the lock, as far as this user may see it.
    pub(super) fn holder(&mut self) -> Option<String> {
        if self.texts.in_transaction {
            return self.postgres_holder();
        }
        let id = self.ask(MYSQL_HOLDER).ok()??;
        let mut holder = format!("connection {id} of the server");
        // By SHOW, which every version has.
        let listed = self
            .connection
            .raw_query("SHOW PROCESSLIST", &[], &mut |row| {
                if let (ValueRef::Int(found), ValueRef::Text(user), ValueRef::Text(host)) =
                    (row.get(0)?, row.get(1)?, row.get(2)?)
                    && found == id
                {
                    holder = format!("{holder}, user {user}, from {host}");
                }
                Ok(())
            });
        listed.ok().map(|()| holder)
    }

    fn postgres_holder(&mut self) -> Option<String> {
        let mut holder = None;
        let asked = self.connection.raw_query(POSTGRES_HOLDER, &[], &mut |row| {
            if let ValueRef::Text(text) = row.get(0)? {
                holder = Some(text.to_owned());
            }
            Ok(())
        });
        asked.ok().and(holder)
    }
}

/// MySQL's and MariaDB's code for what this server can't do.
const NOT_SUPPORTED: &str = "1235";

impl Drop for SessionLock {
    fn drop(&mut self) {
        // The end of the session, which comes next, releases it as well.
        let _ = match self.texts.release {
            Some(release) => self.connection.raw_control(release),
            None => self.connection.rollback(),
        };
    }
}
