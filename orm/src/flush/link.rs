//! Makes foreign keys of relations: the first phase of a flush, for entities that were added or touched and whose model
//! has relations.
//!
//! A relation that was given another entity becomes a [`Link`], whose values `assigned_values.rs` takes when the row is
//! written. A foreign key that was changed instead is what the relation follows, after the flush.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::Few;

use super::batch::Plan;
use crate::mapping::{ModelDef, RawRef, ReferenceDef, RelationDef, RelationKind, ToOne};
use crate::state::{AnyArena, EntityState, Link, RowId, State};

/// Makes foreign keys of all relations that were set since the last flush.
///
/// # Errors
/// `Usage` for a relation and its foreign key that were both changed and differ, and for a required relation that
/// references nothing.
#[inline]
pub(crate) fn link(plan: &mut Plan, state: &mut State) -> Result<()> {
    if state.has_relations {
        link_all(plan, state)?;
    }
    Ok(())
}

#[inline(never)]
fn link_all(plan: &mut Plan, state: &mut State) -> Result<()> {
    plan.following.clear();
    plan.orphans.clear();
    // Those of the flush before are over, also of models without work.
    let before = state.arenas_mut().filter(|arena| arena.has_links());
    before.for_each(|arena| arena.set_links(Vec::new()));
    let is_meant = |arena: &&dyn AnyArena| !arena.def().relations.is_empty() && arena.has_work();
    let arenas = state.arenas().filter(is_meant);
    let linked: Vec<(usize, Linked)> = arenas
        .map(|arena| Ok((arena.model(), Linker::run(state, arena)?)))
        .collect::<Result<_>>()?;
    for (model, linked) in linked {
        let Some(arena) = state.by_model_mut(model) else {
            continue;
        };
        arena.set_links(linked.links);
        for (slot, relation, to_one) in linked.unchanged {
            arena.note_old_to_one(slot, relation, to_one);
        }
        for (slot, relation, to) in linked.placed {
            state.put_in_step(RowId { model, slot }, relation, to);
        }
        let orphans = linked.orphans.into_iter();
        plan.orphans
            .extend(orphans.map(|slot| RowId { model, slot }));
        let following = linked.following.into_iter();
        plan.following
            .extend(following.map(|(slot, relation)| (RowId { model, slot }, relation)));
    }
    Ok(())
}

/// After a flush: relations whose foreign keys were changed reference what the keys do, as far as that is in memory.
pub(super) fn follow(state: &mut State, following: &[(RowId, usize)]) {
    for (row, index) in following {
        let Some(arena) = state.by_model(row.model) else {
            continue;
        };
        let from = arena.to_one(row.slot, *index);
        let to_one = state.referenced((row.model, row.slot), *index);
        state.move_child(*row, *index, [from.handle(), to_one.handle()]);
        if !to_one.is_loaded() {
            state.unload_views(*row, *index);
        }
        if let Some(arena) = state.by_model_mut(row.model) {
            arena.note_to_one(&[row.slot], *index, to_one);
        }
    }
}

/// What the relations of a model's entities come to.
#[derive(Default)]
struct Linked {
    links: Vec<(u32, Few<Link>)>,
    /// Relations that were given what the foreign key references anyway, by slot and index.
    unchanged: Vec<(u32, usize, ToOne)>,
    /// What relations reference that were set, likewise.
    placed: Vec<(u32, usize, Option<RawRef>)>,
    /// Relations whose foreign key was changed, likewise.
    following: Vec<(u32, usize)>,
    /// Entities without an owner that are to be deleted, by slot.
    orphans: Vec<u32>,
}

/// A relation of an entity.
#[derive(Clone, Copy)]
struct Place<'s> {
    arena: &'s dyn AnyArena,
    slot: u32,
    index: usize,
    relation: &'static RelationDef,
    reference: &'static ReferenceDef,
}

struct Linker<'s> {
    state: &'s State,
    linked: Linked,
}

