//! [`ListChanges`]: how the list of a relation differs from the rows that were flushed last.
//!
//! A list is a view of foreign keys, so its changes are those of the entities that have these keys: of the ones that are
//! touched or added. No list is compared.

use std::collections::HashSet;

use orm_core::value::Value;

use super::any_arena::AnyArena;
use super::entity_state::EntityState;
use super::handle::RowId;
use super::store::State;
use crate::mapping::{RawRef, ReferenceDef, RelationKind, ToOne};

/// What was added to a list and removed from it since the last flush.
#[derive(Debug, Default)]
pub(crate) struct ListChanges {
    pub(crate) added: Vec<RawRef>,
    pub(crate) removed: Vec<RawRef>,
    /// The others, if the list is loaded.
    pub(crate) unchanged: Vec<RawRef>,
}

/// A foreign key to an owner, as its children have it.
#[derive(Clone, Copy)]
struct Children<'s> {
    owner: RawRef,
    owners: &'s dyn AnyArena,
    arena: &'s dyn AnyArena,
    relation: usize,
    reference: &'static ReferenceDef,
}

impl State {
    /// The changes of a list; `None` if the relation at `index` has none.
    pub(crate) fn list_changes(&self, owner: RowId, index: usize) -> Option<ListChanges> {
        let owners = self.by_model(owner.model)?;
        let relation = &owners.def().relations[index];
        let inverse = match relation.kind {
            RelationKind::HasMany { inverse } | RelationKind::HasOne { inverse } => inverse(),
            RelationKind::BelongsTo { .. } => return None,
        };
        let mut changes = ListChanges::default();
        let target = (relation.target)();
        if let Some(arena) = self.by_model(Self::number(target)) {
            let children = Children {
                owner: owners.handle(owner.slot),
                owners,
                arena,
                relation: inverse,
                reference: target.reference_of(inverse)?,
            };
            children.changes(&mut changes);
        }
        let is_added: HashSet<u32> = changes.added.iter().map(|added| added.slot).collect();
        let mut members = self.members(owner, index);
        members.retain(|member| !is_added.contains(&member.slot));
        let is_removed: HashSet<u32> = changes.removed.iter().map(|member| member.slot).collect();
        members.retain(|member| !is_removed.contains(&member.slot));
        changes.unchanged = members;
        Some(changes)
    }
}

impl Children<'_> {
    fn changes(self, changes: &mut ListChanges) {
        let mut seen = HashSet::new();
        for (slot, is_new) in self.arena.relinking() {
            if !seen.insert(slot) {
                continue;
            }
            let (is, was) = (self.belongs(slot), !is_new && self.belonged(slot));
            if is && !was {
                changes.added.push(self.arena.handle(slot));
            } else if was && !is {
                changes.removed.push(self.arena.handle(slot));
            }
        }
    }

    /// Whether a child references the owner.
    fn belongs(self, slot: u32) -> bool {
        let Self { arena, .. } = self;
        let value = |column| arena.value(slot, column).to_value();
        let moved = |column: &usize| {
            let (new, old) = (arena.value(slot, *column), arena.old_value(slot, *column));
            !new.is_same(old)
        };
        let to_one = arena.to_one(slot, self.relation);
        let is_assigned = to_one != arena.old_to_one(slot, self.relation);
        match to_one {
            ToOne::NotLoaded(_) => self.has_key(value),
            // The key was changed itself.
            _ if !is_assigned && self.reference.columns.iter().any(moved) => self.has_key(value),
            to_one => to_one.handle() == Some(self.owner),
        }
    }

    /// Whether the row of a child references the owner.
    fn belonged(self, slot: u32) -> bool {
        match self.arena.old_to_one(slot, self.relation) {
            ToOne::NotLoaded(_) => {
                self.has_key(|column| self.arena.old_value(slot, column).to_value())
            }
            to_one => to_one.handle() == Some(self.owner),
        }
    }

    /// Whether a foreign key of these values is the owner's key.
    fn has_key(self, value: impl Fn(usize) -> Value) -> bool {
        let RawRef { slot, stamp } = self.owner;
        let state = self.owners.entity_state(slot, stamp);
        let has_row = state.is_some_and(EntityState::has_row);
        let columns = self.reference.columns.iter();
        let mut pairs = columns.zip(self.reference.target_columns);
        has_row
            && pairs.all(|(column, target)| {
                let own = value(*column);
                !own.is_null() && own.as_ref().is_same(self.owners.old_value(slot, *target))
            })
    }
}
