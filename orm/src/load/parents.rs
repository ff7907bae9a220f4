//! Loads what relations reference whose foreign keys their own models have: `BelongsTo`.
//!
//! Used by `relation.rs`. What the identity map has costs no statement; the other rows are selected by their keys, each
//! key once.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{Value, ValueRef};

use super::owners::Owners;
use crate::engine::Connection;
use crate::mapping::{ModelDef, RawRef, ReferenceDef, RelationDef, ToOne};
use crate::query::inferred::Access;
use crate::query::visible_rows_by;
use crate::state::{AnyArena, CaseFolded, KeyMap, KeySet, KeyTuple, State, Take};

/// A relation, as the loads of its parents need it.
#[derive(Clone, Copy)]
struct Parents {
    /// The number of the model with the foreign key.
    model: usize,
    index: usize,
    relation: &'static RelationDef,
    reference: &'static ReferenceDef,
    /// The model that it references, and its number.
    target: (&'static ModelDef, usize),
    access: Access,
    take: Take,
}

/// An entity whose relation is to be loaded, and the values of its foreign key.
type Missing = (u32, KeyTuple<Value>);

/// Notes what the identity map has, and returns the entities whose relations need rows.
pub(super) fn in_memory(
    state: &mut State,
    owners: &Owners<'_>,
    reference: &'static ReferenceDef,
) -> Vec<u32> {
    let missing = Parents::of(owners, reference).missing(state, owners);
    missing.into_iter().map(|(slot, _)| slot).collect()
}

/// Loads what the relations reference.
///
/// # Errors
/// `NotFound` for a foreign key without a row; the errors of the queries.
pub(super) fn load(
    state: &mut State,
    connection: &mut Connection,
    owners: &Owners<'_>,
    reference: &'static ReferenceDef,
) -> Result<()> {
    let parents = Parents::of(owners, reference);
    let missing = parents.missing(state, owners);
    if missing.is_empty() {
        return Ok(());
    }
    let loaded = parents.rows(state, connection, &missing)?;
    for (slot, key) in missing {
        let found = loaded.get(&key).copied();
        let handle = found.or_else(|| without_case(&loaded, &key));
        let to_one = match handle {
            Some(handle) => ToOne::Handle(handle),
            None if connection.criteria().concern(parents.target.0.table) => ToOne::Hidden,
            None => return Err(parents.no_row()),
        };
        let arena = state.by_model_mut(parents.model);
        // A relation that was assigned and isn't flushed stays a change.
        if let Some(arena) = arena.filter(|arena| !parents.is_assigned(&***arena, slot)) {
            arena.note_to_one(&[slot], parents.index, to_one);
        }
    }
    Ok(())
}

impl Parents {
    fn of(owners: &Owners<'_>, reference: &'static ReferenceDef) -> Self {
        let relation = owners.relation();
        let target = (relation.target)();
        Self {
            model: owners.model,
            index: owners.index,
            relation,
            reference,
            target: (target, State::number(target)),
            access: owners.access(),
            take: owners.take(),
        }
    }

    fn missing(self, state: &mut State, owners: &Owners<'_>) -> Vec<Missing> {
        let missing = owners.slots.iter();
        missing
            .filter_map(|slot| Some((*slot, self.key_to_load(state, *slot)?)))
            .collect()
    }

