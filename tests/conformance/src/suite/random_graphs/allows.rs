//! Which steps are possible, and what the verb itself must return.
//!
//! A step is left out where several outcomes are right: a cycle of unique values; a delete of rows that another session has
//! changed since they were read; a key that another entity has; statements past the unit of work beside pending changes;
//! and a circle of rows that the database deletes from the root on.

use orm::{EntityState, ErrorKind};

use super::kinds::{KINDS, KNOT, RELATIONS};
use super::steps::{Linking, New, Other, Step};
use super::world::{No, World};

/// What a possible step must return: nothing, or that error.
pub(super) type Refusal = Option<ErrorKind>;

impl World {
    /// `None` for a step that is not possible.
    pub(super) fn allows(&self, step: &Step, in_transaction: bool) -> Option<Refusal> {
        let is_possible = match step {
            Step::Add(new) => return self.may_add(new),
            Step::SetN(no, _) => self.entities.get(no)?.stays(),
            Step::SetCode(no, code) => self.is_live(*no) && self.may_take_code(*no, *code),
            Step::Rename(no, key) => self.may_rename(*no, *key),
            Step::Assign(no, slot, to) => self.may_assign((*no, *slot), *to),
            Step::AssignKey(no, slot, to) => self.may_assign_key((*no, *slot), *to),
            Step::Link(linking) => return self.may_link(linking),
            Step::Unlink(linking) => self.may_unlink(linking),
            Step::LinkRow(linking) => self.may_link_row(linking),
            Step::UnlinkRow(linking) => {
                let pair = (linking.child, linking.parent);
                self.may_link_row(linking) && self.linked(linking.relation).contains(&pair)
            }
            Step::Delete(no) => self.may_delete(*no),
            Step::AddAgain(no) => self.may_add_again(*no, 0),
            Step::Load(relation, owner, is_flushed) => {
                let relation = &RELATIONS[*relation];
                self.is(*owner, relation.parent)
                    && self.is_live(*owner)
                    && (*is_flushed || !relation.is_one)
            }
            Step::LoadParent(no, slot, _) => self.may_load_parent(*no, *slot),
            Step::LoadLinks(link, owner, is_right) => {
                let kind = super::kinds::LINKS[*link][usize::from(*is_right)];
                self.is(*owner, kind) && self.is_live(*owner)
            }
            Step::Get(no, _) => {
                self.rows.contains_key(no)
                    && self
                        .state(*no)
                        .is_none_or(|state| state == EntityState::Persistent)
            }
            Step::Refresh(no) => {
                use EntityState::{Deleting, Pending, Persistent, Transient};
                return match self.state(*no)? {
                    Pending | Transient => Some(Some(ErrorKind::Usage)),
                    Persistent | Deleting if self.is_gone(*no) => Some(Some(ErrorKind::NotFound)),
                    Persistent | Deleting => Some(None),
                    _ => None,
                };
            }
            Step::Update(..) | Step::Raw(..) => !self.has_pending(),
            Step::DeleteWhere(kind, n) => {
                !self.has_pending() && self.clone().delete_rows(&self.rows_with(*kind, *n))
            }
            Step::Other(other) => !in_transaction && self.may_happen(other),
            Step::LoadAll(_)
            | Step::SelectWith(_)
            | Step::Select(_)
            | Step::ExpireAll
            | Step::Flush
            | Step::Savepoint(..)
            | Step::Commit
            | Step::Rollback => true,
        };
        is_possible.then_some(None)
    }

    pub(super) fn rows_with(&self, kind: usize, n: i64) -> Vec<No> {
        let rows = self.rows.iter();
        let rows = rows.filter(|(no, row)| self.is(**no, kind) && row.n == n);
        rows.map(|(no, _)| *no).collect()
    }

    fn may_add(&self, new: &New) -> Option<Refusal> {
        let kind = new.kind;
        if self.kinds.contains_key(&new.no) || !self.may_take_key(kind, new.key) {
            return None;
        }
        for (slot, relation) in Self::relations_of(kind) {
            let relation = &RELATIONS[relation];
            let Some(parent) = new.parents[slot] else {
                if relation.is_required {
                    return None;
                }
                continue;
            };
            let is_there = self.is(parent, relation.parent) && self.is_live(parent);
            if !is_there || relation.is_one && !self.may_take_owner(new.no, slot, parent) {
                return None;
            }
        }
        self.may_take_value(new.no, kind, new.code).then_some(None)
    }

    /// Whether an entity may get that code: it is free, its holder keeps it, or gives it up without another one.
    fn may_take_code(&self, no: No, code: Option<i64>) -> bool {
        self.may_take_value(no, self.kind(no), code)
    }

