//! [`Cascade`]: which rows are deleted along with others, or lose their foreign keys first, by the attributes of relations.
//!
//! The second phase of a flush, level by level: the children of the rows of one level are marked, and those that are to be
//! deleted are the next level. A row is marked once, so that circles end. What is not in memory is read in between by the
//! session, which drives this; statements and their order are those of any other delete. A flush that fails takes its
//! marks back.

use std::collections::{BTreeMap, HashSet};

use orm_core::error::Result;

use super::batch::Plan;
use super::marks::Mark;
use crate::mapping::{ChildRule, RelationDef, RelationKind, ToOne, check_cascade};
use crate::state::{AnyArena, EntityState, KeyTuple, RowId, RowMap, State};

/// The deletes of a flush, on their way to the rows that depend on them.
pub(crate) struct Cascade {
    /// The rows whose children are next.
    level: Vec<RowId>,
    /// Those of levels so far whose rows new entities take.
    spared: Vec<RowId>,
    /// The entities that were given an owner since the last flush, by that owner, each with its relation.
    moved: RowMap<RowId, Vec<(RowId, usize)>>,
}

/// The lists of entities of one model that are to be read.
pub(crate) struct ListsToRead {
    /// The owners' model.
    pub(crate) model: usize,
    /// The relation's index.
    pub(crate) index: usize,
    pub(crate) slots: Vec<u32>,
}

/// Takes back what the cascades of a flush that failed have marked.
#[cold]
pub(crate) fn take_back(plan: &mut Plan, state: &mut State) {
    while let Some((row, mark)) = plan.marks.0.pop() {
        match mark {
            Mark::Deleted => {
                if let Some(arena) = state.by_model_mut(row.model) {
                    arena.undelete(row.slot);
                }
            }
            Mark::Dropped => {
                if let Some(arena) = state.by_model_mut(row.model) {
                    let handle = arena.handle(row.slot);
                    arena.add_again(handle);
                }
                state.place_all(row);
            }
            Mark::Emptied(index, to_one) => state.relink(row, index, to_one),
        }
    }
}

impl Cascade {
    /// Begins with the rows that are marked for deletion and with the orphans of `plan`; `None` if there is nothing to do.
    pub(crate) fn begin(plan: &mut Plan, state: &mut State) -> Option<Self> {
        let mut level = Vec::new();
        let arenas = state.arenas().filter(|arena| arena.has_work());
        for arena in arenas.filter(|arena| arena.def().relations.iter().any(has_rule)) {
            let (model, slots) = (arena.model(), arena.deleting().into_iter());
            level.extend(slots.map(|slot| RowId { model, slot }));
        }
        let orphans = std::mem::take(&mut plan.orphans);
        if level.is_empty() && orphans.is_empty() {
            return None;
        }
        let mut cascade = Self {
            level,
            spared: Vec::new(),
            moved: moved(state),
        };
        for orphan in orphans {
            cascade.delete(plan, state, orphan);
        }
        Some(cascade)
    }

    /// Leaves out rows that new entities take, as long as these are there.
    pub(crate) fn spare(&mut self, state: &State) {
        if !state.has_switches {
            return;
        }
        let is_taken = |row: &RowId| {
            let arena = state.by_model(row.model);
            arena.is_some_and(|arena| arena.switched_to(row.slot) != row.slot)
        };
        let rows = self.spared.drain(..).chain(self.level.drain(..));
        (self.spared, self.level) = rows.collect::<Vec<_>>().into_iter().partition(is_taken);
    }

    pub(crate) fn is_done(&self) -> bool {
        self.level.is_empty()
    }

    /// The lists of this level that are to be read, unless they are in memory.
    ///
    /// # Errors
    /// `Schema` for a relation that is to set a foreign key to NULL that can't be NULL.
    pub(crate) fn lists_to_read(&self, state: &State) -> Result<Vec<ListsToRead>> {
        let mut lists: BTreeMap<(usize, usize), Vec<u32>> = BTreeMap::new();
        for model in models(&self.level) {
            let Some(arena) = state.by_model(model) else {
                continue;
            };
            for (index, relation) in arena.def().relations.iter().enumerate() {
                check_cascade(relation)?;
                if relation.is_read_to_delete() {
                    let rows = self.level.iter().filter(|row| row.model == model);
                    lists.insert((model, index), rows.map(|row| row.slot).collect());
                }
            }
        }
        let lists = lists.into_iter();
        Ok(lists
            .map(|((model, index), slots)| ListsToRead {
                model,
                index,
                slots,
            })
            .collect())
    }

    /// Marks the children of this level, after its lists were read.
    pub(crate) fn spread(&mut self, plan: &mut Plan, state: &mut State) {
        let level = std::mem::take(&mut self.level);
        // Members whose foreign key was changed, which their relation follows after the flush: they belong to other owners.
        let moved: HashSet<(RowId, usize)> = plan.following.iter().copied().collect();
        for model in models(&level) {
            let Some(def) = state.by_model(model).map(AnyArena::def) else {
                continue;
            };
            let relations = def.relations.iter().enumerate();
            for (index, relation) in relations.filter(|(_, relation)| has_rule(relation)) {
                let is_read = relation.is_read_to_delete();
                let is_moved = |child| {
                    let inverse = relation.inverse();
                    inverse.is_some_and(|index| moved.contains(&(child, index)))
                };
                for owner in level.iter().filter(|row| row.model == model) {
                    for child in self.children(state, *owner, (index, relation)) {
                        if !is_moved(child) {
                            self.mark(plan, state, (child, relation, is_read));
                        }
                    }
                }
            }
        }
    }

