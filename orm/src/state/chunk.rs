//! What a query in chunks has loaded leaves the session after each chunk, as far as nothing needs it: the use of memory is that
//! of a chunk.
//!
//! While such a query runs, arenas note the entities that they load. An entity stays if it is changed, or deleted, or if a
//! rollback of the open transaction would put back values of it; and what an entity that stays references by its relations
//! stays as well, so that no relation leads to an entity that has left.

use std::cmp::Reverse;

use super::any_arena::AnyArena;
use super::handle::RowId;
use super::key_tuple::KeySet;
use super::store::State;
use crate::mapping::{ModelDef, RawRef, ToOne};

/// Where a chunk begins, or the first one of a query.
pub(crate) struct ChunkMark {
    /// By model: how many entities its arena has noted, and how long its undo log is.
    arenas: Vec<(usize, [usize; 2])>,
    /// How long the log of lists is.
    lists: usize,
    /// The undo level of the open transaction, and the next one.
    levels: (Option<u32>, u32),
}

impl ChunkMark {
    /// The numbers of a model, which are 0 if the session has met it since.
    fn of(&self, model: usize) -> [usize; 2] {
        let known = self.arenas.iter().find(|(known, _)| *known == model);
        known.map_or([0, 0], |(_, numbers)| *numbers)
    }
}

impl State {
    /// Whether a call that reads in chunks is running.
    pub(crate) fn is_in_chunks(&self) -> bool {
        self.chunk_depth > 0
    }

    /// A query begins to read in chunks.
    pub(crate) fn begin_chunks(&mut self) {
        self.chunk_depth += 1;
        if self.chunk_depth == 1 {
            let arenas = self.arenas_mut();
            arenas.for_each(|arena| arena.note_loaded(true));
        }
    }

    /// It has ended.
    pub(crate) fn end_chunks(&mut self) {
        self.chunk_depth -= 1;
        if self.chunk_depth == 0 {
            let arenas = self.arenas_mut();
            arenas.for_each(|arena| arena.note_loaded(false));
        }
    }

    /// A chunk begins.
    pub(crate) fn chunk_mark(&self) -> ChunkMark {
        let numbers = |arena: &dyn AnyArena| [arena.loaded().len(), arena.undo_len()];
        let arenas = self.arenas();
        ChunkMark {
            arenas: arenas
                .map(|arena| (arena.model(), numbers(arena)))
                .collect(),
            lists: self.lists.log.len(),
            levels: (self.transaction, self.next_level),
        }
    }

    /// Takes out of the session what was loaded since a chunk began and nothing needs. If a transaction has begun or ended
    /// since, so does what the chunks before have left of that, since the `first` began.
    pub(crate) fn expunge_chunk(&mut self, first: &ChunkMark, mark: &ChunkMark) {
        let is_same = mark.levels == (self.transaction, self.next_level);
        let mark = if is_same { mark } else { first };
        let mut unneeded = self.untouched(mark);
        if unneeded.is_empty() {
            return;
        }
        if self.has_relations {
            self.keep_referenced(&mut unneeded);
        }
        // The next chunk takes these slots from the end of the list: in their order.
        let mut unneeded: Vec<RowId> = unneeded.into_iter().collect();
        unneeded.sort_unstable_by_key(|row| Reverse((row.model, row.slot)));
        for row in unneeded {
            if let Some(arena) = self.by_model_mut(row.model) {
                arena.expunge(row.slot);
            }
        }
        for arena in self.arenas_mut() {
            arena.forget_expunged(mark.of(arena.model()));
        }
        self.forget_expunged_lists(mark.lists);
    }

    /// The entities that were loaded since, and are as their rows.
    fn untouched(&self, mark: &ChunkMark) -> KeySet<RowId> {
        // Entries of earlier levels are of transactions that have ended.
        let since = self.transaction.unwrap_or(self.next_level);
        let mut untouched = KeySet::default();
        for arena in self.arenas() {
            let (model, loaded) = (arena.model(), arena.loaded());
            let [from, _] = mark.of(model);
            for entity in loaded.iter().skip(from) {
                if arena.is_untouched(*entity, since) {
                    let slot = entity.slot;
                    untouched.insert(RowId { model, slot });
                }
            }
        }
        untouched
    }

    /// Takes out of `unneeded` what the other entities reference, and what that references.
    fn keep_referenced(&self, unneeded: &mut KeySet<RowId>) {
        let mut kept = Vec::new();
        for arena in self.arenas() {
            if arena.def().relations.is_empty() {
                continue;
            }
            let model = arena.model();
            for slot in 0..arena.slot_count() {
                if !unneeded.contains(&RowId { model, slot }) {
                    each_reference(arena, slot, &mut |row| {
                        if unneeded.remove(&row) {
                            kept.push(row);
                        }
                    });
                }
            }
        }
        while let Some(row) = kept.pop() {
            let Some(arena) = self.by_model(row.model) else {
                continue;
            };
            each_reference(arena, row.slot, &mut |row| {
                if unneeded.remove(&row) {
                    kept.push(row);
                }
            });
        }
    }

    /// Forgets changes of lists whose owners have left, from a place of the log on.
    fn forget_expunged_lists(&mut self, from: usize) {
        let from = from.min(self.lists.log.len());
        let flushed = self.lists.flushed;
        let rest = self.lists.log.split_off(from);
        for (place, entry) in (from..).zip(rest) {
            let RawRef { slot, stamp } = entry.list.owner;
            let arena = self.by_model(entry.list.model);
            if arena.is_some_and(|arena| arena.entity_state(slot, stamp).is_some()) {
                self.lists.log.push(entry);
            } else if place < flushed {
                self.lists.flushed -= 1;
            }
        }
    }
}

/// Visits the entities that the relations of an entity reference, and the link rows of these.
fn each_reference(arena: &dyn AnyArena, slot: u32, visit: &mut impl FnMut(RowId)) {
    let number = |def: &'static ModelDef| State::number(def);
    for (index, relation) in arena.def().relations.iter().enumerate() {
        let target = number((relation.target)());
        let mut note = |model: usize, entity: RawRef| {
            let slot = entity.slot;
            visit(RowId { model, slot });
        };
        let Some(list) = arena.list(slot, index) else {
            let to_one = [arena.to_one(slot, index), arena.old_to_one(slot, index)];
            let handles = to_one.into_iter().filter_map(ToOne::handle);
            handles.for_each(|entity| note(target, entity));
            continue;
        };
        let rows = relation
            .children()
            .map_or(target, |(child, _)| number(child));
        for member in list.members() {
            note(rows, member.row);
            note(target, member.target);
        }
        for entity in list.part().unwrap_or_default() {
            note(target, entity);
        }
    }
}
