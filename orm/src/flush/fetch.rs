//! Reads back values that the database has set or changed: server defaults, rounded or padded values, and changes by
//! triggers.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{Value, ValueRef};

use crate::engine::Connection;
use crate::query::rows_by_key;
use crate::state::{AnyArena, KeyMap, KeyTuple};

/// Takes the values of a row, by its number.
pub(super) type Take<'t> = &'t mut dyn FnMut(usize, Vec<Value>);

/// Reads the columns at `positions` of the rows with these keys, which were just written.
///
/// By SELECT, not by RETURNING: that knows nothing of what triggers do after the row.
///
/// # Errors
/// `Decode` for a value that doesn't fit its field; `NotFound` if a row has vanished at once.
pub(super) fn fetch(
    connection: &mut Connection,
    arena: &dyn AnyArena,
    keys: &[Vec<Value>],
    positions: &[usize],
    take: Take<'_>,
) -> Result<()> {
    let def = arena.def();
    if positions.iter().any(|position| def.is_key(*position)) {
        return fetch_each(connection, arena, keys, positions, take);
    }
    let rows = keys.iter().enumerate();
    let by_key: KeyMap<KeyTuple<ValueRef<'_>>, usize> = rows
        .filter_map(|(index, key)| Some((KeyTuple::of(key)?, index)))
        .collect();
    // The key is selected to identify the row, as the model reads it: as it was written, then.
    let all = [def.primary_key, positions].concat();
    let mut missing = keys.len();
    rows_by_key(connection, (def, arena.model()), keys, &mut |row| {
        let mut values = arena.read(row, &all)?;
        let read = values.split_off(def.primary_key.len());
        let index = KeyTuple::of(&values).and_then(|key| by_key.get(&key));
        if let Some(index) = index {
            take(*index, read);
            missing -= 1;
        }
        Ok(())
    })?;
    if missing == 0 {
        Ok(())
    } else {
        Err(vanished(arena))
    }
}

/// One by one: the database has made another key of the one that was bound, by which it still finds the row.
fn fetch_each(
    connection: &mut Connection,
    arena: &dyn AnyArena,
    keys: &[Vec<Value>],
    positions: &[usize],
    take: Take<'_>,
) -> Result<()> {
    for (index, key) in keys.iter().enumerate() {
        let mut found = false;
        let key = std::slice::from_ref(key);
        rows_by_key(connection, (arena.def(), arena.model()), key, &mut |row| {
            found = true;
            take(index, arena.read(row, positions)?);
            Ok(())
        })?;
        if !found {
            return Err(vanished(arena));
        }
    }
    Ok(())
}

#[cold]
fn vanished(arena: &dyn AnyArena) -> Error {
    let def = arena.def();
    Error::with_message(
        ErrorKind::NotFound,
        format!(
            "the row of a {} can't be found by its primary key after it was written",
            def.name
        ),
    )
    .with_table(def.table)
    .with_hint("check the table for a trigger or rule")
}
