//! What a session knows of its entities: arenas, identity map, changes, and how to undo them.
//!
//! Loading and flushing stand on this and do not know the session. No SQL and no I/O here.

mod arena;
mod erased;
mod handle;
mod lifecycle;
mod membership;
mod outcome;
mod reading;
mod store;
mod undo;
mod witness;

pub(crate) use erased::{AnyArena, Changed};
pub use handle::Ref;
pub use lifecycle::EntityState;
pub(crate) use outcome::{Inserted, Updated};
pub(crate) use reading::Take;
pub(crate) use store::State;
pub(crate) use witness::Sign;
