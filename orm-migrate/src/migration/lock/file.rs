//! SQLite: a lock on the file DATABASE.orm-migrate.lock, which contains its holder. The file is not deleted, since
//! another process may have it open and would lock the deleted file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::PathBuf;

use orm::engine::Connection;
use orm_core::value::ValueRef;

use super::holder::this_process;
use crate::error::{Error, Result};

#[derive(Debug)]
pub(in crate::migration) struct FileLock {
    file: File,
    path: PathBuf,
    is_held: bool,
}

impl FileLock {
    /// Opens the file beside the connection's database; `None` for one in memory.
    pub(super) fn open(connection: &mut Connection) -> Result<Option<Self>> {
        let mut database = String::new();
        // SQLite's own name for it: absolute, and the same whichever link leads to it.
        let query = "SELECT file FROM pragma_database_list WHERE name = 'main'";
        connection.raw_query(query, &[], &mut |row| {
            if let ValueRef::Text(file) = row.get(0)? {
                file.clone_into(&mut database);
            }
            Ok(())
        })?;
        if database.is_empty() {
            return Ok(None);
        }
        let path = PathBuf::from(database + ".orm-migrate.lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(&path).map_err(|error| {
            Error::io("open", &path, error).with_hint(
                "let this user write to the folder of the database, as SQLite itself needs it; --no-lock skips the lock",
            )
        })?;
        Ok(Some(Self {
            file,
            path,
            is_held: false,
        }))
    }

    pub(super) fn try_take(&mut self) -> Result<bool> {
        match self.file.try_lock() {
            Ok(()) => {
                self.is_held = true;
                // Only for messages: without it the lock is as good.
                let _ = self.write(&this_process());
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", &self.path, error)
                .with_hint("pass --no-lock: the file system does not support locks")),
        }
    }

    fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())
    }

    /// Who holds the lock, as it has written down.
    pub(super) fn holder(&mut self) -> Option<String> {
        let mut text = String::new();
        self.file.rewind().ok()?;
        self.file.read_to_string(&mut text).ok()?;
        (!text.is_empty()).then(|| format!("{text} ({})", self.path.display()))
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        if self.is_held {
            let _ = self.file.set_len(0);
        }
    }
}
