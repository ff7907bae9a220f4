//! What the database and the session must have: rows and entities in memory, what a flush makes of them, and whether
//! it may.

use std::collections::{BTreeMap, BTreeSet};

use orm::EntityState;

use super::models::{KINDS, OnDelete, Row};

/// Rows by model and key.
pub(super) type Rows = BTreeMap<(usize, i64), Row>;

/// What is known of an entity.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) kind: usize,
    pub(super) state: EntityState,
    pub(super) value: Row,
    /// What the session takes the database to have.
    pub(super) old: Row,
    /// Whether it was read, and not added.
    pub(super) loaded: bool,
    /// What its INSERT gave, if that is of the open transaction.
    pub(super) inserted: Option<Row>,
    /// Whether its values were read in the open transaction: what a rollback makes of them is not followed.
    pub(super) read_inside: bool,
    /// Whether another writer may have changed its row since it was read.
    pub(super) outdated: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct World {
    pub(super) rows: Rows,
    /// `None` for one that has left the session.
    pub(super) entities: Vec<Option<Known>>,
}

/// What must come of a flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Passes,
    Fails,
    /// It depends on the order of its statements.
    Either,
}

impl Known {
    pub(super) fn id(&self) -> (usize, i64) {
        (self.kind, self.old.key)
    }

    pub(super) fn is_changed(&self) -> bool {
        let same = (self.value.parent, self.value.code, self.value.n)
            == (self.old.parent, self.old.code, self.old.n);
        self.state == EntityState::Persistent && !same
    }

    pub(super) fn has_row(&self) -> bool {
        matches!(self.state, EntityState::Persistent | EntityState::Deleting)
    }
}

/// The rows that refer to a row.
pub(super) fn children(rows: &Rows, (kind, key): (usize, i64)) -> Vec<(usize, i64)> {
    let refers = |(child, row): &(&(usize, i64), &Row)| {
        KINDS[child.0].parent == kind && row.parent == Some(key) && **child != (kind, key)
    };
    rows.iter()
        .filter(refers)
        .map(|(child, _)| *child)
        .collect()
}

/// Deletes rows as one statement does; `false` if the database refuses.
pub(super) fn delete(rows: &mut Rows, ids: &[(usize, i64)]) -> bool {
    for id in ids {
        rows.remove(id);
    }
    for id in ids {
        for child in children(rows, *id) {
            match KINDS[child.0].on_delete {
                // A root refers to another one, and a tree, too; a row has no parent of another model.
                OnDelete::Cascade => {
                    if !delete(rows, &[child]) {
                        return false;
                    }
                }
                OnDelete::Empty => {
                    if let Some(row) = rows.get_mut(&child) {
                        row.parent = None;
                    }
                }
                OnDelete::Refuse => return false,
            }
        }
    }
    true
}

/// Whether every parent is there and every code is there once.
pub(super) fn is_valid(rows: &Rows) -> bool {
    let mut codes = BTreeSet::new();
    rows.iter().all(|((kind, _), row)| {
        let parent = row
            .parent
            .is_none_or(|parent| rows.contains_key(&(KINDS[*kind].parent, parent)));
        parent && row.code.is_none_or(|code| codes.insert((*kind, code)))
    })
}

impl Known {
    /// Whether an UPDATE finds another version, or another old value of a column that it sets, than it expects.
    fn is_stale(&self, row: &Row, optimistic: bool) -> bool {
        if KINDS[self.kind].version {
            return row.version != self.old.version;
        }
        let same = |of: fn(&Row) -> Option<i64>| {
            of(&self.value) == of(&self.old) || of(row) == of(&self.old)
        };
        let guarded = same(|row| row.parent) && same(|row| row.code) && same(|row| Some(row.n));
        optimistic && !guarded
    }
}

