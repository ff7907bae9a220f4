//! [`Arena`]: the entities of one model in one session, each in a slot, found by handle and by key.
//!
//! A slot costs 24 bytes beside the entity and its entry in the identity map. The first mutable access
//! keeps a copy of the columns and puts the slot on the touched list, so that a flush looks at nothing
//! else. How entities come and go is in `lifecycle.rs`; how rows become entities, in `reading.rs`; what a
//! flush reads and writes, in `any_arena.rs`.

use std::num::NonZeroU32;

use orm_core::stmt::Few;
use orm_core::types::Type;
use orm_core::value::Value;

use super::child_index::ChildIndex;
use super::entity_state::EntityState;
use super::handle::{Link, Ref};
use super::key_tuple::{KeyMap, KeySet, KeyTuple, RowMap};
use super::slot::{FIRST_CLOCK, Slot, SqlValue, StaleColumns, Unset};
use super::switch::Switch;
use super::undo_log::Undo;
use crate::mapping::{Model, ModelDef, RawRef};

/// The entities of one model.
pub(crate) struct Arena<M: Model> {
    /// The stamp of the session, which slots have that are used for the first time.
    pub(super) stamp: NonZeroU32,
    pub(super) slots: Vec<Slot<M>>,
    pub(super) free: Vec<u32>,
    pub(super) identity: KeyMap<M::Key, u32>,
    /// The slot behind that of the entity whose row was read last.
    pub(super) next: u32,
    /// The pending entities in the order in which they were added. The last entry is one.
    pub(super) added: Vec<Option<u32>>,
    pub(super) touched: Vec<u32>,
    pub(super) deleting: Vec<u32>,
    /// Of entities that are pending or transient, or inserted in the open transaction.
    pub(super) unset: RowMap<u32, Unset>,
    /// The foreign keys that the flush takes from relations.
    pub(super) links: RowMap<u32, Few<Link>>,
    /// The new entities that take the rows of deleted ones.
    pub(super) switched: RowMap<u32, Switch>,
    /// What the flush sets by expressions.
    pub(super) sql_values: RowMap<u32, Few<SqlValue>>,
    /// Those that a rollback has undone, with the deleted ones.
    pub(super) undone_switches: Vec<[RawRef; 2]>,
    pub(super) child_indexes: Vec<ChildIndex>,
    pub(super) undo: Vec<Undo<M>>,
    /// Entities read before that time of the session's clock are stale.
    pub(super) fresh_from: u32,
    /// Entities read before that time are expired, in a session that expires on commit.
    pub(super) expired_before: u32,
    /// The entities of which only some columns are stale.
    pub(super) stale_columns: RowMap<u32, StaleColumns>,
    /// The last statement of the session's own that may have changed rows past the unit of work, and when.
    pub(super) overtaken: Option<(u32, &'static str)>,
    /// Whether the database may have deleted rows of the table along with others.
    pub(super) cascaded: bool,
    /// Entities whose values a rollback has taken away, to be read again.
    pub(super) unknown: Vec<u32>,
    /// Entities whose keys others have taken, to leave the lists that they are in.
    pub(super) displaced: Vec<u32>,
    /// Entities whose INSERT a rollback has undone, whose lists begin empty again.
    pub(super) taken_back: Vec<u32>,
    /// The entities that were loaded since the session reads in chunks, if it does.
    pub(super) loaded: Option<Vec<RawRef>>,
    /// Old copies that are over, for the next ones: a program that changes many entities again and again
    /// would else allocate and free as many texts each time.
    spare: Vec<Box<M>>,
    /// The columns whose values the database keeps with fewer digits than Rust does.
    pub(super) moments: Box<[usize]>,
}

/// How many entries a list of an arena makes room for at once if it has one already: a session that has two entities of
/// a model is likely to get more, and each time that a list grows it is copied.
pub(super) const GROWTH: usize = 32;

/// Makes room for another entry.
#[inline]
pub(super) fn make_room<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() && !list.is_empty() {
        list.reserve(GROWTH);
    }
}

/// For how many entities an arena may have room that waits for another session, whatever that is going to need.
const USUAL: usize = 64;

