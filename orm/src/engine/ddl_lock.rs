//! The DDL lock: a process that reads the catalogue and then creates or drops tables holds it, since two processes
//! would create the same table. Used by `ddl.rs`.
//!
//! On SQLite a writing transaction excludes all others, so the transaction is the lock.

use std::time::{Duration, Instant};

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{DdlLock, IsolationLevel, TransactionOptions};
use orm_core::value::ValueRef;

use super::connection::Connection;

/// How long to wait for another program.
const LONGEST: Duration = Duration::from_secs(60);

/// How often the lock is tried.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs `work` under the database's lock for definitions, in a transaction where it has transactional DDL.
pub(super) fn in_turn(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<()>,
) -> Result<()> {
    let transactional = connection.dialect().capabilities().transactional_ddl;
    let lock = connection.dialect().ddl_lock();
    let locked = |connection: &mut Connection| {
        lock.map_or(Ok(()), |lock| take(connection, lock))?;
        work(connection)
    };
    match (transactional, connection.in_transaction()) {
        (true, false) => connection.transaction_of(options(lock), locked),
        (true, true) => locked(connection),
        (false, false) => {
            // Until it is released, a lock of the session is reset away.
            let raw = std::mem::replace(&mut connection.raw, true);
            let done = locked(connection);
            if release(connection, lock).is_ok() {
                connection.raw = raw;
            }
            done
        }
        (false, true) => Err(Error::with_message(
            ErrorKind::Usage,
            "DDL would commit the open transaction implicitly",
        )
        .with_hint("call commit() or rollback() first: this database has no transactional DDL")),
    }
}

/// The look behind the lock must see what the program before has committed, whatever the server's default
/// isolation level is.
fn options(lock: Option<&DdlLock>) -> TransactionOptions {
    TransactionOptions::new()
        .isolation(lock.map(|_| IsolationLevel::ReadCommitted))
        .writes()
}

fn take(connection: &mut Connection, lock: &DdlLock) -> Result<()> {
    let begin = Instant::now();
    loop {
        match try_take(connection, lock) {
            Ok(true) => return Ok(()),
            // A cluster of MariaDB (Galera) has no such locks: tables are created there as without one.
            Err(error) if error.code() == Some(NOT_SUPPORTED) => return Ok(()),
            Err(error) => return Err(error),
            Ok(false) if begin.elapsed() >= LONGEST => return Err(busy()),
            Ok(false) => std::thread::sleep(PAUSE),
        }
    }
}

/// MySQL's and MariaDB's code for what this server can't do. Others have no code of this form.
const NOT_SUPPORTED: &str = "1235";

fn try_take(connection: &mut Connection, lock: &DdlLock) -> Result<bool> {
    let mut taken = false;
    connection.query(lock.take, &[], &mut |row| {
        taken = matches!(row.get(0)?, ValueRef::Int(1));
        Ok(())
    })?;
    Ok(taken)
}

/// A lock that can't be released ends when the session is reset, before the next user of the connection.
fn release(connection: &mut Connection, lock: Option<&DdlLock>) -> Result<()> {
    match lock.and_then(|lock| lock.release) {
        Some(sql) => connection.query(sql, &[], &mut |_| Ok(())),
        None => Ok(()),
    }
}

#[cold]
fn busy() -> Error {
    let message = "timed out after a minute: another process is creating or dropping tables";
    Error::with_message(ErrorKind::Busy, message)
        .with_hint("wait until it is done, or end its connection if it hangs; then try again")
}
