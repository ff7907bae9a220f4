//! The entities of a session: arenas, identity map, changes, and the undo log.
//!
//! Loading and flushing build on this and do not depend on the session. No SQL and no I/O here.

mod any_arena;
mod apply_rows;
mod arena;
mod attach;
mod child_index;
mod chunk;
mod chunk_entities;
mod deferred;
mod entity_state;
mod expire;
mod handle;
mod handle_keys;
mod hooked;
mod key_order;
mod key_tuple;
mod lifecycle;
mod links;
mod list_changes;
mod list_log;
mod lists;
mod pending_rows;
mod positions;
mod reading;
mod relations;
mod row_switch;
mod slot;
mod spare_arenas;
mod sql_values;
mod store;
mod switch;
mod switched_relations;
mod typed_arena;
mod undo;
mod undo_log;
mod unreadable;
mod vtable;
mod witness;

pub(crate) use any_arena::AnyArena;
pub(crate) use apply_rows::{Written, are_same};
pub(crate) use arena::Arena;
pub(crate) use chunk::ChunkMark;
pub use entity_state::EntityState;
pub use handle::Ref;
pub(crate) use handle::{Link, RowId};
pub(crate) use key_tuple::{CaseFolded, KeyMap, KeySet, KeyTuple, RowMap};
pub(crate) use list_changes::ListChanges;
pub(crate) use list_log::ListId;
pub(crate) use pending_rows::{PendingRow, PendingRows};
pub(crate) use positions::Appended;
pub(crate) use reading::{Reading, Take};
pub(crate) use store::State;
pub(crate) use switch::Switch;
pub use vtable::Vtable;
pub(crate) use witness::Evidence;
