//! [`AnyArena`]: an arena without its model's type, as the flush uses it. It is implemented in `typed_arena.rs`.

use std::any::Any;
use std::num::NonZeroU32;

use orm_core::driver::Row;
use orm_core::error::{Error, Result};
use orm_core::stmt::{Expr, Few};
use orm_core::value::{Value, ValueRef};

use super::apply_rows::Written;
use super::arena::Arena;
use super::chunk_entities::ChunkEntities;
use super::entity_state::EntityState;
use super::handle::Link;
use super::key_tuple::{KeySet, KeyTuple, RowMap};
use super::pending_rows::PendingRows;
use super::reading::Reading;
use super::switch::Switch;
use super::witness::Witness;
use crate::mapping::{AnyList, ColumnSet, Member, Model, ModelDef, RawRef, ReferenceDef, ToOne};

/// The entities of one model, by slot and column position.
pub(crate) trait AnyArena: ChunkEntities + Any + Send {
    fn def(&self) -> &'static ModelDef;
    /// The model's number, for statement keys.
    fn model(&self) -> usize;
    /// Adds the entities that a flush has to write to `to`, which is empty.
    fn pending_rows(&self, to: &mut PendingRows);
    /// The value that the entity has.
    fn value(&self, slot: u32, position: usize) -> ValueRef<'_>;
    /// The value that the database has.
    fn old_value(&self, slot: u32, position: usize) -> ValueRef<'_>;
    /// Adds, row by row, the values that entities have in the columns `set`, and behind them those that the database has
    /// in their keys and in the columns `expected`.
    fn push_changes<'a>(
        &'a self,
        slots: &[u32],
        set_and_expected: [&[usize]; 2],
        to: &mut Vec<ValueRef<'a>>,
    );
    /// Whether the value of a column is here, and whether the database's is known.
    fn are_loaded(&self, slot: u32, position: usize) -> [bool; 2];
    /// The discriminators of flattened enums that have one of these columns, without those among them.
    fn discriminators(&self, columns: &ColumnSet) -> ColumnSet;
    /// The first column of an entity that was left out of its row.
    fn unread(&self, slot: u32) -> Option<(&'static ModelDef, usize)>;
    /// Whether the database has a value of more bytes than that in one of these columns of entities.
    fn has_larger(&self, slots: &[u32], positions: &[usize], bytes: usize) -> bool;
    /// Drops all entities, since the session has ended, to be kept for another one.
    fn empty(&mut self);
    /// Begins to serve a session with that stamp.
    fn begin(&mut self, stamp: NonZeroU32);
    /// Reads a row of the model's columns and returns its values at `positions`.
    fn read(&self, row: &dyn Row, positions: &[usize]) -> Result<Vec<Value>>;
    /// `value` as the field of an entity's column has it.
    ///
    /// # Errors
    /// `Decode` if it doesn't fit.
    fn fitted(&self, slot: u32, position: usize, value: ValueRef<'_>) -> Result<Value>;
    /// The columns of an entity that the flush sets to expressions, with these.
    fn sql_values(&self, slot: u32) -> Few<(usize, Expr)>;
    /// Whether a flush has anything to look at.
    fn has_work(&self) -> bool;
    /// Whether a flush would write anything.
    fn has_changes(&self) -> bool;
    /// Everything was written: empties the lists of work and drops the old copies of touched entities.
    fn clear_dirty(&mut self);
    /// These entities were inserted, at that undo level and that time of the session's clock.
    fn apply_inserts(&mut self, slots: &[u32], written: &Written, level_and_clock: (u32, u32));
    /// These entities were updated, at that undo level, and whether columns of their keys were.
    fn apply_updates(&mut self, slots: &[u32], written: &Written, level_and_key: (u32, bool));
    /// Foreign keys of these entities were set after their INSERT.
    fn apply_attached(&mut self, slots: &[u32], written: &Written, level: u32);
    fn apply_deletes(&mut self, slots: &[u32], level: u32);
    /// Takes the entities whose keys the rows that were written have taken.
    fn take_displaced(&mut self) -> Vec<u32>;
    /// Takes the entities whose INSERT a rollback has undone.
    fn take_taken_back(&mut self) -> Vec<u32>;
    /// Puts back what was not flushed.
    fn undo_pending(&mut self);
    fn undo_to(&mut self, level: u32);
    /// Forgets the undo log, since what it would undo is stored.
    fn discard_undo(&mut self);
    /// Makes every loaded entity stale at that time of the session's clock.
    fn mark_stale(&mut self, clock: u32);
    /// Makes every loaded entity expired, too: in a session that expires on commit it can't be read.
    fn mark_expired(&mut self, clock: u32);
    /// Notes that a statement of the session's own may have changed any row of the table.
    fn overtake(&mut self, clock: u32, statement: &'static str);
    /// The statement of the session's own that may have changed the entity's row since it was read.
    fn overtaken(&self, slot: u32) -> Option<&'static str>;
    /// Notes that the database may have deleted rows of the table along with others.
    fn mark_cascaded(&mut self);
    /// Whether it may have.
    fn is_cascaded(&self) -> bool;
    /// Whether a rollback has taken away values of entities.
    fn has_unknown(&self) -> bool;
    /// A row by which the database shows whether the open transaction was stored.
    fn witness(&self) -> Option<Witness>;
    /// The entities whose values a rollback has taken away, by slot.
    fn take_unknown(&mut self) -> Vec<u32>;
    /// Takes the columns of a row from `start` on into the arena, and returns the entity's slot.
    ///
    /// # Errors
    /// `Decode` for a value that doesn't fit; `StaleData` for a changed entity whose row is not as it was loaded.
    fn load(&mut self, row: &dyn Row, start: usize, reading: Reading) -> Result<u32>;
    /// The entity with that primary key, a value a column.
    fn find(&self, key: &[Value]) -> Option<u32>;
    /// Marks an entity for deletion.
    fn delete(&mut self, slot: u32);
    /// The entities that are marked for deletion, each once.
    fn deleting(&self) -> Vec<u32>;
    /// The entities that the open transaction has deleted.
    fn deleted(&self) -> Vec<u32>;
    /// Takes the mark of [`delete`](Self::delete) back.
    fn undelete(&mut self, slot: u32);
    /// Takes an entity out of the session.
    fn expunge(&mut self, slot: u32);
    /// The state of the entity that got this stamp in its slot.
    fn entity_state(&self, slot: u32, stamp: NonZeroU32) -> Option<EntityState>;
    /// Why a handle leads nowhere.
    fn stale_handle(&self, handle: RawRef) -> Error;
    /// Whether the entity of a handle may be read; in a session whose entities expire, expired ones may not.
    ///
    /// # Errors
    /// `StaleHandle`, `Expired`.
    #[cfg(feature = "serde")]
    fn check_readable(&self, handle: RawRef, expires: bool) -> Result<()>;
    /// The foreign keys of an entity that the flush takes from its relations.
    fn links(&self, slot: u32) -> &[Link];
    /// Whether any entity has some.
    fn has_links(&self) -> bool;
    /// Makes these the foreign keys of entities, by slot, that the flush takes from their relations.
    fn set_links(&mut self, links: Vec<(u32, Few<Link>)>);
    /// The entities whose relations a flush looks at, and whether each is to be inserted. One may be named twice.
    fn relinking(&self) -> Vec<(u32, bool)>;
    /// Whether a flush looks for new entities that take the rows of deleted ones.
    fn may_switch(&self) -> bool;
    /// Makes these such entities, by slot.
    fn switch(&mut self, switches: Vec<(u32, Switch)>);
    /// Makes none such.
    fn unswitch(&mut self);
    /// Those that are such.
    fn switched(&self) -> &RowMap<u32, Switch>;
    /// The slot of the entity that takes the row of that one, or itself.
    fn switched_to(&self, old: u32) -> u32;
    /// The new entities of switches that a rollback has undone, with the deleted ones.
    fn take_undone_switches(&mut self) -> Vec<[RawRef; 2]>;
    /// Makes a relation reference the entity that has got the row of the one that it references. It is no change, and logged
    /// at that undo level.
    fn redirect(&mut self, slot: u32, relation: usize, both: [RawRef; 2], log: Option<u32>);
    /// Whether a column of an entity to insert has no value yet.
    fn is_unset(&self, slot: u32, position: usize) -> bool;
    /// What the relation of an entity references.
    fn to_one(&self, slot: u32, relation: usize) -> ToOne;
    /// What it references by the foreign key that the database has.
    fn old_to_one(&self, slot: u32, relation: usize) -> ToOne;
    /// Notes what a relation of entities references by the foreign keys that they have.
    fn note_to_one(&mut self, slots: &[u32], relation: usize, to_one: ToOne);
    /// How many of the entities, from the first one on, were read with the same foreign key, in `columns`, and have a relation
    /// that is not loaded. At least one.
    fn siblings(&self, slots: &[u32], relation: usize, columns: &[usize]) -> usize;
    /// Puts members in the order of their targets' keys in the database.
    fn sort_by_keys(&self, members: &mut [Member]);
    /// Notes what it references by the foreign key that the database has.
    fn note_old_to_one(&mut self, slot: u32, relation: usize, to_one: ToOne);
    /// Makes a relation of an entity reference another one: a change, as an assignment is.
    fn assign_to_one(&mut self, slot: u32, relation: usize, to_one: ToOne);
    /// Gives a column of an entity a number, if it has another one or none yet: a change, as an assignment is.
    ///
    /// # Errors
    /// `OutOfRange` if its field has no room for it.
    fn assign_number(&mut self, slot: u32, position: usize, number: i64) -> Result<()>;
    /// The entities that a relation of an entity references, which have the foreign key.
    fn list(&self, slot: u32, relation: usize) -> Option<&dyn AnyList>;
    /// What the last load of a relation that is only read has selected.
    fn view(&self, slot: u32, relation: usize) -> Option<Vec<RawRef>>;
    /// Keeps what a load of such a relation has selected.
    fn set_view(&mut self, slot: u32, relation: usize, rows: Vec<RawRef>);
    /// The entities of a list, to be changed.
    fn list_mut(&mut self, slot: u32, relation: usize) -> Option<&mut dyn AnyList>;
    /// Whether what was read at that time of the session's clock is fresh.
    fn is_fresh_since(&self, clock: u32) -> bool;
    /// Whether an entity is to be inserted.
    fn is_pending(&self, slot: u32) -> bool;
    /// Adds a row that links two entities by its relations.
    ///
    /// # Errors
    /// The names of the required fields that no relation fills in.
    fn add_link(&mut self) -> Result<u32, &'static [&'static str]>;
    /// Takes a transient entity back in.
    fn add_again(&mut self, handle: RawRef) -> bool;
    /// Whether the values of an entity need not be read: it is fresh, or has changes that are not flushed.
    fn is_known(&self, slot: u32) -> bool;
    /// The handle of the entity in a slot.
    fn handle(&self, slot: u32) -> RawRef;
    /// Adds the handles of the entities in slots.
    fn push_handles(&self, slots: &[u32], to: &mut Vec<RawRef>);
    /// Notes that the rows of entities turned out to be gone.
    fn lose(&mut self, slots: &[u32], level: u32);
    /// Begins the clock again: every entity is stale.
    fn reset_clock(&mut self);
    /// The persistent entities whose foreign key is one of these in the database, by slot.
    fn referring(&mut self, columns: &'static [usize], keys: &KeySet<KeyTuple<Value>>) -> Vec<u32>;
    /// Sets columns of a foreign key to the changed key of the row that it references, as the database has done.
    fn set_key(&mut self, slot: u32, columns: &[usize], values: &[Value], level: u32);
    /// Sets columns to NULL, as the database has done.
    fn set_null(&mut self, slot: u32, columns: &[usize], level: u32);
    /// The database has set columns to values that are not known: what they reference is not loaded.
    fn forget_to_one(&mut self, slots: &[u32], columns: &[usize], level: u32);
}

impl dyn AnyArena {
    /// The value that a row has in a column, as far as the flush that writes it knows by now.
    #[inline]
    pub(crate) fn written_value<'a>(
        &'a self,
        (slot, row): (u32, usize),
        written: &'a Written,
        position: usize,
    ) -> ValueRef<'a> {
        if written.is_as_given() {
            return self.value(slot, position);
        }
        let (def, row) = (self.def(), written.row(row));
        let numbers = [(def.version, row.version), (def.generated, row.generated)];
        for (column, number) in numbers {
            if let (Some(number), true) = (number, column == Some(position)) {
                return ValueRef::Int(number);
            }
        }
        let mut stored = row.stored.iter().rev();
        match stored.find(|(column, _)| *column == position) {
            Some((_, stored)) => stored.as_ref(),
            None => self.value(slot, position),
        }
    }

    /// The values that the database has in some columns.
    pub(crate) fn old_values(&self, slot: u32, positions: &[usize]) -> Vec<Value> {
        let old = |position: &usize| self.old_value(slot, *position).to_value();
        positions.iter().map(old).collect()
    }

    /// The entities whose relation at `index`, of that foreign key, references an entity with one of these keys in the
    /// database, by slot.
    pub(crate) fn referencing(
        &mut self,
        (index, reference): (usize, &'static ReferenceDef),
        keys: &KeySet<KeyTuple<Value>>,
        entity: RawRef,
    ) -> Vec<u32> {
        let mut slots = self.referring(reference.columns, keys);
        slots.retain(|slot| self.to_one(*slot, index).handle() == Some(entity));
        slots
    }

    /// The arena with its type, which the caller knows.
    #[inline]
    pub(crate) fn typed_mut<M: Model>(&mut self) -> &mut Arena<M> {
        let arena: &mut dyn Any = self;
        arena
            .downcast_mut()
            .expect("invariant: a model's number leads to its own arena")
    }
}
