//! The relations of entities to others whose keys they have: what they reference now and in the database.
//!
//! `flush/link.rs` makes foreign keys of them, `load/parents.rs` fills them. A model without relations has nothing of
//! it.

use super::arena::Arena;
use super::entity_state::EntityState;
use super::slot::Slot;
use crate::mapping::{AnyRelation, ColumnSet, Model, RawRef, ToOne};

/// What the relation at `index` references.
pub(super) fn to_one<M: Model>(entity: &M, index: usize) -> ToOne {
    let relation = entity.relation(index);
    relation.map_or_else(ToOne::default, AnyRelation::to_one)
}

/// Sets what the relation at `index` references.
pub(super) fn set_to_one<M: Model>(entity: &mut M, index: usize, to_one: ToOne) {
    if let Some(relation) = entity.relation_mut(index) {
        relation.set_to_one(to_one);
    }
}

/// A value comes into the session: its relations get their names, for messages.
#[inline]
pub(super) fn name_relations<M: Model>(entity: &mut M) {
    if !M::HAS_RELATIONS {
        return;
    }
    for (index, relation, _) in M::def().belongs_to() {
        if !to_one(entity, index).is_loaded() {
            set_to_one(entity, index, ToOne::NotLoaded(Some(relation)));
        }
    }
}

/// A row was read, or put back: its relations reference what they are known to reference by the same foreign keys.
#[inline]
pub(super) fn keep_relations<M: Model>(known: &M, fresh: &mut M) {
    if !M::HAS_RELATIONS {
        return;
    }
    for (index, ..) in M::def().belongs_to() {
        keep_relation(known, fresh, index);
    }
}

/// As [`keep_relations`], for one of them.
fn keep_relation<M: Model>(known: &M, fresh: &mut M, index: usize) {
    let Some(reference) = M::def().reference_of(index) else {
        return;
    };
    let is_same = |column: &usize| known.value(*column).is_same(fresh.value(*column));
    if !to_one(fresh, index).is_loaded() && reference.columns.iter().all(is_same) {
        set_to_one(fresh, index, to_one(known, index));
    }
}

/// Columns have taken other values from the database: what relations with these columns reference is not known any more.
#[inline]
pub(super) fn forget_relations<'m, M: Model>(
    moved: &ColumnSet,
    entities: impl IntoIterator<Item = &'m mut M>,
) {
    if !M::HAS_RELATIONS {
        return;
    }
    for entity in entities {
        for (index, relation, reference) in M::def().belongs_to() {
            if reference
                .columns
                .iter()
                .any(|column| moved.contains(*column))
            {
                set_to_one(entity, index, ToOne::NotLoaded(Some(relation)));
            }
        }
    }
}

impl<M: Model> Arena<M> {
    /// The entities to insert and those that were touched, as [`AnyArena::relinking`](super::AnyArena::relinking) has
    /// them.
    pub(super) fn relinking(&self) -> Vec<(u32, bool)> {
        let added = self.added.iter().flatten().map(|slot| (*slot, true));
        let is_persistent =
            |slot: &&u32| self.slots[**slot as usize].state == EntityState::Persistent;
        let touched = self.touched.iter().filter(is_persistent);
        added.chain(touched.map(|slot| (*slot, false))).collect()
    }

    /// Whether a column of an entity to insert has no value yet.
    pub(super) fn is_unset(&self, slot: u32, position: usize) -> bool {
        let Some(value) = &self.slots[slot as usize].value else {
            return true;
        };
        let unset = self.unset.get(&slot).into_iter().flatten();
        let mut unset = unset.filter(|(column, _)| *column == position);
        let value = value.value(position);
        value.is_null() || unset.any(|(_, placeholder)| value.is_same(placeholder.as_ref()))
    }

    /// Makes a relation reference the entity that has got the row of the one that it references.
    pub(super) fn redirect(
        &mut self,
        slot: u32,
        index: usize,
        [from, to]: [RawRef; 2],
        log: Option<u32>,
    ) {
        let (from, to) = (ToOne::Handle(from), ToOne::Handle(to));
        let Slot { value, old, .. } = &mut self.slots[slot as usize];
        let Some(value) = value else { return };
        let before = old.as_deref().unwrap_or(value).snapshot();
        for entity in [Some(value), old.as_deref_mut()].into_iter().flatten() {
            if to_one(entity, index) == from {
                set_to_one(entity, index, to);
            }
        }
        if let Some(level) = log {
            self.log_update(level, slot, Box::new(before));
        }
    }

    /// What relations with exactly these columns reference is not known any more, unless they were given another entity
    /// since. A rollback puts it back.
    pub(super) fn forget_to_one(&mut self, slots: &[u32], columns: &[usize], level: u32) {
        for slot in slots {
            let Slot { value, old, .. } = &mut self.slots[*slot as usize];
            let Some(value) = value else { continue };
            let stored = old.as_deref().unwrap_or(value).snapshot();
            for (index, relation, _) in M::def()
                .belongs_to()
                .filter(|(.., key)| key.columns == columns)
            {
                let not_loaded = ToOne::NotLoaded(Some(relation));
                let before = to_one(&stored, index);
                if let Some(old) = old {
                    set_to_one(&mut **old, index, not_loaded);
                }
                if to_one(value, index) == before {
                    set_to_one(value, index, not_loaded);
                }
            }
            self.log_update(level, *slot, Box::new(stored));
        }
    }

    /// How many of the entities, from the first one on, were read with the same foreign key, in `columns`, while the relation
    /// is not loaded. At least one.
    pub(super) fn siblings(&self, slots: &[u32], index: usize, columns: &[usize]) -> usize {
        let as_read = |slot: &u32| {
            let slot = &self.slots[*slot as usize];
            let is_read = slot.state == EntityState::Persistent && slot.old.is_none();
            let value = slot.value.as_ref().filter(|_| is_read)?;
            matches!(to_one(value, index), ToOne::NotLoaded(_)).then_some(value)
        };
        let Some(first) = slots.first().and_then(as_read) else {
            return 1;
        };
        let has_key = |other: &M| {
            let mut columns = columns.iter();
            columns.all(|column| other.value(*column) == first.value(*column))
        };
        let others = slots[1..].iter();
        1 + others
            .take_while(|slot| as_read(slot).is_some_and(has_key))
            .count()
    }

    /// Notes what a relation references by the foreign key that the entity has. It is no change: the old copy has it, too,
    /// if it has the same key.
    pub(super) fn note_to_one(&mut self, slot: u32, index: usize, to_one: ToOne) {
        let Slot { value, old, .. } = &mut self.slots[slot as usize];
        let Some(value) = value else { return };
        set_to_one(value, index, to_one);
        // Another relation may have been assigned, which its foreign key doesn't show yet.
        if let Some(old) = old {
            keep_relation(value, &mut **old, index);
        }
    }
}
