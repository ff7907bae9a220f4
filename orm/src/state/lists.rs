//! The lists of relations whose foreign keys other entities have: changed so that both sides are in step, and put back by
//! a rollback.
//!
//! A list is a view of the foreign keys of its members, and exists where it is loaded. Its changes are logged one by one,
//! so that a long list is never copied.

use std::ptr;

use super::any_arena::AnyArena;
use super::entity_state::EntityState;
use super::handle::RowId;
use super::links::views;
use super::list_log::{Change, Entry, ListId};
use super::store::State;
use crate::mapping::{AnyList, Member, ModelDef, RawRef, RelationKind, ToOne};

/// The lists that have the entities of `def` whose relation at `index` references their owner, by model and index.
pub(super) fn inverses(
    def: &'static ModelDef,
    index: usize,
) -> impl Iterator<Item = (usize, usize)> {
    let target = (def.relations[index].target)();
    let model = State::number(target);
    let relations = target.relations.iter().enumerate();
    relations.filter_map(move |(number, relation)| {
        let (RelationKind::HasMany { inverse } | RelationKind::HasOne { inverse }) = relation.kind
        else {
            return None;
        };
        let is_it = ptr::eq((relation.target)(), def) && inverse() == index;
        is_it.then_some((model, number))
    })
}

impl State {
    /// A new entity is here: its lists begin empty, and it is in the lists of those that it belongs to.
    #[cold]
    pub(crate) fn join(&mut self, row: RowId) {
        let clock = self.clock;
        let Some(arena) = self.by_model_mut(row.model) else {
            return;
        };
        let def = arena.def();
        for index in 0..def.relations.len() {
            if let Some(list) = arena.list_mut(row.slot, index) {
                list.fill(&[], clock);
            }
        }
        for relation in def.relations {
            // From here on it knows when its entities become stale.
            self.ensure_erased((relation.target)());
            if let Some(through) = relation.through() {
                self.ensure_erased(through.link);
            }
        }
        self.place_all(row);
    }

    /// Puts an entity into the lists of those that it belongs to.
    pub(crate) fn place_all(&mut self, row: RowId) {
        let Some(arena) = self.by_model(row.model) else {
            return;
        };
        let relations = arena.def().belongs_to();
        let parents = relations.map(|(index, ..)| (index, arena.to_one(row.slot, index)));
        let parents: Vec<(usize, ToOne)> = parents.collect();
        for (index, parent) in parents {
            if let ToOne::Handle(parent) = parent {
                self.put_into_list(row, index, (Some(parent), true));
            }
        }
    }

    /// Moves a child to the list of the entity that it was assigned to.
    pub(crate) fn put_in_step(&mut self, child: RowId, index: usize, to: Option<RawRef>) {
        self.put_into_list(child, index, (to, false));
    }

    /// Moves a child to the list of the entity that it belongs to from here on.
    fn put_into_list(&mut self, child: RowId, index: usize, (to, by_verb): (Option<RawRef>, bool)) {
        let from = self.placed(child, index);
        self.lists.place((child, index), to, by_verb);
        self.move_child(child, index, [from, to]);
    }

    /// Whose list has a child.
    pub(crate) fn placed(&self, child: RowId, index: usize) -> Option<RawRef> {
        if let Some(placed) = self.lists.placed.get(&(child, index)) {
            return placed.owner;
        }
        let arena = self.by_model(child.model)?;
        let RawRef { slot, stamp } = arena.handle(child.slot);
        let state = arena.entity_state(slot, stamp);
        let has_row = state.is_some_and(EntityState::has_row);
        has_row
            .then(|| arena.old_to_one(child.slot, index).handle())
            .flatten()
    }

    /// Whether the list that has a child has changed since the last flush.
    pub(crate) fn was_placed(&self, child: RowId, index: usize) -> bool {
        self.lists.placed.contains_key(&(child, index))
    }

    /// As [`was_placed`](Self::was_placed), by a verb: what was only assigned to a new entity was never its owner.
    pub(crate) fn was_linked(&self, child: RowId, index: usize) -> bool {
        let placed = self.lists.placed.get(&(child, index));
        placed.is_some_and(|placed| placed.by_verb)
    }

