//! Loads entities whose foreign keys reference others: `HasMany` and `HasOne`.
//!
//! Used by `relation.rs`. One statement asks for the children of many owners by their keys. Which owner a child belongs to
//! is what the session knows of it, so that changes that are not flushed count.

use std::collections::HashSet;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{Value, ValueRef};

use super::owners::Owners;
use crate::engine::Connection;
use crate::mapping::{AnyList, ModelDef, RawRef, ReferenceDef, RelationDef, RelationKind, ToOne};
use crate::query::rows_by;
use crate::state::{EntityState, KeyMap, KeyTuple, RowId, RowMap, State, Take};

/// A relation, as the loads of its children need it.
#[derive(Clone, Copy)]
struct Children {
    /// The number of the owners' model.
    model: usize,
    index: usize,
    relation: &'static RelationDef,
    /// The model of the children, and its number.
    child: (&'static ModelDef, usize),
    /// Their relation to the owner.
    inverse: usize,
    reference: &'static ReferenceDef,
}

/// The owners, and what finds them.
#[derive(Default)]
struct Lists {
    owners: Vec<RawRef>,
    members: Vec<Vec<RawRef>>,
    by_key: KeyMap<KeyTuple<Value>, usize>,
    by_slot: RowMap<u32, usize>,
}

/// Returns the owners whose lists are not loaded or stale.
pub(super) fn in_memory(state: &State, owners: &Owners<'_>) -> Vec<u32> {
    let child = State::number((owners.relation().target)());
    let is_missing = |slot: &u32| {
        let Some(arena) = state.by_model(owners.model) else {
            return false;
        };
        // What has no row has no children but those in memory.
        let RawRef { slot, stamp } = arena.handle(*slot);
        let has_row = arena
            .entity_state(slot, stamp)
            .is_some_and(EntityState::has_row);
        let list = arena.list(slot, owners.index);
        let loaded_at = list.and_then(AnyList::loaded_at);
        let child = state.by_model(child);
        let is_fresh = |clock| child.is_none_or(|child| child.is_fresh_since(clock));
        has_row && !loaded_at.is_some_and(is_fresh)
    };
    owners.slots.iter().copied().filter(is_missing).collect()
}

/// Loads the children of all owners.
///
/// # Errors
/// `MultipleRows` for two children of a relation to one; the errors of the queries.
pub(super) fn load(
    state: &mut State,
    connection: &mut Connection,
    owners: &Owners<'_>,
    inverse: usize,
) -> Result<()> {
    let children = Children::of(owners, inverse);
    let mut lists = children.lists(state, owners);
    let rows = children.rows(state, connection, &lists)?;
    children.distribute(state, &rows, &mut lists);
    let has_pending = children.merge_pending(state, &rows, &mut lists);
    children.fill(state, lists, has_pending)
}

impl Children {
    fn of(owners: &Owners<'_>, inverse: usize) -> Self {
        let relation = owners.relation();
        let child = (relation.target)();
        Self {
            model: owners.model,
            index: owners.index,
            relation,
            child: (child, State::number(child)),
            inverse,
            reference: child
                .reference_of(inverse)
                .expect("invariant: an inverse is a BelongsTo, which the compiler has checked"),
        }
    }

    fn lists(self, state: &State, owners: &Owners<'_>) -> Lists {
        let mut lists = Lists::default();
        let Some(arena) = state.by_model(self.model) else {
            return lists;
        };
        for slot in owners.slots {
            let place = lists.owners.len();
            lists.owners.push(arena.handle(*slot));
            lists.members.push(Vec::new());
            lists.by_slot.insert(*slot, place);
            let key = arena.old_values(*slot, self.reference.target_columns);
            if let Some(key) = KeyTuple::new(key.into_iter()) {
                lists.by_key.insert(key, place);
            }
        }
        lists
    }

    /// Reads the children's rows, and returns their slots.
    fn rows(
        self,
        state: &mut State,
        connection: &mut Connection,
        lists: &Lists,
    ) -> Result<Vec<u32>> {
        // In the order of the owners, so that the statement is the same each time.
        let mut keys: Vec<(&KeyTuple<Value>, &usize)> = lists.by_key.iter().collect();
        keys.sort_unstable_by_key(|(_, place)| **place);
        let keys = keys.into_iter().flat_map(|(key, _)| key.values());
        let keys: Vec<ValueRef<'_>> = keys.map(Value::as_ref).collect();
        // A model that the session meets only now may change how rows are read.
        state.ensure_erased(self.child.0);
        let reading = state.reading(Take::Stale);
        let arena = state.ensure_erased(self.child.0);
        let mut rows = Vec::new();
        rows_by(
            connection,
            self.child,
            self.reference.columns,
            &keys,
            &mut |row| {
                rows.push(arena.load(row, 0, reading)?);
                Ok(())
            },
        )?;
        Ok(rows)
    }

