//! What a flush must do: which rows it writes and deletes, the states of the entities after it, and which errors it may return.

use std::collections::BTreeSet;

use orm::{EntityState, ErrorKind};

use super::kinds::{KINDS, OnDelete, RELATIONS, Rule};
use super::world::{Doubt, Entity, No, World};

/// A flush in the world.
pub(super) struct Flush {
    pub(super) world: World,
    /// The causes why it must fail: any of them may be reported.
    pub(super) errors: BTreeSet<String>,
    /// Whether it may fail with a constraint violation: unique values and required foreign keys ask for opposite orders, or a
    /// value is that of a row which the database deletes along with another one, of which the session does not know.
    pub(super) may_fail: bool,
    /// Whether a changed row may not be found any more, as that of another transaction.
    pub(super) may_be_stale: bool,
    /// Rows without an entity that are deleted along.
    removed: BTreeSet<No>,
    /// Deleted entities whose rows new ones take.
    switched: BTreeSet<No>,
    orphans: Vec<No>,
}

pub(super) fn name(kind: ErrorKind) -> String {
    format!("{kind:?}")
}

impl Flush {
    pub(super) fn of(world: &World) -> Self {
        let mut flush = Self {
            world: world.clone(),
            errors: BTreeSet::new(),
            may_fail: false,
            may_be_stale: false,
            removed: BTreeSet::new(),
            switched: BTreeSet::new(),
            orphans: Vec::new(),
        };
        flush.link();
        flush.cascade();
        flush.check_parents();
        flush.may_fail = flush.is_contradictory();
        flush.may_be_stale = flush.takes_value_of_what_takes_it_along();
        flush.update();
        flush.insert();
        flush.write_links();
        flush.delete();
        flush.may_fail |= flush.takes_cascaded_value(world) || flush.has_value_until_deleted();
        flush.check_rows();
        if flush.errors.is_empty() {
            flush.finish(world);
        }
        flush
    }

    fn fail(&mut self, kind: ErrorKind) {
        self.errors.insert(name(kind));
    }

    pub(super) fn numbers(&self, wanted: impl Fn(&Entity) -> bool) -> Vec<No> {
        let entities = self.world.entities.iter();
        entities
            .filter(|(_, it)| wanted(it))
            .map(|(no, _)| *no)
            .collect()
    }

    /// Finds orphans, and required relations that reference nothing.
    fn link(&mut self) {
        for no in self.numbers(Entity::stays) {
            let entity = self.world.entities[&no].clone();
            for (slot, relation) in World::relations_of(self.world.kind(no)) {
                let relation = &RELATIONS[relation];
                if entity.value.parents[slot].is_some()
                    || !entity.relates(slot)
                    || entity.by_key[slot]
                {
                    continue;
                }
                let had_owner = if entity.state == EntityState::Pending {
                    entity.was_placed[slot]
                } else {
                    entity.old.parents[slot].is_some()
                };
                if relation.deletes_orphans && had_owner {
                    self.orphans.push(no);
                } else if relation.is_required {
                    self.fail(ErrorKind::Usage);
                }
            }
        }
    }

    fn cascade(&mut self) {
        let mut level = self.numbers(|it| it.state == EntityState::Deleting);
        for orphan in std::mem::take(&mut self.orphans) {
            self.take_along(orphan, &mut level);
        }
        while let Some(owner) = level.pop() {
            for number in World::relations_to(self.world.kind(owner)) {
                let relation = &RELATIONS[number];
                for child in self.children(owner, number) {
                    let is_pending = self.world.state(child) == Some(EntityState::Pending);
                    match relation.rule {
                        Rule::Delete => self.take_along(child, &mut level),
                        Rule::Passive if is_pending => self.take_along(child, &mut level),
                        Rule::SetNull => self.set_null(child, relation.slot),
                        Rule::Passive | Rule::Nothing => {}
                    }
                }
            }
        }
    }

    /// What belongs to an owner: by what the session knows, or else by the rows.
    fn children(&self, owner: No, relation: usize) -> Vec<No> {
        let (child, slot) = (RELATIONS[relation].child, RELATIONS[relation].slot);
        let numbers = self.world.kinds.iter().filter(|(_, kind)| **kind == child);
        let belongs = |no: &No| match self.world.entities.get(no) {
            Some(entity) if entity.stays() => {
                entity.value.parents[slot] == Some(owner) && !entity.by_key[slot]
            }
            Some(_) => false,
            None => {
                let row = self.world.rows.get(no);
                row.is_some_and(|row| row.parents[slot] == Some(owner))
            }
        };
        numbers.map(|(no, _)| *no).filter(belongs).collect()
    }

