//! Reads keys that a server default generates, such as a UUID, before their rows are inserted.
//!
//! Used by `emit.rs`. The rows of INSERT … RETURNING have no guaranteed order, and such keys can't be matched to
//! rows; MySQL has no RETURNING. So the expression of the default is selected once for each row, and the keys are
//! inserted as if the program had set them.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, ddl};
use orm_core::value::Value;

use crate::engine::Connection;
use crate::mapping::ModelDef;
use crate::state::AnyArena;

/// How many keys one statement reads.
const KEYS: usize = 64;

/// The values of the key's columns at `positions` for the rows of `slots`, each row in the order of `positions`.
///
/// # Errors
/// The database's refusal; `Decode` for a value that doesn't fit its field.
pub(super) fn key_defaults(
    connection: &mut Connection,
    arena: &dyn AnyArena,
    slots: &[u32],
    positions: &[usize],
) -> Result<Vec<Vec<Value>>> {
    let def = arena.def();
    let expressions = expressions(connection.dialect(), def, positions)?.join(", ");
    let from = connection.dialect().capabilities().from_nothing;
    let mut keys = Vec::with_capacity(slots.len());
    while keys.len() < slots.len() {
        let left = slots.len() - keys.len();
        // Few texts: a full one, and one for each power of two in what is left.
        let rows = if left >= KEYS {
            KEYS
        } else {
            1 << left.ilog2()
        };
        let end = keys.len() + rows;
        let sql = vec![format!("SELECT {expressions}{from}"); rows].join(" UNION ALL ");
        connection.query(&sql, &[], &mut |row| {
            let slot = slots
                .get(keys.len())
                .copied()
                .ok_or_else(|| too_many(def))?;
            let values = positions.iter().enumerate();
            let key = values.map(|(index, position)| {
                let value = row.get(index)?;
                arena.fitted(slot, *position, value)
            });
            keys.push(key.collect::<Result<_>>()?);
            Ok(())
        })?;
        if keys.len() != end {
            return Err(too_many(def));
        }
    }
    Ok(keys)
}

/// The defaults as a SELECT lists them.
fn expressions(
    dialect: &dyn Dialect,
    def: &'static ModelDef,
    positions: &[usize],
) -> Result<Vec<String>> {
    let columns = positions.iter().map(|position| &def.columns[*position]);
    columns
        .map(|column| {
            let sql = match &column.server_default {
                Some(default) => ddl::default_sql(dialect, default)?,
                None => "NULL".to_owned(),
            };
            Ok(dialect.selected_default(column, &sql))
        })
        .collect()
}

#[cold]
fn too_many(def: &ModelDef) -> Error {
    let message = "the default of the primary key must return exactly one row";
    Error::with_message(ErrorKind::Database, message)
        .with_table(def.table)
        .with_hint("make the default an expression with one value")
}
