//! Why the entity of a handle can't be read: it has left the session, it is of another one, or it is expired.
//!
//! Used by the session, with the arena or without one.

use orm_core::error::{Error, ErrorKind};

use super::arena::Arena;
use super::handle::Ref;
use super::store::State;
use crate::mapping::{Model, ModelDef};

impl State {
    /// Why the entity can't be read.
    #[cold]
    pub(crate) fn unreadable<M: Model>(&self, handle: Ref<M>) -> Error {
        match self.arena::<M>() {
            Some(arena) => arena.unreadable(handle),
            None => stale_handle(M::def(), false),
        }
    }

    /// Why a handle of a model that the session has not met leads nowhere.
    #[cfg(feature = "serde")]
    #[cold]
    pub(crate) fn unknown_handle(def: &ModelDef) -> Error {
        stale_handle(def, false)
    }

    /// Why a handle leads nowhere.
    #[cold]
    pub(crate) fn stale_handle<M: Model>(&self, handle: Ref<M>) -> Error {
        match self.arena::<M>() {
            Some(arena) => arena.stale_handle(handle),
            None => stale_handle(M::def(), false),
        }
    }
}

impl<M: Model> Arena<M> {
    /// Why the entity can't be read.
    #[cold]
    pub(crate) fn unreadable(&self, handle: Ref<M>) -> Error {
        if self.state(handle).is_none() {
            return self.stale_handle(handle);
        }
        Error::with_message(
            ErrorKind::Expired,
            format!("this {} is expired: its values may be stale", M::def().name),
        )
        .with_table(M::def().table)
        .with_hint(
            "call refresh, get or a query first; or create the session without expire_on_commit",
        )
    }

    /// Why a handle leads nowhere.
    pub(super) fn stale_handle(&self, handle: Ref<M>) -> Error {
        stale_handle(M::def(), self.has_had(handle))
    }

    /// Whether this arena has returned a handle: its slot exists and has been used again since.
    fn has_had(&self, handle: Ref<M>) -> bool {
        handle.stamp == self.stamp
            || self
                .slots
                .get(handle.slot as usize)
                .is_some_and(|slot| slot.stamp > handle.stamp)
                && handle.stamp > self.stamp
    }
}

/// Why a handle leads nowhere, which this session has returned, or another one.
pub(super) fn stale_handle(def: &ModelDef, own: bool) -> Error {
    let model = def.name;
    let message = if own {
        format!("the {model} of this handle has left the session")
    } else {
        format!("the handle of this {model} belongs to another session, or to one before clear()")
    };
    Error::with_message(ErrorKind::StaleHandle, message)
        .with_table(def.table)
        .with_hint(if own {
            "get the row again: the entity was deleted and committed, or expunged"
        } else {
            "use a handle only with the session that returned it"
        })
}
