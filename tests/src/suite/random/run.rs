//! One sequence of random steps on a session, beside a world in memory that says what must come of them.

use orm::prelude::*;
use orm::{EntityState, Error, ErrorKind, Result};

use super::check;
use super::models::{Handle, KINDS, Kind, Row, by_kind, each};
use super::world::{Known, Rows, Verdict, World, delete, is_valid};
use crate::backend::{Backend, Db};

/// Numbers of a linear congruential generator: its upper half.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn below(&mut self, end: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn small(&mut self, end: usize) -> i64 {
        i64::try_from(self.below(end)).unwrap()
    }
}

/// The steps so far.
#[derive(Default)]
pub(super) struct Trace(Vec<String>);

impl std::fmt::Display for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

pub(super) struct Run<'d> {
    pub(super) backend: Backend,
    pub(super) kinds: usize,
    pub(super) numbers: Numbers,
    pub(super) world: World,
    pub(super) handles: Vec<Handle>,
    /// The world as it was before the open transaction.
    pub(super) base: World,
    /// Another writer, which also looks at what is stored.
    pub(super) other: Option<&'d mut Connection>,
    pub(super) optimistic: bool,
    pub(super) trace: Trace,
}

impl<'d> Run<'d> {
    pub(super) fn new(db: &Db, other: &'d mut Connection, seed: u64) -> Self {
        let mut numbers = Numbers(seed);
        let optimistic = numbers.below(6) != 0;
        Self {
            backend: db.backend,
            kinds: KINDS.len() - usize::from(db.backend.is_mysql()),
            numbers,
            world: World::default(),
            handles: Vec::new(),
            base: World::default(),
            other: Some(other),
            optimistic,
            trace: Trace::default(),
        }
    }

    pub(super) fn go(&mut self, db: &Db) {
        let mut session = db.session().optimistic(self.optimistic);
        for _ in 0..40 {
            self.step(&mut session, 0);
        }
    }

    pub(super) fn note(&mut self, what: impl std::fmt::Debug) {
        self.trace.0.push(format!("{what:?}"));
    }

    fn step(&mut self, session: &mut Session, depth: usize) {
        if !session.in_transaction() {
            self.base = self.world.clone();
        }
        match self.numbers.below(30) {
            0..=4 => self.add(session),
            5..=9 => self.edit(session),
            10 | 11 => self.delete(session),
            12 => self.add_again(session),
            13 => self.expunge(session),
            14 => {
                self.flush(session);
            }
            15 | 16 => self.read(session),
            17 | 18 => self.get(session),
            19 => self.refresh(session),
            20 => {
                self.note("expire_all");
                session.expire_all();
            }
            21 => self.bulk(session),
            22 => self.raw(session),
            23 | 24 => self.outside(session),
            25 | 26 if depth < 3 => self.savepoint(session, depth),
            _ if depth == 0 => self.end(session),
            _ => {}
        }
        check::all(self, session);
    }

    fn pick(&mut self, wanted: impl Fn(&Known) -> bool) -> Option<usize> {
        let all = self.world.entities.iter().enumerate();
        let all: Vec<usize> = all
            .filter(|(_, known)| known.as_ref().is_some_and(&wanted))
            .map(|(index, _)| index)
            .collect();
        (!all.is_empty()).then(|| all[self.numbers.below(all.len())])
    }

    /// Values for a row of that model. A parent of the same model has a lower key, so that there are no circles.
    fn values(&mut self, kind: usize, key: i64) -> Row {
        let parents: Vec<i64> = self
            .world
            .rows
            .keys()
            .filter(|(of, parent)| *of == KINDS[kind].parent && (*of != kind || *parent < key))
            .map(|(_, parent)| *parent)
            .collect();
        let parent = match self.numbers.below(20) {
            0 if kind != 5 && kind != 0 => Some(999),
            1..=11 if !parents.is_empty() => Some(parents[self.numbers.below(parents.len())]),
            _ => None,
        };
        let code = (self.numbers.below(3) == 0).then(|| self.numbers.small(12));
        Row {
            key,
            parent,
            code,
            n: self.numbers.small(5),
            version: 0,
        }
    }

    fn new_row(&mut self) -> (usize, Row) {
        let kind = self.numbers.below(self.kinds);
        let key = if KINDS[kind].generated {
            0
        } else {
            1 + self.numbers.small(14)
        };
        (kind, self.values(kind, key))
    }

