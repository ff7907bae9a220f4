//! [`AnyRelation`] and [`AnyList`]: a relation field without its type, as sessions read and write it.

use std::any::Any;

use super::to_one::ToOne;
use crate::mapping::def::RelationDef;
use crate::mapping::handle::RawRef;

/// Is implemented by the types of relation fields. The derive hands fields out as this.
#[doc(hidden)]
pub trait AnyRelation: Any + Send {
    /// Returns the state of a relation to at most one entity, whose foreign key the model has.
    fn to_one(&self) -> ToOne {
        ToOne::default()
    }

    /// Sets the state of such a relation.
    fn set_to_one(&mut self, to_one: ToOne) {
        let _ = to_one;
    }

    /// Returns the entities of a relation whose foreign keys they have.
    fn list(&self) -> Option<&dyn AnyList> {
        None
    }

    /// Returns these entities to be changed.
    fn list_mut(&mut self) -> Option<&mut dyn AnyList> {
        None
    }
}

/// Is implemented by the fields of relations to entities that have the foreign key.
#[doc(hidden)]
pub trait AnyList {
    /// Returns the session's clock when the relation was loaded; `None` if it is not.
    fn loaded_at(&self) -> Option<u32>;

    /// Returns the members, if the relation is loaded.
    fn members(&self) -> Vec<RawRef>;

    /// Adds a member at the end, if the relation is loaded.
    fn push(&mut self, member: RawRef);

    /// Puts a member back where it was.
    fn insert(&mut self, at: usize, member: RawRef);

    /// Removes a member, and returns where it was.
    fn remove(&mut self, member: RawRef) -> Option<usize>;

    /// Makes the relation loaded, with these members.
    fn fill(&mut self, members: Vec<RawRef>, clock: u32);

    /// Makes the relation not loaded.
    fn unload(&mut self, relation: &'static RelationDef);
}
