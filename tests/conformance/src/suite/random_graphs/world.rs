//! What the database and the session must have: rows, links and entities in memory, by the numbers of their births.

use std::collections::{BTreeMap, BTreeSet};

use orm::EntityState;

use super::kinds::{ISLE, KINDS, OnDelete, RELATIONS, Rule};

pub(super) type No = usize;

/// The values of a row. Foreign keys are the numbers of the parents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) key: i64,
    pub(super) n: i64,
    pub(super) code: Option<i64>,
    pub(super) version: i64,
    pub(super) parents: [Option<No>; 2],
}

/// What is known of an entity of the session.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    pub(super) state: EntityState,
    /// Its columns, and what its relations reference.
    pub(super) value: Row,
    /// What the session takes the database to have.
    pub(super) old: Row,
    /// Whether a parent was given by its key.
    pub(super) by_key: [bool; 2],
    /// The owners of the lists that it is in.
    pub(super) placed: [Option<No>; 2],
    /// Whether a list was changed for it since the last flush.
    pub(super) was_placed: [bool; 2],
    /// Whether it was read, and not added.
    pub(super) is_loaded: bool,
    /// What its INSERT gave, if that is of the open transaction.
    pub(super) inserted: Option<Row>,
}

/// How long a list is doubtful.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    UntilFlush,
    UntilLoad,
}

/// Pairs of the left and the right side of a relation many to many.
pub(super) type Pairs = BTreeSet<(No, No)>;

#[derive(Clone, Debug, Default)]
pub(super) struct World {
    /// The models.
    pub(super) kinds: BTreeMap<No, usize>,
    pub(super) rows: BTreeMap<No, Row>,
    /// The rows of the link tables.
    pub(super) links: [Pairs; 2],
    pub(super) linking: [Pairs; 2],
    pub(super) unlinking: [Pairs; 2],
    pub(super) entities: BTreeMap<No, Entity>,
    /// Lists that may not have what is expected, by relation and owner: those that another writer has changed, and those
    /// that a flush which failed or a load before it has put in step with what was assigned, which are certain again after
    /// the next flush. Relations many to many follow the others.
    pub(super) doubtful: BTreeMap<(usize, No), Doubt>,
}

/// The place of a relation many to many among all relations.
pub(super) fn many_to_many(link: usize, is_right: bool) -> usize {
    RELATIONS.len() + link * 2 + usize::from(is_right)
}

impl Entity {
    pub(super) fn new(state: EntityState, value: Row) -> Self {
        let is_loaded = state == EntityState::Persistent;
        Self {
            state,
            value,
            old: value,
            by_key: [false; 2],
            placed: value.parents,
            was_placed: value.parents.map(|parent| parent.is_some()),
            is_loaded,
            inserted: None,
        }
    }

    pub(super) fn has_row(&self) -> bool {
        use EntityState::{Deleting, Persistent};
        matches!(self.state, Persistent | Deleting)
    }

    /// Whether it is in the unit of work and stays.
    pub(super) fn stays(&self) -> bool {
        use EntityState::{Pending, Persistent};
        matches!(self.state, Pending | Persistent)
    }

    pub(super) fn is_changed(&self) -> bool {
        self.state == EntityState::Persistent && self.value != self.old
    }

    /// Whether the flush writes the relation of a slot.
    pub(super) fn relates(&self, slot: usize) -> bool {
        match self.state {
            EntityState::Pending => true,
            _ => self.is_changed() && self.value.parents[slot] != self.old.parents[slot],
        }
    }
}

impl World {
    pub(super) fn kind(&self, no: No) -> usize {
        self.kinds[&no]
    }

    pub(super) fn is(&self, no: No, kind: usize) -> bool {
        self.kinds.get(&no) == Some(&kind)
    }

    pub(super) fn state(&self, no: No) -> Option<EntityState> {
        Some(self.entities.get(&no)?.state)
    }

    /// Whether an entity has no row any more, which the session finds out by reading.
    pub(super) fn is_gone(&self, no: No) -> bool {
        let entity = self.entities.get(&no);
        entity.is_some_and(Entity::has_row) && !self.rows.contains_key(&no)
    }

