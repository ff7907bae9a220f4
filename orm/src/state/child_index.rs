//! [`ChildIndex`]: the entities of a model by a foreign key, with its value in the database.
//!
//! Built on first use: a delete needs the loaded children whose foreign keys the database sets to NULL, which most
//! sessions never do. From then on each entity that is read or written costs one update of the index.

use orm_core::value::Value;

use super::key_tuple::{KeyMap, KeySet, KeyTuple};

/// The entities of one arena by the columns of one foreign key. An entry means that the entity held that key once;
/// whether it still does is checked when it is found.
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
    /// The index of `columns` over that many slots.
    pub(super) fn new(columns: &'static [usize], slots: usize) -> Self {
        Self {
            columns,
            newest: KeyMap::default(),
            entries: Vec::new(),
            noted: (0..).take(slots).collect(),
        }
    }

    /// Whether it is the index of `columns`.
    pub(super) fn is_of(&self, columns: &[usize]) -> bool {
        self.columns == columns
    }

    /// Notes that an entity may have got another key.
    pub(super) fn note(&mut self, slot: u32) {
        self.noted.push(slot);
    }

    /// Whether there is so much to enter or to skip that it is quicker to begin again.
    pub(super) fn is_worn(&self, slots: usize) -> bool {
        self.noted.len() > slots || self.entries.len() > 2 * slots
    }

    /// The slots that held one of `keys` once, after those noted are entered by the key that they hold now.
    pub(super) fn find(
        &mut self,
        keys: &KeySet<KeyTuple<Value>>,
        held: impl Fn(u32) -> Option<KeyTuple<Value>>,
    ) -> Vec<u32> {
        for slot in std::mem::take(&mut self.noted) {
            if let Some(key) = held(slot) {
                self.enter(slot, key);
            }
        }
        let mut found = Vec::new();
        for key in keys {
            let mut next = self.newest.get(key).copied().unwrap_or(NONE);
            while let Some(entry) = self.entries.get(next as usize) {
                found.push(entry.slot);
                next = entry.before;
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn enter(&mut self, slot: u32, key: KeyTuple<Value>) {
        let entry = u32::try_from(self.entries.len())
            .expect("invariant: there are at most three entries an entity");
        let before = self.newest.insert(key, entry).unwrap_or(NONE);
        self.entries.push(Entry { slot, before });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_by_the_keys_that_slots_have_held() {
        let int = |key| Some(KeyTuple::One(Value::Int(key)));
        let keys = |key| int(key).into_iter().collect();
        let mut index = ChildIndex::new(&[1], 4);
        let held = [int(7), None, int(8), int(7)];
        assert_eq!(
            index.find(&keys(7), |slot| held[slot as usize].clone()),
            [0, 3]
        );
        // What is not noted is not looked at again.
        assert_eq!(index.find(&keys(8), |_| None), [2]);
        index.note(2);
        index.note(1);
        assert_eq!(index.find(&keys(7), |_| int(7)), [0, 1, 2, 3]);
        assert!(!index.is_worn(4) && index.is_worn(2));
    }
}