impl World {
    /// The rows after a flush of everything, and what must come of it. Generated keys are negative.
    pub(super) fn flushed(&self, optimistic: bool) -> (Rows, Verdict) {
        let mut rows = self.rows.clone();
        let mut verdict = if self.is_entangled() {
            Verdict::Either
        } else {
            Verdict::Passes
        };
        let mut fail = false;
        let live = || {
            self.entities
                .iter()
                .enumerate()
                .filter_map(|(index, known)| Some((index, known.as_ref()?)))
        };
        for (_, known) in live().filter(|(_, known)| known.is_changed()) {
            match rows.get_mut(&known.id()) {
                Some(row) => {
                    fail |= known.is_stale(row, optimistic);
                    known.write(row);
                }
                None => fail = true,
            }
        }
        for (index, known) in live().filter(|(_, known)| known.state == EntityState::Pending) {
            let key = if KINDS[known.kind].generated {
                -1 - i64::try_from(index).unwrap()
            } else {
                known.value.key
            };
            let deleted = live().any(|(_, other)| {
                other.state == EntityState::Deleting && other.id() == (known.kind, key)
            });
            if deleted {
                verdict = Verdict::Either;
            }
            fail |= rows.insert((known.kind, key), known.value).is_some() && !deleted;
        }
        let deleting: Vec<&Known> = live()
            .map(|(_, known)| known)
            .filter(|known| known.state == EntityState::Deleting)
            .collect();
        for known in &deleting {
            match rows.get(&known.id()) {
                Some(row) => fail |= KINDS[known.kind].version && row.version != known.old.version,
                // The session may have taken it away itself, along with another one.
                None => verdict = Verdict::Either,
            }
        }
        let ids: Vec<(usize, i64)> = deleting.iter().map(|known| known.id()).collect();
        fail |= !delete(&mut rows, &ids);
        fail |= !is_valid(&rows);
        if fail && verdict == Verdict::Passes {
            verdict = Verdict::Fails;
        }
        (rows, verdict)
    }

    /// Whether the outcome depends on the order: work on rows that refer to rows which go, or on rows that give up a
    /// code which another one takes.
    fn is_entangled(&self) -> bool {
        let live: Vec<&Known> = self.entities.iter().flatten().collect();
        let deleting: BTreeSet<(usize, i64)> = live
            .iter()
            .filter(|known| known.state == EntityState::Deleting)
            .map(|known| known.id())
            .collect();
        let working = |known: &&&Known| {
            known.is_changed()
                || matches!(known.state, EntityState::Pending | EntityState::Deleting)
        };
        live.iter().filter(working).any(|known| {
            let parent = KINDS[known.kind].parent;
            let mut parents = [
                known.value.parent,
                known.old.parent,
                self.rows.get(&known.id()).and_then(|row| row.parent),
            ]
            .into_iter()
            .flatten();
            let near_delete = parents.any(|key| deleting.contains(&(parent, key)));
            let cascading =
                deleting.contains(&known.id()) && !children(&self.rows, known.id()).is_empty();
            let takes = known.state != EntityState::Deleting
                && known.value.code.is_some()
                && self.rows.iter().any(|(id, row)| {
                    id.0 == known.kind && *id != known.id() && row.code == known.value.code
                });
            // A generated key may be that of a parent that a rollback has taken away.
            let guessed = known
                .value
                .parent
                .is_some_and(|key| !self.rows.contains_key(&(parent, key)))
                && live.iter().any(|other| {
                    other.kind == parent
                        && other.state == EntityState::Pending
                        && KINDS[parent].generated
                });
            guessed
                || near_delete
                || takes
                || cascading && live.iter().any(|other| other.is_changed())
        })
    }

    /// Goes back to `mark`, as rollback does with what it undoes. Rows are the caller's.
    pub(super) fn undo_to(&mut self, mark: &[Option<Known>]) {
        let both = mark.iter().zip(&self.entities);
        let restored: Vec<_> = both
            .filter_map(|(before, now)| before.as_ref().zip(now.as_ref()))
            .filter(|(before, now)| before.has_row() && now.state == EntityState::Deleted)
            .map(|(before, _)| (before.kind, before.old.key))
            .collect();
        for (index, known) in self.entities.iter_mut().enumerate() {
            let before = mark.get(index).and_then(Option::as_ref);
            let Some(now) = known else { continue };
            match before {
                Some(before) if before.has_row() || before.state == EntityState::Deleted => {
                    let read_inside = now.read_inside;
                    *now = before.clone();
                    now.read_inside |= read_inside;
                    now.value = now.old;
                    if now.state == EntityState::Deleting {
                        now.state = EntityState::Persistent;
                    }
                }
                // Loaded since. If it was of a row that took the key of one deleted before, that one is back.
                None if now.loaded => {
                    now.state = if restored.contains(&(now.kind, now.old.key)) {
                        EntityState::Deleted
                    } else {
                        EntityState::Persistent
                    };
                    now.value = now.old;
                }
                _ => now.leave(),
            }
        }
    }
}

impl Known {
    /// Writes its changes to its row.
    fn write(&self, row: &mut Row) {
        if self.value.parent != self.old.parent {
            row.parent = self.value.parent;
        }
        if self.value.code != self.old.code {
            row.code = self.value.code;
        }
        if self.value.n != self.old.n {
            row.n = self.value.n;
        }
        if KINDS[self.kind].version {
            row.version += 1;
        }
    }

    /// Is out of the unit of work again: its values are those of the insert, if there was one.
    fn leave(&mut self) {
        if let Some(inserted) = self.inserted.take() {
            self.value = inserted;
        }
        self.state = EntityState::Transient;
    }
}
