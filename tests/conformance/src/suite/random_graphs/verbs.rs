//! The steps of the unit of work: adding, changing, linking and deleting.

use orm::prelude::*;
use orm::{EntityState, Result};

use super::adding;
use super::allows::Refusal;
use super::guests::Guest;
use super::kinds::{Handle, KINDS, Kind, RELATIONS, each};
use super::models::{Berth, Duty, Isle, Paper, Pass, Sailor, Voyage};
use super::related;
use super::run::{Outcome, Run, expected, must};
use super::steps::{Linking, New, Step};
use super::world::{Doubt, Entity, No, Row};
use crate::suite::random::Number;

impl Run<'_> {
    pub(super) fn add(&mut self, session: &mut Session, new: &New) -> Outcome {
        let mut row = row(new);
        let list = KINDS[new.kind].relations.first().copied();
        let list = list.filter(|list| new.by_list && !RELATIONS[*list].is_one);
        let handle = if let Some((list, parent)) = list.zip(new.parents[0]) {
            row.parents[1] = None;
            let appended = adding::append(session, list, self.handles[&parent], &row);
            must("append", appended)?
        } else {
            let handle = |parent: No| self.handles[&parent];
            let parents = new.parents.map(|parent| parent.map(handle));
            adding::add(session, new.kind, &row, parents)
        };
        self.handles.insert(new.no, handle);
        self.world.kinds.insert(new.no, new.kind);
        self.world
            .entities
            .insert(new.no, Entity::new(EntityState::Pending, row));
        self.doubt_one(new.no);
        Ok(())
    }

    /// A relation to one that has several members has one of them.
    pub(super) fn doubt_one(&mut self, child: No) {
        let (kind, world) = (self.world.kind(child), &mut self.world);
        for relation in KINDS[kind].relations {
            let owner = world.entities[&child].placed[RELATIONS[*relation].slot];
            let mut entities = world.entities.iter();
            let is_shared = entities.any(|(no, entity)| {
                *no != child && world.kinds[no] == kind && entity.placed[0] == owner
            });
            if let Some(owner) = owner.filter(|_| RELATIONS[*relation].is_one && is_shared) {
                world.doubtful.insert((*relation, owner), Doubt::UntilLoad);
            }
        }
    }

    pub(super) fn set(&mut self, session: &mut Session, step: &Step) {
        let (Step::SetN(no, _) | Step::SetCode(no, _) | Step::Rename(no, _)) = step else {
            return;
        };
        let Some(entity) = self.world.entities.get_mut(no) else {
            return;
        };
        match (step, self.handles[no]) {
            (Step::SetN(_, n), handle) => {
                entity.value.n = *n;
                each!(handle, handle => *Kind::n(&mut session[handle]) = *n);
            }
            (Step::SetCode(_, code), handle) => {
                entity.value.code = *code;
                each!(handle, handle => *Kind::code(&mut session[handle]) = *code);
            }
            (Step::Rename(_, key), Handle::Knot(knot)) => {
                entity.value.key = *key;
                session[knot].name = Number::of(*key);
            }
            _ => {}
        }
    }

    pub(super) fn assign(&mut self, session: &mut Session, step: &Step) {
        let (Step::Assign(no, slot, to) | Step::AssignKey(no, slot, to)) = step else {
            return;
        };
        let relation = KINDS[self.world.kind(*no)].relations[*slot];
        let handle = self.handles[no];
        let key = to
            .and_then(|to| self.world.rows.get(&to))
            .map(|row| row.key);
        let parent = to.map(|to| self.handles[&to]);
        if let Some(entity) = self.world.entities.get_mut(no) {
            entity.value.parents[*slot] = *to;
            if matches!(step, Step::AssignKey(..)) {
                entity.by_key[*slot] = entity.old.parents[*slot] != *to;
                assign_key(session, relation, handle, key);
            } else {
                related::assign(session, relation, handle, parent);
            }
        }
    }

    pub(super) fn link(
        &mut self,
        session: &mut Session,
        linking: &Linking,
        refusal: Refusal,
    ) -> Outcome {
        let Linking {
            relation,
            child,
            parent,
            from_child,
        } = *linking;
        let pair = (self.handles[&child], self.handles[&parent]);
        let mut former = Vec::new();
        if RELATIONS[relation].is_one {
            let members = related::children(session, relation, pair.1).unwrap_or_default();
            for member in members.into_iter().filter(|member| *member != pair.0) {
                former.push(self.identify(session, member)?);
            }
        }
        let result = related::link(session, relation, pair, from_child);
        if expected(result, refusal)? {
            let slot = RELATIONS[relation].slot;
            self.world.relink((child, slot), Some(parent), &former);
            self.doubt_one(child);
        }
        Ok(())
    }

    pub(super) fn unlink(&mut self, session: &mut Session, linking: &Linking) -> Outcome {
        let Linking {
            relation,
            child,
            parent,
            from_child,
        } = *linking;
        let pair = (self.handles[&child], self.handles[&parent]);
        if related::parent(session, relation, pair.0) != Some(Some(pair.1)) {
            return Ok(());
        }
        must(
            "unlink",
            related::unlink(session, relation, pair, from_child),
        )?;
        self.world
            .relink((child, RELATIONS[relation].slot), None, &[]);
        Ok(())
    }

    pub(super) fn link_row(&mut self, session: &mut Session, linking: &Linking) -> Outcome {
        let Linking {
            relation,
            child,
            parent,
            from_child,
        } = *linking;
        let pair = (self.handles[&child], self.handles[&parent]);
        must(
            "link by a row",
            related::link_row(session, relation, pair, from_child),
        )?;
        let pair = (child, parent);
        if !self.world.linked(relation).contains(&pair)
            && !self.world.unlinking[relation].remove(&pair)
        {
            self.world.linking[relation].insert(pair);
        }
        Ok(())
    }

    pub(super) fn unlink_row(&mut self, session: &mut Session, linking: &Linking) -> Outcome {
        let Linking {
            relation,
            child,
            parent,
            from_child,
        } = *linking;
        let pair = (self.handles[&child], self.handles[&parent]);
        must(
            "unlink by a row",
            related::unlink_row(session, relation, pair, from_child),
        )?;
        let pair = (child, parent);
        if !self.world.linking[relation].remove(&pair) {
            self.world.unlinking[relation].insert(pair);
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, session: &mut Session, no: No) {
        each!(self.handles[&no], handle => session.delete(handle));
        self.world.delete(no);
    }

    pub(super) fn add_again(&mut self, session: &mut Session, no: No) -> Outcome {
        let added: Result<()> = each!(self.handles[&no], handle => session.add_again(handle));
        must("add_again", added)?;
        self.world.add_again(no);
        self.doubt_one(no);
        Ok(())
    }
}

/// Assigns to the columns of a foreign key.
fn assign_key(session: &mut Session, relation: usize, child: Handle, key: Option<i64>) {
    let required = || key.expect("a required key is assigned a key");
    match relation {
        0 => session[Sailor::at(child)].crew_id = key,
        1 => session[Sailor::at(child)].mentor_id = key,
        2 => session[Duty::at(child)].sailor_id = required(),
        3 => session[Paper::at(child)].sailor_id = required(),
        4 => session[Berth::at(child)].crew_id = key,
        5 => {
            let (deck, number) = key.map(<(i32, i32)>::of).unzip();
            let pass = &mut session[Pass::at(child)];
            (pass.deck, pass.number) = (deck, number);
        }
        6 => session[Pass::at(child)].knot_name = key.map(String::of),
        7 => session[Voyage::at(child)].crew_id = key,
        8 => session[Isle::at(child)].part_of_id = key,
        _ => session[Guest::at(child)].crew_id = key,
    }
}

/// The values of a new entity.
pub(super) fn row(new: &New) -> Row {
    let is_generated = KINDS[new.kind].is_generated;
    Row {
        key: if is_generated { 0 } else { new.key },
        n: new.n,
        code: new.code,
        version: 0,
        parents: new.parents,
    }
}