    /// Moves a child from one owner's lists to another's, as far as they are loaded.
    pub(crate) fn move_child(
        &mut self,
        child: RowId,
        index: usize,
        [from, to]: [Option<RawRef>; 2],
    ) {
        let Some(arena) = self.by_model(child.model).filter(|_| from != to) else {
            return;
        };
        let (def, member) = (arena.def(), arena.handle(child.slot));
        for (model, number) in inverses(def, index) {
            let list = |owner| ListId {
                model,
                owner,
                index: number,
            };
            if let Some(owner) = from {
                self.remove(list(owner), member);
            }
            if let Some(owner) = to {
                self.insert(list(owner), Member::itself(member));
            }
        }
        for view in views(def) {
            let [from, to] = view.places(self, child, (index, [from, to]));
            if let Some((owner, _)) = from {
                self.remove(view.list(owner), member);
            }
            if let Some((owner, Some(target))) = to {
                let row = member;
                self.insert(view.list(owner), Member { row, target });
            }
        }
    }

    fn remove(&mut self, list: ListId, row: RawRef) {
        let removed = self.list(list).and_then(|list| list.remove(row));
        if let Some((at, member)) = removed {
            self.log_list(list, Change::Removed(member, at));
        }
    }

    fn insert(&mut self, id: ListId, member: Member) {
        self.displace(id);
        let Some(list) = self.list(id) else { return };
        list.push(member);
        self.log_list(id, Change::Added(member));
    }

    /// A relation to one has one member: the one before leaves it, and a rollback puts that back.
    fn displace(&mut self, id: ListId) {
        let arena = self.by_model(id.model);
        let kind = arena.map(|arena| arena.def().relations[id.index].kind);
        if !matches!(kind, Some(RelationKind::HasOne { .. })) {
            return;
        }
        let former = self.list(id).map(|list| list.members());
        for member in former.unwrap_or_default() {
            self.remove(id, member.row);
        }
    }

    /// Takes an entity out of all lists, since its row or itself is gone. The lists of an owner that is gone as well stay: to
    /// take a long one apart would cost its length for each member.
    pub(crate) fn leave_lists(&mut self, row: RowId) {
        self.leave_owners(row, |state, owners, owner| !state.is_going(owners, owner));
    }

    /// As [`leave_lists`](Self::leave_lists), and takes it out of the lists of an owner that is gone as well: that may come
    /// back without it.
    pub(crate) fn leave_all_lists(&mut self, row: RowId) {
        self.leave_owners(row, |_, _, _| true);
    }