impl<'s> Linker<'s> {
    fn run(state: &'s State, arena: &'s dyn AnyArena) -> Result<Linked> {
        let mut linker = Self {
            state,
            linked: Linked::default(),
        };
        let mut rows = arena.relinking();
        rows.sort_unstable();
        rows.dedup();
        for (slot, is_insert) in rows {
            let mut links = Few::new();
            for (index, relation, reference) in arena.def().belongs_to() {
                let place = Place {
                    arena,
                    slot,
                    index,
                    relation,
                    reference,
                };
                linker.placed(place, is_insert);
                let link = if is_insert {
                    linker.inserted(place)?
                } else {
                    linker.updated(place)?
                };
                links.extend(link);
            }
            if !links.is_empty() {
                linker.linked.links.push((slot, links));
            }
        }
        Ok(linker.linked)
    }

    /// Notes in whose lists the entity is to be.
    fn placed(&mut self, place: Place<'_>, is_insert: bool) {
        let Place {
            arena, slot, index, ..
        } = place;
        let new = arena.to_one(slot, index);
        // A verb may have moved the entity to another list than that of its old relation.
        let is_news = self.state.was_placed(place.row(), index)
            || if is_insert {
                new.handle().is_some()
            } else {
                new != arena.old_to_one(slot, index)
            };
        if new.is_loaded() && is_news {
            self.linked.placed.push((slot, index, new.handle()));
        }
    }

    /// The relation of an entity that is to be inserted. Its foreign key counts as given if it has another value than
    /// one that stands there until now.
    fn inserted(&mut self, place: Place<'_>) -> Result<Option<Link>> {
        let Place { arena, slot, .. } = place;
        let given = |column: &&usize| !arena.is_unset(slot, **column);
        let columns = place.reference.columns;
        let is_given = columns.iter().any(|column| given(&column));
        match arena.to_one(slot, place.index) {
            ToOne::NotLoaded(_) | ToOne::Hidden => {
                place.has_value()?;
                self.linked.following.push((slot, place.index));
                Ok(None)
            }
            // One that never had an owner is none.
            ToOne::Null
                if self.state.was_linked(place.row(), place.index) && place.deletes_orphans() =>
            {
                self.linked.orphans.push(slot);
                Ok(None)
            }
            ToOne::Null if place.is_required() => Err(place.orphan()),
            // One NULL is enough for a foreign key to reference nothing.
            ToOne::Null if columns.iter().all(|column| given(&column)) => {
                Err(place.contradiction())
            }
            ToOne::Null => Ok(None),
            ToOne::Handle(handle) => {
                let link = place.link(handle);
                if is_given && !self.is_referenced(place, &link, given) {
                    return Err(place.contradiction());
                }
                Ok(Some(link))
            }
        }
    }

    /// The relation of a row that is there.
    fn updated(&mut self, place: Place<'_>) -> Result<Option<Link>> {
        let Place {
            arena, slot, index, ..
        } = place;
        let (new, old) = (arena.to_one(slot, index), arena.old_to_one(slot, index));
        let mut columns = place.reference.columns.iter();
        let is_changed = |column: &usize| {
            !arena
                .value(slot, *column)
                .is_same(arena.old_value(slot, *column))
        };
        let key_changed = columns.any(is_changed);
        if !new.is_loaded() || new == old {
            if key_changed {
                self.linked.following.push((slot, index));
            }
            return Ok(None);
        }
        let link = match new {
            ToOne::Handle(handle) => place.link(handle),
            ToOne::Null if place.had_owner() && place.deletes_orphans() => {
                self.linked.orphans.push(slot);
                return Ok(None);
            }
            ToOne::Null if place.is_required() => return Err(place.orphan()),
            ToOne::Null | ToOne::NotLoaded(_) | ToOne::Hidden => place.unlink(),
        };
        match (key_changed, self.is_referenced(place, &link, |_| true)) {
            (true, false) => Err(place.contradiction()),
            (true, true) => Ok(None),
            (false, true) => {
                self.linked.unchanged.push((slot, index, new));
                Ok(None)
            }
            (false, false) => Ok(Some(link)),
        }
    }

