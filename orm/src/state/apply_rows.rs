//! What a flush has written becomes the entities' own: keys, versions, values as the database keeps them.

use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use super::arena::Arena;
use super::entity_state::EntityState;
use super::undo_log::Change;
use crate::mapping::Model;

/// What a flush has written of a row, as far as it isn't what the entity has.
#[derive(Debug)]
pub(crate) struct WrittenRow {
    pub(crate) slot: u32,
    /// The key that the database generated. Apart from the others, which most rows have none of.
    pub(crate) generated: Option<i64>,
    /// The version that the flush has given it.
    pub(crate) version: Option<i64>,
    /// Other columns: foreign keys by their links, what a default made, and what the database keeps of a value. The
    /// last one of a column counts.
    pub(crate) stored: Vec<(usize, Value)>,
}

impl WrittenRow {
    pub(crate) fn new(slot: u32) -> Self {
        Self {
            slot,
            generated: None,
            version: None,
            stored: Vec::new(),
        }
    }

    /// Whether nothing else was written than what the entity has. Most rows are so.
    #[inline]
    pub(super) fn is_as_given(&self) -> bool {
        self.generated.is_none() && self.version.is_none() && self.stored.is_empty()
    }

    /// Puts into the entity what was written of it, but for its key, and tells what it had been given instead of what is stored.
    fn put_into<M: Model>(&self, value: &mut M) -> Box<[(usize, Value)]> {
        if self.version.is_none() && self.stored.is_empty() {
            return Box::default();
        }
        let mut given = Vec::new();
        let mut put = |value: &mut M, position: usize, stored: ValueRef<'_>| {
            let bound = value.value(position);
            if !bound.is_same(stored) {
                given.push((position, bound.to_value()));
                // The flush has checked that it fits, before anything was applied.
                let _ = value.assign(position, stored);
            }
        };
        for (position, stored) in &self.stored {
            put(value, *position, stored.as_ref());
        }
        if let (Some(position), Some(version)) = (M::def().version, self.version) {
            put(value, position, ValueRef::Int(version));
        }
        given.into()
    }
}

/// Whether two lists of values of the same columns are the same.
pub(crate) fn are_same(some: &[Value], others: &[Value]) -> bool {
    let mut pairs = some.iter().zip(others);
    pairs.all(|(one, other)| one.as_ref().is_same(other.as_ref()))
}

impl<M: Model> Arena<M> {
    pub(super) fn apply_inserts(&mut self, rows: &[WrittenRow], level: u32, epoch: u32) {
        let moments = moments::<M>();
        self.identity.reserve(rows.len());
        self.undo.reserve(rows.len());
        for row in rows {
            self.apply_insert(row, &moments, (level, epoch));
        }
    }

    pub(super) fn apply_updates(&mut self, rows: &[WrittenRow], level: u32) {
        let moments = moments::<M>();
        for row in rows {
            let slot = &mut self.slots[row.slot as usize];
            let (Some(value), Some(old)) = (&mut slot.value, slot.old.take()) else {
                continue;
            };
            truncate_micros(value, &moments);
            row.put_into(value);
            // A stale entity stays so: only the columns written are known to be the database's.
            self.log_update(level, row.slot, old);
            if !self.links.is_empty() {
                self.links.remove(&row.slot);
            }
            self.note_child(row.slot);
        }
    }

    /// Sets columns to NULL, as the database has done. What the entity was given since is still to be
    /// written, and stays.
    pub(super) fn set_null(&mut self, slot: u32, columns: &[usize], level: u32) {
        let place = &mut self.slots[slot as usize];
        let Some(value) = &mut place.value else {
            return;
        };
        let before = match &place.old {
            Some(old) => old.snapshot(),
            None => value.snapshot(),
        };
        // A column that the database has set to NULL is one that can be NULL.
        for position in columns {
            let given = match &mut place.old {
                Some(old) => {
                    let given = !value.value(*position).is_same(old.value(*position));
                    let _ = old.assign(*position, ValueRef::Null);
                    given
                }
                None => false,
            };
            if !given {
                let _ = value.assign(*position, ValueRef::Null);
            }
        }
        self.log_update(level, slot, Box::new(before));
    }

    fn apply_insert(&mut self, row: &WrittenRow, moments: &[usize], (level, epoch): (u32, u32)) {
        let slot = &mut self.slots[row.slot as usize];
        let Some(value) = &mut slot.value else { return };
        truncate_micros(value, moments);
        if !self.unset.is_empty()
            && let Some(unset) = self.unset.get_mut(&row.slot)
        {
            // What was given after all is not to be filled in again after a rollback.
            unset.retain(|(position, unset)| value.value(*position).is_same(unset.as_ref()));
        }
        let given = row.put_into(value);
        if let (Some(position), Some(generated)) = (M::def().generated, row.generated) {
            let _ = value.assign(position, ValueRef::Int(generated));
        }
        (slot.state, slot.epoch) = (EntityState::Persistent, epoch);
        // The database took the key, so an entity that had it has lost its row.
        if let Some(former) = self.identity.insert(value.key(), row.slot)
            && former != row.slot
        {
            self.set_deleted(former, level);
        }
        let generated = row.generated.is_some();
        self.log(level, row.slot, Change::Inserted { generated, given });
        if !self.links.is_empty()
            && let Some(links) = self.links.remove(&row.slot)
        {
            self.written_links.insert(row.slot, links);
        }
        self.note_child(row.slot);
    }

    /// Notes that an entity's row is gone. What was changed before that was never written.
    pub(super) fn set_deleted(&mut self, index: u32, level: u32) {
        self.restore(index);
        let slot = &mut self.slots[index as usize];
        slot.state = EntityState::Deleted;
        if let Some(value) = &slot.value {
            let key = value.key();
            self.forget_key(&key, index);
        }
        self.log(level, index, Change::Deleted);
    }
}

/// The columns whose values the database keeps with fewer digits than Rust does.
fn moments<M: Model>() -> Vec<usize> {
    let columns = M::def().columns.iter().enumerate();
    let is_moment = |ty: &Type| matches!(ty, Type::Time | Type::DateTime | Type::Timestamp);
    columns
        .filter(|(_, column)| is_moment(&column.ty))
        .map(|(position, _)| position)
        .collect()
}

/// Makes the columns at `positions` what was bound of them: the digits beyond a microsecond go.
fn truncate_micros<M: Model>(value: &mut M, positions: &[usize]) {
    for position in positions {
        let bound = value.value(*position).to_value();
        let _ = value.assign(*position, bound.as_ref());
    }
}
