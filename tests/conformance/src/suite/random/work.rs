//! The steps of the unit of work: adding, changing, deleting, flushing, savepoints and the end of a transaction.

use std::collections::BTreeMap;

use orm::prelude::*;
use orm::{EntityState, Error, Result};

use super::check;
use super::models::{KINDS, Kind, by_kind, each};
use super::run::Run;
use super::world::{Known, Rows, Verdict};

impl Run<'_> {
    pub(super) fn add(&mut self, session: &mut Session) {
        let (kind, row) = self.new_row();
        self.note(("add", KINDS[kind].table, row));
        self.handles
            .push(by_kind!(kind, (K, variant) => variant(K::add(session, &row))));
        self.world.entities.push(Some(Known {
            kind,
            state: EntityState::Pending,
            value: row,
            old: row,
            loaded: false,
            inserted: None,
            read_inside: false,
            outdated: false,
        }));
    }

    pub(super) fn edit(&mut self, session: &mut Session) {
        use EntityState::{Pending, Persistent, Transient};
        let Some(index) =
            self.pick(|known| matches!(known.state, Pending | Persistent | Transient))
        else {
            return;
        };
        let known = self.world.entities[index].clone().unwrap();
        let new = self.values(known.kind, known.value.key);
        let mut row = known.value;
        match self.numbers.below(4) {
            0 => row.parent = new.parent,
            1 => row.code = new.code,
            _ => row.n = new.n,
        }
        self.note(("edit", index, row));
        each!(self.handles[index], handle => session.get_mut(handle).unwrap().put(&row));
        self.world.entities[index].as_mut().unwrap().value = row;
    }

    pub(super) fn delete(&mut self, session: &mut Session) {
        let Some(index) = self.pick(|known| known.state != EntityState::Deleted) else {
            return;
        };
        self.note(("delete", index));
        each!(self.handles[index], handle => session.delete(handle));
        let known = self.world.entities[index].as_mut().unwrap();
        known.state = match known.state {
            EntityState::Pending => EntityState::Transient,
            EntityState::Persistent => EntityState::Deleting,
            other => other,
        };
    }

    pub(super) fn add_again(&mut self, session: &mut Session) {
        let Some(index) = self.pick(|known| known.state == EntityState::Transient) else {
            return;
        };
        self.note(("add_again", index));
        each!(self.handles[index], handle => session.add_again(handle)).unwrap();
        self.world.entities[index].as_mut().unwrap().state = EntityState::Pending;
    }

    pub(super) fn expunge(&mut self, session: &mut Session) {
        let Some(index) = self.pick(|known| known.state != EntityState::Deleted) else {
            return;
        };
        self.note(("expunge", index));
        each!(self.handles[index], handle => session.expunge(handle).map(drop)).unwrap();
        self.world.entities[index] = None;
    }

    /// Flushes, and returns whether that has succeeded.
    pub(super) fn flush(&mut self, session: &mut Session) -> bool {
        self.note("flush");
        self.written(session, Session::flush)
    }

    /// Runs a call that flushes everything, and compares its outcome with what must come of it.
    pub(super) fn written(
        &mut self,
        session: &mut Session,
        call: fn(&mut Session) -> Result<()>,
    ) -> bool {
        let (rows, verdict) = self.world.flushed(self.optimistic);
        match call(session) {
            Ok(()) => {
                assert_ne!(
                    verdict,
                    Verdict::Fails,
                    "a flush that must fail has passed, after {}",
                    self.trace
                );
                self.apply(session, rows, verdict);
                true
            }
            Err(error) => {
                assert_ne!(verdict, Verdict::Passes, "{error:?}\nafter {}", self.trace);
                let expected = error.is_constraint_violation() || error.is_stale_data();
                assert!(expected, "{error:?}\nafter {}", self.trace);
                self.note(error.kind());
                false
            }
        }
    }

    pub(super) fn apply(&mut self, session: &mut Session, mut rows: Rows, verdict: Verdict) {
        // A new row that takes the key of a deleted one continues its version.
        let deleting = self.world.entities.iter().flatten();
        let deleting = deleting.filter(|known| known.state == EntityState::Deleting);
        let taken: BTreeMap<(usize, i64), i64> = deleting
            .map(|known| (known.id(), known.old.version))
            .collect();
        for index in 0..self.handles.len() {
            let Some(known) = self.world.entities[index].as_mut() else {
                continue;
            };
            match known.state {
                EntityState::Pending => {
                    let key = self.handles[index].row(session).unwrap().key;
                    known.inserted = Some(known.value);
                    known.value.key = key;
                    let before = taken.get(&(known.kind, key)).copied().unwrap_or(0);
                    known.value.version = (before + 1) * i64::from(KINDS[known.kind].version);
                    let place = -1 - i64::try_from(index).unwrap();
                    if let Some(mut row) = rows.remove(&(
                        known.kind,
                        if KINDS[known.kind].generated {
                            place
                        } else {
                            key
                        },
                    )) {
                        (row.key, row.version) = (key, known.value.version);
                        rows.insert((known.kind, key), row);
                    }
                    known.state = EntityState::Persistent;
                    (known.old, known.outdated) = (known.value, false);
                    let id = known.id();
                    self.lose_key(index, id);
                }
                EntityState::Persistent if known.is_changed() => {
                    known.value.version += i64::from(KINDS[known.kind].version);
                    known.old = known.value;
                }
                EntityState::Deleting => known.state = EntityState::Deleted,
                _ => {}
            }
        }
        if verdict == Verdict::Either {
            rows = check::rows(self, session);
        }
        let before = std::mem::replace(&mut self.world.rows, rows);
        for (index, handle) in self.handles.iter().enumerate() {
            let Some(known) = self.world.entities[index]
                .as_mut()
                .filter(|known| known.has_row())
            else {
                continue;
            };
            // What the database does along with a delete the session follows in its own ways.
            let gone = |parent| {
                let parent = (KINDS[known.kind].parent, parent);
                before.contains_key(&parent) && !self.world.rows.contains_key(&parent)
            };
            if verdict == Verdict::Either || known.old.parent.is_some_and(gone) {
                check::adopt(known, *handle, session);
            }
        }
    }

    /// Another entity has the key of this one by now.
    pub(super) fn lose_key(&mut self, index: usize, id: (usize, i64)) {
        for (other, known) in self.world.entities.iter_mut().enumerate() {
            if let Some(known) = known
                .as_mut()
                .filter(|known| other != index && known.has_row() && known.id() == id)
            {
                (known.state, known.value) = (EntityState::Deleted, known.old);
            }
        }
    }

    pub(super) fn savepoint(&mut self, session: &mut Session, depth: usize) {
        if !self.flush(session) {
            return;
        }
        self.note("savepoint {");
        let keep = self.numbers.below(2) == 0;
        let steps = 1 + self.numbers.below(8);
        if !session.in_transaction() {
            self.base = self.world.clone();
        }
        let mark = self.world.clone();
        let result: Result<()> = session.savepoint(|session| {
            for _ in 0..steps {
                self.step(session, depth + 1);
            }
            if keep && self.flush(session) {
                Ok(())
            } else {
                Err(Error::other("undo"))
            }
        });
        self.note(("}", result.is_ok()));
        if let Err(error) = result {
            assert_eq!(error.to_string(), "undo", "after {}", self.trace);
            self.world.undo_to(&mark.entities);
            self.world.rows = mark.rows;
            check::adopt_read(self, session);
        }
    }

    pub(super) fn end(&mut self, session: &mut Session) {
        if self.numbers.below(3) > 0 {
            self.note("commit");
            if self.written(session, Session::commit) {
                for known in &mut self.world.entities {
                    known.take_if(|known| known.state == EntityState::Deleted);
                    if let Some(known) = known {
                        (known.inserted, known.read_inside) = (None, false);
                    }
                }
                self.base = self.world.clone();
                check::stored(self);
                return;
            }
        }
        self.note("rollback");
        session.rollback().unwrap();
        let base = std::mem::take(&mut self.base);
        self.world.undo_to(&base.entities);
        self.world.rows = base.rows;
        check::adopt_read(self, session);
        for known in self.world.entities.iter_mut().flatten() {
            known.read_inside = false;
        }
        check::stored(self);
    }
}
