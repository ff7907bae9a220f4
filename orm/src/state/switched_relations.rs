//! The relations that reference deleted entities whose rows new ones have taken: these are what they reference from then on,
//! until a rollback.

use orm_core::value::Value;

use super::any_arena::AnyArena;
use super::handle::RowId;
use super::key_tuple::KeyTuple;
use super::store::State;
use crate::mapping::RawRef;

impl State {
    /// Relations that reference one entity reference the other one, which has its row.
    pub(crate) fn redirect(&mut self, model: usize, [from, to]: [RawRef; 2], log: Option<u32>) {
        let Some(target) = self.by_model(model) else {
            return;
        };
        let (def, mut relations) = (target.def(), Vec::new());
        for child in self.arenas() {
            for (index, relation, reference) in child.def().belongs_to() {
                if std::ptr::eq((relation.target)(), def) {
                    let key = target.old_values(to.slot, reference.target_columns);
                    let key: Option<KeyTuple<Value>> = KeyTuple::new(key.into_iter());
                    relations.push((child.model(), index, reference, key));
                }
            }
        }
        for (model, index, reference, key) in relations {
            let Some(child) = self.by_model_mut(model) else {
                continue;
            };
            let mut slots = child.referring(reference.columns, &key.into_iter().collect());
            slots.retain(|slot| child.to_one(*slot, index).handle() == Some(from));
            for slot in &slots {
                child.redirect(*slot, index, [from, to], log);
            }
            // A rollback undoes lists by their log.
            for slot in slots.into_iter().filter(|_| log.is_some()) {
                self.move_child(RowId { model, slot }, index, [Some(from), Some(to)]);
            }
        }
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
