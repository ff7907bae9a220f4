//! New entities that take the rows of deleted ones, in their arena.
//!
//! `flush/row_switch.rs` finds them before a flush is planned; `switched_relations.rs` has what references them. From then
//! on, until it is written, the new entity has a copy of the row as its old values, as a changed entity has: what it sets
//! and what is expected of the row follow from that.

use super::apply_rows::{WrittenRow, truncate_micros};
use super::arena::Arena;
use super::entity_state::EntityState;
use super::pending_rows::{PendingRow, integer_key};
use super::switch::Switch;
use super::undo_log::Change;
use crate::mapping::Model;

impl<M: Model> Arena<M> {
    /// Whether a flush looks for switches: there are new entities and deleted ones, or there were before a flush that
    /// failed.
    #[inline]
    pub(super) fn may_switch(&self) -> bool {
        !(self.added.is_empty() || self.deleting.is_empty()) || !self.switched.is_empty()
    }

    /// Makes new entities take the rows of deleted ones, by the slots of the new ones.
    pub(super) fn switch(&mut self, switches: Vec<(u32, Switch)>) {
        for (new, switch) in &switches {
            let stored = self.slots[switch.old as usize].stored();
            self.slots[*new as usize].old = stored.map(|stored| Box::new(stored.snapshot()));
        }
        self.switched.extend(switches);
    }

    /// The switches of a flush that was not written are over.
    pub(super) fn unswitch(&mut self) {
        for (new, _) in self.switched.drain() {
            let slot = &mut self.slots[new as usize];
            if matches!(slot.state, EntityState::Pending | EntityState::Transient) {
                slot.old = None;
            }
        }
    }

    /// The rows of switches, to be updated.
    pub(super) fn switched_rows(&self) -> impl Iterator<Item = PendingRow> {
        let rows = self.switched.iter();
        rows.map(|(new, switch)| PendingRow {
            has_sql: false,
            has_unread: self.slots[switch.old as usize].has_unread(&switch.columns),
            slot: *new,
            columns: switch.columns.clone(),
            key: self.slots[switch.old as usize]
                .stored()
                .and_then(integer_key),
        })
    }

    /// A new entity has the row, and the deleted one has none.
    pub(super) fn apply_switch(&mut self, index: u32, row: WrittenRow<'_>, level: u32) {
        let Some(switch) = self.switched.remove(&index) else {
            return;
        };
        let kept = self.omitted(index);
        self.log_end(switch.old, level, Change::Replaced);
        let epoch = self.slots[switch.old as usize].epoch;
        let slot = &mut self.slots[index as usize];
        let (Some(value), Some(before)) = (&mut slot.value, slot.old.take()) else {
            return;
        };
        truncate_micros(value, &self.moments);
        let mut given: Vec<_> = row.put_into(value).into();
        for position in kept.iter() {
            given.push((position, value.value(position).to_value()));
            // It is of the same model, so it fits.
            if before.is_loaded(position) {
                let _ = value.assign(position, before.value(position));
            } else {
                value.unload(position);
            }
        }
        (slot.state, slot.epoch) = (EntityState::Persistent, epoch);
        self.identity.insert(value.key(), index);
        let given = given.into();
        let old = switch.old;
        self.log(level, index, Change::Switched { old, given, before });
        self.note_child(index);
    }

    /// The slot of the entity that takes the row of that one, or itself.
    pub(super) fn switched_to(&self, old: u32) -> u32 {
        let mut switches = self.switched.iter();
        switches
            .find(|(_, switch)| switch.old == old)
            .map_or(old, |(new, _)| *new)
    }
}
