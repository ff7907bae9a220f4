//! One native connection for a test, in a transaction that is rolled back afterwards. Its users share the connection;
//! `rollback_connection.rs` maps their transactions to savepoints.

use std::sync::Arc;

use orm_core::driver::{Connection, Driver, TransactionVerb};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, TransactionOptions};

use super::rollback_connection::RollbackConnection;
use super::shared_connection::Shared;

/// A driver whose connections share a native one.
#[derive(Clone, Debug)]
pub(super) struct RollbackDriver(Arc<Shared>);

impl RollbackDriver {
    /// Connects by `driver`. Until [`RollbackDriver::begin`] transactions are what they are.
    ///
    /// # Errors
    /// That of connecting; a server whose dialect is none of `dialects`.
    pub(super) fn connect_once(
        driver: &dyn Driver,
        dialects: &[&'static dyn Dialect],
    ) -> Result<Self> {
        let native = driver.connect()?;
        let dialect = dialects
            .iter()
            .find(|dialect| dialect.name() == native.server());
        let dialect = *dialect.ok_or_else(|| {
            let message = format!("no dialect {} is known", native.server());
            Error::with_message(ErrorKind::Configuration, message)
        })?;
        Ok(Self(Arc::new(Shared::new(
            driver.target(),
            native,
            dialect,
        ))))
    }

    /// Begins the transaction around a test.
    ///
    /// # Errors
    /// The database's refusal; the connection is in use.
    pub(super) fn begin(&self) -> Result<()> {
        let mut native = self.0.take()?;
        let statements = self.0.dialect.begin(&TransactionOptions::new().writes())?;
        for sql in &statements {
            native.transact(sql, TransactionVerb::Begin)?;
        }
        self.0.isolate(true);
        self.0.put_back(native);
        Ok(())
    }

    /// Undoes all that was done since, and makes the session what it was.
    ///
    /// # Errors
    /// It can't be undone, since the transaction has ended or the connection is in use.
    pub(super) fn undo(&self) -> Result<()> {
        let mut native = self.0.take()?;
        native.transact("ROLLBACK", TransactionVerb::Rollback)?;
        native.reset()?;
        self.0.isolate(false);
        self.0.put_back(native);
        Ok(())
    }

    /// The dialect of the server.
    pub(super) fn dialect(&self) -> &'static dyn Dialect {
        self.0.dialect
    }

    /// Why the transaction around the test has ended before it, if it has.
    pub(super) fn lost(&self) -> Option<String> {
        self.0.lost()
    }
}

impl Driver for RollbackDriver {
    fn connect(&self) -> Result<Box<dyn Connection>> {
        Ok(Box::new(RollbackConnection::new(Arc::clone(&self.0))))
    }

    /// What one user leaves behind must be undone before the next one comes, so it is not done in another thread.
    fn is_embedded(&self) -> bool {
        true
    }

    fn target(&self) -> String {
        self.0.target.clone()
    }
}
