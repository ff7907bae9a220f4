//! [`Vtable`]: the functions of a model's type with which erased code starts. The others are in [`AnyArena`].
//!
//! It is reached from the model's [`ModelDef`], so that code with the data of a model, such as the target of a
//! foreign key, can load its rows without being generic.

use std::any::Any;
use std::num::NonZeroU32;

use super::any_arena::AnyArena;
use super::arena::Arena;
use crate::mapping::{Model, ModelDef};

/// Holds the functions of a model that create its arena.
#[derive(Debug)]
pub struct Vtable {
    pub(super) number: fn() -> usize,
    pub(super) arena: fn(NonZeroU32) -> Box<dyn AnyArena>,
}

impl Vtable {
    /// Returns the functions of `M`, for a static of the derive.
    #[doc(hidden)]
    pub const fn of<M: Model>() -> Self {
        Self {
            number: || M::slot().index(),
            arena: |stamp| Box::new(Arena::<M>::new(stamp)),
        }
    }
}

/// The functions of the model that `def` describes.
pub(super) fn vtable(def: &'static ModelDef) -> &'static Vtable {
    let vtable: &dyn Any = def.vtable;
    vtable
        .downcast_ref()
        .expect("invariant: the derive puts the model's own vtable there")
}

#[cfg(test)]
mod tests {
    use super::super::pending_rows::PendingRows;
    use orm_core::driver::Row;
    use orm_core::error::Result;
    use orm_core::value::{Value, ValueRef};

    use crate::mapping::{Model as _, ModelDef};
    use crate::prelude::*;
    use crate::state::{EntityState, State, Take};

    /// Its key is not its first column.
    #[derive(Model, Debug)]
    #[orm(table = "places")]
    struct Place {
        name: String,
        #[orm(primary_key)]
        country: String,
        #[orm(primary_key)]
        number: i64,
    }

    struct Values(Vec<Value>);

    impl Row for Values {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn name(&self, _: usize) -> &'static str {
            ""
        }

        fn get(&self, index: usize) -> Result<ValueRef<'_>> {
            Ok(self.0[index].as_ref())
        }
    }

    #[test]
    fn what_typed_code_can_do_with_rows_erased_code_can() {
        let def: &'static ModelDef = Place::def();
        let mut state = State::new();
        let reading = state.reading(Take::Stale);
        let text = |text: &str| Value::Text(text.to_owned());
        let row = |name| Values(vec![text("before"), text(name), text("is"), Value::Int(7)]);
        let arena = state.ensure_erased(def);
        let slot = arena.load(&row("Reykjavik"), 1, reading).expect("a row");
        assert_eq!(arena.load(&row("another"), 1, reading).ok(), Some(slot));
        assert_eq!(arena.value(slot, 0), ValueRef::Text("Reykjavik"));
        assert_eq!(arena.find(&[text("is"), Value::Int(7)]), Some(slot));
        assert_eq!(arena.find(&[text("is"), Value::Int(8)]), None);
        assert_eq!(arena.find(&[text("is")]), None);
        arena.delete(slot);
        let mut pending = PendingRows::default();
        arena.pending_rows(&mut pending);
        assert!(pending.deleting().iter().map(|row| row.slot).eq([slot]));

        let typed = state.arena::<Place>().expect("the same arena");
        let handle = typed.find(&("is".to_owned(), 7)).expect("the same entity");
        assert_eq!(typed.state(handle), Some(EntityState::Deleting));
    }
}
