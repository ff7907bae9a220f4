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

    /// Returns what the last load of a relation that is only read has selected.
    fn view(&self) -> Option<Vec<RawRef>> {
        None
    }

    /// Keeps what a load of such a relation has selected.
    fn set_view(&mut self, rows: Vec<RawRef>) {
        let _ = rows;
    }
}

/// A member of a list, and the entity whose foreign key makes it one: itself, or a link row.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub(crate) row: RawRef,
    pub(crate) target: RawRef,
}

impl Member {
    /// A member that has the foreign key.
    pub(crate) fn itself(target: RawRef) -> Self {
        Self {
            row: target,
            target,
        }
    }
}

/// Is implemented by the fields of relations to entities that have the foreign key, or that link rows reference.
#[doc(hidden)]
pub trait AnyList {
    /// Returns the session's clock when the relation was loaded; `None` if it is not.
    fn loaded_at(&self) -> Option<u32>;

    /// Returns the members, if the relation is loaded.
    fn members(&self) -> Vec<Member>;

    /// Returns the entities that the relation references, if it is loaded.
    fn targets(&self) -> Vec<RawRef> {
        let members = self.members().into_iter();
        members.map(|member| member.target).collect()
    }

    /// Returns how many they are.
    fn count(&self) -> usize {
        self.members().len()
    }

    /// Returns the entities whose foreign keys make this one a member.
    fn rows(&self, target: RawRef) -> Vec<RawRef>;

    /// Returns the entities that the last filtered load has selected, of a relation to many.
    fn part(&self) -> Option<Vec<RawRef>> {
        None
    }

    /// Keeps what a filtered load has selected, of a relation to many.
    fn set_part(&mut self, members: Vec<RawRef>) {
        let _ = members;
    }

    /// Adds a member at the end, if the relation is loaded.
    fn push(&mut self, member: Member);

    /// Puts a member back where it was.
    fn insert(&mut self, at: usize, member: Member);

    /// Removes the member that an entity makes one, and returns it and where it was.
    fn remove(&mut self, row: RawRef) -> Option<(usize, Member)>;

    /// Makes the relation loaded, with these members.
    fn fill(&mut self, members: &[Member], clock: u32);

    /// Makes the relation not loaded.
    fn unload(&mut self, relation: &'static RelationDef);
}