/// How many bytes of entities a session may have had, at most, whose room waits for another one.
const KEPT_BYTES: usize = 1 << 20;

/// How many old copies are kept for the next ones.
const SPARE: usize = 1024;

impl<M: Model> Arena<M> {
    pub(crate) fn new(stamp: NonZeroU32) -> Self {
        Self {
            stamp,
            slots: Vec::new(),
            free: Vec::new(),
            identity: KeyMap::default(),
            next: 0,
            added: Vec::new(),
            touched: Vec::new(),
            deleting: Vec::new(),
            unset: RowMap::default(),
            links: RowMap::default(),
            switched: RowMap::default(),
            sql_values: RowMap::default(),
            undone_switches: Vec::new(),
            child_indexes: Vec::new(),
            undo: Vec::new(),
            fresh_from: FIRST_CLOCK,
            expired_before: FIRST_CLOCK,
            stale_columns: RowMap::default(),
            overtaken: None,
            cascaded: false,
            unknown: Vec::new(),
            displaced: Vec::new(),
            taken_back: Vec::new(),
            loaded: None,
            spare: Vec::new(),
            moments: moments(M::def()),
        }
    }

    /// Makes it as new, in the memory that it has: room for many entities stays as long as sessions use most of it.
    pub(super) fn empty(&mut self) {
        // Each by its name, so that none is forgotten.
        let Self {
            stamp: _,
            slots,
            free,
            identity,
            next,
            added,
            touched,
            deleting,
            unset,
            links,
            switched,
            sql_values,
            undone_switches,
            child_indexes,
            undo,
            fresh_from,
            expired_before,
            stale_columns,
            overtaken,
            cascaded,
            unknown,
            displaced,
            taken_back,
            loaded,
            spare,
            moments: _,
        } = self;
        let used = slots.len();
        if slots.capacity() <= USUAL.max(4 * used) && used * size_of::<Slot<M>>() <= KEPT_BYTES {
            slots.clear();
            identity.clear();
        } else {
            (*slots, *identity) = (Vec::new(), KeyMap::default());
        }
        (*next, *fresh_from, *expired_before) = (0, FIRST_CLOCK, FIRST_CLOCK);
        (*overtaken, *cascaded, *loaded) = (None, false, None);
        child_indexes.clear();
        undone_switches.clear();
        // What a session that only reads has none of.
        let maps_and_log = is_unused(added)
            & is_unused(undo)
            & is_unused(spare)
            & is_unused_map(unset)
            & is_unused_map(links)
            & is_unused_map(switched)
            & is_unused_map(sql_values)
            & is_unused_map(stale_columns);
        let lists = [free, touched, deleting, unknown, displaced, taken_back];
        if maps_and_log & lists.iter().all(|list| is_unused(list)) {
            return;
        }
        empty_map(unset);
        empty_map(links);
        empty_map(switched);
        empty_map(sql_values);
        empty_map(stale_columns);
        empty(added);
        empty(undo);
        empty(spare);
        lists.into_iter().for_each(empty);
    }

    /// Begins to serve a session with that stamp.
    pub(super) fn begin(&mut self, stamp: NonZeroU32) {
        self.stamp = stamp;
    }

    /// Takes back an old copy that is over.
    #[inline]
    pub(super) fn recycle(&mut self, old: Box<M>) {
        if self.spare.len() < SPARE {
            self.spare.push(old);
        }
    }

    #[inline]
    pub(super) fn slot(&self, handle: Ref<M>) -> Option<&Slot<M>> {
        self.slots
            .get(handle.slot as usize)
            .filter(|slot| slot.stamp == handle.stamp)
    }

    #[inline]
    pub(super) fn slot_mut(&mut self, handle: Ref<M>) -> Option<&mut Slot<M>> {
        self.slots
            .get_mut(handle.slot as usize)
            .filter(|slot| slot.stamp == handle.stamp)
    }

    /// The entity of a handle, if its values are known.
    #[inline]
    pub(crate) fn get(&self, handle: Ref<M>) -> Option<&M> {
        let slot = self.slot(handle)?;
        if slot.epoch == 0 {
            return None;
        }
        slot.value.as_ref()
    }

