//! Takes in values that come from outside of the session, with a key that the database has.

use super::arena::Arena;
use super::entity_state::EntityState;
use super::handle::Ref;
use super::relations::{set_to_one, to_one};
use super::store::State;
use crate::mapping::{Model, RawRef, ToOne};

impl<M: Model> Arena<M> {
    /// Makes a value with a key that is not here a persistent entity, as if its row had been read.
    pub(crate) fn attach(&mut self, value: M, clock: u32) -> Ref<M> {
        let key = value.key();
        let handle = self.occupy(value, EntityState::Persistent, clock);
        self.identity.insert(key, handle.slot);
        handle
    }
}

impl State {
    /// Makes the relations of a value those of this session: what references entities of another one, and each list, is not
    /// loaded. Returns the entities of this session that it references, by the index of the relation.
    pub(crate) fn adopt<M: Model>(&self, value: &mut M) -> Vec<(usize, RawRef)> {
        let mut known = Vec::new();
        for (index, relation) in M::def().relations.iter().enumerate() {
            if let Some(field) = value.relation_mut(index)
                && let Some(list) = field.list_mut()
            {
                list.unload(relation);
                continue;
            }
            let Some(handle) = to_one(value, index).handle() else {
                continue;
            };
            let target = self.by_model(Self::number((relation.target)()));
            let RawRef { slot, stamp } = handle;
            if target.is_some_and(|target| target.entity_state(slot, stamp).is_some()) {
                known.push((index, handle));
            } else {
                set_to_one(value, index, ToOne::NotLoaded(Some(relation)));
            }
        }
        known
    }
}
