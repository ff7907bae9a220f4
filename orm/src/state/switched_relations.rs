//! The relations that reference deleted entities whose rows new ones have taken: these are what they reference from then on,
//! until a rollback.

use orm_core::value::Value;

use super::any_arena::AnyArena;
use super::handle::RowId;
use super::key_tuple::KeyTuple;
use super::store::State;
use crate::mapping::{ModelDef, RawRef};

impl State {
    /// Relations that reference one entity reference the other one, which has its row.
    pub(crate) fn redirect(&mut self, model: usize, [from, to]: [RawRef; 2], log: Option<u32>) {
        for (row, index) in self.referencing((model, to.slot), from, |_| true) {
            if let Some(child) = self.by_model_mut(row.model) {
                child.redirect(row.slot, index, [from, to], log);
            }
            // A rollback undoes lists by their log.
            if log.is_some() {
                self.move_child(row, index, [Some(from), Some(to)]);
            }
        }
    }

    /// The entities whose relations reference `entity`, each with the relation: those whose foreign keys have the key of the
    /// entity in `slot` in the database, of the models that are wanted.
    pub(super) fn referencing(
        &mut self,
        (model, slot): (usize, u32),
        entity: RawRef,
        is_wanted: fn(&'static ModelDef) -> bool,
    ) -> Vec<(RowId, usize)> {
        let Some(target) = self.by_model(model) else {
            return Vec::new();
        };
        let (def, mut relations) = (target.def(), Vec::new());
        for child in self.arenas().filter(|child| is_wanted(child.def())) {
            for (index, relation, reference) in child.def().belongs_to() {
                if std::ptr::eq((relation.target)(), def) {
                    let key = target.old_values(slot, reference.target_columns);
                    let key: Option<KeyTuple<Value>> = KeyTuple::new(key.into_iter());
                    relations.push((child.model(), index, reference, key));
                }
            }
        }
        let mut found = Vec::new();
        for (model, index, reference, key) in relations {
            let keys = key.into_iter().collect();
            if let Some(child) = self.by_model_mut(model) {
                let slots = child.referencing((index, reference), &keys, entity);
                found.extend(slots.into_iter().map(|slot| (RowId { model, slot }, index)));
            }
        }
        found
    }

    /// After a rollback: what was loaded since a switch references the entity that has its row again.
    pub(super) fn undo_switches(&mut self) {
        let undone = |arena: &mut Box<dyn AnyArena>| (arena.model(), arena.take_undone_switches());
        let undone: Vec<_> = self.arenas_mut().map(undone).collect();
        for (model, switches) in undone {
            for new_and_old in switches {
                self.redirect(model, new_and_old, None);
            }
        }
    }
}
