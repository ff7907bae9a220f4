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
use crate::mapping::{RawRef, ReferenceDef, ToOne};

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
    /// The children, or link rows.
    arena: &'s dyn AnyArena,
    relation: usize,
    /// The relation by which link rows reference the members.
    far: Option<usize>,
    reference: &'static ReferenceDef,
}

impl State {
    /// The changes of a list; `None` if the relation at `index` has none.
    pub(crate) fn list_changes(&self, owner: RowId, index: usize) -> Option<ListChanges> {
        let owners = self.by_model(owner.model)?;
        let relation = &owners.def().relations[index];
        let (child, inverse) = relation.children()?;
        let mut changes = ListChanges::default();
        if let Some(arena) = self.by_model(Self::number(child)) {
            let children = Children {
                owner: owners.handle(owner.slot),
                owners,
                arena,
                relation: inverse,
                far: relation.through().map(|through| through.target),
                reference: child.reference_of(inverse)?,
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
        let relinked = self.arena.relinking().into_iter();
        for (slot, is_new) in relinked.chain(self.unlinked()) {
            if !seen.insert(slot) {
                continue;
            }
            let (is, was) = (self.belongs(slot), !is_new && self.belonged(slot));
            let new = is.then(|| self.member(slot, AnyArena::to_one)).flatten();
            let old = was
                .then(|| self.member(slot, AnyArena::old_to_one))
                .flatten();
            if new != old {
                changes.added.extend(new);
                changes.removed.extend(old);
            }
        }
    }

    /// The link rows that the next flush deletes.
    fn unlinked(self) -> Vec<(u32, bool)> {
        if self.far.is_none() {
            return Vec::new();
        }
        let slots = self.arena.deleting().into_iter();
        slots.map(|slot| (slot, false)).collect()
    }

    /// The member that a row makes: itself, or what it links, as `to_one` knows it.
    fn member(
        self,
        slot: u32,
        to_one: impl Fn(&'_ dyn AnyArena, u32, usize) -> ToOne,
    ) -> Option<RawRef> {
        match self.far {
            None => Some(self.arena.handle(slot)),
            Some(far) => to_one(self.arena, slot, far).handle(),
        }
    }

    /// Whether a child references the owner.
    fn belongs(self, slot: u32) -> bool {
        let Self { arena, .. } = self;
        let RawRef { stamp, .. } = arena.handle(slot);
        if self.far.is_some() && arena.entity_state(slot, stamp) == Some(EntityState::Deleting) {
            return false;
        }
        let value = |column| arena.value(slot, column).to_value();
        let moved = |column: &usize| {
            let (new, old) = (arena.value(slot, *column), arena.old_value(slot, *column));
            !new.is_same(old)
        };
        let to_one = arena.to_one(slot, self.relation);
        let is_assigned = to_one != arena.old_to_one(slot, self.relation);
        match to_one {
            ToOne::NotLoaded(_) | ToOne::Hidden => self.has_key(value),
            // The key was changed itself.
            _ if !is_assigned && self.reference.columns.iter().any(moved) => self.has_key(value),
            to_one => to_one.handle() == Some(self.owner),
        }
    }

    /// Whether the row of a child references the owner.
    fn belonged(self, slot: u32) -> bool {
        match self.arena.old_to_one(slot, self.relation) {
            ToOne::NotLoaded(_) | ToOne::Hidden => {
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