    /// The entity of a handle, if its values are known and, in a session whose entities expire, may be read.
    #[inline]
    pub(crate) fn readable(&self, handle: Ref<M>, expires: bool) -> Option<&M> {
        if expires && self.is_expired(handle) {
            return None;
        }
        self.get(handle)
    }

    /// The entity of a handle, about to be changed.
    #[inline]
    pub(crate) fn get_mut(&mut self, handle: Ref<M>) -> Option<&mut M> {
        let slot = self.slots.get_mut(handle.slot as usize)?;
        if slot.stamp != handle.stamp {
            return None;
        }
        // A deleted entity's changes are never written, but a rollback undoes them with the delete.
        if slot.old.is_none() && slot.state.has_row() {
            let value = slot.value.as_ref()?;
            slot.old = Some(match self.spare.pop() {
                Some(mut old) => {
                    value.snapshot_into(&mut old);
                    old
                }
                None => Box::new(value.snapshot()),
            });
            if slot.state == EntityState::Persistent {
                self.touched.push(handle.slot);
            }
        }
        slot.value.as_mut()
    }

    /// Several entities, about to be changed. `None` if a handle is stale or given twice.
    pub(crate) fn get_many_mut<const N: usize>(
        &mut self,
        handles: [Ref<M>; N],
    ) -> Option<[&mut M; N]> {
        for handle in handles {
            self.get_mut(handle)?;
        }
        let indices = handles.map(|handle| handle.slot as usize);
        let slots = self.slots.get_disjoint_mut(indices).ok()?;
        let mut entities = slots.map(|slot| slot.value.as_mut());
        if entities.iter().any(Option::is_none) {
            return None;
        }
        Some(entities.each_mut().map(|entity| {
            entity
                .take()
                .expect("invariant: each was there one line ago")
        }))
    }

    /// The entity of a handle with the values that the database has.
    pub(crate) fn stored(&self, handle: Ref<M>) -> Option<&M> {
        self.slot(handle)?.stored()
    }

    /// The key that the database has for a handle's entity.
    pub(crate) fn old_key(&self, handle: Ref<M>) -> Option<M::Key> {
        self.slot(handle)?.stored().map(Model::key)
    }

    /// The state of a handle's entity.
    pub(crate) fn state(&self, handle: Ref<M>) -> Option<EntityState> {
        self.slot(handle)
            .filter(|slot| slot.value.is_some())
            .map(|slot| slot.state)
    }

    /// Whether a persistent entity is as it was last read.
    #[inline]
    pub(crate) fn is_fresh(&self, handle: Ref<M>) -> bool {
        self.slot(handle)
            .is_some_and(|slot| slot.epoch >= self.fresh_from)
    }

    /// Whether a persistent entity was read before the last commit, rollback or `expire_all`, and nothing
    /// was changed.
    pub(crate) fn is_expired(&self, handle: Ref<M>) -> bool {
        self.slot(handle).is_some_and(|slot| {
            slot.state == EntityState::Persistent
                && slot.epoch < self.expired_before
                && !slot.is_changed()
        })
    }

    /// Whether the entity has changes that are not flushed.
    pub(crate) fn is_changed(&self, handle: Ref<M>) -> bool {
        self.slot(handle).is_some_and(Slot::is_changed)
    }

    /// The handle of the entity with that key.
    #[inline]
    pub(crate) fn find(&self, key: &M::Key) -> Option<Ref<M>> {
        Some(self.handle_at(*self.identity.get(key)?))
    }

    /// The handle of the entity in a slot.
    #[inline]
    pub(crate) fn handle_at(&self, slot: u32) -> Ref<M> {
        Ref::new(slot, self.slots[slot as usize].stamp)
    }

