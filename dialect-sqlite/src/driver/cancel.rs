//! Stops the statement of a connection. Called from other threads, by the engine.

use orm_core::driver::Cancel;
use orm_core::error::Result;
use rusqlite::InterruptHandle;

/// `sqlite3_interrupt`, which has no effect if no statement is running.
pub(super) struct Interrupt(pub(super) InterruptHandle);

impl Cancel for Interrupt {
    fn cancel(&self) -> Result<()> {
        self.0.interrupt();
        Ok(())
    }
}
