//! The steps past the unit of work: bulk and raw statements, and those of another connection.

use orm::prelude::*;

use super::models::{KINDS, Kind, Row, by_kind};
use super::run::Run;
use super::world::{delete, is_valid};

impl Run<'_> {
    /// A statement of the typed layer that goes past the unit of work, if the database takes it.
    pub(super) fn statement<X: Executor>(&mut self, x: &mut X) -> bool {
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
                let by_row = self.checks_by_row && kind == 5 && ids.len() > 1;
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

    pub(super) fn bulk(&mut self, session: &mut Session) {
        if self.flush(session) {
            self.statement(session);
        }
    }

    pub(super) fn raw(&mut self, session: &mut Session) {
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
    pub(super) fn outside(&mut self, session: &mut Session) {
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
}
