//! The steps that read: loads of relations, queries, `get` and `refresh`.

use std::collections::BTreeSet;

use orm::prelude::*;
use orm::{EntityState, Result};

use super::allows::Refusal;
use super::kinds::{Handle, KINDS, Kind, RELATIONS, VOYAGE, by_kind, each};
use super::related;
use super::run::{Outcome, Run, expected, failed, must};
use super::steps::Step;
use super::world::{Doubt, Entity, No, many_to_many};

impl Run<'_> {
    /// The number of an entity. One that was read for the first time is known from here on.
    pub(super) fn identify(&mut self, session: &Session, handle: Handle) -> Outcome<No> {
        if let Some((no, _)) = self.handles.iter().find(|(_, known)| **known == handle) {
            return Ok(*no);
        }
        let key = must("an entity", handle.columns(session))?.key;
        let holder = self.world.holder(handle.kind(), |row| row.key == key);
        let Some(no) = holder.filter(|no| !self.world.entities.contains_key(no)) else {
            return Err(failed(
                "an unknown entity",
                format!("{handle:?} of the key {key}"),
            ));
        };
        let mut entity = Entity::new(EntityState::Persistent, self.world.rows[&no]);
        entity.was_placed = [false; 2];
        self.world.entities.insert(no, entity);
        self.handles.insert(no, handle);
        Ok(no)
    }

    pub(super) fn identify_all(
        &mut self,
        session: &Session,
        handles: Vec<Handle>,
    ) -> Outcome<Vec<No>> {
        handles
            .into_iter()
            .map(|handle| self.identify(session, handle))
            .collect()
    }

    pub(super) fn load(&mut self, session: &mut Session, step: &Step) -> Outcome {
        let is_flushed = !matches!(step, Step::Load(.., false) | Step::LoadParent(.., false));
        if is_flushed && !self.flush(session)? {
            return Ok(());
        }
        match *step {
            Step::Load(relation, owner, _) if self.world.is_live(owner) => {
                let handle = self.handles[&owner];
                let was_loaded = related::children(session, relation, handle).is_some();
                let loaded = session
                    .no_autoflush(|session| related::load_children(session, relation, handle));
                must("load", loaded)?;
                self.compare_loaded(session, (relation, owner), (is_flushed, was_loaded))
            }
            Step::LoadParent(no, slot, _) if self.world.is_live(no) => {
                let relation = KINDS[self.world.kind(no)].relations[slot];
                let handle = self.handles[&no];
                let loaded =
                    session.no_autoflush(|session| related::load_parent(session, relation, handle));
                let is_required = RELATIONS[relation].is_required;
                if is_required && self.world.entities[&no].value.parents[slot].is_none() {
                    return Ok(());
                }
                must("load", loaded)?;
                let parent = related::parent(session, relation, handle);
                let parent = parent.ok_or_else(|| failed("a load", "it is not loaded"))?;
                parent
                    .map(|parent| self.identify(session, parent))
                    .transpose()
                    .map(drop)
            }
            Step::LoadLinks(link, owner, is_right) if self.world.is_live(owner) => {
                let handle = self.handles[&owner];
                let was_loaded = related::linked(session, link, handle, is_right).is_some();
                must(
                    "load",
                    related::load_linked(session, link, handle, is_right),
                )?;
                let list = related::linked(session, link, handle, is_right).unwrap_or_default();
                let list = self.identify_all(session, list)?;
                let pairs = self.world.links[link].iter();
                let pairs =
                    pairs.filter(|(left, right)| owner == if is_right { *right } else { *left });
                let numbers = pairs.map(|(left, right)| if is_right { *left } else { *right });
                let place = (many_to_many(link, is_right), owner);
                self.compare_list(place, was_loaded, (&list, &numbers.collect()))
            }
            _ => Ok(()),
        }
    }

    /// Compares a list that was loaded with the rows.
    fn compare_loaded(
        &mut self,
        session: &Session,
        (relation, owner): (usize, No),
        (is_flushed, was_loaded): (bool, bool),
    ) -> Outcome {
        let list = related::children(session, relation, self.handles[&owner]);
        let list = list.ok_or_else(|| failed("a load", "the list is not loaded"))?;
        let list = self.identify_all(session, list)?;
        if !is_flushed {
            if !was_loaded {
                self.world.doubtful.remove(&(relation, owner));
            }
            self.doubt_placed();
            return Ok(());
        }
        let (child, slot) = (RELATIONS[relation].child, RELATIONS[relation].slot);
        let rows = self
            .world
            .rows
            .iter()
            .filter(|(no, row)| self.world.is(**no, child) && row.parents[slot] == Some(owner));
        let expected: BTreeSet<No> = rows.map(|(no, _)| *no).collect();
        if child == VOYAGE && !was_loaded {
            let order = |no: &No| (-self.world.rows[no].n, self.world.rows[no].key);
            if list.iter().all(|no| expected.contains(no)) && !list.is_sorted_by_key(order) {
                return Err(failed(
                    "the order of a list",
                    format!("{list:?} of {owner}"),
                ));
            }
        }
        self.compare_list((relation, owner), was_loaded, (&list, &expected))
    }

    /// A list that was loaded has what the rows have, unless another writer was there since it was read.
    fn compare_list(
        &mut self,
        place: (usize, No),
        was_loaded: bool,
        (list, expected): (&[No], &BTreeSet<No>),
    ) -> Outcome {
        let found: BTreeSet<No> = list.iter().copied().collect();
        let is_same = found.len() == list.len() && found == *expected;
        let is_doubtful = was_loaded && self.world.doubtful.contains_key(&place);
        if !is_same && !is_doubtful {
            let text = format!("{place:?} has {list:?}, expected {expected:?}");
            return Err(failed("a loaded list", text));
        }
        if is_same {
            self.world.doubtful.remove(&place);
        }
        Ok(())
    }

    pub(super) fn load_lists(
        &mut self,
        session: &mut Session,
        relation: usize,
        known: bool,
    ) -> Outcome {
        if !self.flush(session)? {
            return Ok(());
        }
        let parent = RELATIONS[relation].parent;
        let numbers = self.world.entities.keys().copied();
        let owners = numbers.filter(|no| self.world.is(*no, parent) && self.world.is_live(*no));
        let mut owners: Vec<No> = owners.collect();
        let is_loaded = |no: &No| related::children(session, relation, self.handles[no]).is_some();
        let were_loaded: BTreeSet<No> = owners.iter().copied().filter(is_loaded).collect();
        if known {
            let handles: Vec<Handle> = owners.iter().map(|no| self.handles[no]).collect();
            must("load_all", related::load_all(session, relation, &handles))?;
        } else {
            let stale = self.stale(session, parent);
            let handles = related::select_with(session, relation);
            let handles = must("select with", handles)?;
            owners = self.selected(session, parent, handles, &stale)?;
        }
        for owner in owners {
            let was_loaded = were_loaded.contains(&owner);
            self.compare_loaded(session, (relation, owner), (true, was_loaded))?;
        }
        Ok(())
    }

    fn stale(&self, session: &Session, kind: usize) -> BTreeSet<No> {
        let handles = self.handles.iter();
        let stale =
            handles.filter(|(no, handle)| self.world.is(**no, kind) && handle.is_stale(session));
        stale.map(|(no, _)| *no).collect()
    }

    /// A query has returned all rows of a model: stale entities have their values.
    fn selected(
        &mut self,
        session: &Session,
        kind: usize,
        handles: Vec<Handle>,
        stale: &BTreeSet<No>,
    ) -> Outcome<Vec<No>> {
        let numbers = self.identify_all(session, handles)?;
        let found: BTreeSet<No> = numbers.iter().copied().collect();
        let rows = self
            .world
            .rows
            .keys()
            .filter(|no| self.world.is(**no, kind));
        let expected: BTreeSet<No> = rows.copied().collect();
        if found != expected {
            return Err(failed(
                "a query",
                format!("{found:?}, expected {expected:?}"),
            ));
        }
        for no in stale.intersection(&found) {
            self.take_row(*no);
        }
        Ok(numbers)
    }

    /// An entity has what its row has.
    fn take_row(&mut self, no: No) {
        let row = self.world.rows.get(&no).copied();
        if let Some((entity, row)) = self.world.entities.get_mut(&no).zip(row) {
            for (slot, parent) in row.parents.into_iter().enumerate() {
                let owners = [entity.placed[slot], entity.value.parents[slot], parent];
                if owners != [parent; 3] {
                    let relation = KINDS[self.world.kinds[&no]].relations[slot];
                    let owners = owners.into_iter().flatten();
                    self.world
                        .doubtful
                        .extend(owners.map(|owner| ((relation, owner), Doubt::UntilLoad)));
                }
            }
            (entity.value, entity.old, entity.placed) = (row, row, row.parents);
            (entity.by_key, entity.was_placed) = ([false; 2], [false; 2]);
        }
    }

    pub(super) fn select(&mut self, session: &mut Session, kind: usize) -> Outcome {
        if !self.flush(session)? {
            return Ok(());
        }
        let stale = self.stale(session, kind);
        let found: Result<Vec<Handle>> = by_kind!(kind, K => {
            K::entities(session).map(|found| found.into_iter().map(K::handle).collect())
        });
        let found = must("a query", found)?;
        self.selected(session, kind, found, &stale).map(drop)
    }

    pub(super) fn get(&mut self, session: &mut Session, no: No, lock: bool) -> Outcome {
        if !self.flush(session)? {
            return Ok(());
        }
        let Some(key) = self.world.rows.get(&no).map(|row| row.key) else {
            return Ok(());
        };
        let is_known = self.world.entities.contains_key(&no);
        let kind = self.world.kind(no);
        let found: Result<Option<Handle>> =
            by_kind!(kind, K => K::get(session, key, lock).map(|found| found.map(K::handle)));
        let Some(handle) = must("get", found)? else {
            return Err(failed("get", format!("{no} is not found")));
        };
        if self.identify(session, handle)? != no {
            return Err(failed("get", format!("it is not {no}")));
        }
        if lock && is_known {
            self.take_row(no);
        }
        Ok(())
    }

    pub(super) fn refresh(&mut self, session: &mut Session, no: No, refusal: Refusal) -> Outcome {
        let result = each!(self.handles[&no], handle => session.refresh(handle));
        if expected(result, refusal)? {
            if let Some(entity) = self.world.entities.get_mut(&no) {
                entity.state = EntityState::Persistent;
            }
            self.take_row(no);
        } else if self.world.is_gone(no)
            && let Some(entity) = self.world.entities.get_mut(&no)
        {
            entity.state = EntityState::Deleted;
            entity.placed = [None; 2];
        }
        Ok(())
    }
}
