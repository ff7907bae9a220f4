//! The migration lock. It is held from reading the pending migrations to the end of the last one: if several
//! processes start at once, one applies the migrations and the others find nothing pending.
//!
//! Servers hold it in a separate session (`lock/session.rs`), which no script can end. SQLite, whose transactions a
//! script may end, holds it in a file beside the database (`lock/file.rs`). The system releases both when the process
//! is killed. In-memory databases and third-party dialects have no lock.

mod file;
mod holder;
mod session;

use std::time::{Duration, Instant};

use orm::engine::Connection;

use super::observer::Observer;
use crate::dialect::{self, Family};
use crate::error::{Error, Result};
use crate::exit::Exit;

/// Selects how to wait for another process that holds the migration lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locking {
    /// Waits up to this duration. Zero tries once.
    Wait(Duration),
    /// Takes no lock, for servers without named locks, such as a Galera cluster. Only one process may run migrations
    /// at a time.
    Off,
}

/// A minute.
impl Default for Locking {
    fn default() -> Self {
        Self::Wait(Duration::from_secs(60))
    }
}

/// How often the lock is tried.
const PAUSE: Duration = Duration::from_millis(50);

/// How often the holder is reported to an observer.
const SECOND: Duration = Duration::from_secs(1);

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(super) enum Lock {
    /// There is nothing to lock, or locking is switched off.
    None,
    File(file::FileLock),
    Session(session::SessionLock),
}

/// Who holds the lock of a connection's database; none if it is free.
///
/// # Errors
/// The lock's file or session can't be opened.
pub(crate) fn holder(connection: &mut Connection) -> Result<Option<String>> {
    let mut lock = Lock::open(connection)?;
    Ok(if lock.try_take()? {
        None
    } else {
        Some(lock.holder())
    })
}

impl Lock {
    /// Takes the lock of a connection's database.
    ///
    /// # Errors
    /// [`Exit::LockTimeout`] if another program holds it for too long, which is named; the lock's file or
    /// session can't be opened.
    pub(super) fn take(
        connection: &mut Connection,
        locking: Locking,
        observer: &dyn Observer,
    ) -> Result<Self> {
        let Locking::Wait(timeout) = locking else {
            return Ok(Self::None);
        };
        let mut lock = Self::open(connection)?;
        let begin = Instant::now();
        let mut shown = None;
        loop {
            let is_taken = lock.try_take()?;
            let waited = begin.elapsed();
            if shown.is_some() && (is_taken || waited >= timeout) {
                observer.ends();
            }
            match is_taken {
                true => return Ok(lock),
                false if waited >= timeout => {
                    let target = connection.engine().target();
                    return Err(lock.held(&target, timeout));
                }
                false => {
                    if shown.is_none_or(|shown| waited.saturating_sub(shown) >= SECOND) {
                        shown = Some(waited);
                        observer.waits(&lock.holder(), waited);
                    }
                    std::thread::sleep(PAUSE.min(timeout.saturating_sub(waited)));
                }
            }
        }
    }

    fn try_take(&mut self) -> Result<bool> {
        match self {
            Self::None => Ok(true),
            Self::File(lock) => lock.try_take(),
            Self::Session(lock) => lock.try_take(),
        }
    }

    /// Who holds it, in words.
    fn holder(&mut self) -> String {
        let holder = match self {
            Self::None => None,
            Self::File(lock) => lock.holder(),
            Self::Session(lock) => lock.holder(),
        };
        holder.unwrap_or_else(|| "a process that has ended".to_owned())
    }

    fn open(connection: &mut Connection) -> Result<Self> {
        Ok(match dialect::known_family(connection.dialect()) {
            None => Self::None,
            Some(Family::Sqlite) => match file::FileLock::open(connection)? {
                Some(lock) => Self::File(lock),
                None => Self::None,
            },
            Some(family) => Self::Session(session::SessionLock::open(connection, family)?),
        })
    }

    /// Checks that the lock is still held: the server may have ended its session.
    ///
    /// # Errors
    /// It isn't.
    pub(super) fn check(&mut self) -> Result<()> {
        match self {
            Self::None | Self::File(_) => Ok(()),
            Self::Session(lock) => lock.check(),
        }
    }

    #[cold]
    fn held(&mut self, target: &str, timeout: Duration) -> Error {
        let holder = self.holder();
        let message = format!("the migration lock of {target} is held by {holder}");
        Error::new(Exit::LockTimeout, message)
            .with_note("state", "nothing was changed")
            .with_hint(format!(
                "try again when it is done, or wait longer than {} s with --lock-timeout; if it hangs, end it: that \
                 frees the lock",
                timeout.as_secs()
            ))
    }
}
