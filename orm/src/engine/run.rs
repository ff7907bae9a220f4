//! Executes a statement on a [`Connection`]: checks the transaction, logs, executes, and updates the state of the
//! transaction.
//!
//! Called by `raw.rs` and `rendered.rs`. Open queries are in `cursor.rs`.

use orm_core::driver::{self, TransactionState};
use orm_core::error::{Error, Result};
use orm_core::value::ValueRef;

use super::connection::{Connection, native};
use super::failure;
use super::transaction_state::allow_statement;

/// What a statement may do, which determines the meaning of a lost response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing: a typed query.
    Reads,
    /// Anything: a statement that commits by itself outside a transaction.
    Writes,
    /// Transactions and savepoints, which the caller follows.
    Control,
}

impl Connection {
    #[expect(
        clippy::inline_always,
        reason = "it stands in a few functions of this layer, which only call it"
    )]
    #[inline(always)]
    pub(super) fn run<T>(
        &mut self,
        (sql, binds, effect): (&str, &[ValueRef<'_>], Effect),
        statement: impl FnOnce(&mut dyn driver::Connection) -> Result<T>,
        rows: impl Fn(&T) -> u64,
    ) -> Result<T> {
        let autocommits = self.admit(effect)?;
        let watched = match &self.watching {
            Some(_) if effect != Effect::Control => self.begin_watch()?,
            _ => None,
        };
        let start = self.shared.log.start(binds);
        let mut result = statement(native(&mut self.pooled));
        if let Some(running) = watched {
            result = self.end_watch(running, result);
        }
        if let Some(start) = start {
            self.shared
                .log
                .finish(&start, sql, result.as_ref().map(rows));
        }
        match result {
            Ok(value) => {
                // Any text may begin or end a transaction: BEGIN by hand, a CALL, DDL on MySQL.
                self.observe(None, sql);
                Ok(value)
            }
            Err(error) => Err(self.failed(error, sql, autocommits)),
        }
    }

    /// Whether a statement may run here and now; if so, whether it commits by itself.
    #[inline]
    pub(super) fn admit(&mut self, effect: Effect) -> Result<bool> {
        if !self.is_leaving {
            self.shared.check_thread()?;
        }
        self.resync()?;
        allow_statement(self.transaction.state)?;
        self.used = true;
        Ok(self.transaction.state == TransactionState::None && effect == Effect::Writes)
    }

    #[cold]
    fn failed(&mut self, error: Error, sql: &str, autocommits: bool) -> Error {
        self.observe(Some(&error), sql);
        failure::explain(error, sql, (self.dialect, autocommits))
    }

    /// Reads the state of the transaction from the driver after `sql`, which succeeded or failed with `error`, and
    /// remembers it. Costs no I/O.
    #[inline]
    pub(super) fn observe(&mut self, error: Option<&Error>, sql: &str) {
        let reported = self.native().transaction(error);
        self.transaction
            .observe(reported, error, (sql, self.dialect));
    }

    /// Lets the driver find out what was done through its own connection, if that was in other hands.
    #[inline]
    pub(crate) fn resync(&mut self) -> Result<()> {
        if self.touched { self.look() } else { Ok(()) }
    }

    #[cold]
    fn look(&mut self) -> Result<()> {
        self.touched = false;
        if !self.is_set_up() {
            return self.set_up();
        }
        let looked = self.native().resync();
        let reported = self.native().transaction(None);
        self.transaction.observe(reported, None, ("", self.dialect));
        looked
    }
}