    /// The key by which the row of an entity's relation is read: its foreign key, or that of an entity that was assigned.
    fn key_to_load(self, state: &mut State, slot: u32) -> Option<KeyTuple<Value>> {
        let arena = state.by_model(self.model)?;
        let known = arena.to_one(slot, self.index);
        if known == ToOne::Null
            || known
                .handle()
                .is_some_and(|handle| self.is_known(state, handle))
        {
            return None;
        }
        if let Some(handle) = known.handle().filter(|_| self.is_assigned(arena, slot)) {
            return self.key_of(state, handle);
        }
        let columns = self.reference.columns.iter();
        let values = columns.map(|column| arena.value(slot, *column).to_value());
        let Some(key) = KeyTuple::new(values) else {
            state
                .by_model_mut(self.model)?
                .note_to_one(&[slot], self.index, ToOne::Null);
            return None;
        };
        let referenced = state.referenced((self.model, slot), self.index);
        let handle = referenced
            .handle()
            .filter(|handle| self.is_known(state, *handle));
        match handle {
            Some(handle) => {
                let arena = state.by_model_mut(self.model)?;
                arena.note_to_one(&[slot], self.index, ToOne::Handle(handle));
                None
            }
            None => Some(key),
        }
    }

    /// Whether the foreign key is not yet that of what the relation references: the next flush writes it.
    fn is_assigned(self, arena: &dyn AnyArena, slot: u32) -> bool {
        arena.is_pending(slot)
            || arena.to_one(slot, self.index) != arena.old_to_one(slot, self.index)
    }

    /// What a foreign key to the row of an entity holds.
    fn key_of(self, state: &State, RawRef { slot, stamp }: RawRef) -> Option<KeyTuple<Value>> {
        let target = state.by_model(self.target.1)?;
        target.entity_state(slot, stamp)?;
        let columns = self.reference.target_columns.iter();
        KeyTuple::new(columns.map(|column| target.old_value(slot, *column).to_value()))
    }

    /// Whether an entity need not be read.
    fn is_known(self, state: &State, handle: RawRef) -> bool {
        if self.access == Access::Lock {
            return false;
        }
        state.by_model(self.target.1).is_some_and(|target| {
            let is_here = target.entity_state(handle.slot, handle.stamp).is_some();
            is_here && target.is_known(handle.slot)
        })
    }

    /// Loads the rows with these keys, each once.
    fn rows(
        self,
        state: &mut State,
        connection: &mut Connection,
        missing: &[Missing],
    ) -> Result<KeyMap<KeyTuple<Value>, RawRef>> {
        let mut asked = KeySet::default();
        let keys = missing.iter().map(|(_, key)| key);
        let keys = keys
            .filter(|key| asked.insert(*key))
            .flat_map(KeyTuple::values);
        let keys: Vec<ValueRef<'_>> = keys.map(Value::as_ref).collect();
        let columns = self.reference.target_columns;
        // A model that the session meets only now may change how rows are read.
        state.ensure_erased(self.target.0);
        let reading = state.reading(self.take);
        let mut loaded = KeyMap::default();
        let rows = (self.target, self.access);
        visible_rows_by(connection, rows, (columns, &[]), &keys, &mut |row| {
            let arena = state.ensure_erased(self.target.0);
            let slot = arena.load(row, 0, reading)?;
            let key = columns
                .iter()
                .map(|column| arena.old_value(slot, *column).to_value());
            if let Some(key) = KeyTuple::new(key) {
                loaded.insert(key, arena.handle(slot));
            }
            Ok(())
        })?;
        Ok(loaded)
    }

    #[cold]
    fn no_row(self) -> Error {
        let RelationDef { model, name, .. } = self.relation;
        let target = self.target.0;
        let message = format!(
            "the {} that `{model}.{name}` references does not exist",
            target.name
        );
        Error::with_message(ErrorKind::NotFound, message)
            .with_table(target.table)
            .with_hint("another transaction has deleted the row; call refresh on the entity, or correct its foreign key")
    }
}

/// What has a key that is the same but for the case of letters: some collations compare them as equal.
#[cold]
pub(super) fn without_case<T: Copy>(
    by_key: &KeyMap<KeyTuple<Value>, T>,
    key: &KeyTuple<Value>,
) -> Option<T> {
    let key = CaseFolded(key.clone());
    let mut by_key = by_key.iter();
    let found = by_key.find(|(other, _)| CaseFolded((*other).clone()) == key);
    found.map(|(_, found)| *found)
}
