//! The steps past the unit of work: bulk and raw statements, and those of a second session.

use std::collections::BTreeSet;

use orm::Result;
use orm::prelude::*;

use super::adding;
use super::kinds::{KINDS, Kind, by_kind};
use super::run::{Outcome, Run, failed, must};
use super::steps::{New, Other, Step};
use super::verbs::row;
use super::world::{No, Row};

const TABLES: [&str; 10] = [
    "graph_crews",
    "graph_sailors",
    "graph_duties",
    "graph_knots",
    "graph_papers",
    "graph_berths",
    "graph_passes",
    "graph_voyages",
    "graph_isles",
    "graph_guests",
];

impl Run<'_> {
    pub(super) fn statement(&mut self, session: &mut Session, step: &Step) -> Outcome {
        match *step {
            Step::Update(kind, from, to) => {
                let written: Result<u64> = by_kind!(kind, K => K::update(session, from, to));
                must("UPDATE", written)?;
                for no in self.world.rows_with(kind, from) {
                    self.write(no, |row| row.n = to);
                }
            }
            Step::Raw(kind, from, to) => {
                let text = format!("UPDATE {} SET n = {to} WHERE n = {from}", TABLES[kind]);
                must("raw SQL", raw(text).execute(session))?;
                for no in self.world.rows_with(kind, from) {
                    if let Some(row) = self.world.rows.get_mut(&no) {
                        row.n = to;
                    }
                }
            }
            Step::DeleteWhere(kind, n) => {
                let rows = self.world.rows_with(kind, n);
                let deleted: Result<u64> = by_kind!(kind, K => K::delete(session, n));
                must("DELETE", deleted)?;
                self.world.delete_rows(&rows);
                let kinds: BTreeSet<usize> = (0..KINDS.len()).collect();
                self.world.doubt(&kinds);
            }
            _ => {}
        }
        Ok(())
    }

    /// Changes a row as the library does.
    fn write(&mut self, no: No, change: impl FnOnce(&mut Row)) {
        let has_version = KINDS[self.world.kind(no)].has_version;
        if let Some(row) = self.world.rows.get_mut(&no) {
            change(row);
            row.version += i64::from(has_version);
        }
    }

    /// A second session, which commits.
    pub(super) fn other(&mut self, other: &Other) -> Outcome {
        match other {
            Other::SetN(no, n) => {
                let n = *n;
                self.change(*no, |row| row.n = n)
            }
            Other::SetCode(no, code) => {
                let code = *code;
                self.change(*no, |row| row.code = code)
            }
            Other::Delete(no) => {
                let (kind, key) = (self.world.kind(*no), self.world.rows[no].key);
                let mut session = self.db.session();
                let result: Result<()> = by_kind!(kind, K => {
                                    K::get(&mut session, key, false).and_then(|found| {
                                        if let Some(handle) = found {
                 session.delete(handle);
                }
                                        session.commit()
                                    })
                                });
                must("a second session", result)?;
                self.world.delete_rows(&[*no]);
                self.world.doubt(&BTreeSet::from([kind]));
                Ok(())
            }
            Other::Insert(new) => self.insert(new),
        }
    }

    fn change(&mut self, no: No, change: impl FnOnce(&mut Row)) -> Outcome {
        let (kind, before) = (self.world.kind(no), self.world.rows[&no]);
        let mut row = before;
        change(&mut row);
        let mut session = self.db.session();
        let result: Result<bool> = by_kind!(kind, K => {
            K::get(&mut session, before.key, false).and_then(|found| {
                let Some(handle) = found else { return Ok(false) };
                *session[handle].n() = row.n;
                *session[handle].code() = row.code;
                session.commit()?;
                Ok(true)
            })
        });
        if !must("a second session", result)? {
            return Err(failed("a second session", "the row is not found"));
        }
        row.version += i64::from(KINDS[kind].has_version && row != before);
        self.world.rows.insert(no, row);
        Ok(())
    }

    fn insert(&mut self, new: &New) -> Outcome {
        let row = row(new);
        let mut session = self.db.session();
        let mut parents = [None, None];
        for (slot, parent) in new.parents.into_iter().enumerate() {
            let Some(parent) = parent else { continue };
            let (kind, key) = (self.world.kind(parent), self.world.rows[&parent].key);
            let found: Result<_> = by_kind!(kind, K => {
                K::get(&mut session, key, false).map(|found| found.map(K::handle))
            });
            parents[slot] = must("a second session", found)?;
        }
        adding::add(&mut session, new.kind, &row, parents);
        must("a second session", session.commit())?;
        self.world.kinds.insert(new.no, new.kind);
        self.world.rows.insert(new.no, row);
        self.world.doubt(&BTreeSet::from([new.kind]));
        Ok(())
    }
}
