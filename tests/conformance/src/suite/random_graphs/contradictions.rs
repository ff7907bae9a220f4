//! Which flushes may fail with a constraint violation: unique values and foreign keys ask for opposite orders, or a value is
//! that of a row which the database deletes along with another one.

use std::collections::BTreeSet;

use orm::EntityState;

use super::flush::Flush;
use super::kinds::{OnDelete, RELATIONS};
use super::world::{Entity, No, World};

/// Whether a row must be written or deleted before the one that it references can be deleted.
fn holds(child: &Entity, relation: usize, parent: No) -> bool {
    let relation = &RELATIONS[relation];
    let refers = |parents: [Option<No>; 2]| parents[relation.slot] == Some(parent);
    let is_emptied = matches!(relation.on_delete, OnDelete::SetNull | OnDelete::SetDefault);
    match child.state {
        // It would be deleted along, or its foreign key becomes NULL before.
        EntityState::Deleting => {
            relation.is_required
                && relation.on_delete == OnDelete::Refuse
                && refers(child.old.parents)
        }
        _ if is_emptied => false,
        EntityState::Pending => refers(child.value.parents),
        _ => child.is_changed() && (refers(child.old.parents) || refers(child.value.parents)),
    }
}

impl Flush {
    /// Whether a unique value and required foreign keys ask for opposite orders: a row takes the value of another one, which
    /// can be written or deleted only after it.
    pub(super) fn is_contradictory(&self) -> bool {
        let takers = self.numbers(Entity::stays).into_iter();
        let mut pairs = takers.flat_map(|no| self.givers(no).into_iter().map(move |it| (no, it)));
        pairs.any(|(taker, giver)| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![giver]);
            while let Some(no) = next.pop() {
                if no == taker {
                    return true;
                }
                if seen.insert(no) {
                    next.extend(self.needs(no));
                }
            }
            false
        })
    }

    /// Whether a changed row takes the value of a deleted one that takes it along: its UPDATE comes after the DELETE, and
    /// does not find it.
    pub(super) fn takes_value_of_what_takes_it_along(&self) -> bool {
        let takers = self.numbers(Entity::is_changed).into_iter();
        let mut pairs = takers.flat_map(|no| self.givers(no).into_iter().map(move |it| (no, it)));
        pairs.any(|(taker, giver)| {
            self.world.state(giver) == Some(EntityState::Deleting)
                && self.with_cascaded(giver).contains(&taker)
        })
    }

    /// Whether a row takes the value of one that ON DELETE CASCADE has deleted.
    pub(super) fn takes_cascaded_value(&self, before: &World) -> bool {
        let is_cascaded = |no: &No| {
            let is_known = self.world.state(*no) == Some(EntityState::Deleting);
            !self.world.rows.contains_key(no) && !is_known
        };
        let cascaded = before.rows.iter().filter(|(no, _)| is_cascaded(no));
        let codes: BTreeSet<(usize, i64)> = cascaded
            .filter_map(|(no, row)| Some((before.kind(*no), row.code?)))
            .collect();
        let takers = self.numbers(Entity::stays).into_iter();
        let mut taken = takers.filter_map(|no| {
            let entity = &self.world.entities[&no];
            let is_written = entity.is_changed() || entity.state == EntityState::Pending;
            Some((
                self.world.kind(no),
                entity.value.code.filter(|_| is_written)?,
            ))
        });
        taken.any(|code| codes.contains(&code))
    }

    /// Whether a row that the flush writes, and ON DELETE CASCADE deletes along afterwards, has the value of one that stays,
    /// or of another such row: the database checks it when it is written.
    pub(super) fn has_value_until_deleted(&self) -> bool {
        let rows = self.world.rows.iter();
        let codes = rows.filter_map(|(no, row)| Some((self.world.kind(*no), row.code?)));
        let mut codes: BTreeSet<(usize, i64)> = codes.collect();
        let gone_code = |no: No| {
            let entity = &self.world.entities[&no];
            let is_written = entity.is_changed() || entity.state == EntityState::Pending;
            let is_gone = !self.world.rows.contains_key(&no);
            let code = entity.value.code.filter(|_| is_written && is_gone);
            code.map(|code| (self.world.kind(no), code))
        };
        let mut gone = self
            .numbers(Entity::stays)
            .into_iter()
            .filter_map(gone_code);
        gone.any(|code| !codes.insert(code))
    }

    /// The rows that give up a unique value which an entity takes.
    fn givers(&self, no: No) -> Vec<No> {
        let (kind, entity) = (self.world.kind(no), &self.world.entities[&no]);
        let slot = World::relations_of(kind).find(|(_, relation)| RELATIONS[*relation].is_one);
        let is_giver = |other: No, it: &Entity| {
            let is_going = it.state == EntityState::Deleting;
            let gives_code = it.old.code.is_some() && (is_going || it.value.code != it.old.code);
            let gives_owner = |slot: usize| {
                let owner = it.old.parents[slot];
                let is_given = is_going || it.value.parents[slot] != owner;
                is_given && owner.is_some() && entity.value.parents[slot] == owner
            };
            other != no
                && it.has_row()
                && self.world.is(other, kind)
                && (gives_code && entity.value.code == it.old.code
                    || slot.is_some_and(|(slot, _)| gives_owner(slot)))
        };
        let others = self.world.entities.iter();
        let givers = others.filter(|(other, it)| is_giver(**other, it));
        givers.map(|(other, _)| *other).collect()
    }

    /// The rows that must be written or deleted before that of an entity, since no foreign key can be written by an UPDATE
    /// of its own.
    fn needs(&self, no: No) -> Vec<No> {
        let entity = &self.world.entities[&no];
        if entity.state != EntityState::Deleting {
            let mut needs = self.givers(no);
            for (slot, relation) in World::relations_of(self.world.kind(no)) {
                let parent = entity.value.parents[slot];
                let parent =
                    parent.filter(|it| self.world.state(*it) == Some(EntityState::Pending));
                needs.extend(parent.filter(|_| !self.may_wait(entity, slot, relation)));
            }
            return needs;
        }
        let mut needs = Vec::new();
        for parent in self.with_cascaded(no) {
            for relation in World::relations_to(self.world.kind(parent)) {
                let others = self.world.entities.iter();
                let others = others.filter(|(other, it)| {
                    self.world.is(**other, RELATIONS[relation].child)
                        && **other != no
                        && holds(it, relation, parent)
                });
                needs.extend(others.map(|(other, _)| *other));
            }
        }
        needs
    }

    /// A row, and those that ON DELETE CASCADE deletes along with it.
    fn with_cascaded(&self, no: No) -> BTreeSet<No> {
        let (mut found, mut next) = (BTreeSet::from([no]), vec![no]);
        while let Some(no) = next.pop() {
            for relation in World::relations_to(self.world.kind(no)) {
                let (relation, slot) = (&RELATIONS[relation], RELATIONS[relation].slot);
                if relation.on_delete != OnDelete::Cascade {
                    continue;
                }
                let belongs = |child: &No| {
                    let entity = self.world.entities.get(child).filter(|it| it.stays());
                    let value = entity.map(|it| it.value);
                    let row = value.or_else(|| self.world.rows.get(child).copied());
                    self.world.is(*child, relation.child)
                        && row.is_some_and(|row| row.parents[slot] == Some(no))
                };
                let children = self.world.kinds.keys().copied().filter(belongs);
                next.extend(children.filter(|child| found.insert(*child)));
            }
        }
        found
    }

    /// Whether an UPDATE of its own may write a foreign key after what it references: one that can be NULL, or one that
    /// references a row which stays until then. That of a relation to one is a unique value.
    fn may_wait(&self, entity: &Entity, slot: usize, relation: usize) -> bool {
        let relation = &RELATIONS[relation];
        let former = entity.old.parents[slot];
        let stays = former.is_some_and(|it| self.world.state(it) != Some(EntityState::Deleting));
        !relation.is_required || entity.is_changed() && !relation.is_one && stays
    }
}
