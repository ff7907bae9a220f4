//! Loads some of the entities that relations to many reference: filtered, ordered and limited, of each owner on its own.
//!
//! Used by `relation.rs`, and its query by `view.rs`. The part of an owner is what the query has returned for it, in its
//! order. It goes beside the list of the relation, not into it: nothing that relies on a list finds a part in its place.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::value::Value;

use super::children::Children;
use super::owners::Owners;
use crate::engine::Connection;
use crate::mapping::Scope;
use crate::query::inferred::{CompiledSql, HandleKeys};
use crate::query::{PartOf, compile_query, keys_a_query, remapped};
use crate::state::{Reading, State, Take};

/// Loads the parts of all owners.
///
/// # Errors
/// `Usage` for a condition or an order with columns of other tables; the errors of the queries.
pub(super) fn load(
    state: &mut State,
    connection: &mut Connection,
    owners: &Owners<'_>,
    scope: &Scope,
) -> Result<()> {
    // The types allow no other relation.
    let Some(children) = Children::of(owners) else {
        return Ok(());
    };
    let slots = &*owners.with_rows(state);
    let mut lists = children.lists(state, &Owners { slots, ..*owners });
    let part = children.part(scope);
    let keys: Vec<Vec<Value>> = lists.keys().map(<[Value]>::to_vec).collect();
    let most = keys_a_query(connection, part.columns.len());
    children.prepare(state);
    let mut rows = Vec::new();
    for keys in keys.chunks(most) {
        read(state, connection, part, keys, &mut |state, row, reading| {
            rows.push(children.take_in(state, (row, 0), reading)?);
            Ok(())
        })?;
    }
    children.distribute(state, &rows, &mut lists);
    children.fill_parts(state, lists);
    Ok(())
}

/// Reads the rows for some of the keys. `take_in` is called for each of them.
pub(super) fn read(
    state: &mut State,
    connection: &mut Connection,
    part: PartOf<'_>,
    keys: &[Vec<Value>],
    take_in: &mut dyn FnMut(&mut State, &dyn Row, Reading) -> Result<()>,
) -> Result<()> {
    let query = part.query(keys.to_vec(), connection.criteria())?;
    let keys;
    let mut compiled = CompiledSql::default();
    compile_query(connection, (&query, false), &mut compiled)?;
    if compiled.has_handles() {
        keys = HandleKeys::of(compiled.binds(), state)?;
        compiled.set_keys(&keys);
    }
    let reading = state.reading(Take::Stale);
    let places = part.places();
    connection.read(compiled.text(), compiled.binds(), &mut |row| {
        remapped(places.as_ref(), row, |row| take_in(state, row, reading))
    })
}
