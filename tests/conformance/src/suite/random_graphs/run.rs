//! Runs steps on a session and in the world, and compares both after each.

use std::collections::BTreeMap;

use orm::prelude::*;
use orm::{EntityState, Error, ErrorKind, Result};

use super::allows::Refusal;
use super::check;
use super::flush::{Flush, name};
use super::kinds::{Handle, KINDS};
use super::steps::Step;
use super::world::{Doubt, Entity, No, World};
use crate::database::Db;
use crate::suite::random::Failure;

/// A step or a comparison: `Err` if it differs from what the world has.
pub(super) type Outcome<T = ()> = std::result::Result<T, Failure>;

pub(super) struct Run<'d> {
    pub(super) db: &'d Db,
    /// How many models there are.
    pub(super) kinds: usize,
    pub(super) world: World,
    /// The world as it was before the open transaction.
    base: World,
    pub(super) handles: BTreeMap<No, Handle>,
    /// Handles of entities that have left the session.
    pub(super) left: Vec<Handle>,
    /// Another connection, which reads what is stored.
    pub(super) stored: &'d mut Connection,
}

/// Runs a sequence in an empty database.
pub(super) fn run(db: &Db, stored: &mut Connection, kinds: usize, steps: &[Step]) -> Outcome {
    let mut session = db.session();
    let mut run = Run {
        db,
        kinds,
        world: World::default(),
        base: World::default(),
        handles: BTreeMap::new(),
        left: Vec::new(),
        stored,
    };
    steps
        .iter()
        .try_for_each(|step| run.step(&mut session, step))
}

pub(super) fn failed(what: &'static str, text: impl std::fmt::Display) -> Failure {
    Failure::new(what, text.to_string())
}

/// The result of a verb, which must be as expected. Returns whether it has succeeded.
pub(super) fn expected<T>(result: Result<T>, refusal: Refusal) -> Outcome<bool> {
    match (result, refusal) {
        (Ok(_), None) => Ok(true),
        (Err(error), Some(kind)) if error.kind() == kind => Ok(false),
        (Ok(_), Some(kind)) => Err(failed("a verb must fail", name(kind))),
        (Err(error), _) => Err(failed("a verb fails", format!("{error:?}"))),
    }
}

pub(super) fn must<T>(what: &'static str, result: Result<T>) -> Outcome<T> {
    result.map_err(|error| failed(what, format!("{error:?}")))
}