    /// What belongs to an owner by a relation, as far as it is in memory. The last ones come first: they leave a list
    /// without a search.
    fn children(
        &self,
        state: &mut State,
        owner: RowId,
        (index, relation): (usize, &'static RelationDef),
    ) -> Vec<RowId> {
        let model = State::number((relation.target)());
        let members = state.members(owner, index);
        let members = members.into_iter().rev().map(|member| RowId {
            model,
            slot: member.slot,
        });
        let mut children: Vec<RowId> = members.collect();
        if matches!(relation.kind, RelationKind::HasOne { .. }) && children.is_empty() {
            children = referring(state, owner, relation).unwrap_or_default();
        }
        let known = children.len();
        let moved = self.moved.get(&owner).into_iter().flatten();
        for (child, inverse) in moved {
            let is_here = child.model == model && Some(*inverse) == relation.inverse();
            // Few were moved, unless the list has them.
            if is_here && !(known > 0 && children[..known].contains(child)) {
                children.push(*child);
            }
        }
        children
    }

    fn mark(
        &mut self,
        plan: &mut Plan,
        state: &mut State,
        (child, relation, is_read): (RowId, &'static RelationDef, bool),
    ) {
        let is_pending = |state: &State| {
            let arena = state.by_model(child.model);
            arena.is_some_and(|arena| arena.is_pending(child.slot))
        };
        match (relation.child_rule(), relation.inverse()) {
            (ChildRule::Delete, _) => self.delete(plan, state, child),
            (ChildRule::Passive, _) if is_read || is_pending(state) => {
                self.delete(plan, state, child);
            }
            (ChildRule::SetNull, Some(inverse)) => empty(plan, state, (child, inverse)),
            _ => {}
        }
    }

    /// Marks a row for deletion. One that was to be inserted leaves the unit of work.
    fn delete(&mut self, plan: &mut Plan, state: &mut State, row: RowId) {
        let Some(arena) = state.by_model_mut(row.model) else {
            return;
        };
        let handle = arena.handle(row.slot);
        let mark = match arena.entity_state(handle.slot, handle.stamp) {
            Some(EntityState::Pending) => Mark::Dropped,
            Some(EntityState::Persistent) => Mark::Deleted,
            _ => return,
        };
        arena.delete(row.slot);
        if matches!(mark, Mark::Dropped) {
            state.leave(row);
        }
        plan.marks.0.push((row, mark));
        self.level.push(row);
    }
}

/// Makes a relation of a child reference nothing: the flush sets its foreign key to NULL.
fn empty(plan: &mut Plan, state: &mut State, (child, inverse): (RowId, usize)) {
    let Some(arena) = state.by_model(child.model) else {
        return;
    };
    let handle = arena.handle(child.slot);
    let entity = arena.entity_state(handle.slot, handle.stamp);
    if matches!(entity, Some(EntityState::Pending | EntityState::Persistent)) {
        let before = arena.to_one(child.slot, inverse);
        state.relink(child, inverse, ToOne::Null);
        plan.marks.0.push((child, Mark::Emptied(inverse, before)));
    }
}

/// What was read of a relation to one: the database may have several rows, of which its field has none.
fn referring(state: &mut State, owner: RowId, relation: &RelationDef) -> Option<Vec<RowId>> {
    let (inverse, def) = (relation.inverse()?, (relation.target)());
    let (model, reference) = (State::number(def), def.reference_of(inverse)?);
    let arena = state.by_model(owner.model)?;
    let handle = arena.handle(owner.slot);
    let key = arena.old_values(owner.slot, reference.target_columns);
    let keys = KeyTuple::new(key.into_iter()).into_iter().collect();
    let arena = state.by_model_mut(model)?;
    let slots = arena.referencing((inverse, reference), &keys, handle);
    Some(
        slots
            .into_iter()
            .map(|slot| RowId { model, slot })
            .collect(),
    )
}

fn has_rule(relation: &RelationDef) -> bool {
    relation.child_rule() != ChildRule::Nothing
}

/// The models of these rows, each once.
fn models(rows: &[RowId]) -> Vec<usize> {
    let mut models: Vec<usize> = rows.iter().map(|row| row.model).collect();
    models.sort_unstable();
    models.dedup();
    models
}

/// The entities that are to be inserted or were touched, by the owner that each belongs to.
fn moved(state: &State) -> RowMap<RowId, Vec<(RowId, usize)>> {
    let mut moved: RowMap<RowId, Vec<(RowId, usize)>> = RowMap::default();
    let arenas = state.arenas().filter(|arena| arena.has_work());
    for arena in arenas {
        let model = arena.model();
        for (index, relation, _) in arena.def().belongs_to() {
            let target = State::number((relation.target)());
            for (slot, _) in arena.relinking() {
                if let Some(owner) = arena.to_one(slot, index).handle() {
                    let owner = RowId {
                        model: target,
                        slot: owner.slot,
                    };
                    let children = moved.entry(owner).or_default();
                    children.push((RowId { model, slot }, index));
                }
            }
        }
    }
    moved
}
