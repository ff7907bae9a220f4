//! Link rows: the lists many to many that they make members of, and how they come and go.
//!
//! Used by `lists.rs`, and by the session's verbs. A link row is an entity as others are: what it links is written when it
//! is inserted, and its deletion is what unlinks.

use std::ptr;

use super::any_arena::AnyArena;
use super::entity_state::EntityState;
use super::handle::RowId;
use super::list_log::ListId;
use super::store::State;
use crate::mapping::{ModelDef, RawRef, Through, ToOne};

/// A relation many to many, as its link rows see it.
#[derive(Clone, Copy)]
pub(super) struct View {
    /// The owner's model.
    model: usize,
    /// The index of the relation there.
    index: usize,
    through: Through,
}

/// The relations many to many whose link rows are the entities of `def`.
pub(super) fn views(def: &'static ModelDef) -> impl Iterator<Item = View> {
    def.belongs_to().flat_map(move |(inverse, relation, _)| {
        let owner = (relation.target)();
        let relations = owner.relations.iter().enumerate();
        relations.filter_map(move |(index, relation)| {
            let through = relation.through()?;
            let is_it = ptr::eq(through.link, def) && through.inverse == inverse;
            is_it.then(|| View {
                model: State::number(owner),
                index,
                through,
            })
        })
    })
}

/// A place in a list: its owner, and the member.
type Place = Option<(RawRef, Option<RawRef>)>;

impl View {
    /// The relation of an owner.
    pub(super) fn list(self, owner: RawRef) -> ListId {
        ListId {
            model: self.model,
            owner,
            index: self.index,
        }
    }

    /// Where a link row was, and where it is from here on, since one of its relations has changed.
    pub(super) fn places(
        self,
        state: &State,
        link: RowId,
        (index, [from, to]): (usize, [Option<RawRef>; 2]),
    ) -> [Place; 2] {
        if index == self.through.inverse {
            let target = state.placed(link, self.through.target);
            [from, to].map(|owner| Some((owner?, target)))
        } else if index == self.through.target {
            let owner = state.placed(link, self.through.inverse);
            [from, to].map(|target| Some((owner?, target)))
        } else {
            [None, None]
        }
    }
}

impl State {
    /// The link rows by which the relation of an owner has a member as far as it is loaded, and whether it is fresh.
    pub(crate) fn listed_links(
        &self,
        (owner, index): (RowId, usize),
        link: &'static ModelDef,
        target: RawRef,
    ) -> Option<(Vec<u32>, bool)> {
        let list = self.by_model(owner.model)?.list(owner.slot, index)?;
        let (clock, links) = (list.loaded_at()?, self.by_model(State::number(link)));
        let is_fresh = links.is_none_or(|links| links.is_fresh_since(clock));
        let rows = list.rows(target).into_iter();
        Some((rows.map(|row| row.slot).collect(), is_fresh))
    }

    /// The link rows of two entities that were added or changed since the last flush.
    pub(crate) fn pending_links(&self, through: Through, pair: [RawRef; 2]) -> Vec<u32> {
        let Some(arena) = self.by_model(State::number(through.link)) else {
            return Vec::new();
        };
        let pending = arena.relinking().into_iter().map(|(slot, _)| slot);
        let mut found: Vec<u32> = pending
            .filter(|slot| self.is_link(through, *slot, pair))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Link rows turned out to be gone.
    pub(crate) fn lose_links(&mut self, link: &'static ModelDef, gone: &[u32]) {
        let (level, model) = (self.level, State::number(link));
        for slot in gone {
            self.leave_lists(RowId { model, slot: *slot });
        }
        if let Some(arena) = self.by_model_mut(model) {
            arena.lose(gone, level);
        }
    }

    /// The row of an entity turned out to be gone: it is in no list, nor are the link rows that reference it.
    pub(crate) fn leave_for_good(&mut self, row: RowId) {
        self.leave_all_lists(row);
        let Some(arena) = self.by_model(row.model) else {
            return;
        };
        let handle = arena.handle(row.slot);
        let is_link = |def| views(def).next().is_some();
        for (link, _) in self.referencing((row.model, row.slot), handle, is_link) {
            self.leave_all_lists(link);
        }
    }

    /// Those of the link rows that still link these two, and are not marked for deletion.
    pub(crate) fn kept_links(
        &self,
        through: Through,
        mut rows: Vec<u32>,
        pair: [RawRef; 2],
    ) -> Vec<u32> {
        let Some(arena) = self.by_model(State::number(through.link)) else {
            return Vec::new();
        };
        let is_kept = |slot: u32| {
            let RawRef { slot, stamp } = arena.handle(slot);
            arena.entity_state(slot, stamp) == Some(EntityState::Persistent)
        };
        rows.retain(|slot| is_kept(*slot) && self.is_link(through, *slot, pair));
        rows
    }

    /// Whether a link row links these two.
    fn is_link(&self, through: Through, slot: u32, pair: [RawRef; 2]) -> bool {
        let Some(arena) = self.by_model(State::number(through.link)) else {
            return false;
        };
        let ends = [through.inverse, through.target].map(|index| arena.to_one(slot, index));
        ends == pair.map(ToOne::Handle)
    }

    /// Links two entities: by a link row of theirs that is marked for deletion, or else by a new one.
    ///
    /// # Errors
    /// The names of the required fields of the link model that no relation fills in.
    pub(crate) fn link_by_row(
        &mut self,
        through: Through,
        pair: [RawRef; 2],
    ) -> Result<(), &'static [&'static str]> {
        let arena = self.ensure_erased(through.link);
        let (model, deleting) = (arena.model(), arena.deleting());
        let mut deleting = deleting.into_iter();
        let kept = deleting.find(|slot| self.is_link(through, *slot, pair));
        let arena = self.ensure_erased(through.link);
        if let Some(slot) = kept {
            arena.undelete(slot);
            self.rejoin(RowId { model, slot });
            return Ok(());
        }
        let slot = arena.add_link()?;
        for (index, handle) in [through.inverse, through.target].into_iter().zip(pair) {
            arena.assign_to_one(slot, index, ToOne::Handle(handle));
        }
        self.join(RowId { model, slot });
        self.rejoin(RowId { model, slot });
        Ok(())
    }

    /// Marks a link row for deletion. It is in no list from here on.
    pub(crate) fn unlink_by_row(&mut self, link: RowId) {
        if let Some(arena) = self.by_model_mut(link.model) {
            arena.delete(link.slot);
        }
        self.leave(link);
    }

    /// A foreign key of a link row was changed, and references what is not in memory: lists with that row are not complete.
    pub(crate) fn unload_views(&mut self, link: RowId, index: usize) {
        let Some(def) = self.by_model(link.model).map(AnyArena::def) else {
            return;
        };
        for view in views(def).filter(|view| view.through.target == index) {
            let owner = self.placed(link, view.through.inverse);
            let Some(list) = owner.and_then(|owner| self.list(view.list(owner))) else {
                continue;
            };
            let owner = (view.through.references()[0].target)();
            list.unload(&owner.relations[view.index]);
        }
    }
}