impl Run<'_> {
    pub(super) fn step(&mut self, session: &mut Session, step: &Step) -> Outcome {
        if !session.in_transaction() {
            self.base = self.world.clone();
        }
        let Some(refusal) = self.world.allows(step, session.in_transaction()) else {
            return Ok(());
        };
        self.act(session, step, refusal)?;
        check::all(self, session).map_err(|failure| failure.after(step))
    }

    fn act(&mut self, session: &mut Session, step: &Step, refusal: Refusal) -> Outcome {
        match step {
            Step::Add(new) => self.add(session, new),
            Step::SetN(..) | Step::SetCode(..) | Step::Rename(..) => {
                self.set(session, step);
                Ok(())
            }
            Step::Assign(..) | Step::AssignKey(..) => {
                self.assign(session, step);
                Ok(())
            }
            Step::Link(linking) => self.link(session, linking, refusal),
            Step::Unlink(linking) => self.unlink(session, linking),
            Step::LinkRow(linking) => self.link_row(session, linking),
            Step::UnlinkRow(linking) => self.unlink_row(session, linking),
            Step::Delete(no) => {
                self.delete(session, *no);
                Ok(())
            }
            Step::AddAgain(no) => self.add_again(session, *no),
            Step::Load(..) | Step::LoadParent(..) | Step::LoadLinks(..) => self.load(session, step),
            Step::LoadAll(relation) | Step::SelectWith(relation) => {
                self.load_lists(session, *relation, matches!(step, Step::LoadAll(_)))
            }
            Step::Select(kind) => self.select(session, *kind),
            Step::Get(no, lock) => self.get(session, *no, *lock),
            Step::Refresh(no) => self.refresh(session, *no, refusal),
            Step::ExpireAll => {
                session.expire_all();
                Ok(())
            }
            Step::Flush => self.flush(session).map(drop),
            Step::Savepoint(steps, fails) => self.savepoint(session, steps, *fails),
            Step::Commit => self.commit(session),
            Step::Rollback => self.rollback(session),
            Step::Update(..) | Step::Raw(..) | Step::DeleteWhere(..) => {
                self.statement(session, step)
            }
            Step::Other(other) => self.other(other),
        }
    }

    pub(super) fn flush(&mut self, session: &mut Session) -> Outcome<bool> {
        self.written(session, Session::flush)
    }

    /// Runs a call that flushes everything. Returns whether it has succeeded.
    fn written(
        &mut self,
        session: &mut Session,
        call: fn(&mut Session) -> Result<()>,
    ) -> Outcome<bool> {
        let flush = Flush::of(&self.world);
        match call(session) {
            Ok(()) if flush.errors.is_empty() => {
                let before = std::mem::replace(&mut self.world, flush.world);
                self.learn_keys(session, &before)?;
                Ok(true)
            }
            Ok(()) => Err(failed("a flush must fail", format!("{:?}", flush.errors))),
            Err(error)
                if flush.errors.contains(&name(error.kind()))
                    || flush.may_fail && error.is_constraint_violation()
                    || flush.may_be_stale && error.is_stale_data() =>
            {
                if error.kind() == ErrorKind::Usage {
                    self.doubt_placed();
                } else {
                    self.place_all();
                    self.doubt_leaving();
                }
                Ok(false)
            }
            Err(error) => {
                let text = format!("expected {:?}, got {error:?}", flush.errors);
                Err(failed("a flush fails", text))
            }
        }
    }

    /// Takes the keys that the database has generated.
    fn learn_keys(&mut self, session: &Session, before: &World) -> Outcome {
        for (no, entity) in &mut self.world.entities {
            let was_pending = before.state(*no) == Some(EntityState::Pending);
            if !was_pending || !entity.has_row() || !KINDS[self.world.kinds[no]].is_generated {
                continue;
            }
            let columns = self.handles[no].columns(session);
            let key = columns
                .map_err(|error| failed("a key", format!("{error:?}")))?
                .key;
            (entity.value.key, entity.old.key) = (key, key);
            if let Some(row) = self.world.rows.get_mut(no) {
                row.key = key;
            }
        }
        Ok(())
    }

    /// A flush has put lists in step with what was assigned before it has failed.
    fn place_all(&mut self) {
        let numbers: Vec<No> = self.world.entities.keys().copied().collect();
        for no in numbers {
            let Some(entity) = self.world.entities.get_mut(&no).filter(|it| it.stays()) else {
                continue;
            };
            let mut is_moved = false;
            for slot in 0..2 {
                if entity.placed[slot] != entity.value.parents[slot] && !entity.by_key[slot] {
                    entity.placed[slot] = entity.value.parents[slot];
                    is_moved = true;
                }
            }
            if is_moved {
                self.doubt_one(no);
            }
        }
    }

    /// Lists may be in step with what was assigned before that is flushed.
    pub(super) fn doubt_placed(&mut self) {
        self.doubt_owners(|entity, slot| entity.placed[slot] != entity.value.parents[slot]);
        self.doubt_leaving();
    }

    /// A list that is read has no entity to delete that was only assigned to it.
    fn doubt_leaving(&mut self) {
        self.doubt_owners(|entity, slot| {
            let is_moved = entity.value.parents[slot] != entity.old.parents[slot];
            entity.state == EntityState::Deleting && is_moved
        });
    }

    /// The lists that have or may have such an entity by its relation of a slot are doubtful until the next flush.
    fn doubt_owners(&mut self, wanted: impl Fn(&Entity, usize) -> bool) {
        let world = &mut self.world;
        for (no, entity) in &world.entities {
            for (slot, relation) in World::relations_of(world.kinds[no]) {
                if !wanted(entity, slot) {
                    continue;
                }
                let owners = [entity.value.parents[slot], entity.placed[slot]];
                for owner in owners.into_iter().flatten() {
                    let doubt = world.doubtful.entry((relation, owner));
                    doubt.or_insert(Doubt::UntilFlush);
                }
            }
        }
    }

    fn savepoint(&mut self, session: &mut Session, steps: &[Step], fails: bool) -> Outcome {
        if !self.flush(session)? {
            return Ok(());
        }
        if !session.in_transaction() {
            self.base = self.world.clone();
        }
        let mark = self.world.clone();
        let mut outcome = Ok(());
        let result: Result<()> = session.savepoint(|session| {
            outcome = steps.iter().try_for_each(|step| self.step(session, step));
            match &outcome {
                Ok(()) if !fails => {}
                _ => return Err(Error::other("undo")),
            }
            match self.flush(session) {
                Ok(true) => Ok(()),
                flushed => {
                    outcome = flushed.map(drop);
                    Err(Error::other("undo"))
                }
            }
        });
        outcome?;
        match result {
            Ok(()) => Ok(()),
            Err(error) if error.to_string() == "undo" => {
                self.world.undo_to(&mark);
                Ok(())
            }
            Err(error) => Err(failed("a savepoint", format!("{error:?}"))),
        }
    }

    fn commit(&mut self, session: &mut Session) -> Outcome {
        if !self.written(session, Session::commit)? {
            return Ok(());
        }
        for no in self.world.commit() {
            self.left.extend(self.handles.remove(&no));
        }
        self.base = self.world.clone();
        check::stored(self)
    }

    fn rollback(&mut self, session: &mut Session) -> Outcome {
        must("rollback", session.rollback())?;
        let base = std::mem::take(&mut self.base);
        self.world.undo_to(&base);
        check::stored(self)
    }
}
