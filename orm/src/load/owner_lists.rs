//! [`Lists`]: the owners of a load, what finds them, and the children or link rows that were found to be theirs.
//!
//! Used by `children.rs`. Rows mostly come owner by owner, so what is kept of them is runs, each with its owner.

use std::cell::OnceCell;

use orm_core::value::Value;

use super::parents::without_case;
use crate::mapping::RawRef;
use crate::state::{AnyArena, KeyMap, KeyTuple, RowMap};

/// The owners by their place, and their children or link rows.
pub(super) struct Lists {
    owners: Vec<RawRef>,
    by_key: KeyMap<KeyTuple<Value>, usize>,
    /// Most rows find their owner by the foreign key.
    by_slot: OnceCell<RowMap<u32, usize>>,
    rows: Vec<RawRef>,
    runs: Vec<Run>,
}

/// Some of the rows one after another, and the place of their owner.
#[derive(Clone, Copy)]
struct Run {
    owner: usize,
    start: usize,
    end: usize,
}

impl Lists {
    pub(super) fn with_capacity(owners: usize) -> Self {
        let mut by_key = KeyMap::default();
        by_key.reserve(owners);
        Self {
            owners: Vec::with_capacity(owners),
            by_key,
            by_slot: OnceCell::new(),
            rows: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Adds an owner. Without a key it has no rows but those in memory.
    pub(super) fn push_owner(&mut self, owner: RawRef, key: Option<KeyTuple<Value>>) {
        if let Some(key) = key {
            self.by_key.insert(key, self.owners.len());
        }
        self.owners.push(owner);
    }

    pub(super) fn owner(&self, place: usize) -> RawRef {
        self.owners[place]
    }

    /// The keys of the owners that have one, in the order of these, so that the statement is the same each time.
    pub(super) fn keys(&self) -> impl Iterator<Item = &[Value]> {
        let mut keys: Vec<(&KeyTuple<Value>, &usize)> = self.by_key.iter().collect();
        keys.sort_unstable_by_key(|(_, place)| **place);
        keys.into_iter().map(|(key, _)| key.values())
    }

    /// The place of the owner with that handle.
    pub(super) fn place_of(&self, handle: RawRef) -> Option<usize> {
        let by_slot = self.by_slot.get_or_init(|| {
            let slots = self.owners.iter().map(|owner| owner.slot);
            slots.zip(0..).collect()
        });
        let place = by_slot.get(&handle.slot).copied()?;
        (self.owners[place] == handle).then_some(place)
    }

    /// The place of the owner that a foreign key references.
    pub(super) fn place_of_key(&self, key: &KeyTuple<Value>) -> Option<usize> {
        let found = self.by_key.get(key).copied();
        found.or_else(|| without_case(&self.by_key, key))
    }

    /// Adds rows of one owner.
    pub(super) fn push_rows(&mut self, owner: usize, arena: &dyn AnyArena, slots: &[u32]) {
        let start = self.rows.len();
        arena.push_handles(slots, &mut self.rows);
        let end = self.rows.len();
        self.runs.push(Run { owner, start, end });
    }

    /// Calls `fill` for each owner with its rows, in the order in which they were added.
    pub(super) fn each(mut self, mut fill: impl FnMut(RawRef, &[RawRef])) {
        self.runs.sort_by_key(|run| run.owner);
        let (mut runs, mut several) = (&*self.runs, Vec::new());
        for (place, owner) in self.owners.iter().enumerate() {
            let own = runs.iter().take_while(|run| run.owner == place).count();
            let (own, rest) = runs.split_at(own);
            runs = rest;
            if let [] | [_] = own {
                let run = own.first().map_or(0..0, |run| run.start..run.end);
                fill(*owner, &self.rows[run]);
                continue;
            }
            several.clear();
            for run in own {
                several.extend_from_slice(&self.rows[run.start..run.end]);
            }
            fill(*owner, &several);
        }
    }
}
