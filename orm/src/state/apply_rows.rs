//! Applies the results of a flush to the entities: keys, versions, and values that the database has changed.

use orm_core::value::{Value, ValueRef};

use super::arena::Arena;
use super::entity_state::EntityState;
use super::relations::{set_to_one, to_one};
use super::slot::Slot;
use super::undo_log::Change;
use crate::mapping::{Model, ToOne, variant_columns};

/// What a flush has written of some rows, as far as it isn't what the entities have. Most flushes give a row nothing
/// else, so each list has a place for every row, or none at all.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The keys that the database generated.
    pub(crate) generated: Vec<i64>,
    /// The versions that the flush has given, where it gives one.
    pub(crate) versions: Vec<Option<i64>>,
    /// Other columns: foreign keys by their links, what a default made, and what the database keeps of a value. The
    /// last one of a column counts.
    stored: Vec<Vec<(usize, Value)>>,
}

impl Written {
    /// Notes values that one of `rows` rows has.
    pub(crate) fn store(
        &mut self,
        (row, rows): (usize, usize),
        values: impl IntoIterator<Item = (usize, Value)>,
    ) {
        self.stored.resize_with(rows, Vec::new);
        self.stored[row].extend(values);
    }

    /// Whether nothing else was written than what the entities have.
    #[inline]
    pub(crate) fn is_as_given(&self) -> bool {
        self.generated.is_empty() && self.versions.is_empty() && self.stored.is_empty()
    }

    /// What was written of a row.
    #[inline]
    pub(super) fn row(&self, row: usize) -> WrittenRow<'_> {
        WrittenRow {
            generated: self.generated.get(row).copied(),
            version: self.versions.get(row).copied().flatten(),
            stored: self.stored.get(row).map_or(&[], Vec::as_slice),
        }
    }
}

/// What a flush has written of a row, as far as it isn't what the entity has.
#[derive(Clone, Copy, Debug)]
pub(super) struct WrittenRow<'w> {
    pub(super) generated: Option<i64>,
    pub(super) version: Option<i64>,
    pub(super) stored: &'w [(usize, Value)],
}

