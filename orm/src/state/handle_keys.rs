//! The keys of handles, for conditions that have handles in the place of keys. They are asked for after the autoflush of
//! the statement.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::Value;

use super::entity_state::EntityState;
use super::store::State;
use super::unreadable::stale_handle;
use crate::mapping::{HandleKey, KeySource, RelationDef};

impl KeySource for State {
    fn key(&self, key: &HandleKey) -> Result<Value> {
        let HandleKey {
            model,
            handle,
            position,
            ..
        } = *key;
        let Some(arena) = self.by_model(Self::number(model)) else {
            return Err(stale_handle(model, false));
        };
        match arena.entity_state(handle.slot, handle.stamp) {
            // The rows that refer to it have the key that the database has.
            Some(EntityState::Persistent | EntityState::Deleting) => {
                Ok(arena.old_value(handle.slot, position).to_value())
            }
            Some(state) => Err(without_row(key, state)),
            None => Err(arena.stale_handle(handle)),
        }
    }
}

#[cold]
fn without_row(key: &HandleKey, state: EntityState) -> Error {
    let RelationDef { model, name, .. } = key.relation;
    let target = key.model;
    let (what, hint) = match state {
        EntityState::Pending => (
            "is not inserted yet",
            "flush the session first: autoflush is off",
        ),
        EntityState::Deleted => ("is deleted by this transaction", "remove the condition"),
        EntityState::Transient | EntityState::Persistent | EntityState::Deleting => (
            "is not in the unit of work",
            "add it again: its INSERT was rolled back, or it was deleted before",
        ),
    };
    let message = format!(
        "a condition on `{model}.{name}` has the handle of a {} that {what}",
        target.name
    );
    Error::with_message(ErrorKind::Usage, message)
        .with_table(target.table)
        .with_hint(hint)
}
