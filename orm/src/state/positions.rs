//! The positions of the members of lists, in the column that `position` of a relation names.
//!
//! The session numbers a list when a member is moved in it, and the flush numbers all whose members have changed. What is
//! added to a list that is not loaded, or stale, gets the positions after its last row, which the session reads.

use std::collections::HashSet;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{Value, ValueRef};

use super::any_arena::AnyArena;
use super::arena::Arena;
use super::entity_state::EntityState;
use super::handle::{Ref, RowId};
use super::key_tuple::RowMap;
use super::list_log::{Change, ListId};
use super::lists::inverses;
use super::store::State;
use crate::mapping::{AnyList, Model, ModelDef, RawRef, ReferenceDef, RelationDef, integer_fits};

/// New members of a list that is not loaded, or stale.
pub(crate) struct Appended {
    pub(crate) list: ListId,
    /// The slots of the members, in the order in which they came.
    pub(crate) members: Vec<u32>,
}

/// The model and the foreign key of the rows of a list, the column that has their positions, and the key of its owner.
pub(crate) type Positioned = (&'static ModelDef, &'static ReferenceDef, usize, Vec<Value>);

/// The loaded lists that have changed since the last flush.
#[derive(Default)]
struct Changed {
    /// The first place of each that has changed.
    starts: RowMap<ListId, usize>,
    /// Those in which a member was moved.
    moved: HashSet<ListId>,
}

impl Changed {
    fn note(&mut self, list: ListId, from: usize) {
        let first = self.starts.entry(list).or_insert(from);
        *first = from.min(*first);
    }
}

impl State {
    /// Numbers the loaded lists whose members have changed since the last flush, and returns what the others got.
    ///
    /// # Errors
    /// `OutOfRange` for a position that its field has no room for.
    pub(crate) fn number_lists(&mut self) -> Result<Vec<Appended>> {
        let mut changed = Changed::default();
        self.note_moved(&mut changed);
        self.note_going(&mut changed);
        let appended = self.note_placed(&mut changed);
        for (list, from) in changed.starts {
            self.number_list(list, from)?;
        }
        Ok(appended)
    }

    /// Notes what was removed and moved.
    fn note_moved(&self, changed: &mut Changed) {
        for entry in &self.lists.log[self.lists.flushed..] {
            let from = match entry.change {
                Change::Removed(_, at) => at,
                Change::Moved(_, [from, to]) => {
                    changed.moved.insert(entry.list);
                    from.min(to)
                }
                Change::Added(_) | Change::Loaded | Change::Unloaded => continue,
            };
            if self.position_of(entry.list).is_some() {
                changed.note(entry.list, from);
            }
        }
    }

    /// Notes what this flush deletes.
    fn note_going(&self, changed: &mut Changed) {
        for arena in self.arenas() {
            for (relation, ..) in arena.def().belongs_to() {
                for (model, index) in inverses(arena.def(), relation) {
                    if self.keeps_positions((model, index)) {
                        self.note_going_of(arena.model(), relation, (model, index), changed);
                    }
                }
            }
        }
    }

    /// Notes it for the lists that a relation of the model makes its entities members of.
    fn note_going_of(
        &self,
        model: usize,
        relation: usize,
        (owners, index): (usize, usize),
        changed: &mut Changed,
    ) {
        let going = self.by_model(model).map(AnyArena::deleting);
        // They are sorted.
        let going = going.unwrap_or_default();
        let owner = |slot: &u32| self.placed(RowId { model, slot: *slot }, relation);
        let owners_of_going: HashSet<RawRef> = going.iter().filter_map(owner).collect();
        for owner in owners_of_going {
            let list = ListId {
                model: owners,
                owner,
                index,
            };
            let members = self.loaded_list(list).map(AnyList::targets);
            let mut members = members.into_iter().flatten();
            if let Some(first) = members.position(|one| going.binary_search(&one.slot).is_ok()) {
                changed.note(list, first);
            }
        }
    }

    /// Notes what was added at the end.
    fn note_placed(&self, changed: &mut Changed) -> Vec<Appended> {
        let mut added: RowMap<ListId, Vec<(usize, u32)>> = RowMap::default();
        for ((child, index), placed) in &self.lists.placed {
            let (Some(owner), Some(arena)) = (placed.owner, self.by_model(child.model)) else {
                continue;
            };
            let lists = inverses(arena.def(), *index);
            for (model, number) in lists.filter(|list| self.keeps_positions(*list)) {
                let list = ListId {
                    model,
                    owner,
                    index: number,
                };
                added
                    .entry(list)
                    .or_default()
                    .push((placed.number, child.slot));
            }
        }
        let mut appended = Vec::new();
        for (list, mut members) in added {
            // If a member was moved, the order is what the program has seen.
            let is_decided = changed.moved.contains(&list);
            let loaded = self
                .loaded_list(list)
                .filter(|loaded| is_decided || self.is_fresh(list, *loaded));
            if let Some(loaded) = loaded {
                changed.note(list, loaded.count().saturating_sub(members.len()));
                continue;
            }
            members.sort_unstable();
            let members = members.into_iter().map(|(_, slot)| slot).collect();
            appended.push(Appended { list, members });
        }
        appended
    }

