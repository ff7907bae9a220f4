//! [`ChildIndex`]: which entities of a model hold a foreign key, by the key that they hold in the database.
//!
//! Built when it is first asked for: a delete needs the loaded children whose foreign keys the database sets to
//! NULL, and most sessions need it never. From then on it costs a note per entity that is read or written.

use orm_core::value::Value;

use super::arena::{Arena, Slot};
use super::entity_state::EntityState;
use super::key_tuple::{KeyMap, KeySet, KeyTuple};
use crate::mapping::Model;

/// The entities of one arena by the columns of one foreign key. An entry says that the entity held that key once;
/// whether it still does is looked at when it is found.
pub(super) struct ChildIndex {
    columns: &'static [usize],
    /// The newest entry of each key.
    newest: KeyMap<KeyTuple<Value>, u32>,
    entries: Vec<Entry>,
    /// Entities that may have got another key since they were entered.
    noted: Vec<u32>,
}

struct Entry {
    slot: u32,
    /// The entry of the same key before this one; [`NONE`] if this is the first.
    before: u32,
}

const NONE: u32 = u32::MAX;

impl ChildIndex {
    fn enter<M: Model>(&mut self, index: u32, slot: &Slot<M>) {
        let Some(key) = held(slot, self.columns) else {
            return;
        };
        let entry = u32::try_from(self.entries.len())
            .expect("invariant: there are at most three entries an entity");
        let before = self.newest.insert(key, entry).unwrap_or(NONE);
        self.entries.push(Entry {
            slot: index,
            before,
        });
    }

    /// Whether there is so much to enter or to skip that it is quicker to begin again.
    fn is_worn(&self, slots: usize) -> bool {
        self.noted.len() > slots || self.entries.len() > 2 * slots
    }
}

impl<M: Model> Arena<M> {
    /// The persistent entities whose foreign key in `columns` is one of `keys` in the database, by slot.
    pub(super) fn referring(
        &mut self,
        columns: &'static [usize],
        keys: &KeySet<KeyTuple<Value>>,
    ) -> Vec<u32> {
        let index = self.child_index(columns);
        let mut found = Vec::new();
        for key in keys {
            let mut next = index.newest.get(key).copied().unwrap_or(NONE);
            while let Some(entry) = index.entries.get(next as usize) {
                found.push(entry.slot);
                next = entry.before;
            }
        }
        found.retain(|index| {
            let slot = &self.slots[*index as usize];
            let holds = || held(slot, columns).is_some_and(|key| keys.contains(&key));
            slot.state == EntityState::Persistent && holds()
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Notes that an entity may hold other foreign keys than before.
    #[inline]
    pub(super) fn note_child(&mut self, slot: u32) {
        if !self.child_indexes.is_empty() {
            let slots = self.slots.len();
            self.child_indexes.retain(|index| !index.is_worn(slots));
            let indexes = self.child_indexes.iter_mut();
            indexes.for_each(|index| index.noted.push(slot));
        }
    }

    /// The index of `columns`, complete.
    fn child_index(&mut self, columns: &'static [usize]) -> &ChildIndex {
        let known = self.child_indexes.iter();
        let place = known
            .enumerate()
            .find_map(|(place, index)| (index.columns == columns).then_some(place));
        let place = place.unwrap_or_else(|| {
            self.child_indexes.push(ChildIndex {
                columns,
                newest: KeyMap::default(),
                entries: Vec::new(),
                noted: (0..).zip(&self.slots).map(|(slot, _)| slot).collect(),
            });
            self.child_indexes.len() - 1
        });
        let index = &mut self.child_indexes[place];
        for slot in std::mem::take(&mut index.noted) {
            index.enter(slot, &self.slots[slot as usize]);
        }
        index
    }
}

/// The key that the database has in these columns of an entity; `None` if a part of it is NULL.
fn held<M: Model>(slot: &Slot<M>, columns: &[usize]) -> Option<KeyTuple<Value>> {
    let entity = slot.old.as_deref().or(slot.value.as_ref())?;
    KeyTuple::new(
        columns
            .iter()
            .map(|column| entity.value(*column).to_value()),
    )
}
