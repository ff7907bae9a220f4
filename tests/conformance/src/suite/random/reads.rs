//! The steps that read: queries, `get`, locks and `refresh`.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use super::models::{Handle, KINDS, Kind, by_kind, each};
use super::run::Run;
use super::world::Known;

impl Run<'_> {
    pub(super) fn entity_of(&self, id: (usize, i64)) -> Option<usize> {
        let is_it = |known: &Option<Known>| {
            known
                .as_ref()
                .is_some_and(|known| known.has_row() && known.id() == id)
        };
        self.world.entities.iter().position(is_it)
    }

    /// Notes that the row of an id was read: into that handle.
    pub(super) fn took(
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

    pub(super) fn stale(&self, session: &Session) -> Vec<bool> {
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

    pub(super) fn read(&mut self, session: &mut Session) {
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

    pub(super) fn get(&mut self, session: &mut Session) {
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

    pub(super) fn refresh(&mut self, session: &mut Session) {
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
}