    fn may_take_value(&self, no: No, kind: usize, code: Option<i64>) -> bool {
        let holder = code.and_then(|code| self.holder(kind, |row| row.code == Some(code)));
        let Some(entity) = holder
            .filter(|it| *it != no)
            .and_then(|it| self.entities.get(&it))
        else {
            return true;
        };
        let gives_up = entity.state == EntityState::Deleting || entity.value.code.is_none();
        gives_up || entity.value.code == code
    }

    /// As `may_take_code`, for the owner that has at most one child.
    fn may_take_owner(&self, no: No, slot: usize, owner: No) -> bool {
        let holder = self.rows.iter().find(|(child, row)| {
            **child != no
                && KINDS[self.kind(**child)].relations.first() == Some(&3)
                && row.parents[slot] == Some(owner)
        });
        let Some(entity) = holder.and_then(|(child, _)| self.entities.get(child)) else {
            return true;
        };
        entity.state == EntityState::Deleting || entity.value.parents[slot] == Some(owner)
    }

    /// Whether a new entity may have that key. Where nothing references the model, it may be the key of another row: that
    /// of a deleted entity, which it takes, or one with which the flush fails.
    fn may_take_key(&self, kind: usize, key: i64) -> bool {
        if KINDS[kind].is_generated {
            return true;
        }
        let mut entities = self.entities.iter().filter(|(no, _)| self.is(**no, kind));
        let mut holders = self
            .rows
            .iter()
            .filter(|(no, row)| self.is(**no, kind) && row.key == key);
        if KINDS[kind].may_switch {
            return holders.all(|(no, _)| self.entities.contains_key(no) && !self.is_outdated(*no));
        }
        let is_of = |entity: &super::world::Entity| {
            (entity.stays() || entity.has_row())
                && (entity.value.key == key || entity.old.key == key)
        };
        holders.next().is_none() && !entities.any(|(_, entity)| is_of(entity))
    }

    fn may_rename(&self, no: No, key: i64) -> bool {
        let by_key = self.entities.values().any(|entity| entity.by_key[1]);
        self.is(no, KNOT)
            && self.is_live(no)
            && !self.is_outdated(no)
            && !by_key
            && self.may_take_key(KNOT, key)
    }

    /// Whether the relation of a slot may be changed: the session knows what the database has.
    fn may_relate(&self, no: No, slot: usize) -> bool {
        let Some(entity) = self.entities.get(&no).filter(|_| self.is_live(no)) else {
            return false;
        };
        let row = self.rows.get(&no);
        let is_known = row.is_none_or(|row| row.parents[slot] == entity.old.parents[slot]);
        is_known && !entity.by_key[slot]
    }

    fn may_assign(&self, (no, slot): (No, usize), to: Option<No>) -> bool {
        let Some(kind) = self.kinds.get(&no) else {
            return false;
        };
        let Some(relation) = KINDS[*kind].relations.get(slot).map(|it| &RELATIONS[*it]) else {
            return false;
        };
        if !self.may_relate(no, slot) {
            return false;
        }
        let Some(parent) = to else {
            return !relation.is_required
                && (!relation.deletes_orphans || self.may_be_deleted(*kind));
        };
        self.is(parent, relation.parent)
            && self.is_live(parent)
            && !self.is_circle(*kind, no, parent)
            && (!relation.is_one || self.may_take_owner(no, slot, parent))
    }

    fn may_assign_key(&self, (no, slot): (No, usize), to: Option<No>) -> bool {
        let Some(entity) = self.entities.get(&no) else {
            return false;
        };
        let is_settled = |parent: No| {
            let parent = self.entities.get(&parent);
            parent
                .is_some_and(|it| it.state == EntityState::Persistent && it.value.key == it.old.key)
        };
        entity.state == EntityState::Persistent
            && entity.value.parents[slot] == entity.old.parents[slot]
            && entity.placed[slot] == entity.old.parents[slot]
            && !entity.was_placed[slot]
            && self.may_assign((no, slot), to)
            && to.is_none_or(is_settled)
            && !self
                .entities
                .values()
                .any(|it| it.state == EntityState::Deleting)
    }

    fn may_link(&self, linking: &Linking) -> Option<Refusal> {
        let relation = &RELATIONS[linking.relation];
        let (child, parent, slot) = (linking.child, linking.parent, relation.slot);
        if !self.is(child, relation.child) || !self.is(parent, relation.parent) {
            return None;
        }
        let deleting = |no| self.state(no) == Some(EntityState::Deleting) && !self.is_gone(no);
        if deleting(child) && (deleting(parent) || self.is_live(parent))
            || self.is_live(child) && deleting(parent)
        {
            return Some(Some(ErrorKind::Usage));
        }
        let is_possible = self.may_assign((child, slot), Some(parent))
            && (!relation.deletes_orphans || self.may_be_deleted(relation.child));
        is_possible.then_some(None)
    }

