//! [`AnyRelation`]: a relation field without its type, as sessions read and write it.

use std::any::Any;

use super::to_one::ToOne;

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
}