    fn take_along(&mut self, no: No, level: &mut Vec<No>) {
        match self.world.state(no) {
            Some(EntityState::Pending) => self.world.leave(no),
            Some(EntityState::Persistent) => self.world.delete(no),
            None if self.removed.insert(no) => {}
            _ => return,
        }
        level.push(no);
    }

    fn set_null(&mut self, no: No, slot: usize) {
        if let Some(entity) = self.world.entities.get_mut(&no) {
            entity.value.parents[slot] = None;
        } else if let Some(row) = self.world.rows.get_mut(&no) {
            row.parents[slot] = None;
            row.version += i64::from(KINDS[self.world.kinds[&no]].has_version);
        }
    }

    /// What is written must reference entities of the unit of work, or rows that the database deletes together with what is
    /// written, or whose foreign keys it empties.
    fn check_parents(&mut self) {
        for no in self.numbers(Entity::stays) {
            let entity = self.world.entities[&no].clone();
            for (slot, relation) in World::relations_of(self.world.kind(no)) {
                let Some(parent) = entity.value.parents[slot] else {
                    continue;
                };
                let keeps = RELATIONS[relation].on_delete == OnDelete::Refuse;
                if !entity.relates(slot) || entity.by_key[slot] {
                    continue;
                }
                if !self.is_referable(parent, keeps) {
                    self.fail(ErrorKind::Usage);
                }
            }
        }
        let linking = self.world.linking.iter().flatten();
        let ends: Vec<No> = linking.flat_map(|(left, right)| [*left, *right]).collect();
        for end in ends {
            if !self.is_referable(end, false) {
                self.fail(ErrorKind::Usage);
            }
        }
    }

    fn is_referable(&self, no: No, keeps: bool) -> bool {
        let entity = self.world.entities.get(&no);
        entity.is_some_and(|it| it.stays() || !keeps && it.state == EntityState::Deleting)
    }

    fn update(&mut self) {
        for no in self.numbers(Entity::is_changed) {
            let has_version = KINDS[self.world.kind(no)].has_version;
            let entity = &self.world.entities[&no];
            let (value, old) = (entity.value, entity.old);
            let Some(row) = self.world.rows.get_mut(&no) else {
                self.fail(ErrorKind::StaleData);
                continue;
            };
            let mut is_stale = has_version && row.version != old.version;
            let mut write = |is_changed: bool, is_same: bool| {
                is_stale |= !has_version && is_changed && !is_same;
                is_changed
            };
            if write(value.n != old.n, row.n == old.n) {
                row.n = value.n;
            }
            if write(value.code != old.code, row.code == old.code) {
                row.code = value.code;
            }
            for slot in 0..2 {
                let is_same = row.parents[slot] == old.parents[slot];
                if write(value.parents[slot] != old.parents[slot], is_same) {
                    row.parents[slot] = value.parents[slot];
                }
            }
            row.key = value.key;
            row.version += i64::from(has_version);
            if is_stale {
                self.fail(ErrorKind::StaleData);
            }
        }
    }

    fn insert(&mut self) {
        for no in self.numbers(|it| it.state == EntityState::Pending) {
            let kind = self.world.kind(no);
            let mut row = self.world.entities[&no].value;
            row.version = i64::from(KINDS[kind].has_version);
            if KINDS[kind].is_generated {
                row.key = i64::MIN + i64::try_from(no).unwrap_or(0);
            } else if let Some(holder) = self.world.holder(kind, |it| it.key == row.key) {
                let is_free = self.world.state(holder) == Some(EntityState::Deleting);
                if is_free && KINDS[kind].may_switch && self.switched.insert(holder) {
                    if let Some(former) = self.world.rows.remove(&holder) {
                        row.version += former.version;
                    }
                } else if !is_free && !self.removed.contains(&holder) {
                    self.fail(ErrorKind::UniqueViolation);
                }
            }
            self.world.rows.insert(no, row);
        }
    }

    fn write_links(&mut self) {
        for link in 0..2 {
            let unlinking = std::mem::take(&mut self.world.unlinking[link]);
            let linking = std::mem::take(&mut self.world.linking[link]);
            self.world.links[link].retain(|pair| !unlinking.contains(pair));
            self.world.links[link].extend(linking);
        }
    }

    fn delete(&mut self) {
        let mut rows: Vec<No> = self.removed.iter().copied().collect();
        for no in self.numbers(|it| it.state == EntityState::Deleting) {
            if self.switched.contains(&no) {
                continue;
            }
            let has_version = KINDS[self.world.kind(no)].has_version;
            let old = self.world.entities[&no].old;
            let row = self.world.rows.get(&no);
            if row.is_none_or(|row| has_version && row.version != old.version) {
                self.fail(ErrorKind::StaleData);
            }
            rows.push(no);
        }
        if !self.world.delete_rows(&rows) {
            self.fail(ErrorKind::ForeignKeyViolation);
        }
    }