    fn may_unlink(&self, linking: &Linking) -> bool {
        let relation = &RELATIONS[linking.relation];
        let (child, slot) = (linking.child, relation.slot);
        self.is(child, relation.child)
            && self.is(linking.parent, relation.parent)
            && self.is_live(linking.parent)
            && self.may_relate(child, slot)
            && self.entities[&child].value.parents[slot] == Some(linking.parent)
            && (!relation.deletes_orphans || self.may_be_deleted(relation.child))
    }

    fn may_link_row(&self, linking: &Linking) -> bool {
        let [left, right] = super::kinds::LINKS[linking.relation];
        let (child, parent) = (linking.child, linking.parent);
        self.is(child, left)
            && self.is(parent, right)
            && self.is_live(child)
            && self.is_live(parent)
    }

    /// Whether nothing that may go along is outdated.
    fn may_be_deleted(&self, kind: usize) -> bool {
        let kinds = Self::reachable(kind);
        let mut numbers = self.entities.keys();
        !numbers.any(|no| kinds.contains(&self.kind(*no)) && self.is_outdated(*no))
    }

    fn may_delete(&self, no: No) -> bool {
        let is_linking = self
            .linking
            .iter()
            .flatten()
            .any(|(left, right)| [*left, *right].contains(&no));
        let is_pending = self.state(no) == Some(EntityState::Pending);
        let is_certain = self.doubtful.is_empty();
        (is_certain || !is_pending)
            && self.is_live(no)
            && self.may_be_deleted(self.kind(no))
            && !(is_pending && is_linking)
            && !self
                .entities
                .values()
                .any(|entity| entity.by_key != [false; 2])
    }

    fn may_add_again(&self, no: No, depth: usize) -> bool {
        let Some(entity) = self
            .entities
            .get(&no)
            .filter(|it| it.state == EntityState::Transient)
        else {
            return depth > 0 && self.is_live(no);
        };
        let kind = self.kind(no);
        let one = |slot: usize, relation: usize| {
            let parent = entity.value.parents[slot];
            !RELATIONS[relation].is_one
                || parent.is_none_or(|parent| self.may_take_owner(no, slot, parent))
        };
        let mut parents = entity.value.parents.iter().flatten();
        depth < 9
            && self.may_take_key(kind, entity.value.key)
            && self.may_take_value(no, kind, entity.value.code)
            && Self::relations_of(kind).all(|(slot, relation)| one(slot, relation))
            && parents.all(|parent| self.may_add_again(*parent, depth + 1))
    }

    fn may_load_parent(&self, no: No, slot: usize) -> bool {
        let has_slot = self
            .kinds
            .get(&no)
            .is_some_and(|kind| slot < KINDS[*kind].relations.len());
        let parent = self
            .entities
            .get(&no)
            .and_then(|entity| entity.value.parents[slot]);
        has_slot
            && self.may_relate(no, slot)
            && parent
                .is_none_or(|parent| self.is_live(parent) || !self.entities.contains_key(&parent))
    }

    fn may_happen(&self, other: &Other) -> bool {
        let relates = |entity: &super::world::Entity| {
            entity.state == EntityState::Deleting || entity.value.parents != entity.old.parents
        };
        match other {
            Other::SetN(no, _) => {
                self.rows.contains_key(no) && !self.entities.values().any(relates)
            }
            Other::SetCode(no, code) => {
                let Some(kind) = self.kinds.get(no).filter(|_| self.rows.contains_key(no)) else {
                    return false;
                };
                let is_free = code
                    .is_none_or(|code| self.holder(*kind, |row| row.code == Some(code)).is_none());
                !self.has_pending() && is_free
            }
            Other::Delete(no) => {
                if !self.rows.contains_key(no) || self.has_pending() {
                    return false;
                }
                let mut world = self.clone();
                let (rows, links) = (self.rows.len(), self.links.clone());
                world.delete_rows(&[*no]) && world.rows.len() + 1 == rows && world.links == links
            }
            Other::Insert(new) => {
                let relations = Self::relations_of(new.kind);
                let mut parents = relations.filter_map(|(slot, it)| Some((new.parents[slot]?, it)));
                let is_stored = parents.all(|(parent, relation)| {
                    self.rows.contains_key(&parent) && self.is(parent, RELATIONS[relation].parent)
                });
                let code = new.code;
                let is_free = code.is_none_or(|code| {
                    self.holder(new.kind, |row| row.code == Some(code))
                        .is_none()
                });
                !self.has_pending()
                    && is_free
                    && !self.kinds.contains_key(&new.no)
                    && is_stored
                    && self.may_take_key(new.kind, new.key)
                    && self.holder(new.kind, |row| row.key == new.key).is_none()
            }
        }
    }
}