impl WrittenRow<'_> {
    /// Puts into the entity what was written of it, but for its key, and returns the values that differ from what is
    /// stored.
    pub(super) fn put_into<M: Model>(&self, value: &mut M) -> Box<[(usize, Value)]> {
        if self.version.is_none() && self.stored.is_empty() {
            return Box::default();
        }
        let mut given = Vec::new();
        let mut put = |value: &mut M, position: usize, stored: ValueRef<'_>| {
            let bound = value.value(position);
            if !bound.is_same(stored) {
                // The columns of its variant go with it, and come back after it.
                if let Some(columns) = variant_columns::<M>(position) {
                    let mut all: Vec<usize> = columns.iter().skip(1).collect();
                    all.reverse();
                    let all = all.into_iter();
                    given.extend(all.map(|column| (column, value.value(column).to_value())));
                }
                given.push((position, bound.to_value()));
                // The flush has checked that it fits, before anything was applied.
                let _ = value.assign(position, stored);
            }
        };
        for (position, stored) in self.stored {
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
    pub(super) fn apply_inserts(
        &mut self,
        slots: &[u32],
        written: &Written,
        (level, epoch): (u32, u32),
    ) {
        self.identity.reserve(slots.len());
        self.undo.reserve(slots.len());
        for (row, slot) in slots.iter().enumerate() {
            self.apply_insert((*slot, written.row(row)), (level, epoch));
        }
    }

    pub(super) fn apply_updates(
        &mut self,
        slots: &[u32],
        written: &Written,
        (level, moves_key): (u32, bool),
    ) {
        let is_as_given = written.is_as_given();
        for (row, index) in slots.iter().enumerate() {
            let slot = &mut self.slots[*index as usize];
            if slot.state == EntityState::Pending {
                self.apply_switch(*index, written.row(row), level);
                continue;
            }
            let Some(value) = &mut slot.value else {
                continue;
            };
            let old = match slot.old.take() {
                Some(old) => old,
                // Only expressions were given.
                None if self.sql_values.contains_key(index) => Box::new(value.snapshot()),
                None => continue,
            };
            truncate_micros(value, &self.moments);
            if !is_as_given {
                written.row(row).put_into(value);
            }
            if moves_key {
                let (before, key) = (old.key(), value.key());
                self.rekey(*index, (before, key), level);
            }
            // A stale entity stays so: only the columns written are known to be the database's.
            self.log_update(level, *index, old);
            self.note_child(*index);
        }
    }

    pub(super) fn apply_attached(&mut self, slots: &[u32], written: &Written, level: u32) {
        for (row, index) in slots.iter().enumerate() {
            let Some(value) = &mut self.slots[*index as usize].value else {
                continue;
            };
            let before = value.snapshot();
            written.row(row).put_into(value);
            self.log_update(level, *index, Box::new(before));
            self.note_child(*index);
        }
    }

    /// The row of an entity has another key.
    fn rekey(&mut self, index: u32, (before, key): (M::Key, M::Key), level: u32) {
        if before == key {
            return;
        }
        self.forget_key(&before, index);
        // The database took the key, so an entity that had it has lost its row.
        if let Some(former) = self.identity.insert(key, index)
            && former != index
        {
            self.displace(former, level);
        }
    }

    /// Sets columns to NULL, as the database has done.
    pub(super) fn set_null(&mut self, slot: u32, columns: &[usize], level: u32) {
        // A column that the database has set to NULL is one that can be NULL.
        let nulls = columns.iter().map(|column| (*column, ValueRef::Null));
        self.set_columns(slot, nulls, level);
        if M::HAS_RELATIONS {
            unlink(&mut self.slots[slot as usize], columns);
        }
    }

    /// Sets columns, as the database has done. What the entity was given since is still to be written, and stays.
    pub(super) fn set_columns<'v>(
        &mut self,
        slot: u32,
        columns: impl Iterator<Item = (usize, ValueRef<'v>)>,
        level: u32,
    ) {
        let place = &mut self.slots[slot as usize];
        let Some(value) = &mut place.value else {
            return;
        };
        let before = match &place.old {
            Some(old) => old.snapshot(),
            None => value.snapshot(),
        };
        for (position, new) in columns {
            let given = match &mut place.old {
                Some(old) => {
                    let given = !value.value(position).is_same(old.value(position));
                    let _ = old.assign(position, new);
                    given
                }
                None => false,
            };
            if !given {
                let _ = value.assign(position, new);
            }
        }
        let key = place.stored().map(Model::key);
        if let Some(key) = key {
            self.rekey(slot, (before.key(), key), level);
        }
        self.log_update(level, slot, Box::new(before));
        self.note_child(slot);
    }

    fn apply_insert(&mut self, (index, row): (u32, WrittenRow<'_>), (level, epoch): (u32, u32)) {
        let slot = &mut self.slots[index as usize];
        let Some(value) = &mut slot.value else { return };
        truncate_micros(value, &self.moments);
        if !self.unset.is_empty()
            && let Some(unset) = self.unset.get_mut(&index)
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
        if let Some(former) = self.identity.insert(value.key(), index)
            && former != index
        {
            self.displace(former, level);
        }
        let generated = row.generated.is_some();
        self.log(level, index, Change::Inserted { generated, given });
        self.note_child(index);
    }

    /// Notes that an entity's row is gone. What was changed before that was never written.
    pub(super) fn set_deleted(&mut self, index: u32, level: u32) {
        self.log_end(index, level, Change::Deleted);
    }

    /// Another entity has the key of this one, whose row is gone.
    #[cold]
    fn displace(&mut self, index: u32, level: u32) {
        self.set_deleted(index, level);
        if M::HAS_RELATIONS {
            self.displaced.push(index);
        }
    }

    /// As `set_deleted`, for the reason that is logged.
    pub(super) fn log_end(&mut self, index: u32, level: u32, change: Change<M>) {
        self.restore(index);
        let slot = &mut self.slots[index as usize];
        slot.state = EntityState::Deleted;
        if let Some(value) = &slot.value {
            let key = value.key();
            self.forget_key(&key, index);
        }
        self.log(level, index, change);
    }
}

/// The database has set a foreign key to NULL: its relation references nothing, unless it was given another entity since.
fn unlink<M: Model>(slot: &mut Slot<M>, columns: &[usize]) {
    let Some(value) = &mut slot.value else { return };
    for (index, _, _) in M::def()
        .belongs_to()
        .filter(|(.., key)| key.columns == columns)
    {
        let before = to_one(slot.old.as_deref().unwrap_or(value), index);
        if let Some(old) = &mut slot.old {
            set_to_one(&mut **old, index, ToOne::Null);
        }
        if to_one(value, index) == before {
            set_to_one(value, index, ToOne::Null);
        }
    }
}

/// Makes the columns at `positions` what was bound of them: the digits beyond a microsecond go.
pub(super) fn truncate_micros<M: Model>(value: &mut M, positions: &[usize]) {
    for position in positions {
        if !value.is_loaded(*position) {
            continue;
        }
        let bound = value.value(*position).to_value();
        let _ = value.assign(*position, bound.as_ref());
    }
}
