//! The arena of a model as an [`AnyArena`]: each method by those that have the type.

use std::num::NonZeroU32;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::{Expr, Few};
use orm_core::value::{Value, ValueRef};

use super::any_arena::AnyArena;
use super::apply_rows::Written;
use super::arena::Arena;
use super::entity_state::EntityState;
use super::handle::{Link, Ref};
use super::key_order::{ranked, sort_by_keys};
use super::key_row::KeyRow;
use super::key_tuple::{KeySet, KeyTuple, RowMap};
use super::pending_rows::PendingRows;
use super::reading::Reading;
use super::relations::{set_to_one, to_one};
use super::slot::{FIRST_CLOCK, STALE, Slot};
use super::switch::Switch;
use super::witness::Witness;
use crate::mapping::{
    AnyList, AnyRelation, ColumnSet, Member, Model, ModelDef, RawRef, ToOne, discriminators,
};

impl<M: Model> AnyArena for Arena<M> {
    fn def(&self) -> &'static ModelDef {
        M::def()
    }

    fn model(&self) -> usize {
        M::slot().index()
    }

    fn pending_rows(&self, to: &mut PendingRows) {
        Self::pending_rows(self, to);
    }

    #[inline]
    fn value(&self, slot: u32, position: usize) -> ValueRef<'_> {
        let value = self.slots[slot as usize].value.as_ref();
        value.map_or(ValueRef::Null, |value| value.value(position))
    }

    #[inline]
    fn old_value(&self, slot: u32, position: usize) -> ValueRef<'_> {
        self.stored_value(slot, position)
    }

    fn push_changes<'a>(
        &'a self,
        slots: &[u32],
        [set, expected]: [&[usize]; 2],
        to: &mut Vec<ValueRef<'a>>,
    ) {
        for slot in slots {
            let slot = &self.slots[*slot as usize];
            let (Some(value), Some(stored)) = (&slot.value, slot.stored()) else {
                continue;
            };
            for position in set {
                to.push(value.value(*position));
            }
            for position in M::def().primary_key.iter().chain(expected) {
                to.push(stored.value(*position));
            }
        }
    }

    fn are_loaded(&self, slot: u32, position: usize) -> [bool; 2] {
        let slot = &self.slots[slot as usize];
        let is_loaded =
            |entity: Option<&M>| entity.is_some_and(|entity| entity.is_loaded(position));
        [is_loaded(slot.value.as_ref()), is_loaded(slot.stored())]
    }

    fn discriminators(&self, columns: &ColumnSet) -> ColumnSet {
        discriminators::<M>(columns)
    }

    fn unread(&self, slot: u32) -> Option<(&'static ModelDef, usize)> {
        self.slots[slot as usize].value.as_ref()?.unread()
    }

    fn has_larger(&self, slots: &[u32], positions: &[usize], bytes: usize) -> bool {
        let mut stored = slots
            .iter()
            .filter_map(|slot| self.slots[*slot as usize].stored());
        stored.any(|stored| {
            let mut positions = positions.iter();
            positions.any(|position| stored.value(*position).size() > bytes)
        })
    }

    fn empty(&mut self) {
        Self::empty(self);
    }

    fn begin(&mut self, stamp: NonZeroU32) {
        Self::begin(self, stamp);
    }

    fn read(&self, row: &dyn Row, positions: &[usize]) -> Result<Vec<Value>> {
        let entity = M::decode(row, 0)?;
        Ok(positions
            .iter()
            .map(|position| entity.value(*position).to_value())
            .collect())
    }

    fn fitted(&self, slot: u32, position: usize, value: ValueRef<'_>) -> Result<Value> {
        let unreadable = |error| {
            Error::with_message(
                ErrorKind::Decode,
                format!("the value of the column's default is {error}"),
            )
            .with_table(M::def().table)
            .with_column(M::def().names[position])
        };
        let Some(entity) = &self.slots[slot as usize].value else {
            return Ok(value.to_value());
        };
        let mut copy = entity.snapshot();
        copy.assign(position, value).map_err(unreadable)?;
        Ok(copy.value(position).to_value())
    }

    fn sql_values(&self, slot: u32) -> Few<(usize, Expr)> {
        self.sql_values_of(slot)
    }

    fn has_work(&self) -> bool {
        let lists = self.added.is_empty() && self.touched.is_empty() && self.deleting.is_empty();
        !(lists && self.sql_values.is_empty())
    }

    fn has_changes(&self) -> bool {
        !self.added.is_empty()
            || self.deleting.iter().any(|index| self.is_deleting(*index))
            || self.touched.iter().any(|index| {
                let slot = &self.slots[*index as usize];
                slot.state == EntityState::Persistent && slot.is_changed()
            })
            || !self.sql_values.is_empty()
    }

    fn clear_dirty(&mut self) {
        for index in self.touched.drain(..) {
            let slot = &mut self.slots[index as usize];
            // The old copy of a deleted one is for the rollback.
            if slot.state == EntityState::Persistent {
                slot.old = None;
            }
        }
        self.added.clear();
        self.deleting.clear();
        if !self.switched.is_empty() {
            self.switched.clear();
        }
        if !self.sql_values.is_empty() {
            self.sql_values.clear();
        }
    }

    fn apply_inserts(&mut self, slots: &[u32], written: &Written, level_and_clock: (u32, u32)) {
        Self::apply_inserts(self, slots, written, level_and_clock);
    }

    fn apply_updates(&mut self, slots: &[u32], written: &Written, level_and_key: (u32, bool)) {
        Self::apply_updates(self, slots, written, level_and_key);
    }

    fn apply_attached(&mut self, slots: &[u32], written: &Written, level: u32) {
        Self::apply_attached(self, slots, written, level);
    }

    fn apply_deletes(&mut self, slots: &[u32], level: u32) {
        for index in slots {
            self.set_deleted(*index, level);
        }
    }

    fn take_displaced(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.displaced)
    }

    fn take_taken_back(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.taken_back)
    }

    fn undo_pending(&mut self) {
        Self::undo_pending(self);
    }

    fn undo_to(&mut self, level: u32) {
        Self::undo_to(self, level);
    }

    fn discard_undo(&mut self) {
        Self::discard_undo(self);
    }

    fn mark_stale(&mut self, clock: u32) {
        self.fresh_from = clock;
    }

    fn mark_expired(&mut self, clock: u32) {
        (self.fresh_from, self.expired_before) = (clock, clock);
    }

    fn overtake(&mut self, clock: u32, statement: &'static str) {
        self.overtaken = Some((clock, statement));
    }

    fn overtaken(&self, slot: u32) -> Option<&'static str> {
        let (since, statement) = self.overtaken?;
        (self.slots[slot as usize].epoch < since).then_some(statement)
    }

    fn mark_cascaded(&mut self) {
        self.cascaded = true;
    }

    fn is_cascaded(&self) -> bool {
        self.cascaded
    }

    fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }

    fn witness(&self) -> Option<Witness> {
        self.best_witness()
    }

    fn take_unknown(&mut self) -> Vec<u32> {
        let unknown = std::mem::take(&mut self.unknown);
        let counts = |index: &u32| {
            let slot = &self.slots[*index as usize];
            slot.epoch == 0 && slot.state.has_row() && slot.value.is_some()
        };
        unknown.into_iter().filter(counts).collect()
    }

    fn load(&mut self, row: &dyn Row, start: usize, reading: Reading) -> Result<u32> {
        let key = M::decode_key(row, start)?;
        let slot = if let Some(slot) = self.next_known(&key, reading.take) {
            slot
        } else {
            self.make_room(|| 1 + row.rows_left());
            let decode = |key, place: &mut Option<M>| M::decode_rest(row, start, key, place);
            Self::load(self, key, reading, decode)?
        };
        if M::HAS_DEFERRED {
            self.fill(slot, (row, start), reading)?;
        }
        Ok(slot)
    }

    fn find(&self, key: &[Value]) -> Option<u32> {
        let key = M::decode_key(&KeyRow(M::def(), key), 0).ok()?;
        Self::find(self, &key).map(|handle| handle.slot)
    }

    fn delete(&mut self, slot: u32) {
        self.mark_deleted(slot);
    }

    fn expunge(&mut self, slot: u32) {
        let stamp = self.slots[slot as usize].stamp;
        Self::expunge(self, Ref::new(slot, stamp));
    }

    fn deleting(&self) -> Vec<u32> {
        self.marked()
    }

    fn deleted(&self) -> Vec<u32> {
        let slots = (0..).zip(&self.slots);
        let deleted = slots.filter(|(_, slot)| slot.state == EntityState::Deleted);
        deleted.map(|(index, _)| index).collect()
    }

    fn undelete(&mut self, slot: u32) {
        self.unmark(slot);
    }

    fn stale_handle(&self, handle: RawRef) -> Error {
        Self::stale_handle(self, handle.typed())
    }

    #[cfg(feature = "serde")]
    fn check_readable(&self, handle: RawRef, expires: bool) -> Result<()> {
        match self.readable(handle.typed(), expires) {
            Some(_) => Ok(()),
            None => Err(self.unreadable(handle.typed())),
        }
    }

    fn entity_state(&self, slot: u32, stamp: NonZeroU32) -> Option<EntityState> {
        self.state(Ref::new(slot, stamp))
    }

    #[inline]
    fn links(&self, slot: u32) -> &[Link] {
        self.links_of(slot)
    }

    fn has_links(&self) -> bool {
        !self.links.is_empty()
    }

    fn set_links(&mut self, links: Vec<(u32, Few<Link>)>) {
        self.links.clear();
        self.links.extend(links);
    }

    fn relinking(&self) -> Vec<(u32, bool)> {
        Self::relinking(self)
    }

    #[inline]
    fn may_switch(&self) -> bool {
        Self::may_switch(self)
    }

    fn switch(&mut self, switches: Vec<(u32, Switch)>) {
        Self::switch(self, switches);
    }

    fn unswitch(&mut self) {
        Self::unswitch(self);
    }

    fn switched(&self) -> &RowMap<u32, Switch> {
        &self.switched
    }

    fn switched_to(&self, old: u32) -> u32 {
        Self::switched_to(self, old)
    }

    fn take_undone_switches(&mut self) -> Vec<[RawRef; 2]> {
        std::mem::take(&mut self.undone_switches)
    }

    fn redirect(&mut self, slot: u32, relation: usize, both: [RawRef; 2], log: Option<u32>) {
        Self::redirect(self, slot, relation, both, log);
    }

    fn is_unset(&self, slot: u32, position: usize) -> bool {
        Self::is_unset(self, slot, position)
    }

    fn to_one(&self, slot: u32, relation: usize) -> ToOne {
        let value = self.slots[slot as usize].value.as_ref();
        value.map_or_else(ToOne::default, |value| to_one(value, relation))
    }

    fn old_to_one(&self, slot: u32, relation: usize) -> ToOne {
        let stored = self.slots[slot as usize].stored();
        stored.map_or_else(ToOne::default, |stored| to_one(stored, relation))
    }

    fn note_to_one(&mut self, slots: &[u32], relation: usize, to_one: ToOne) {
        for slot in slots {
            Self::note_to_one(self, *slot, relation, to_one);
        }
    }

    fn siblings(&self, slots: &[u32], relation: usize, columns: &[usize]) -> usize {
        Self::siblings(self, slots, relation, columns)
    }

    fn sort_by_keys(&self, members: &mut [Member]) {
        let columns = M::def().columns;
        let value = |slot, position| ranked(columns, position, self.stored_value(slot, position));
        sort_by_keys(M::def().primary_key, value, members);
    }

    fn note_old_to_one(&mut self, slot: u32, relation: usize, to_one: ToOne) {
        if let Some(old) = &mut self.slots[slot as usize].old {
            set_to_one(&mut **old, relation, to_one);
        }
    }

    fn assign_to_one(&mut self, slot: u32, relation: usize, to_one: ToOne) {
        let stamp = self.slots[slot as usize].stamp;
        if let Some(value) = self.get_mut(Ref::new(slot, stamp)) {
            set_to_one(value, relation, to_one);
        }
    }

    fn assign_number(&mut self, slot: u32, position: usize, number: i64) -> Result<()> {
        Self::assign_number(self, slot, position, number)
    }

    fn view(&self, slot: u32, relation: usize) -> Option<Vec<RawRef>> {
        let value = self.slots[slot as usize].value.as_ref();
        let field = value.and_then(|value| value.relation(relation));
        field.and_then(AnyRelation::view)
    }

    fn set_view(&mut self, slot: u32, relation: usize, rows: Vec<RawRef>) {
        let value = self.slots[slot as usize].value.as_mut();
        if let Some(field) = value.and_then(|value| value.relation_mut(relation)) {
            field.set_view(rows);
        }
    }

    fn list(&self, slot: u32, relation: usize) -> Option<&dyn AnyList> {
        let value = self.slots[slot as usize].value.as_ref()?;
        value.relation(relation)?.list()
    }

    fn list_mut(&mut self, slot: u32, relation: usize) -> Option<&mut dyn AnyList> {
        let value = self.slots[slot as usize].value.as_mut()?;
        value.relation_mut(relation)?.list_mut()
    }

    fn is_fresh_since(&self, clock: u32) -> bool {
        clock >= self.fresh_from
    }

    fn is_pending(&self, slot: u32) -> bool {
        self.slots[slot as usize].state == EntityState::Pending
    }

    fn add_link(&mut self) -> Result<u32, &'static [&'static str]> {
        M::new_link().map(|row| self.add(row).slot)
    }

    fn add_again(&mut self, handle: RawRef) -> bool {
        Self::add_again(self, handle.typed())
    }

    fn is_known(&self, slot: u32) -> bool {
        let slot = &self.slots[slot as usize];
        slot.epoch >= self.fresh_from || slot.state == EntityState::Pending || slot.is_changed()
    }

    fn handle(&self, slot: u32) -> RawRef {
        let stamp = self.slots[slot as usize].stamp;
        RawRef { slot, stamp }
    }

    fn push_handles(&self, slots: &[u32], to: &mut Vec<RawRef>) {
        to.extend(slots.iter().map(|slot| self.handle(*slot)));
    }

    fn lose(&mut self, slots: &[u32], level: u32) {
        for index in slots {
            // What it had was never stored; it can be looked at all the same.
            self.slots[*index as usize].epoch = STALE;
            self.set_deleted(*index, level);
        }
    }

    fn reset_clock(&mut self) {
        let pending = |slot: &Slot<M>| slot.state == EntityState::Pending;
        for slot in self.slots.iter_mut().filter(|slot| !pending(slot)) {
            slot.epoch = slot.epoch.min(STALE);
        }
        (self.fresh_from, self.expired_before) = (FIRST_CLOCK, FIRST_CLOCK);
        self.overtaken = None;
        self.stale_columns.clear();
    }

    fn referring(&mut self, columns: &'static [usize], keys: &KeySet<KeyTuple<Value>>) -> Vec<u32> {
        Self::referring(self, columns, keys)
    }

    fn set_key(&mut self, slot: u32, columns: &[usize], values: &[Value], level: u32) {
        let values = values.iter().map(Value::as_ref);
        self.set_columns(slot, columns.iter().copied().zip(values), level);
    }

    fn set_null(&mut self, slot: u32, columns: &[usize], level: u32) {
        Self::set_null(self, slot, columns, level);
    }

    fn forget_to_one(&mut self, slots: &[u32], columns: &[usize], level: u32) {
        Self::forget_to_one(self, slots, columns, level);
    }
}
