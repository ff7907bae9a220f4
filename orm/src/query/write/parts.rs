//! Running an UPDATE or DELETE whose text is known: of its parts, without making the statement where that can be done.

use std::hash::{Hash, Hasher};

use orm_core::error::Result;
use orm_core::sql::{BindValues, Binds, EachBind, WriteSql};
use orm_core::stmt::{Expr, Visit as _};
use orm_core::value::ValueRef;

use crate::engine::{Connection, StatementText};
use crate::mapping::KeySource;
use crate::query::compile::handle_keys::HandleKeys;
use crate::query::expressions::term::Term;

/// The expressions of a statement that have values, in its order: those that are set, and the conditions.
#[derive(Clone, Copy)]
pub(super) struct Parts<'s> {
    pub(super) set: &'s [(usize, Expr)],
    pub(super) filter: &'s [Term],
}

impl Hash for Parts<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { set, filter } = self;
        state.write_u64(set.len() as u64);
        for (position, value) in *set {
            if let Expr::Value(value) = value {
                state.write_u64((*position as u64) << 1);
                value.hash(state);
            } else {
                state.write_u64((*position as u64) << 1 | 1);
                value.hash(state);
            }
        }
        state.write_u64(filter.len() as u64);
        for term in *filter {
            term.hash(state);
        }
    }
}

impl<'s> BindValues<'s> for Parts<'s> {
    #[inline]
    fn visit<F: FnMut(ValueRef<'s>, usize)>(self, visitor: &mut EachBind<F>) {
        for (_, value) in self.set {
            let _ = visitor.expr(value);
        }
        for term in self.filter {
            let _ = term.visit(visitor);
        }
    }
}

/// Executes a statement and returns how many rows it wrote. Its binds are collected from its parts, unless it has others
/// or only the writer knows them: then it is made by `lower`.
///
/// # Errors
/// The database's refusal, or the dialect's of a value.
#[inline]
pub(super) fn execute<S>(
    (conn, keys): (&mut Connection, &dyn KeySource),
    text: &StatementText,
    parts: Option<Parts<'_>>,
    lower: impl FnOnce() -> S,
) -> Result<u64>
where
    for<'s> &'s S: WriteSql<'s>,
{
    let mut binds = Binds::new();
    if parts.is_some_and(|parts| text.order.collect(parts, &mut binds)) {
        return send(conn, keys, text, &binds);
    }
    let statement = lower();
    let binds = text.order.binds(&statement, conn.dialect())?;
    send(conn, keys, text, &binds)
}

/// Executes a statement whose text is not kept, and returns how many rows it wrote.
///
/// # Errors
/// As [`execute`].
pub(super) fn execute_once<S>(
    (conn, keys): (&mut Connection, &dyn KeySource),
    statement: &S,
) -> Result<u64>
where
    for<'s> &'s S: WriteSql<'s>,
{
    let dialect = conn.dialect();
    let text = StatementText::of(statement, dialect)?;
    let binds = text.order.binds(statement, dialect)?;
    send(conn, keys, &text, &binds)
}

#[inline]
fn send(
    conn: &mut Connection,
    keys: &dyn KeySource,
    text: &StatementText,
    binds: &[ValueRef<'_>],
) -> Result<u64> {
    if text.has_handles {
        let keys = HandleKeys::of(binds, keys)?;
        let mut binds: Binds<'_> = binds.iter().copied().collect();
        keys.replace(&mut binds);
        return Ok(conn.execute(text, &binds)?.affected);
    }
    Ok(conn.execute(text, binds)?.affected)
}