    fn add(&mut self, session: &mut Session) {
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

    fn edit(&mut self, session: &mut Session) {
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

    fn delete(&mut self, session: &mut Session) {
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

    fn add_again(&mut self, session: &mut Session) {
        let Some(index) = self.pick(|known| known.state == EntityState::Transient) else {
            return;
        };
        self.note(("add_again", index));
        each!(self.handles[index], handle => session.add_again(handle)).unwrap();
        self.world.entities[index].as_mut().unwrap().state = EntityState::Pending;
    }

    fn expunge(&mut self, session: &mut Session) {
        let Some(index) = self.pick(|known| known.state != EntityState::Deleted) else {
            return;
        };
        self.note(("expunge", index));
        each!(self.handles[index], handle => session.expunge(handle).map(drop)).unwrap();
        self.world.entities[index] = None;
    }

    /// Flushes, and tells whether that has worked.
    fn flush(&mut self, session: &mut Session) -> bool {
        self.note("flush");
        self.written(session, Session::flush)
    }

    /// Runs a call that flushes everything, and compares its outcome with what must come of it.
    fn written(&mut self, session: &mut Session, call: fn(&mut Session) -> Result<()>) -> bool {
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

    fn apply(&mut self, session: &mut Session, mut rows: Rows, verdict: Verdict) {
        for index in 0..self.handles.len() {
            let Some(known) = self.world.entities[index].as_mut() else {
                continue;
            };
            match known.state {
                EntityState::Pending => {
                    let key = self.handles[index].row(session).unwrap().key;
                    known.inserted = Some(known.value);
                    known.value.key = key;
                    known.value.version = i64::from(KINDS[known.kind].version);
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
    fn lose_key(&mut self, index: usize, id: (usize, i64)) {
        for (other, known) in self.world.entities.iter_mut().enumerate() {
            if let Some(known) = known
                .as_mut()
                .filter(|known| other != index && known.has_row() && known.id() == id)
            {
                (known.state, known.value) = (EntityState::Deleted, known.old);
            }
        }
    }

    fn entity_of(&self, id: (usize, i64)) -> Option<usize> {
        let is_it = |known: &Option<Known>| {
            known
                .as_ref()
                .is_some_and(|known| known.has_row() && known.id() == id)
        };
        self.world.entities.iter().position(is_it)
    }

    /// Notes that the row of an id was read: into that handle.
    fn took(
        &mut self,
        session: &Session,
        id: (usize, i64),
        handle: Handle,
        takes: impl Fn(&Known) -> bool,
    ) {
        let row = self.world.rows[&id];
        let read_inside = session.in_transaction();
        let Some(index) = self.entity_of(id) else {
            self.handles.push(handle);
            self.world.entities.push(Some(Known {
                kind: id.0,
                state: EntityState::Persistent,
                value: row,
                old: row,
                loaded: true,
                inserted: None,
                read_inside,
                outdated: false,
            }));
            return;
        };
        assert_eq!(
            self.handles[index], handle,
            "another handle of one row, after {}",
            self.trace
        );
        let known = self.world.entities[index].as_mut().unwrap();
        if takes(known) {
            (known.value, known.old, known.outdated) = (row, row, false);
            known.read_inside |= read_inside;
        }
    }

    fn stale(&self, session: &Session) -> Vec<bool> {
        let stale = |(known, handle): (&Option<Known>, &Handle)| {
            known.is_some() && handle.is_stale(session)
        };
        self.world
            .entities
            .iter()
            .zip(&self.handles)
            .map(stale)
            .collect()
    }

    fn read(&mut self, session: &mut Session) {
        let kind = self.numbers.below(self.kinds);
        if !self.flush(session) {
            return;
        }
        self.note(("read", KINDS[kind].table));
        let stale = self.stale(session);
        let found: Vec<Handle> = by_kind!(kind, (K, variant) => K::entities(session).unwrap().into_iter().map(variant).collect());
        let rows = self
            .world
            .rows
            .range((kind, i64::MIN)..=(kind, i64::MAX))
            .count();
        assert_eq!(found.len(), rows, "after {}", self.trace);
        for handle in found {
            let id = (kind, handle.row(session).unwrap().key);
            let index = self.entity_of(id);
            self.took(session, id, handle, |known| {
                !known.is_changed() && index.is_none_or(|index| stale[index])
            });
        }
    }

    fn get(&mut self, session: &mut Session) {
        let lock = self.numbers.below(3) == 0;
        let kind = self.numbers.below(self.kinds);
        let key = 1 + self.numbers.small(14);
        if !self.flush(session) {
            return;
        }
        self.note(("get", KINDS[kind].table, key, lock));
        let id = (kind, key);
        let index = self.entity_of(id);
        let stale = index.is_some_and(|index| self.handles[index].is_stale(session));
        let found =
            by_kind!(kind, (K, variant) => K::get(session, key, lock).unwrap().map(variant));
        let Some(handle) = found else {
            let fresh = index.is_some() && !stale && !lock;
            assert!(
                !self.world.rows.contains_key(&id) && !fresh,
                "not found, after {}",
                self.trace
            );
            if let Some(index) = index {
                self.world.entities[index].as_mut().unwrap().state = EntityState::Deleted;
            }
            return;
        };
        if self.world.rows.contains_key(&id) {
            self.took(session, id, handle, |_| stale || lock);
        }
    }

    fn refresh(&mut self, session: &mut Session) {
        let Some(index) = self.pick(|_| true) else {
            return;
        };
        self.note(("refresh", index));
        let result = each!(self.handles[index], handle => session.refresh(handle));
        let known = self.world.entities[index].as_mut().unwrap();
        match self.world.rows.get(&known.id()) {
            _ if !known.has_row() => {
                assert_eq!(
                    result.unwrap_err().kind(),
                    ErrorKind::Usage,
                    "after {}",
                    self.trace
                );
            }
            Some(row) => {
                result.unwrap();
                (known.value, known.old, known.state) = (*row, *row, EntityState::Persistent);
                (known.read_inside, known.outdated) =
                    (known.read_inside | session.in_transaction(), false);
            }
            None => {
                assert_eq!(
                    result.unwrap_err().kind(),
                    ErrorKind::NotFound,
                    "after {}",
                    self.trace
                );
                (known.state, known.value) = (EntityState::Deleted, known.old);
            }
        }
    }

    /// A statement of the typed layer that goes past the unit of work, if the database takes it.
    fn statement<X: Executor>(&mut self, x: &mut X) -> bool {
        let (kind, row) = self.new_row();
        let (from, to) = (row.n, self.numbers.small(5));
        let mut rows = self.world.rows.clone();
        let ids: Vec<(usize, i64)> = rows
            .iter()
            .filter(|(id, row)| id.0 == kind && row.n == from)
            .map(|(id, _)| *id)
            .collect();
        match self.numbers.below(3) {
            0 => {
                self.note(("UPDATE", KINDS[kind].table, from, to));
                for id in &ids {
                    let row = rows.get_mut(id).unwrap();
                    row.n = to;
                    row.version += i64::from(KINDS[kind].version);
                }
                by_kind!(kind, (K, variant) => K::update(x, from, to)).unwrap();
            }
            1 => {
                // InnoDB looks at foreign keys row by row.
                let by_row = self.backend.is_mysql() && kind == 5 && ids.len() > 1;
                if by_row || !delete(&mut rows, &ids) {
                    return false;
                }
                self.note(("DELETE", KINDS[kind].table, from));
                by_kind!(kind, (K, variant) => K::delete(x, from)).unwrap();
            }
            _ => {
                let row = Row {
                    version: i64::from(KINDS[kind].version),
                    ..row
                };
                let taken = rows.insert((kind, row.key), row).is_some();
                if taken || KINDS[kind].generated || !is_valid(&rows) {
                    return false;
                }
                self.note(("INSERT", KINDS[kind].table, row));
                by_kind!(kind, (K, variant) => K::insert(x, &row)).unwrap();
            }
        }
        self.world.rows = rows;
        true
    }

    fn bulk(&mut self, session: &mut Session) {
        if self.flush(session) {
            self.statement(session);
        }
    }

    fn raw(&mut self, session: &mut Session) {
        if !self.flush(session) {
            return;
        }
        let kind = self.numbers.below(self.kinds);
        let (from, to) = (self.numbers.small(5), self.numbers.small(5));
        self.note(("raw", KINDS[kind].table, from, to));
        let text = format!("UPDATE {} SET n = {to} WHERE n = {from}", KINDS[kind].table);
        raw(text).execute(session).unwrap();
        for (_, row) in self
            .world
            .rows
            .range_mut((kind, i64::MIN)..=(kind, i64::MAX))
        {
            if row.n == from {
                row.n = to;
            }
        }
    }

    /// Another writer, while no transaction is open.
    fn outside(&mut self, session: &mut Session) {
        if session.in_transaction() {
            return;
        }
        let before = self.world.rows.clone();
        self.note("outside:");
        if let Some(other) = self.other.take() {
            self.statement(other);
            self.other = Some(other);
        }
        for known in self.world.entities.iter_mut().flatten() {
            known.outdated |= before.get(&known.id()) != self.world.rows.get(&known.id());
        }
    }

    fn savepoint(&mut self, session: &mut Session, depth: usize) {
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

    fn end(&mut self, session: &mut Session) {
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
