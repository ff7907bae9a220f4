//! Reaching entities by handle: `session[handle]`, its fallible forms, and what is known of an entity.

use std::ops::{Index, IndexMut};

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use crate::mapping::Model;
use crate::state::{EntityState, Ref};

/// # Panics
/// If the handle's entity has left the session or belongs to another one. [`Session::get_ref`] answers
/// with an error instead.
impl<M: Model> Index<Ref<M>> for Session {
    type Output = M;

    #[inline]
    fn index(&self, handle: Ref<M>) -> &M {
        match self.state.arena::<M>().and_then(|arena| arena.get(handle)) {
            Some(entity) => entity,
            None => panic!("{}", self.state.stale_handle(handle)),
        }
    }
}

/// # Panics
/// As [`Index`]. [`Session::get_mut`] answers with an error instead.
impl<M: Model> IndexMut<Ref<M>> for Session {
    #[inline]
    fn index_mut(&mut self, handle: Ref<M>) -> &mut M {
        let epoch = self.state.epoch;
        let here = self
            .state
            .arena::<M>()
            .and_then(|arena| arena.get(handle))
            .is_some();
        assert!(here, "{}", self.state.stale_handle(handle));
        let arena = self.state.ensure::<M>();
        arena
            .get_mut(handle, epoch)
            .expect("invariant: the handle was good one line ago")
    }
}

impl Session {
    /// The entity of a handle.
    ///
    /// # Errors
    /// `StaleHandle`.
    pub fn get_ref<M: Model>(&self, handle: Ref<M>) -> Result<&M> {
        let entity = self.state.arena::<M>().and_then(|arena| arena.get(handle));
        entity.ok_or_else(|| self.state.stale_handle(handle))
    }

    /// The entity of a handle, about to be changed.
    ///
    /// # Errors
    /// `StaleHandle`.
    pub fn get_mut<M: Model>(&mut self, handle: Ref<M>) -> Result<&mut M> {
        self.get_ref(handle)?;
        Ok(&mut self[handle])
    }

    /// Hands the entity of a handle to `change` and returns what that returns.
    ///
    /// # Errors
    /// `StaleHandle`.
    pub fn edit<M: Model, T>(
        &mut self,
        handle: Ref<M>,
        change: impl FnOnce(&mut M) -> T,
    ) -> Result<T> {
        self.get_mut(handle).map(change)
    }

    /// Several entities of one model at once, about to be changed.
    ///
    /// # Errors
    /// `StaleHandle`; `Usage` if a handle is given twice.
    pub fn get_many_mut<M: Model, const N: usize>(
        &mut self,
        handles: [Ref<M>; N],
    ) -> Result<[&mut M; N]> {
        for handle in handles {
            self.get_ref(handle)?;
        }
        let epoch = self.state.epoch;
        self.state
            .ensure::<M>()
            .get_many_mut(handles, epoch)
            .ok_or_else(|| {
                Error::with_message(ErrorKind::Usage, "one handle was given twice")
                    .with_table(M::def().table)
            })
    }

    /// The primary key of an entity; `None` while the database has not generated it, and for a stale
    /// handle.
    pub fn key<M: Model>(&self, handle: Ref<M>) -> Option<M::Key> {
        let entity = self.get_ref(handle).ok()?;
        let generated = M::def().generated.map(|position| entity.value(position));
        match generated {
            Some(orm_core::value::ValueRef::Int(0)) => None,
            _ => Some(entity.key()),
        }
    }

    /// The state of an entity in the unit of work.
    ///
    /// # Errors
    /// `StaleHandle`.
    pub fn entity_state<M: Model>(&self, handle: Ref<M>) -> Result<EntityState> {
        let state = self
            .state
            .arena::<M>()
            .and_then(|arena| arena.state(handle));
        state.ok_or_else(|| self.state.stale_handle(handle))
    }

    /// Whether an entity's values may be older than the database's: after a commit or rollback, until
    /// it is read again.
    ///
    /// # Errors
    /// `StaleHandle`.
    pub fn is_stale<M: Model>(&self, handle: Ref<M>) -> Result<bool> {
        let persistent = self.entity_state(handle)? == EntityState::Persistent;
        let arena = self.state.arena::<M>();
        Ok(persistent && !arena.is_some_and(|arena| arena.is_fresh(handle, self.state.epoch)))
    }

    /// The columns of an entity that the next flush would write, by name: those that changed, or those
    /// that an INSERT will give.
    ///
    /// # Errors
    /// `StaleHandle`.
    pub fn changed_columns<M: Model>(&self, handle: Ref<M>) -> Result<Vec<&'static str>> {
        self.get_ref(handle)?;
        let arena = self.state.by_model(M::slot().index());
        let written = arena
            .map(|arena| arena.written(handle.slot))
            .unwrap_or_default();
        Ok(written
            .iter()
            .map(|position| M::def().names[position])
            .collect())
    }
}