    /// Whether it is in the unit of work, stays, and has a row if it should.
    pub(super) fn is_live(&self, no: No) -> bool {
        self.entities.get(&no).is_some_and(Entity::stays) && !self.is_gone(no)
    }

    /// Whether the database has other values than the session knows.
    pub(super) fn is_outdated(&self, no: No) -> bool {
        let entity = self.entities.get(&no).filter(|it| it.has_row());
        entity.is_some_and(|entity| self.rows.get(&no) != Some(&entity.old))
    }

    pub(super) fn has_pending(&self) -> bool {
        let mut entities = self.entities.values();
        let links = self.linking.iter().chain(&self.unlinking);
        entities.any(|it| {
            let is_placed = it.has_row() && it.placed != it.value.parents;
            let is_marked = matches!(it.state, EntityState::Pending | EntityState::Deleting);
            is_marked || is_placed || it.is_changed()
        }) || links.into_iter().any(|pairs| !pairs.is_empty())
    }

    pub(super) fn holder(&self, kind: usize, wanted: impl Fn(&Row) -> bool) -> Option<No> {
        let mut rows = self.rows.iter();
        let found = rows.find(|(no, row)| self.is(**no, kind) && wanted(row));
        found.map(|(no, _)| *no)
    }

    /// The pairs that the lists have.
    pub(super) fn linked(&self, link: usize) -> Pairs {
        let all = self.links[link].union(&self.linking[link]);
        all.filter(|pair| !self.unlinking[link].contains(pair))
            .copied()
            .collect()
    }

    /// The relations of a model to others: slots and relations.
    pub(super) fn relations_of(kind: usize) -> impl Iterator<Item = (usize, usize)> {
        KINDS[kind].relations.iter().copied().enumerate()
    }

    /// The relations that lead to a model.
    pub(super) fn relations_to(kind: usize) -> impl Iterator<Item = usize> {
        (0..RELATIONS.len()).filter(move |relation| RELATIONS[*relation].parent == kind)
    }

    /// Whether a parent would be below its own child, which matters where the database cascades.
    pub(super) fn is_circle(&self, kind: usize, child: No, parent: No) -> bool {
        if kind != ISLE {
            return false;
        }
        let mut seen = BTreeSet::new();
        let mut next = vec![parent];
        while let Some(no) = next.pop() {
            if no == child {
                return true;
            }
            if !seen.insert(no) {
                continue;
            }
            next.extend(self.rows.get(&no).and_then(|row| row.parents[0]));
            if let Some(entity) = self.entities.get(&no) {
                next.extend(
                    entity.value.parents[0]
                        .into_iter()
                        .chain(entity.old.parents[0]),
                );
            }
        }
        false
    }

    /// The models whose rows a delete may take along.
    pub(super) fn reachable(kind: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([kind]);
        let mut next = vec![kind];
        while let Some(kind) = next.pop() {
            for relation in Self::relations_to(kind) {
                let relation = &RELATIONS[relation];
                let works =
                    relation.rule != Rule::Nothing || relation.on_delete == OnDelete::Cascade;
                if works && found.insert(relation.child) {
                    next.push(relation.child);
                }
            }
        }
        found
    }

    /// Gives a child another owner by a verb. `former` is what a relation to one has had.
    pub(super) fn relink(&mut self, (child, slot): (No, usize), to: Option<No>, former: &[No]) {
        for former in former {
            self.relink((*former, slot), None, &[]);
        }
        if let Some(entity) = self.entities.get_mut(&child) {
            entity.value.parents[slot] = to;
            entity.placed[slot] = to;
            entity.was_placed[slot] = true;
        }
    }

    pub(super) fn delete(&mut self, no: No) {
        match self.state(no) {
            Some(EntityState::Persistent) => {
                if let Some(entity) = self.entities.get_mut(&no) {
                    entity.state = EntityState::Deleting;
                }
            }
            Some(EntityState::Pending) => self.delete_pending(no),
            _ => {}
        }
    }