    fn check_rows(&mut self) {
        for kind in self.world.check_rows() {
            self.fail(kind);
        }
    }

    /// The entities after the flush.
    fn finish(&mut self, before: &World) {
        let world = &mut self.world;
        world.doubtful.retain(|_, doubt| *doubt == Doubt::UntilLoad);
        for (no, entity) in &mut world.entities {
            match entity.state {
                EntityState::Pending => {
                    entity.inserted = Some(entity.value);
                    let parents = entity.value.parents;
                    entity.value = world.rows.get(no).copied().unwrap_or(entity.value);
                    entity.value.parents = parents;
                    entity.state = EntityState::Persistent;
                    entity.is_loaded = false;
                    entity.old = entity.value;
                }
                EntityState::Persistent if entity.is_changed() => {
                    let has_version = KINDS[world.kinds[no]].has_version;
                    entity.value.version += i64::from(has_version);
                    entity.old = entity.value;
                }
                EntityState::Deleting => {
                    entity.state = EntityState::Deleted;
                    entity.value = entity.old;
                }
                _ => {}
            }
            for (slot, relation) in World::relations_of(world.kinds[no]) {
                let is_deleted = |parent: No| {
                    before.rows.contains_key(&parent) && !world.rows.contains_key(&parent)
                };
                let is_empty = RELATIONS[relation].on_delete == OnDelete::SetNull
                    && entity.has_row()
                    && entity.old.parents[slot].is_some_and(is_deleted);
                if is_empty {
                    entity.old.parents[slot] = None;
                    entity.value.parents[slot] = None;
                }
            }
            entity.was_placed = [false; 2];
            if entity.state != EntityState::Transient {
                entity.placed = entity.value.parents;
                entity.by_key = [false; 2];
            }
        }
        let keys: BTreeSet<(usize, i64)> = world
            .rows
            .iter()
            .map(|(no, row)| (world.kinds[no], row.key))
            .collect();
        for (no, entity) in &mut world.entities {
            if entity.has_row() && !world.rows.contains_key(no) {
                entity.placed = [None; 2];
                // Another entity has its key.
                if keys.contains(&(world.kinds[no], entity.old.key)) {
                    entity.state = EntityState::Deleted;
                    entity.value = entity.old;
                }
            }
        }
    }
}

impl World {
    /// Deletes rows as one statement does, and those that the database deletes along; `false` if it refuses.
    pub(super) fn delete_rows(&mut self, numbers: &[No]) -> bool {
        for no in numbers {
            self.rows.remove(no);
            for pairs in &mut self.links {
                pairs.retain(|(left, right)| left != no && right != no);
            }
        }
        for no in numbers {
            for relation in Self::relations_to(self.kind(*no)) {
                let (relation, slot) = (&RELATIONS[relation], RELATIONS[relation].slot);
                let children = self.rows.iter().filter(|(child, row)| {
                    self.is(**child, relation.child) && row.parents[slot] == Some(*no)
                });
                let children: Vec<No> = children.map(|(child, _)| *child).collect();
                match relation.on_delete {
                    OnDelete::Cascade if !self.delete_rows(&children) => return false,
                    OnDelete::Refuse if !children.is_empty() => return false,
                    OnDelete::SetNull | OnDelete::SetDefault => {
                        for child in children {
                            if let Some(row) = self.rows.get_mut(&child) {
                                row.parents[slot] = None;
                            }
                        }
                    }
                    OnDelete::Cascade | OnDelete::Refuse => {}
                }
            }
        }
        true
    }

    /// The constraints that the rows violate.
    pub(super) fn check_rows(&self) -> Vec<ErrorKind> {
        let (mut codes, mut keys, mut ones) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut found = Vec::new();
        for (no, row) in &self.rows {
            let kind = self.kind(*no);
            let mut is_unique = row.code.is_none_or(|code| codes.insert((kind, code)));
            is_unique &= keys.insert((kind, row.key));
            for (slot, relation) in Self::relations_of(kind) {
                let parent = row.parents[slot];
                if RELATIONS[relation].is_one
                    && let Some(parent) = parent
                {
                    is_unique &= ones.insert((relation, parent));
                }
                if parent.is_some_and(|parent| !self.rows.contains_key(&parent)) {
                    found.push(ErrorKind::ForeignKeyViolation);
                }
            }
            if !is_unique {
                found.push(ErrorKind::UniqueViolation);
            }
        }
        found
    }
}
