//! Loads entities whose foreign keys reference others: `HasMany` and `HasOne`. In a `ManyToMany` these are link rows, which
//! `links.rs` reads together with what they reference.
//!
//! Used by `relation.rs`. One statement asks for the children of many owners by their keys. Which owner a child belongs to
//! is what the session knows of it, so that changes that are not flushed count.

use std::collections::HashSet;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{Value, ValueRef};

use super::links::Far;
use super::owner_lists::Lists;
use super::owners::Owners;
use crate::engine::Connection;
use crate::mapping::{
    AnyList, Member, ModelDef, RawRef, ReferenceDef, RelationDef, RelationKind, Scope, ToOne,
};
use crate::query::inferred::Access;
use crate::query::{PartOf, visible_rows_by};
use crate::state::{AnyArena, EntityState, KeyTuple, Reading, RowId, State, Take};

/// A relation, as the loads of its children need it.
pub(super) struct Children {
    /// The number of the owners' model.
    model: usize,
    index: usize,
    relation: &'static RelationDef,
    /// The model of the children, or of the link rows, and its number.
    child: (&'static ModelDef, usize),
    /// Their relation to the owner.
    inverse: usize,
    reference: &'static ReferenceDef,
    /// What link rows reference beside the owner.
    far: Option<Far>,
    /// The order of rows. Empty if the lists are in that of primary keys.
    order: Vec<(usize, bool)>,
    access: Access,
    take: Take,
}

/// Returns the owners whose lists are not loaded or stale.
pub(super) fn in_memory(state: &State, owners: &Owners<'_>) -> Vec<u32> {
    let relation = owners.relation();
    let through = relation.through().map(|through| through.link);
    let read = [Some((relation.target)()), through].map(|def| def.map(State::number));
    let Some(arena) = state.by_model(owners.model) else {
        return Vec::new();
    };
    let is_fresh = |clock| {
        let read = read.iter().flatten();
        let mut read = read.filter_map(|model| state.by_model(*model));
        read.all(|arena| arena.is_fresh_since(clock))
    };
    let is_missing = |slot: &u32| {
        let list = arena.list(*slot, owners.index);
        owners.locks || !list.and_then(AnyList::loaded_at).is_some_and(is_fresh)
    };
    // What has no row has no children but those in memory.
    let mut missing = owners.with_rows(state);
    missing.retain(is_missing);
    missing
}

/// Loads the children of all owners.
///
/// # Errors
/// `MultipleRows` for two children of a relation to one, which stays as it was, while those of the other owners are loaded; the
/// errors of the queries.
pub(super) fn load(
    state: &mut State,
    connection: &mut Connection,
    owners: &Owners<'_>,
) -> Result<()> {
    let Some(children) = Children::of(owners) else {
        return Ok(());
    };
    let lists = children.lists(state, owners);
    let rows = children.rows(state, connection, &lists)?;
    children.fill_with(state, lists, &rows)
}

impl Children {
    /// `None` if the owners have the foreign key.
    pub(super) fn of(owners: &Owners<'_>) -> Option<Self> {
        let relation = owners.relation();
        let (child, inverse) = relation.children()?;
        Some(Self {
            model: owners.model,
            index: owners.index,
            relation,
            child: (child, State::number(child)),
            inverse,
            reference: child.reference_of(inverse)?,
            far: relation.through().map(Far::of),
            order: relation.list_order(),
            access: owners.access(),
            take: owners.take(),
        })
    }

    /// Fills the lists of owners with rows that were read.
    ///
    /// # Errors
    /// As [`load`].
    pub(super) fn fill_of(
        &self,
        state: &mut State,
        owners: &Owners<'_>,
        rows: &[u32],
    ) -> Result<()> {
        let lists = self.lists(state, owners);
        self.fill_with(state, lists, rows)
    }

    fn fill_with(&self, state: &mut State, mut lists: Lists, rows: &[u32]) -> Result<()> {
        self.distribute(state, rows, &mut lists);
        self.merge_pending(state, rows, &mut lists);
        self.fill(state, lists)
    }

    /// Makes rows that were read the parts of the lists of owners.
    pub(super) fn fill_parts_of(&self, state: &mut State, owners: &Owners<'_>, rows: &[u32]) {
        let slots = &*owners.with_rows(state);
        let mut lists = self.lists(state, &Owners { slots, ..*owners });
        self.distribute(state, rows, &mut lists);
        self.fill_parts(state, lists);
    }