    /// Gives the members of a list their positions, from a place on.
    ///
    /// # Errors
    /// As [`number_lists`](Self::number_lists).
    pub(crate) fn number_list(&mut self, id: ListId, from: usize) -> Result<()> {
        let (Some((relation, column)), Some(list)) = (self.position_of(id), self.loaded_list(id))
        else {
            return Ok(());
        };
        let model = Self::number((relation.target)());
        let Some(arena) = self.by_model(model) else {
            return Ok(());
        };
        // What was deleted by the database has left gaps.
        let members = list.targets();
        let is_numbered = |(place, member): (usize, &RawRef)| {
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            arena
                .value(member.slot, column)
                .is_same(Value::Int(place).as_ref())
        };
        let before = members[..from.min(members.len())].iter().enumerate();
        let from = before.rev().find(|place| is_numbered(*place));
        let from = from.map_or(0, |(place, _)| place + 1);
        let stays = |member: &&RawRef| {
            let state = arena.entity_state(member.slot, member.stamp);
            !matches!(state, Some(EntityState::Deleting | EntityState::Deleted))
        };
        let members = members[from..].iter().filter(stays);
        let slots: Vec<u32> = members.map(|member| member.slot).collect();
        self.number_members(
            (model, column),
            &slots,
            i64::try_from(from).unwrap_or(i64::MAX),
        )
    }

    /// Gives members of a list that is not loaded the positions from `first` on.
    ///
    /// # Errors
    /// As [`number_lists`](Self::number_lists).
    pub(crate) fn number_appended(&mut self, appended: &Appended, first: i64) -> Result<()> {
        let Some((relation, column)) = self.position_of(appended.list) else {
            return Ok(());
        };
        let model = Self::number((relation.target)());
        self.number_members((model, column), &appended.members, first)
    }

    fn number_members(
        &mut self,
        (model, column): (usize, usize),
        slots: &[u32],
        first: i64,
    ) -> Result<()> {
        let Some(arena) = self.by_model_mut(model) else {
            return Ok(());
        };
        let mut numbered = slots.iter().zip(first..);
        numbered.try_for_each(|(slot, position)| arena.assign_number(*slot, column, position))
    }

    /// The model and the foreign key of the rows of a list, the column that has their positions, and the key of its owner.
    pub(crate) fn positioned(&self, id: ListId) -> Option<Positioned> {
        let (relation, column) = self.position_of(id)?;
        let (child, inverse) = relation.children()?;
        let reference = child.reference_of(inverse)?;
        let owner = self.by_model(id.model)?;
        owner.entity_state(id.owner.slot, id.owner.stamp)?;
        let key = owner.old_values(id.owner.slot, reference.target_columns);
        Some((child, reference, column, key))
    }

    /// The relation of a list that keeps positions, and their column.
    fn position_of(&self, id: ListId) -> Option<(&'static RelationDef, usize)> {
        let relation = &self.by_model(id.model)?.def().relations[id.index];
        Some((relation, relation.position_column()?))
    }

    fn keeps_positions(&self, (model, index): (usize, usize)) -> bool {
        let arena = self.by_model(model);
        arena.is_some_and(|arena| arena.def().relations[index].keeps_positions)
    }

    /// Whether a list has all its members: it was read in this transaction, or its owner has no row yet.
    fn is_fresh(&self, id: ListId, list: &dyn AnyList) -> bool {
        let (Some(owners), Some((relation, _))) = (self.by_model(id.model), self.position_of(id))
        else {
            return false;
        };
        let state = owners.entity_state(id.owner.slot, id.owner.stamp);
        let members = self.by_model(Self::number((relation.target)()));
        let is_read = members.is_none_or(|members| {
            list.loaded_at()
                .is_some_and(|clock| members.is_fresh_since(clock))
        });
        is_read || !state.is_some_and(EntityState::has_row)
    }

    /// As [`list`](Self::list), to be read.
    fn loaded_list(
        &self,
        ListId {
            model,
            owner,
            index,
        }: ListId,
    ) -> Option<&dyn AnyList> {
        let arena = self.by_model(model)?;
        arena.entity_state(owner.slot, owner.stamp)?;
        let list = arena.list(owner.slot, index)?;
        list.loaded_at()?;
        Some(list)
    }
}

impl<M: Model> Arena<M> {
    /// As [`AnyArena::assign_number`].
    pub(super) fn assign_number(&mut self, slot: u32, position: usize, number: i64) -> Result<()> {
        let stamp = self.slots[slot as usize].stamp;
        let has_it = {
            let value = self.slots[slot as usize].value.as_ref();
            value.is_some_and(|value| value.value(position).is_same(ValueRef::Int(number)))
        };
        if let Some(unset) = self.unset.get_mut(&slot) {
            unset.retain(|(column, _)| *column != position);
        }
        if has_it {
            return Ok(());
        }
        let def = M::def();
        let refused = || {
            Error::with_message(
                ErrorKind::OutOfRange,
                format!("the position {number} is out of range for its field"),
            )
            .with_table(def.table)
            .with_column(def.names[position])
            .with_hint("make the field an i64")
        };
        if !integer_fits(&def.columns[position].ty, number) {
            return Err(refused());
        }
        match self.get_mut(Ref::new(slot, stamp)) {
            Some(entity) => entity
                .assign(position, ValueRef::Int(number))
                .map_err(|_| refused()),
            None => Ok(()),
        }
    }
}