    /// Whether the foreign key references the entity of the link already, in those of its columns that count.
    fn is_referenced(
        &self,
        place: Place<'_>,
        link: &Link,
        counts: impl Fn(&&usize) -> bool,
    ) -> bool {
        let Place {
            arena,
            slot,
            reference,
            ..
        } = place;
        let columns = reference.columns.iter().zip(reference.target_columns);
        let mut columns = columns.filter(|(column, _)| counts(column));
        let Some((model, handle)) = link.target else {
            return columns.any(|(column, _)| arena.value(slot, *column).is_null());
        };
        let Some(target) = self.state.by_model(model) else {
            return false;
        };
        let state = target.entity_state(handle.slot, handle.stamp);
        let is_set = |position: &usize| match state {
            Some(EntityState::Pending) => {
                target.def().generated != Some(*position)
                    && !target.is_unset(handle.slot, *position)
            }
            Some(state) => state.has_row(),
            None => false,
        };
        columns.all(|(column, position)| {
            let key = target.value(handle.slot, *position);
            is_set(position) && arena.value(slot, *column).is_same(key)
        })
    }
}

impl Place<'_> {
    fn link(&self, handle: RawRef) -> Link {
        let model = State::number((self.relation.target)());
        Link {
            target: Some((model, handle)),
            ..self.unlink()
        }
    }

    fn unlink(&self) -> Link {
        Link {
            relation: self.relation,
            reference: self.reference,
            target: None,
        }
    }

    fn row(&self) -> RowId {
        RowId {
            model: self.arena.model(),
            slot: self.slot,
        }
    }

    /// Whether the row has an owner in the database.
    fn had_owner(&self) -> bool {
        let mut columns = self.reference.columns.iter();
        columns.all(|column| !self.arena.old_value(self.slot, *column).is_null())
    }

    /// Whether the owner's relation says that an entity without an owner is deleted.
    fn deletes_orphans(&self) -> bool {
        let (target, def) = ((self.relation.target)(), self.arena.def());
        let mut relations = target.relations.iter();
        relations.any(|relation| {
            relation.deletes_orphans
                && relation.inverse() == Some(self.index)
                && std::ptr::eq((relation.target)(), def)
        })
    }

    fn is_required(&self) -> bool {
        matches!(
            self.relation.kind,
            RelationKind::BelongsTo {
                optional: false,
                ..
            }
        )
    }

    /// # Errors
    /// `Usage` if the foreign key was left to the relation, which references nothing, and no row has that key.
    fn has_value(&self) -> Result<()> {
        let ReferenceDef {
            columns,
            target,
            target_columns,
            ..
        } = self.reference;
        let is_left = columns
            .iter()
            .zip(*target_columns)
            .any(|(column, position)| {
                (target)().generated == Some(*position)
                    && self.arena.is_unset(self.slot, *column)
                    && !self.arena.value(self.slot, *column).is_null()
            });
        if is_left { Err(self.orphan()) } else { Ok(()) }
    }

    fn error(&self, message: String, hint: String) -> Error {
        let def: &ModelDef = self.arena.def();
        let error = Error::with_message(ErrorKind::Usage, message);
        error.with_table(def.table).with_hint(hint)
    }

    fn column(&self) -> &'static str {
        self.arena.def().fields[self.reference.columns[0]]
    }

    #[cold]
    fn orphan(&self) -> Error {
        let RelationDef {
            model,
            name,
            target,
            ..
        } = self.relation;
        let target = (target)().name;
        self.error(
            format!("`{model}.{name}` references no {target}, but the foreign key can't be NULL"),
            format!("assign a {target} to `{name}`, or delete the {model}"),
        )
    }

    #[cold]
    fn contradiction(&self) -> Error {
        let (RelationDef { model, name, .. }, column) = (self.relation, self.column());
        self.error(
            format!(
                "`{model}.{name}` and its foreign key `{model}.{column}` were both set, and differ"
            ),
            format!("set only one of them: `{name}` to an entity, or `{column}` to a key"),
        )
    }
}
