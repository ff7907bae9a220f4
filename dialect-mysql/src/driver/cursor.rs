//! A cursor: a query whose rows are read on demand.
//!
//! `connection.rs` opens it. The server sends all rows in one response, so an early end must cancel the query:
//! `kill.rs`. The native client lends its connection to the response. Both live in a future here that yields at each
//! row; it waits only for the next request, so no runtime is needed.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use mysql::prelude::Queryable;
use mysql::{Conn, Params, Statement};
use orm_core::driver::{Connection as _, Cursor, Row, TransactionState};
use orm_core::error::{Error, Result};
use orm_core::value::ValueRef;

use super::connection::MysqlConnection;
use super::failure::lost;
use super::kill::Kill;
use super::result_set::{StatementResult, drain};
use super::row::{Kind, MysqlRow};

/// The rows of one query.
pub(super) struct MysqlCursor<'c> {
    connection: &'c mut MysqlConnection,
    sql: Box<str>,
    /// Until the end.
    reading: Option<Reading>,
    /// Why the query could not be sent.
    refused: Option<Error>,
}

/// A result set that is being read.
struct Reading {
    statement: Statement,
    answer: Pin<Box<dyn Future<Output = (Conn, mysql::Result<bool>)>>>,
    hand: Rc<Hand>,
}

/// Where the result set leaves a row.
#[derive(Default)]
struct Hand {
    row: Cell<Option<mysql::Row>>,
    kinds: RefCell<Vec<Kind>>,
    /// Whether no more rows are wanted.
    is_closed: Cell<bool>,
}

impl<'c> MysqlCursor<'c> {
    pub(super) fn open(
        connection: &'c mut MysqlConnection,
        sql: &str,
        binds: &[ValueRef<'_>],
    ) -> Self {
        let (reading, refused) = match send(connection, sql, binds) {
            Ok(reading) => (Some(reading), None),
            Err(error) => (None, Some(error)),
        };
        Self {
            connection,
            sql: sql.into(),
            reading,
            refused,
        }
    }

    /// Reads on to the next row, or to the end.
    fn advance(&mut self) -> Result<Option<(mysql::Row, Rc<Hand>)>> {
        let Some(reading) = &mut self.reading else {
            return Ok(None);
        };
        match reading.advance() {
            Poll::Pending => {
                let hand = Rc::clone(&reading.hand);
                Ok(hand.row.take().map(|row| (row, hand)))
            }
            Poll::Ready((native, result)) => self.end(native, result).map(|()| None),
        }
    }

    /// Takes the connection back.
    fn end(&mut self, native: Conn, result: mysql::Result<bool>) -> Result<()> {
        self.connection.put_back(native);
        let Some(reading) = self.reading.take() else {
            return Ok(());
        };
        let result = result.map(|has_rows| StatementResult {
            value: (),
            has_rows,
        });
        self.connection
            .finished(reading.statement, &self.sql, result)
    }
}

impl Reading {
    fn advance(&mut self) -> Poll<(Conn, mysql::Result<bool>)> {
        let mut context = Context::from_waker(Waker::noop());
        self.answer.as_mut().poll(&mut context)
    }
}

/// Sends the query. The connection is away until its result set has been read.
fn send(connection: &mut MysqlConnection, sql: &str, binds: &[ValueRef<'_>]) -> Result<Reading> {
    let (statement, params) = connection.prepare_query(sql, binds)?;
    let native = connection.take_away()?;
    let hand = Rc::new(Hand::default());
    Ok(Reading {
        answer: Box::pin(read(native, (statement.clone(), params), Rc::clone(&hand))),
        statement,
        hand,
    })
}

/// Reads a result set and returns the connection, with whether there were rows.
async fn read(
    mut native: Conn,
    query: (Statement, Params),
    hand: Rc<Hand>,
) -> (Conn, mysql::Result<bool>) {
    let result = hand_out(&mut native, query, &hand).await;
    (native, result)
}

async fn hand_out(
    native: &mut Conn,
    (statement, params): (Statement, Params),
    hand: &Hand,
) -> mysql::Result<bool> {
    if hand.is_closed.get() {
        return Ok(false);
    }
    let mut result = native.exec_iter(statement, params)?;
    let kinds: Vec<Kind> = result.columns().as_ref().iter().map(Kind::of).collect();
    let has_rows = !kinds.is_empty();
    hand.kinds.replace(kinds);
    if let Some(rows) = result.iter() {
        for row in rows {
            let row = row?;
            if !hand.is_closed.get() {
                hand.row.set(Some(row));
                pause().await;
            }
        }
    }
    drain(&mut result)?;
    Ok(has_rows)
}

/// Returns `Pending` once.
fn pause() -> impl Future<Output = ()> {
    let mut has_stopped = false;
    poll_fn(move |_| {
        if has_stopped {
            return Poll::Ready(());
        }
        has_stopped = true;
        Poll::Pending
    })
}

impl Cursor for MysqlCursor<'_> {
    fn fetch(&mut self, read: &mut dyn FnMut(&dyn Row)) -> Result<bool> {
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        let Some((row, hand)) = self.advance()? else {
            return Ok(false);
        };
        let kinds = &hand.kinds.borrow();
        read(&MysqlRow { row: &row, kinds });
        Ok(true)
    }

    fn close(&mut self) -> Result<()> {
        self.refused = None;
        let Some(reading) = &mut self.reading else {
            return Ok(());
        };
        reading.hand.is_closed.set(true);
        let kill = self.connection.kill_later();
        let Poll::Ready((native, result)) = reading.advance() else {
            // It stops nowhere any more.
            return Err(lost());
        };
        let was_killed = kill.is_some_and(Kill::stop);
        // An error in rows that were not fetched is ignored, unless the connection is lost.
        let ended = self.end(native, result);
        if was_killed {
            self.connection.pass_over_kill();
        }
        match ended {
            Err(error) if self.connection.is_broken() => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn transaction(&mut self, error: Option<&Error>) -> TransactionState {
        self.connection.transaction(error)
    }
}

impl Drop for MysqlCursor<'_> {
    fn drop(&mut self) {
        // What has gone wrong has lost the connection, which the next call reports.
        let _ = self.close();
    }
}
