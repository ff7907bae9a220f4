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
use super::owners::Owners;
use super::parents::without_case;
use crate::engine::Connection;
use crate::mapping::{
    AnyList, Member, ModelDef, RawRef, ReferenceDef, RelationDef, RelationKind, Scope, ToOne,
};
use crate::query::inferred::Access;
use crate::query::{PartOf, visible_rows_by};
use crate::state::{AnyArena, EntityState, KeyMap, KeyTuple, Reading, RowId, RowMap, State, Take};

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

/// The owners, what finds them, and the children or link rows that were found to be theirs.
#[derive(Default)]
pub(super) struct Lists {
    owners: Vec<RawRef>,
    by_key: KeyMap<KeyTuple<Value>, usize>,
    by_slot: RowMap<u32, usize>,
    /// Each with the place of its owner.
    members: Vec<(usize, RawRef)>,
    /// The child whose owner was found by its foreign key last, and the place of that.
    found: Option<(u32, usize)>,
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

impl Lists {
    /// The keys of the owners that have one, in the order of these, so that the statement is the same each time.
    pub(super) fn keys(&self) -> impl Iterator<Item = &[Value]> {
        let mut keys: Vec<(&KeyTuple<Value>, &usize)> = self.by_key.iter().collect();
        keys.sort_unstable_by_key(|(_, place)| **place);
        keys.into_iter().map(|(key, _)| key.values())
    }

    /// The members of each owner, made of its children by `member`.
    fn into_members(
        self,
        member: impl Fn(RawRef) -> Option<Member>,
    ) -> impl Iterator<Item = (RawRef, Vec<Member>)> {
        let mut counts = vec![0; self.owners.len()];
        for (place, _) in &self.members {
            counts[*place] += 1;
        }
        let mut lists: Vec<Vec<Member>> = counts.into_iter().map(Vec::with_capacity).collect();
        for (place, row) in self.members {
            lists[place].extend(member(row));
        }
        self.owners.into_iter().zip(lists)
    }
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
        let mut lists = Lists::default();
        let Some(arena) = state.by_model(self.model) else {
            return lists;
        };
        for slot in owners.slots {
            let place = lists.owners.len();
            lists.owners.push(arena.handle(*slot));
            lists.by_slot.insert(*slot, place);
            let key = arena.old_values(*slot, self.reference.target_columns);
            if let Some(key) = KeyTuple::new(key.into_iter()) {
                lists.by_key.insert(key, place);
            }
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
    pub(super) fn distribute(&self, state: &mut State, rows: &[u32], lists: &mut Lists) {
        for slot in rows {
            let Some(place) = self.owner(state, *slot, lists) else {
                continue;
            };
            let owner = lists.owners[place];
            if let Some(arena) = state.by_model_mut(self.child.1) {
                lists.members.push((place, arena.handle(*slot)));
                arena.note_to_one(*slot, self.inverse, ToOne::Handle(owner));
            }
        }
    }

    /// Which of the owners a child belongs to.
    fn owner(&self, state: &State, slot: u32, lists: &mut Lists) -> Option<usize> {
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
            let place = lists.by_slot.get(&handle.slot).copied();
            if let Some(place) = place.filter(|place| lists.owners[*place] == handle) {
                return Some(place);
            }
            let owner = state.by_model(self.model)?;
            if owner.entity_state(handle.slot, handle.stamp).is_some() {
                return None;
            }
        }
        let place = self.owner_by_key(arena, slot, lists)?;
        lists.found = Some((slot, place));
        Some(place)
    }

    /// Which of the owners a child references by its foreign key. Most rows come beside others of their owner.
    fn owner_by_key(&self, arena: &dyn AnyArena, slot: u32, lists: &Lists) -> Option<usize> {
        let mut columns = self.reference.columns.iter();
        if let Some((other, place)) = lists.found
            && columns.all(|column| arena.value(slot, *column) == arena.value(other, *column))
        {
            return Some(place);
        }
        let columns = self.reference.columns.iter();
        let key = KeyTuple::new(columns.map(|column| arena.value(slot, *column).to_value()))?;
        let found = lists.by_key.get(&key).copied();
        found.or_else(|| without_case(&lists.by_key, &key))
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
            let place = handle.and_then(|handle| lists.by_slot.get(&handle.slot).copied());
            if let Some(place) = place.filter(|place| handle == Some(lists.owners[*place])) {
                lists.members.push((place, arena.handle(slot)));
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
        let mut filled = Ok(());
        let owners = lists.into_members(|row| self.member(state, row));
        for (owner, mut members) in owners.collect::<Vec<_>>() {
            if is_one && members.len() > 1 {
                filled = Err(self.several());
                continue;
            }
            self.sort(state, &mut members);
            state.fill_list((self.model, owner), self.index, (members, has_pending));
        }
        filled
    }

    /// Keeps what was selected for each owner, in the order of the rows.
    pub(super) fn fill_parts(&self, state: &mut State, lists: Lists) {
        let owners = lists.into_members(|row| self.member(state, row));
        for (owner, members) in owners.collect::<Vec<_>>() {
            let targets = members.into_iter().map(|member| member.target).collect();
            let arena = state.by_model_mut(self.model);
            if let Some(list) = arena.and_then(|arena| arena.list_mut(owner.slot, self.index)) {
                list.set_part(targets);
            }
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
        let has_work = rows.has_work();
        let is_pending = |member: &Member| has_work && rows.is_pending(member.row.slot);
        if !self.order.is_empty() {
            // The database has ordered them.
            return members.sort_by_key(is_pending);
        }
        let order = |a: &Member, b: &Member| {
            is_pending(a)
                .cmp(&is_pending(b))
                .then_with(|| targets.key_order(a.target.slot, b.target.slot))
        };
        if !members.is_sorted_by(|a, b| order(a, b).is_le()) {
            members.sort_by(order);
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