    /// The persistent entities whose foreign key in `columns` is one of `keys` in the database, by slot.
    pub(super) fn referring(
        &mut self,
        columns: &'static [usize],
        keys: &KeySet<KeyTuple<Value>>,
    ) -> Vec<u32> {
        let known = self.child_indexes.iter();
        let known = known.enumerate().find(|(_, index)| index.is_of(columns));
        let place = known.map_or(self.child_indexes.len(), |(place, _)| place);
        if place == self.child_indexes.len() {
            let index = ChildIndex::new(columns, self.slots.len());
            self.child_indexes.push(index);
        }
        let slots = &self.slots;
        let held = |slot: u32| slots[slot as usize].old_key(columns);
        let mut found = self.child_indexes[place].find(keys, held);
        found.retain(|slot| {
            let is_here = slots[*slot as usize].state == EntityState::Persistent;
            is_here && held(*slot).is_some_and(|key| keys.contains(&key))
        });
        found
    }

    /// Notes that an entity may hold other foreign keys than before.
    #[inline]
    pub(super) fn note_child(&mut self, slot: u32) {
        if !self.child_indexes.is_empty() {
            self.note_in_indexes(slot);
        }
    }

    #[cold]
    fn note_in_indexes(&mut self, slot: u32) {
        let slots = self.slots.len();
        self.child_indexes.retain(|index| !index.is_worn(slots));
        let indexes = self.child_indexes.iter_mut();
        indexes.for_each(|index| index.note(slot));
    }

    pub(super) fn occupy(&mut self, value: M, state: EntityState, epoch: u32) -> Ref<M> {
        let index = vacant(&mut self.slots, &self.free, self.stamp);
        self.slots[index as usize].value = Some(value);
        self.occupied(index, state, epoch);
        self.handle_at(index)
    }

    /// The vacant slot has got an entity.
    #[inline]
    pub(super) fn occupied(&mut self, index: u32, state: EntityState, epoch: u32) {
        self.free.pop();
        let slot = &mut self.slots[index as usize];
        (slot.state, slot.epoch, slot.undo_level, slot.old) = (state, epoch, 0, None);
        if let Some(loaded) = &mut self.loaded
            && state == EntityState::Persistent
        {
            let stamp = slot.stamp;
            loaded.push(RawRef { slot: index, stamp });
        }
        self.note_child(index);
    }
}

/// Whether a list has nothing in it, and no more room than is kept: a map has up to twice as much as it was asked for.
#[inline]
fn is_unused<T>(list: &Vec<T>) -> bool {
    list.is_empty() & (list.capacity() <= 2 * USUAL)
}

#[inline]
fn is_unused_map<T>(map: &RowMap<u32, T>) -> bool {
    map.is_empty() & (map.capacity() <= 2 * USUAL)
}

fn empty<T>(list: &mut Vec<T>) {
    list.clear();
    list.shrink_to(USUAL);
}

fn empty_map<T>(map: &mut RowMap<u32, T>) {
    map.clear();
    map.shrink_to(USUAL);
}

/// The slot that the next entity gets: the one that was freed last, or else a new one.
#[inline]
pub(super) fn vacant<M>(slots: &mut Vec<Slot<M>>, free: &[u32], stamp: NonZeroU32) -> u32 {
    if let Some(index) = free.last() {
        return *index;
    }
    let index = u32::try_from(slots.len())
        .expect("invariant: a session's memory ends long before 4 294 967 296 entities");
    make_room(slots);
    // Written in its place, which `push` would copy it to.
    slots.resize_with(slots.len() + 1, || Slot {
        stamp,
        epoch: 0,
        undo_level: 0,
        state: EntityState::Transient,
        old: None,
        value: None,
    });
    index
}

/// The columns whose values the database keeps with fewer digits than Rust does.
fn moments(def: &ModelDef) -> Box<[usize]> {
    let is_moment = |ty: &Type| {
        matches!(
            ty,
            Type::Time | Type::DateTime | Type::Timestamp | Type::Interval
        )
    };
    let columns = def.columns.iter().enumerate();
    let moments = columns.filter(|(_, column)| is_moment(&column.ty));
    moments.map(|(position, _)| position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_costs_24_bytes() {
        assert_eq!(
            size_of::<Slot<[String; 4]>>(),
            size_of::<[String; 4]>() + 24
        );
    }
}