    /// Takes an entity out of the lists of the owners for which `leaves` returns true.
    fn leave_owners(
        &mut self,
        row: RowId,
        leaves: impl Fn(&Self, &'static ModelDef, RawRef) -> bool,
    ) {
        let Some(def) = self.by_model(row.model).map(AnyArena::def) else {
            return;
        };
        for (index, relation, _) in def.belongs_to() {
            let from = self.placed(row, index);
            if from.is_some_and(|owner| leaves(self, (relation.target)(), owner)) {
                self.move_child(row, index, [from, None]);
            }
            self.lists.placed.remove(&(row, index));
        }
    }

    /// Takes the entities out of all lists whose keys others have taken.
    pub(crate) fn leave_displaced(&mut self) {
        let displaced = |arena: &mut Box<dyn AnyArena>| (arena.model(), arena.take_displaced());
        let all = self.arenas_mut().map(displaced);
        let all: Vec<_> = all.filter(|(_, slots)| !slots.is_empty()).collect();
        for (model, slots) in all {
            for slot in slots {
                self.leave_for_good(RowId { model, slot });
            }
        }
    }

    /// Whether an entity is marked for deletion, or is deleted.
    fn is_going(&self, def: &'static ModelDef, RawRef { slot, stamp }: RawRef) -> bool {
        use EntityState::{Deleted, Deleting};
        let arena = self.by_model(State::number(def));
        let state = arena.and_then(|arena| arena.entity_state(slot, stamp));
        matches!(state, Some(Deleting | Deleted))
    }

    /// What a relation with the foreign key in the other model references; nothing if it is not loaded.
    pub(crate) fn members(&self, owner: RowId, index: usize) -> Vec<RawRef> {
        let list = self
            .by_model(owner.model)
            .and_then(|arena| arena.list(owner.slot, index));
        list.map(AnyList::targets).unwrap_or_default()
    }

    /// An entity leaves the unit of work: it is in no list until it is added again.
    pub(crate) fn leave(&mut self, row: RowId) {
        let Some(def) = self.by_model(row.model).map(AnyArena::def) else {
            return;
        };
        for (index, ..) in def.belongs_to() {
            if self.placed(row, index).is_some() {
                self.put_into_list(row, index, (None, true));
            }
        }
    }

    /// An entity was added again: so is what it belongs to, and it is in the lists of these.
    pub(crate) fn rejoin(&mut self, row: RowId) {
        let mut rows = vec![row];
        while let Some(row) = rows.pop() {
            self.place_all(row);
            let parents = self.parents(row).into_iter();
            rows.extend(parents.filter_map(|(model, parent)| self.bring_back(model, parent)));
        }
    }

    /// Adds an entity again if it is transient.
    fn bring_back(&mut self, model: usize, handle: RawRef) -> Option<RowId> {
        let is_added = self.by_model_mut(model)?.add_again(handle);
        let slot = handle.slot;
        is_added.then_some(RowId { model, slot })
    }

    /// What an entity belongs to, by model.
    fn parents(&self, row: RowId) -> Vec<(usize, RawRef)> {
        let Some(arena) = self.by_model(row.model) else {
            return Vec::new();
        };
        let parents = arena.def().belongs_to().filter_map(|(index, relation, _)| {
            let parent = arena.to_one(row.slot, index).handle()?;
            Some((State::number((relation.target)()), parent))
        });
        parents.collect()
    }

    /// Makes the relation of a child reference it, and keeps both sides in step. The child, or its new owner, is added again
    /// if it is transient; another owner of the child that was deleted before its INSERT stays so.
    pub(crate) fn relink(&mut self, child: RowId, index: usize, to: ToOne) {
        if let Some(owner) = to.handle() {
            self.release_former(child, index, owner);
        }
        let (mut back, mut model) = (None, None);
        if let Some(arena) = self.by_model_mut(child.model) {
            arena.assign_to_one(child.slot, index, to);
            if to.handle().is_some() {
                let handle = arena.handle(child.slot);
                back = arena.add_again(handle).then_some(child);
                model = Some(State::number((arena.def().relations[index].target)()));
            }
        }
        self.put_into_list(child, index, (to.handle(), true));
        if back.is_none() {
            back = model
                .zip(to.handle())
                .and_then(|(model, owner)| self.bring_back(model, owner));
        }
        if let Some(row) = back {
            self.rejoin(row);
        }
    }

    /// Where the owner has a relation to one, its member until now references nothing from here on.
    fn release_former(&mut self, child: RowId, index: usize, owner: RawRef) {
        let Some(arena) = self.by_model(child.model) else {
            return;
        };
        let (def, member) = (arena.def(), arena.handle(child.slot));
        let mut former = Vec::new();
        for (model, number) in inverses(def, index) {
            let Some(arena) = self.by_model(model) else {
                continue;
            };
            let kind = arena.def().relations[number].kind;
            let is_here = arena.entity_state(owner.slot, owner.stamp).is_some();
            if matches!(kind, RelationKind::HasOne { .. }) && is_here {
                let list = arena.list(owner.slot, number);
                former.extend(list.map(AnyList::targets).into_iter().flatten());
            }
        }
        for former in former.into_iter().filter(|former| *former != member) {
            let slot = former.slot;
            self.relink(RowId { slot, ..child }, index, ToOne::Null);
        }
    }

    /// Makes the relation of an entity loaded, with these members.
    pub(crate) fn fill_list(
        &mut self,
        (model, owner): (usize, RawRef),
        index: usize,
        (members, has_pending): (&[Member], bool),
    ) {
        let clock = self.clock;
        let list = self
            .by_model_mut(model)
            .and_then(|arena| arena.list_mut(owner.slot, index));
        if let Some(list) = list {
            list.fill(members, clock);
            if has_pending || self.in_transaction() {
                let id = ListId {
                    model,
                    owner,
                    index,
                };
                self.log_list(id, Change::Loaded);
            }
        }
    }

    /// An entity has the row of another one: its lists are that one's. Where these are not loaded, nor are its own, which
    /// have begun empty.
    pub(crate) fn take_lists(&mut self, model: usize, [from, to]: [RawRef; 2]) {
        let Some(def) = self.by_model(model).map(AnyArena::def) else {
            return;
        };
        let slot = from.slot;
        self.leave_lists(RowId { model, slot });
        for (index, relation) in def.relations.iter().enumerate() {
            let list = |owner| ListId {
                model,
                owner,
                index,
            };
            if self.list(list(from)).is_some() {
                continue;
            }
            let id = list(to);
            let members = self.list(id).map(|list| list.members()).unwrap_or_default();
            for member in members {
                self.remove(id, member.row);
            }
            if let Some(list) = self.list(id) {
                list.unload(relation);
                self.log_list(id, Change::Unloaded);
            }
        }
    }

    /// Moves a member to a place in the list, or to its end, and returns the first place that has changed. `None` if it is
    /// no member.
    pub(crate) fn move_member(&mut self, id: ListId, row: RawRef, to: usize) -> Option<usize> {
        let list = self.list(id)?;
        let (from, member) = list.remove(row)?;
        let to = to.min(list.count());
        list.insert(to, member);
        self.log_list(id, Change::Moved(member, [from, to]));
        Some(from.min(to))
    }

    fn log_list(&mut self, list: ListId, change: Change) {
        let level = self.level;
        self.lists.log.push(Entry {
            level,
            list,
            change,
        });
    }

    /// The list, if its owner is here and it is loaded.
    pub(super) fn list(&mut self, id: ListId) -> Option<&mut dyn AnyList> {
        let ListId {
            model,
            owner: RawRef { slot, stamp },
            index,
        } = id;
        let arena = self.by_model_mut(model)?;
        arena.entity_state(slot, stamp)?;
        let list = arena.list_mut(slot, index)?;
        list.loaded_at()?;
        Some(list)
    }

    /// Puts lists back as they were at the start of `level`.
    pub(super) fn undo_lists(&mut self, level: u32) {
        while let Some(entry) = self.lists.log.pop_if(|entry| entry.level >= level) {
            self.undo_list(&entry);
        }
        self.lists.flushed();
    }

    /// The lists of an entity whose INSERT was undone are loaded, as those of a new one are: it has no row to load them for.
    pub(super) fn begin_again(&mut self) {
        let clock = self.clock;
        for arena in self.arenas_mut() {
            for slot in arena.take_taken_back() {
                for index in 0..arena.def().relations.len() {
                    let list = arena.list_mut(slot, index);
                    if let Some(list) = list.filter(|list| list.loaded_at().is_none()) {
                        list.fill(&[], clock);
                    }
                }
            }
        }
    }

    /// Puts lists back as they were flushed.
    pub(super) fn undo_pending_lists(&mut self) {
        while self.lists.log.len() > self.lists.flushed
            && let Some(entry) = self.lists.log.pop()
        {
            self.undo_list(&entry);
        }
        self.lists.flushed();
    }

    /// Makes a list loaded as it was, but for its members, which come back one by one.
    fn fill_again(&mut self, id: ListId) {
        let (clock, RawRef { slot, stamp }) = (self.clock, id.owner);
        let arena = self.by_model_mut(id.model);
        let arena = arena.filter(|arena| arena.entity_state(slot, stamp).is_some());
        if let Some(list) = arena.and_then(|arena| arena.list_mut(slot, id.index)) {
            list.fill(&[], clock);
        }
    }

    fn undo_list(&mut self, entry: &Entry) {
        let id = entry.list;
        let Some(arena) = self.by_model(id.model) else {
            return;
        };
        let relation = &arena.def().relations[id.index];
        // What was found to be gone without a transaction stays so.
        let is_here = |def: &'static ModelDef, RawRef { slot, stamp }: RawRef| {
            let arena = self.by_model(State::number(def));
            let state = arena.and_then(|arena| arena.entity_state(slot, stamp));
            state.is_some_and(|state| state != EntityState::Deleted)
        };
        let link = relation.through().map(|through| through.link);
        let put_back = matches!(entry.change, Change::Removed(Member { row, target }, _)
            if is_here((relation.target)(), target) && link.is_none_or(|link| is_here(link, row)));
        if matches!(entry.change, Change::Unloaded) {
            return self.fill_again(id);
        }
        let Some(list) = self.list(id) else { return };
        match entry.change {
            Change::Added(member) => {
                list.remove(member.row);
            }
            Change::Removed(member, at) if put_back => list.insert(at, member),
            Change::Moved(member, [from, _]) => {
                if list.remove(member.row).is_some() {
                    list.insert(from, member);
                }
            }
            Change::Removed(..) | Change::Unloaded => {}
            Change::Loaded => list.unload(relation),
        }
    }
}