    /// What a child or link row is as a member of a list.
    pub(super) fn target(&self, state: &State, row: u32) -> Option<u32> {
        let row = state.by_model(self.child.1)?.handle(row);
        Some(self.member(state, row)?.target.slot)
    }

    pub(super) fn lists(&self, state: &State, owners: &Owners<'_>) -> Lists {
        let mut lists = Lists::with_capacity(owners.slots.len());
        let Some(arena) = state.by_model(self.model) else {
            return lists;
        };
        for slot in owners.slots {
            let columns = self.reference.target_columns.iter();
            let key = columns.map(|column| arena.old_value(*slot, *column).to_value());
            lists.push_owner(arena.handle(*slot), KeyTuple::new(key));
        }
        lists
    }

    /// Reads the children's rows, and returns their slots.
    fn rows(
        &self,
        state: &mut State,
        connection: &mut Connection,
        lists: &Lists,
    ) -> Result<Vec<u32>> {
        let keys = lists.keys();
        let keys: Vec<ValueRef<'_>> = keys.flatten().map(Value::as_ref).collect();
        if let Some(far) = self.far {
            let columns = (self.reference.columns, &*self.order, &*keys);
            let reading = (self.access, self.take);
            return far.rows(state, connection, (self.child, reading), columns);
        }
        // A model that the session meets only now may change how rows are read.
        state.ensure_erased(self.child.0);
        let reading = state.reading(self.take);
        let arena = state.ensure_erased(self.child.0);
        let mut rows = Vec::new();
        visible_rows_by(
            connection,
            (self.child, self.access),
            (self.reference.columns, &self.order),
            &keys,
            &mut |row| {
                rows.push(arena.load(row, 0, reading)?);
                Ok(())
            },
        )?;
        Ok(rows)
    }

    /// What a filtered load of the same rows asks for.
    pub(super) fn part<'p>(&'p self, scope: &'p Scope) -> PartOf<'p> {
        PartOf {
            def: self.child.0,
            columns: self.reference.columns,
            far: self.far.map(|far| far.index),
            order: &self.order,
            scope,
        }
    }

    /// Models that the session meets only now may change how rows are read.
    pub(super) fn prepare(&self, state: &mut State) {
        state.ensure_erased(self.child.0);
        if let Some(far) = self.far {
            far.prepare(state);
        }
    }

    /// Takes in the row of a child, or a link row with what it references, whose columns begin at `start`, and returns its
    /// slot.
    pub(super) fn take_in(
        &self,
        state: &mut State,
        (row, start): (&dyn Row, usize),
        reading: Reading,
    ) -> Result<u32> {
        match self.far {
            Some(far) => far.take_in(state, self.child, (row, start), reading),
            None => state.ensure_erased(self.child.0).load(row, start, reading),
        }
    }

    /// Puts each child into the list of its owner, and sets its relation to it.
    pub(super) fn distribute(&self, state: &mut State, mut rows: &[u32], lists: &mut Lists) {
        while let Some(first) = rows.first() {
            let Some(arena) = state.by_model(self.child.1) else {
                return;
            };
            // Most rows come beside others of their owner.
            let count = arena.siblings(rows, self.inverse, self.reference.columns);
            let (siblings, others) = rows.split_at(count);
            rows = others;
            let Some(place) = self.owner(state, *first, lists) else {
                continue;
            };
            lists.push_rows(place, arena, siblings);
            let owner = lists.owner(place);
            if let Some(arena) = state.by_model_mut(self.child.1) {
                arena.note_to_one(siblings, self.inverse, ToOne::Handle(owner));
            }
            for slot in siblings {
                let (model, slot) = (self.child.1, *slot);
                let row = RowId { model, slot };
                // A verb has taken it out of the list, and an assignment gave it the owner again.
                if state.was_placed(row, self.inverse) {
                    state.put_in_step(row, self.inverse, Some(owner));
                }
            }
        }
    }

    /// The place of the owner that a child belongs to.
    fn owner(&self, state: &State, slot: u32, lists: &Lists) -> Option<usize> {
        let arena = state.by_model(self.child.1)?;
        let RawRef { stamp, .. } = arena.handle(slot);
        if self.far.is_some() && arena.entity_state(slot, stamp) == Some(EntityState::Deleting) {
            return None;
        }
        let known = arena.to_one(slot, self.inverse);
        if known == ToOne::Null {
            return None;
        }
        if let Some(handle) = known.handle() {
            let place = lists.place_of(handle);
            let owner = state.by_model(self.model)?;
            if place.is_some() || owner.entity_state(handle.slot, handle.stamp).is_some() {
                return place;
            }
        }
        let columns = self.reference.columns.iter();
        let key = columns.map(|column| arena.value(slot, *column).to_value());
        lists.place_of_key(&KeyTuple::new(key)?)
    }

