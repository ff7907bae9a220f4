//! Reads the server's responses: row counts, rows, and the reported state of the transaction.
//!
//! `connection.rs` sends the statements and tracks the state.

use mysql::prelude::{Protocol, Queryable};
use mysql::session_state_change::SessionStateChange;
use mysql::{Conn, Params, QueryResult, Statement};
use orm_core::driver::{Outcome, Row};
use orm_core::error::Result;

use super::row::{Kind, MysqlRow};

/// The result of a statement, and whether the server returned rows.
pub(super) struct StatementResult<T> {
    pub(super) value: T,
    pub(super) has_rows: bool,
}

pub(super) fn run(
    native: &mut Conn,
    statement: &Statement,
    params: Params,
) -> mysql::Result<StatementResult<Outcome>> {
    let has_rows = drain(&mut native.exec_iter(statement, params)?)?;
    Ok(StatementResult {
        value: outcome(native),
        has_rows,
    })
}

pub(super) fn outcome(native: &Conn) -> Outcome {
    // A key beyond i64 is of a column that no model has.
    let last_insert_id = i64::try_from(native.last_insert_id()).unwrap_or(0);
    Outcome::new(native.affected_rows(), last_insert_id)
}

/// Passes the rows of the first result set to `each` and reads past all that follows, so that the connection is
/// free for the next statement even if `each` fails. The inner result is that of `each`.
pub(super) fn read(
    native: &mut Conn,
    kinds: &mut Vec<Kind>,
    (statement, params): (&Statement, Params),
    each: &mut dyn FnMut(&dyn Row) -> Result<()>,
) -> mysql::Result<StatementResult<Result<()>>> {
    let mut result = native.exec_iter(statement, params)?;
    kinds.clear();
    kinds.extend(result.columns().as_ref().iter().map(Kind::of));
    let mut said = Ok(());
    if let Some(rows) = result.iter() {
        for row in rows {
            let row = row?;
            if said.is_ok() {
                said = each(&MysqlRow { row: &row, kinds });
            }
        }
    }
    drain(&mut result)?;
    Ok(StatementResult {
        value: said,
        has_rows: !kinds.is_empty(),
    })
}

/// Reads to the end of every result set, since an error may be in the last one, and returns whether any had columns.
pub(super) fn drain<P: Protocol>(result: &mut QueryResult<'_, '_, '_, P>) -> mysql::Result<bool> {
    let mut has_rows = false;
    while let Some(rows) = result.iter() {
        has_rows |= !rows.columns().as_ref().is_empty();
        for row in rows {
            row?;
        }
    }
    Ok(has_rows)
}

/// Whether the last response reports an open transaction; `None` if it has no report. The
/// first of the eight letters is `T` or `I` in a transaction, begun by a statement or by itself.
#[inline]
pub(super) fn reported(native: &Conn) -> Option<bool> {
    let changes = native.session_state_changes().ok()?;
    changes
        .iter()
        .rev()
        .find_map(|change| match change.decode() {
            Ok(SessionStateChange::TransactionState(state)) => {
                state.as_bytes().first().map(|letter| *letter != b'_')
            }
            _ => None,
        })
}
