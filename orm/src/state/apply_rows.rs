//! What a flush has written becomes the entities' own: keys, versions, values as the database keeps them.

use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use super::arena::Arena;
use super::entity_state::EntityState;
use super::undo_log::Change;
use crate::mapping::Model;

/// What an INSERT told about a row.
#[derive(Debug)]
pub(crate) struct Inserted {
    pub(crate) slot: u32,
    /// The key that the database generated. Apart from the others, which most rows have none of.
    pub(crate) generated: Option<i64>,
    /// Columns that the database or the flush filled in: the version, server defaults.
    pub(crate) filled: Vec<(usize, Value)>,
    /// Columns that were given, with the values that the database keeps of them, and foreign keys by their links.
    pub(crate) stored: Vec<(usize, Value)>,
}

/// What an UPDATE told about a row.
#[derive(Debug)]
pub(crate) struct Updated {
    pub(crate) slot: u32,
    /// The version that was written.
    pub(crate) version: Option<i64>,
    /// Columns that were read back, with the values that the database keeps, and foreign keys by their links.
    pub(crate) stored: Vec<(usize, Value)>,
}

impl<M: Model> Arena<M> {
    pub(super) fn apply_inserts(&mut self, rows: &[Inserted], level: u32, epoch: u32) {
        let moments = moments::<M>();
        self.identity.reserve(rows.len());
        self.undo.reserve(rows.len());
        for row in rows {
            if let Some(value) = &mut self.slots[row.slot as usize].value {
                truncate_micros(value, &moments);
            }
            self.apply_insert(row, level, epoch);
        }
    }

    pub(super) fn apply_updates(&mut self, rows: &[Updated], level: u32) {
        let moments = moments::<M>();
        for row in rows {
            let slot = &mut self.slots[row.slot as usize];
            let (Some(value), Some(old)) = (&mut slot.value, slot.old.take()) else {
                continue;
            };
            truncate_micros(value, &moments);
            if let (Some(position), Some(version)) = (M::def().version, row.version) {
                let _ = value.assign(position, ValueRef::Int(version));
            }
            replace(value, &row.stored);
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

    fn apply_insert(&mut self, row: &Inserted, level: u32, epoch: u32) {
        let slot = &mut self.slots[row.slot as usize];
        let Some(value) = &mut slot.value else { return };
        let version = match M::def().version.map(|position| value.value(position)) {
            Some(ValueRef::Int(version)) => version,
            _ => 0,
        };
        for (position, filled) in &row.filled {
            // The flush has checked that each fits, before anything was applied.
            let _ = value.assign(*position, filled.as_ref());
        }
        let given = replace(value, &row.stored);
        if let (Some(position), Some(generated)) = (M::def().generated, row.generated) {
            let _ = value.assign(position, ValueRef::Int(generated));
        }
        (slot.state, slot.epoch) = (EntityState::Persistent, epoch);
        let key = value.key();
        let filled = |position: usize| row.filled.iter().any(|(filled, _)| *filled == position);
        if !self.unset.is_empty()
            && let Some(unset) = self.unset.remove(&row.slot)
        {
            // What was given after all is not to be filled in again after a rollback.
            let unset = unset
                .into_iter()
                .filter(|(position, _)| filled(*position))
                .collect();
            self.unset.insert(row.slot, unset);
        }
        // The database took the key, so an entity that had it has lost its row to somebody else.
        if let Some(former) = self.identity.insert(key, row.slot)
            && former != row.slot
        {
            self.set_deleted(former, level);
        }
        let generated = row.generated.is_some();
        let change = Change::Inserted {
            generated,
            version,
            given,
        };
        self.log(level, row.slot, change);
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

/// Puts in what the database keeps of a row, and tells what it had been given instead.
fn replace<M: Model>(value: &mut M, stored: &[(usize, Value)]) -> Box<[(usize, Value)]> {
    let mut given = Vec::new();
    for (position, stored) in stored {
        let bound = value.value(*position);
        if !bound.is_same(stored.as_ref()) {
            given.push((*position, bound.to_value()));
            // It was read as the model's own, so it fits.
            let _ = value.assign(*position, stored.as_ref());
        }
    }
    given.into()
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