    /// Puts each child into the list of its owner, and sets its relation to it.
    fn distribute(self, state: &mut State, rows: &[u32], lists: &mut Lists) {
        for slot in rows {
            let Some(place) = self.owner(state, *slot, lists) else {
                continue;
            };
            let owner = lists.owners[place];
            if let Some(arena) = state.by_model_mut(self.child.1) {
                lists.members[place].push(arena.handle(*slot));
                arena.note_to_one(*slot, self.inverse, ToOne::Handle(owner));
            }
        }
    }

    /// Which of the owners a child belongs to.
    fn owner(self, state: &State, slot: u32, lists: &Lists) -> Option<usize> {
        let arena = state.by_model(self.child.1)?;
        let known = arena.to_one(slot, self.inverse);
        if known == ToOne::Null {
            return None;
        }
        if let Some(handle) = known.handle() {
            let place = lists.by_slot.get(&handle.slot).copied();
            if let Some(place) = place.filter(|place| lists.owners[*place] == handle) {
                return Some(place);
            }
            let owner = state.by_model(self.model)?;
            if owner.entity_state(handle.slot, handle.stamp).is_some() {
                return None;
            }
        }
        let columns = self.reference.columns.iter();
        let key = KeyTuple::new(columns.map(|column| arena.value(slot, *column).to_value()))?;
        lists.by_key.get(&key).copied()
    }

    /// Adds children that were given an owner since the last flush, which the rows don't show, and returns whether there
    /// are any.
    fn merge_pending(self, state: &mut State, rows: &[u32], lists: &mut Lists) -> bool {
        let Some(arena) = state
            .by_model(self.child.1)
            .filter(|arena| arena.has_work())
        else {
            return false;
        };
        let rows: HashSet<u32> = rows.iter().copied().collect();
        let mut pending = arena.relinking();
        pending.dedup();
        let mut placed = Vec::new();
        for (slot, _) in pending.into_iter().filter(|(slot, _)| !rows.contains(slot)) {
            let handle = arena.to_one(slot, self.inverse).handle();
            let place = handle.and_then(|handle| lists.by_slot.get(&handle.slot).copied());
            if let Some(place) = place.filter(|place| handle == Some(lists.owners[*place])) {
                lists.members[place].push(arena.handle(slot));
                placed.push((slot, handle));
            }
        }
        let has_pending = !placed.is_empty();
        for (slot, owner) in placed {
            let model = self.child.1;
            state.put_in_step(RowId { model, slot }, self.inverse, owner);
        }
        has_pending
    }

    fn fill(self, state: &mut State, lists: Lists, has_pending: bool) -> Result<()> {
        let is_one = matches!(self.relation.kind, RelationKind::HasOne { .. });
        let owners = lists.owners.into_iter().zip(lists.members);
        for (owner, mut members) in owners {
            if is_one && members.len() > 1 {
                return Err(self.several());
            }
            if let Some(arena) = state.by_model(self.child.1) {
                let is_pending = |member: &RawRef| arena.is_pending(member.slot);
                let order = |a: &RawRef, b: &RawRef| {
                    is_pending(a)
                        .cmp(&is_pending(b))
                        .then_with(|| arena.key_order(a.slot, b.slot))
                };
                if !members.is_sorted_by(|a, b| order(a, b).is_le()) {
                    members.sort_by(order);
                }
            }
            state.fill_list((self.model, owner), self.index, (members, has_pending));
        }
        Ok(())
    }

    #[cold]
    fn several(self) -> Error {
        let RelationDef { model, name, .. } = self.relation;
        let child = self.child.0;
        let message = format!("`{model}.{name}` has several rows of {}", child.name);
        Error::with_message(ErrorKind::MultipleRows, message)
            .with_table(child.table)
            .with_hint(format!(
                "make the foreign key unique, or make the relation a HasMany<{}>",
                child.name
            ))
    }
}
