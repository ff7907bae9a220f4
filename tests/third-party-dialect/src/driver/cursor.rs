//! A query whose rows are fetched on demand: the client reads 200 of them in a round trip.

use orm_core::driver::{Cursor, Row, TransactionState};
use orm_core::error::{Error, Result};
use orm_core::value::ValueRef;
use rsfbclient_core::StmtType;
use rsfbclient_rust::TrHandle;

use super::bind::params;
use super::connection::{FirebirdConnection, Prepared};
use super::row::FirebirdRow;

/// The rows of one query.
pub(super) struct FirebirdCursor<'c> {
    connection: &'c mut FirebirdConnection,
    sql: Box<str>,
    /// Until the end.
    open: Option<(Prepared, TrHandle)>,
    /// Why the query could not begin.
    refused: Option<Error>,
}

impl<'c> FirebirdCursor<'c> {
    pub(super) fn open(
        connection: &'c mut FirebirdConnection,
        sql: &str,
        binds: &[ValueRef<'_>],
    ) -> Self {
        let (open, refused) = match begin(connection, sql, binds) {
            Ok(open) => (Some(open), None),
            Err(error) => (None, Some(error)),
        };
        Self {
            connection,
            sql: sql.into(),
            open,
            refused,
        }
    }

    fn end(&mut self, done: Result<()>) -> Result<()> {
        let Some((prepared, transaction)) = self.open.take() else {
            return done;
        };
        self.connection.put_back(&self.sql, prepared);
        end(self.connection, &self.sql, transaction, done)
    }
}

fn begin(
    connection: &mut FirebirdConnection,
    sql: &str,
    binds: &[ValueRef<'_>],
) -> Result<(Prepared, TrHandle)> {
    let params = params(sql, binds)?;
    let mut transaction = match connection.native.transaction {
        Some(transaction) => transaction,
        None => connection.open("")?,
    };
    let mut prepared = match connection.prepare(sql, &mut transaction) {
        Ok(prepared) => prepared,
        Err(error) => return end(connection, sql, transaction, Err(error)),
    };
    match connection.start(sql, &mut prepared, &mut transaction, params) {
        Ok(_) => Ok((prepared, transaction)),
        Err(error) => {
            connection.put_back(sql, prepared);
            end(connection, sql, transaction, Err(error))
        }
    }
}

/// Ends the transaction if it is the query's own.
fn end<T>(
    connection: &mut FirebirdConnection,
    sql: &str,
    transaction: TrHandle,
    done: Result<T>,
) -> Result<T> {
    if connection.native.transaction.is_some() {
        return done;
    }
    connection.forget_statements();
    connection.finish(sql, transaction, done)
}

impl Cursor for FirebirdCursor<'_> {
    fn fetch(&mut self, read: &mut dyn FnMut(&dyn Row)) -> Result<bool> {
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        let Some((prepared, transaction)) = &mut self.open else {
            return Ok(false);
        };
        let row = match prepared.kind {
            StmtType::Select | StmtType::SelectForUpd => {
                self.connection.next_row(&self.sql, prepared, transaction)
            }
            _ => Ok(None),
        };
        match row {
            Ok(Some(columns)) => {
                read(&FirebirdRow::new(columns));
                Ok(true)
            }
            Ok(None) => self.end(Ok(())).map(|()| false),
            Err(error) => self.end(Err(error)).map(|()| false),
        }
    }

    fn close(&mut self) -> Result<()> {
        self.end(Ok(()))
    }

    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        use orm_core::driver::Connection as _;
        self.connection.transaction(error)
    }
}

impl Drop for FirebirdCursor<'_> {
    fn drop(&mut self) {
        let _ = self.end(Ok(()));
    }
}