    /// Adds children that were given an owner since the last flush, which the rows don't show.
    fn merge_pending(&self, state: &mut State, rows: &[u32], lists: &mut Lists) {
        let Some(arena) = state
            .by_model(self.child.1)
            .filter(|arena| arena.has_work())
        else {
            return;
        };
        let rows: HashSet<u32> = rows.iter().copied().collect();
        let mut pending = arena.relinking();
        pending.dedup();
        let mut placed = Vec::new();
        for (slot, _) in pending.into_iter().filter(|(slot, _)| !rows.contains(slot)) {
            let handle = arena.to_one(slot, self.inverse).handle();
            if let Some(place) = handle.and_then(|handle| lists.place_of(handle)) {
                lists.push_rows(place, arena, &[slot]);
                placed.push((slot, handle));
            }
        }
        for (slot, owner) in placed {
            let row = RowId {
                model: self.child.1,
                slot,
            };
            state.put_in_step(row, self.inverse, owner);
            if let Some(far) = self.far {
                let target = far.target(state, row);
                state.put_in_step(row, far.index, target);
            }
        }
    }

    fn fill(&self, state: &mut State, lists: Lists) -> Result<()> {
        let is_one = matches!(self.relation.kind, RelationKind::HasOne { .. });
        // What is read past pending work is read again after a rollback.
        let child = state.by_model(self.child.1);
        let has_pending = child.is_some_and(AnyArena::has_work);
        let (mut filled, mut members) = (Ok(()), Vec::new());
        lists.each(|owner, rows| {
            self.members(state, rows, &mut members);
            if is_one && members.len() > 1 {
                filled = Err(self.several());
                return;
            }
            self.sort(state, &mut members);
            state.fill_list((self.model, owner), self.index, (&members, has_pending));
        });
        filled
    }

    /// Keeps what was selected for each owner, in the order of the rows.
    pub(super) fn fill_parts(&self, state: &mut State, lists: Lists) {
        let mut members = Vec::new();
        lists.each(|owner, rows| {
            self.members(state, rows, &mut members);
            let targets = members.iter().map(|member| member.target).collect();
            let arena = state.by_model_mut(self.model);
            if let Some(list) = arena.and_then(|arena| arena.list_mut(owner.slot, self.index)) {
                list.set_part(targets);
            }
        });
    }

    /// Replaces `members` by those that the children or link rows of one owner stand for.
    fn members(&self, state: &State, rows: &[RawRef], members: &mut Vec<Member>) {
        members.clear();
        if self.far.is_some() {
            members.extend(rows.iter().filter_map(|row| self.member(state, *row)));
        } else {
            members.extend(rows.iter().copied().map(Member::itself));
        }
    }

    /// The member that a child or link row is.
    fn member(&self, state: &State, row: RawRef) -> Option<Member> {
        let Some(far) = self.far else {
            return Some(Member::itself(row));
        };
        let (model, slot) = (self.child.1, row.slot);
        let target = far.target(state, RowId { model, slot })?;
        Some(Member { row, target })
    }

    /// Puts members in the order of their rows or keys, and those to be inserted at the end.
    fn sort(&self, state: &State, members: &mut [Member]) {
        let target = self.far.map_or(self.child.1, Far::model);
        let (Some(rows), Some(targets)) = (state.by_model(self.child.1), state.by_model(target))
        else {
            return;
        };
        let mut stored = members.len();
        if rows.has_work() {
            let is_pending = |member: &Member| rows.is_pending(member.row.slot);
            members.sort_by_key(is_pending);
            stored = members.partition_point(|member| !is_pending(member));
        }
        // The database has ordered them else.
        if self.order.is_empty() {
            let (stored, pending) = members.split_at_mut(stored);
            targets.sort_by_keys(stored);
            targets.sort_by_keys(pending);
        }
    }

    #[cold]
    fn several(&self) -> Error {
        let RelationDef { model, name, .. } = self.relation;
        let child = self.child.0;
        let message = format!("`{model}.{name}` has several rows of {}", child.name);
        Error::with_message(ErrorKind::MultipleRows, message)
            .with_table(child.table)
            .with_hint(format!(
                "make the foreign key unique, or make the relation a HasMany<{}>",
                child.name
            ))
    }
}
