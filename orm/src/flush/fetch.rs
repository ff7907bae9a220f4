//! Reads back what the database filled in beside keys: server defaults.

use std::collections::HashMap;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::Value;

use super::work::tuple;
use crate::engine::Connection;
use crate::query::rows_by_key;
use crate::state::{AnyArena, Inserted};

/// Reads the columns at `fetched` of rows that were just inserted.
///
/// # Errors
/// `Decode` for a value that doesn't fit its field; `NotFound` if a row has vanished at once.
pub(super) fn fetch(
    connection: &mut Connection,
    arena: &dyn AnyArena,
    rows: &mut [Inserted],
    fetched: &[usize],
) -> Result<()> {
    let def = arena.def();
    let keys: Vec<Vec<Value>> = rows.iter().map(|row| key_of(arena, row)).collect();
    let by_key: HashMap<Option<String>, usize> = keys
        .iter()
        .enumerate()
        .map(|(index, key)| (text(key), index))
        .collect();
    // The key comes along to tell whose row it is, as the model reads it: as it was written, then.
    let positions = [def.primary_key, fetched].concat();
    let mut missing = rows.len();
    rows_by_key(connection, (def, arena.model()), &keys, &mut |row| {
        let mut values = arena.read(row, &positions)?;
        let filled = values.split_off(def.primary_key.len());
        if let Some(index) = by_key.get(&text(&values)) {
            rows[*index]
                .filled
                .extend(fetched.iter().copied().zip(filled));
            missing -= 1;
        }
        Ok(())
    })?;
    if missing == 0 {
        return Ok(());
    }
    Err(Error::with_message(
        ErrorKind::NotFound,
        format!(
            "a {} can't be found by its key right after its insert",
            def.name
        ),
    )
    .with_table(def.table)
    .with_hint("look for a trigger or rule on the table"))
}

fn key_of(arena: &dyn AnyArena, row: &Inserted) -> Vec<Value> {
    let filled = |position: usize| row.filled.iter().find(|(filled, _)| *filled == position);
    let value = |position: &usize| match row.generated {
        Some(generated) if arena.def().generated == Some(*position) => Value::Int(generated),
        _ => match filled(*position) {
            Some((_, value)) => value.clone(),
            None => arena.value(row.slot, *position).to_value(),
        },
    };
    arena.def().primary_key.iter().map(value).collect()
}

fn text(key: &[Value]) -> Option<String> {
    tuple(key.iter().map(Value::as_ref))
}