    /// It leaves the unit of work, with those in its lists that would be deleted along with it.
    fn delete_pending(&mut self, no: No) {
        let mut next = vec![no];
        while let Some(no) = next.pop() {
            self.leave(no);
            for relation in Self::relations_to(self.kind(no)) {
                let relation = &RELATIONS[relation];
                if !matches!(relation.rule, Rule::Delete | Rule::Passive) {
                    continue;
                }
                let children = self.entities.iter().filter(|(child, entity)| {
                    entity.state == EntityState::Pending
                        && self.is(**child, relation.child)
                        && entity.placed[relation.slot] == Some(no)
                });
                next.extend(children.map(|(child, _)| *child));
            }
        }
    }

    /// A pending entity leaves the unit of work.
    pub(super) fn leave(&mut self, no: No) {
        if let Some(entity) = self.entities.get_mut(&no) {
            entity.state = EntityState::Transient;
            for slot in 0..2 {
                entity.was_placed[slot] |= entity.placed[slot].is_some();
                entity.placed[slot] = None;
            }
        }
    }

    /// A transient entity, and those that it belongs to, are in the unit of work again.
    pub(super) fn add_again(&mut self, no: No) {
        let mut next = vec![no];
        while let Some(no) = next.pop() {
            let Some(entity) = self.entities.get_mut(&no) else {
                continue;
            };
            if entity.state == EntityState::Transient {
                entity.state = EntityState::Pending;
                entity.placed = entity.value.parents;
                for slot in 0..2 {
                    entity.was_placed[slot] |= entity.placed[slot].is_some();
                }
                next.extend(entity.value.parents.iter().flatten());
            }
        }
    }

    /// Lists of these models, and of links between them, may have changed past the session.
    pub(super) fn doubt(&mut self, kinds: &BTreeSet<usize>) {
        let owners: Vec<No> = self.entities.keys().copied().collect();
        for (number, relation) in RELATIONS.iter().enumerate() {
            if kinds.contains(&relation.child) {
                let lists = owners
                    .iter()
                    .map(|owner| ((number, *owner), Doubt::UntilLoad));
                self.doubtful.extend(lists);
            }
        }
        for link in 0..4 {
            let lists = owners
                .iter()
                .map(|owner| ((RELATIONS.len() + link, *owner), Doubt::UntilLoad));
            self.doubtful.extend(lists);
        }
    }

    /// Goes back to `mark`, as rollback does.
    pub(super) fn undo_to(&mut self, mark: &Self) {
        for (no, entity) in &mut self.entities {
            match mark.entities.get(no) {
                Some(before) if before.has_row() || before.state == EntityState::Deleted => {
                    *entity = before.clone();
                    if entity.has_row() {
                        entity.state = EntityState::Persistent;
                    }
                    entity.value = entity.old;
                    entity.placed = entity.old.parents;
                }
                None if entity.is_loaded => {
                    entity.state = EntityState::Persistent;
                    entity.old = mark.rows.get(no).copied().unwrap_or(entity.old);
                    entity.value = entity.old;
                    entity.placed = entity.old.parents;
                }
                _ => {
                    entity.value = entity.inserted.take().unwrap_or(entity.value);
                    entity.state = EntityState::Transient;
                    entity.placed = [None; 2];
                }
            }
            entity.by_key = [false; 2];
            entity.was_placed = [false; 2];
        }
        self.rows.clone_from(&mark.rows);
        self.links.clone_from(&mark.links);
        self.linking = Default::default();
        self.unlinking = Default::default();
        self.doubtful.clone_from(&mark.doubtful);
    }

    /// What is stored is not undone from here on: deleted entities leave. Returns their numbers.
    pub(super) fn commit(&mut self) -> Vec<No> {
        let deleted = self.entities.iter();
        let deleted = deleted.filter(|(_, it)| it.state == EntityState::Deleted);
        let deleted: Vec<No> = deleted.map(|(no, _)| *no).collect();
        for no in &deleted {
            self.entities.remove(no);
        }
        for entity in self.entities.values_mut() {
            entity.inserted = None;
        }
        deleted
    }
}
