//! [`State`]: all arenas of a session, its clock and its undo level.

use std::any::Any;
use std::num::NonZeroU32;

use orm_core::error::Error;
use orm_core::stmt::Few;
use orm_core::value::{Value, ValueRef};

use super::any_arena::AnyArena;
use super::arena::Arena;
use super::handle::next_stamp;
use super::list_log::Lists;
use super::reading::{Reading, Take};
use super::slot::FIRST_CLOCK;
use super::spare_arenas;
use super::vtable::vtable;
use crate::mapping::{Model, ModelDef, ToOne};

/// What a session knows. Everything but the connection.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each of which spares a flush or a read a phase"
)]
pub(crate) struct State {
    stamp: NonZeroU32,
    /// The models that the session has met, by their numbers.
    arenas: Few<Met>,
    /// Whether some of them map the same table.
    pub(crate) has_twins: bool,
    /// Whether some of them have relations.
    pub(crate) has_relations: bool,
    /// Whether any of their lists keeps the positions of its members.
    pub(crate) has_positions: bool,
    /// Whether new entities may take the rows of deleted ones, since a flush has looked for such.
    pub(crate) has_switches: bool,
    /// Whether some of them have hooks.
    pub(crate) has_hooks: bool,
    /// Counts what makes entities stale: commits, rollbacks, statements past the unit of work. Entities are
    /// stamped with it when they are read. Never 0.
    pub(crate) clock: u32,
    /// The undo level: that of the transaction, or of the innermost savepoint.
    pub(crate) level: u32,
    pub(super) next_level: u32,
    /// The undo level of the open transaction.
    pub(super) transaction: Option<u32>,
    /// Whether the transaction has changed rows past the unit of work, by a statement or a cascade: what
    /// is read back of them is not to outlive a rollback.
    pub(crate) wrote_past: bool,
    /// The tables that the transaction's flushes have written, and whether they have changed or deleted rows
    /// of them: what the database changes along with these is not known of models that are met later.
    pub(crate) flushed: Vec<(&'static str, bool)>,
    /// How many calls that read in chunks are running, one inside the other.
    pub(super) chunk_depth: u32,
    /// What has changed the lists of relations.
    pub(super) lists: Lists,
    /// Errors of calls that return nothing, returned by the next flush.
    pub(crate) faults: Vec<Error>,
}

/// A model that the session has met.
struct Met {
    model: usize,
    arena: Box<dyn AnyArena>,
}

impl std::fmt::Debug for State {
    // Entities may hold secrets, and need no Debug.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            stamp: next_stamp(),
            arenas: Few::new(),
            has_twins: false,
            has_relations: false,
            has_positions: false,
            has_switches: false,
            has_hooks: false,
            clock: FIRST_CLOCK,
            level: 1,
            next_level: 2,
            transaction: None,
            wrote_past: false,
            flushed: Vec::new(),
            chunk_depth: 0,
            lists: Lists::default(),
            faults: Vec::new(),
        }
    }

    /// The arena of a model, if the session has met it.
    #[inline]
    pub(crate) fn arena<M: Model>(&self) -> Option<&Arena<M>> {
        let arena: &dyn Any = self.by_model(M::slot().index())?;
        arena.downcast_ref()
    }

    /// The arena of a model, made if it isn't there.
    #[inline]
    pub(crate) fn ensure<M: Model>(&mut self) -> &mut Arena<M> {
        let place = self.meet(M::slot().index(), M::def);
        self.arenas[place].arena.typed_mut()
    }

    /// The arena of a model that only its data is known of, made if it isn't there.
    pub(crate) fn ensure_erased(&mut self, def: &'static ModelDef) -> &mut dyn AnyArena {
        let place = self.meet((vtable(def).number)(), || def);
        &mut *self.arenas[place].arena
    }

    /// The number of the model that `def` describes.
    pub(crate) fn number(def: &'static ModelDef) -> usize {
        (vtable(def).number)()
    }

    /// What a relation of an entity references by its foreign key, as far as it is in memory.
    pub(crate) fn referenced(&self, (model, slot): (usize, u32), index: usize) -> ToOne {
        self.target(model, index, |arena, column| arena.value(slot, column))
    }

    /// What it references by the foreign key that the database has.
    pub(crate) fn old_referenced(&self, (model, slot): (usize, u32), index: usize) -> ToOne {
        self.target(model, index, |arena, column| arena.old_value(slot, column))
    }

    /// What a relation of a model references by a foreign key of these values.
    fn target(
        &self,
        model: usize,
        index: usize,
        value: impl for<'a> Fn(&'a dyn AnyArena, usize) -> ValueRef<'a>,
    ) -> ToOne {
        let Some(arena) = self.by_model(model) else {
            return ToOne::default();
        };
        let relation = &arena.def().relations[index];
        let not_loaded = ToOne::NotLoaded(Some(relation));
        let Some(reference) = arena.def().reference_of(index) else {
            return not_loaded;
        };
        let columns = reference.columns.iter();
        let key: Vec<Value> = columns
            .map(|column| value(arena, *column).to_value())
            .collect();
        if key.iter().any(Value::is_null) {
            return ToOne::Null;
        }
        let target: &'static ModelDef = (relation.target)();
        let found = self.by_model(Self::number(target)).and_then(|target| {
            // The identity map knows primary keys only, in their order.
            let is_key = reference.target_columns == target.def().primary_key;
            let slot = is_key.then(|| target.find(&key)).flatten()?;
            Some(target.handle(slot))
        });
        found.map_or(not_loaded, ToOne::Handle)
    }

    /// The place of the model with that number, whose arena is made if it isn't there.
    #[inline]
    fn meet(&mut self, model: usize, def: impl FnOnce() -> &'static ModelDef) -> usize {
        match self.place(model) {
            Ok(place) => place,
            Err(place) => {
                self.make((place, model), def());
                place
            }
        }
    }

    /// The place of a model, or the one that it would have.
    #[inline]
    fn place(&self, model: usize) -> Result<usize, usize> {
        match &*self.arenas {
            [met] if met.model == model => Ok(0),
            all => all.binary_search_by_key(&model, |met| met.model),
        }
    }

    #[cold]
    fn make(&mut self, (place, model): (usize, usize), def: &'static ModelDef) {
        let is_twin = self.arenas().any(|other| other.def().table == def.table);
        self.has_twins |= is_twin;
        self.has_relations |= !def.relations.is_empty();
        self.has_positions |= def.relations.iter().any(|one| one.keeps_positions);
        self.has_hooks |= def.hooks.is_some();
        let arena = spare_arenas::take(model, self.stamp);
        let mut arena = arena.unwrap_or_else(|| (vtable(def).arena)(self.stamp));
        if self.chunk_depth > 0 {
            arena.note_loaded(true);
        }
        self.arenas.insert(place, Met { model, arena });
        let flushed = |(table, changed): &(&str, bool)| {
            def.table == *table
                || *changed && def.references.iter().any(|r| (r.target)().table == *table)
        };
        self.wrote_past |= self.flushed.iter().any(flushed);
    }

    /// The arenas of several models, to be changed; `None` if a model is named twice or unknown.
    pub(crate) fn disjoint<const N: usize>(
        &mut self,
        models: [usize; N],
    ) -> Option<[&mut dyn AnyArena; N]> {
        let unknown = self.arenas.len();
        let places = models.map(|model| self.place(model).unwrap_or(unknown));
        let arenas = self.arenas.get_disjoint_mut(places).ok()?;
        Some(arenas.map(|met| &mut *met.arena))
    }

    /// The arenas without their types.
    pub(crate) fn arenas(&self) -> impl Iterator<Item = &dyn AnyArena> {
        self.arenas.iter().map(|met| &*met.arena)
    }

    /// The arena of the model with that number.
    #[inline]
    pub(crate) fn by_model(&self, model: usize) -> Option<&dyn AnyArena> {
        Some(&*self.arenas[self.place(model).ok()?].arena)
    }

    /// The arena of the model with that number, to be changed.
    #[inline]
    pub(crate) fn by_model_mut(&mut self, model: usize) -> Option<&mut Box<dyn AnyArena>> {
        let place = self.place(model).ok()?;
        Some(&mut self.arenas[place].arena)
    }

    /// Every arena, to be changed.
    pub(crate) fn arenas_mut(&mut self) -> impl Iterator<Item = &mut Box<dyn AnyArena>> {
        self.arenas.iter_mut().map(|met| &mut met.arena)
    }

    /// Whether a flush has anything to look at.
    #[inline]
    pub(crate) fn has_work(&self) -> bool {
        self.arenas().any(AnyArena::has_work)
    }

    /// Whether a flush would write anything.
    pub(crate) fn has_changes(&self) -> bool {
        self.arenas().any(AnyArena::has_changes)
    }

    /// Starts a new undo level and returns it.
    pub(crate) fn new_level(&mut self) -> u32 {
        self.level = self.next_level;
        self.next_level += 1;
        self.level
    }

    /// Makes everything stale: what was read isn't certain any more.
    pub(crate) fn mark_stale(&mut self) {
        let clock = self.tick();
        self.arenas_mut().for_each(|arena| arena.mark_stale(clock));
    }

    /// Makes everything stale, since a statement past the unit of work may have changed any row.
    pub(crate) fn overtake(&mut self, statement: &'static str) {
        self.wrote_past = true;
        self.mark_stale();
        let clock = self.clock;
        self.arenas_mut()
            .for_each(|arena| arena.overtake(clock, statement));
    }

    /// Makes everything stale and, in a session that expires on commit, unreadable until it is read again.
    pub(crate) fn expire_all(&mut self) {
        let clock = self.tick();
        self.arenas_mut()
            .for_each(|arena| arena.mark_expired(clock));
    }

    /// The arena of a model, and how its rows are read now. A model that the session meets only now may
    /// change that.
    #[expect(
        clippy::inline_always,
        reason = "what is returned is written to memory in other parts than it is read in, for which the processor waits"
    )]
    #[inline(always)]
    pub(crate) fn reader<M: Model>(&mut self, take: Take) -> (&mut Arena<M>, Reading) {
        let place = self.meet(M::slot().index(), M::def);
        let reading = self.reading(take);
        (self.arenas[place].arena.typed_mut(), reading)
    }

    /// How rows are read now.
    #[inline]
    pub(crate) fn reading(&self, take: Take) -> Reading {
        Reading {
            clock: self.clock,
            log: self.wrote_past.then_some(self.level),
            take,
        }
    }

    /// Everything was written, or turned out unchanged: nothing is left to do.
    pub(crate) fn clear_dirty(&mut self) {
        self.arenas_mut().for_each(|arena| arena.clear_dirty());
        self.has_switches = false;
        self.lists.flushed();
    }

    /// Whether a transaction is open, whose rollback undoes what is loaded of its changes.
    pub(super) fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// A transaction begins.
    pub(crate) fn begin(&mut self) {
        self.new_level();
        self.end();
        self.transaction = Some(self.level);
    }

    /// The transaction is over.
    pub(crate) fn end(&mut self) {
        self.transaction = None;
        self.wrote_past = false;
        self.flushed.clear();
    }

    /// The transaction is stored: entities are stale from here on, and nothing can be undone.
    pub(crate) fn commit(&mut self) {
        for arena in self.arenas_mut() {
            arena.discard_undo();
        }
        self.lists.discard();
        self.end();
        self.expire_all();
    }

    /// The entities whose values a rollback has taken away, by model and slot.
    pub(crate) fn take_unknown(&mut self) -> Vec<(usize, Vec<u32>)> {
        let unknown = |arena: &mut Box<dyn AnyArena>| (arena.model(), arena.take_unknown());
        let mut all: Vec<_> = self.arenas_mut().map(unknown).collect();
        all.retain(|(_, slots)| !slots.is_empty());
        all
    }

    /// Whether a rollback has taken away values.
    pub(crate) fn has_unknown(&self) -> bool {
        self.arenas().any(AnyArena::has_unknown)
    }

    /// Puts back what was not flushed.
    pub(crate) fn undo_pending(&mut self) {
        for arena in self.arenas_mut() {
            arena.undo_pending();
        }
        self.undo_pending_lists();
        self.faults.clear();
    }

    /// Puts back values and states as they were before the open transaction. What was found out without one stays,
    /// such as that a row is gone.
    pub(crate) fn undo_transaction(&mut self) {
        // Verbs change lists before the transaction begins.
        self.undo(self.transaction.unwrap_or(self.next_level), 0);
    }

    /// Puts back values and states as they were at the start of `level`; everything is stale.
    pub(crate) fn undo_to(&mut self, level: u32) {
        self.undo(level, level);
    }

    /// Puts back entities as they were at the start of `level`, and lists at that of `lists`.
    fn undo(&mut self, level: u32, lists: u32) {
        for arena in self.arenas_mut() {
            arena.undo_to(level);
        }
        self.undo_lists(lists);
        self.begin_again();
        self.undo_switches();
        self.faults.clear();
        self.expire_all();
    }

    /// Entities leave the session, and so does what is known of the rows that the transaction has written of them.
    pub(crate) fn forget(&mut self) {
        self.wrote_past |= !self.flushed.is_empty();
    }

    /// Counts the clock up and returns it.
    pub(crate) fn tick(&mut self) -> u32 {
        self.clock = self.clock.checked_add(1).unwrap_or_else(|| {
            self.arenas_mut().for_each(|arena| arena.reset_clock());
            2
        });
        self.clock
    }

    /// Forgets every entity. Handles given so far are stale.
    pub(crate) fn clear(&mut self) {
        self.spare();
        (self.has_twins, self.has_relations, self.has_hooks) = (false, false, false);
        self.has_positions = false;
        self.lists.discard();
        self.faults.clear();
        self.stamp = next_stamp();
    }

    /// Leaves the arenas to the next session.
    fn spare(&mut self) {
        while let Some(Met { model, arena }) = self.arenas.pop() {
            spare_arenas::keep(model, arena);
        }
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.spare();
    }
}
