//! Access to entities by handle: `session[handle]`, its fallible forms, and the state of an entity. Access to several
//! at once is in `many.rs`.

use std::ops::{Index, IndexMut};

use orm_core::error::Result;
use orm_core::value::ValueRef;

use super::Session;
use crate::mapping::Model;
use crate::state::{EntityState, Ref};

/// # Panics
/// If the handle's entity has left the session or belongs to another one, or if it is stale in a session
/// that [expires on commit](Session::expire_on_commit). [`Session::get_ref`] returns an error instead.
impl<M: Model> Index<Ref<M>> for Session {
    type Output = M;

    #[inline]
    fn index(&self, handle: Ref<M>) -> &M {
        match self.entity(handle) {
            Some(entity) => entity,
            None => panic!("{}", self.state.unreadable(handle)),
        }
    }
}

/// # Panics
/// As [`Index`]. [`Session::get_mut`] returns an error instead.
impl<M: Model> IndexMut<Ref<M>> for Session {
    #[inline]
    fn index_mut(&mut self, handle: Ref<M>) -> &mut M {
        match self.entity_mut(handle) {
            Ok(entity) => entity,
            Err(error) => panic!("{error}"),
        }
    }
}

impl Session {
    /// Returns the entity of a handle.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    /// - `Expired`: the entity is stale, in a session that expires on commit.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// assert_eq!(session.get_ref(ada)?.name, "ada");
    /// session.clear();
    /// assert!(session.get_ref(ada).unwrap_err().is_stale_handle());
    /// assert_eq!(sent.take_sql().len(), 1); // the SELECT of `get` alone
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn get_ref<M: Model>(&self, handle: Ref<M>) -> Result<&M> {
        self.entity(handle)
            .ok_or_else(|| self.state.unreadable(handle))
    }

    /// The entity of a handle, if it is here and may be read.
    #[inline]
    fn entity<M: Model>(&self, handle: Ref<M>) -> Option<&M> {
        let arena = self.state.arena::<M>()?;
        arena.readable(handle, self.settings.expire_on_commit)
    }

    /// Returns the entity of a handle for changes. The next flush writes the columns that were changed.
    ///
    /// # Errors
    /// As [`Session::get_ref`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// session.get_mut(ada)?.age += 1;
    /// sent.take();
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"UPDATE "users" SET "age" = ? WHERE "id" = ? AND "age" IS ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn get_mut<M: Model>(&mut self, handle: Ref<M>) -> Result<&mut M> {
        self.entity_mut(handle)
    }

    /// The entity of a handle, about to be changed, or why it can't be read.
    #[inline]
    fn entity_mut<M: Model>(&mut self, handle: Ref<M>) -> Result<&mut M> {
        let arena = self.state.ensure::<M>();
        if arena
            .readable(handle, self.settings.expire_on_commit)
            .is_none()
        {
            return Err(arena.unreadable(handle));
        }
        let entity = arena.get_mut(handle);
        Ok(entity.expect("invariant: it was readable one line ago"))
    }

    /// Passes the entity of a handle to `change` and returns the closure's value. The next flush writes the columns
    /// that were changed.
    ///
    /// # Errors
    /// As [`Session::get_ref`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// sent.take();
    /// session.edit(ada, |user| user.email = Some("ada@example.com".into()))?;
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"UPDATE "users" SET "email" = ? WHERE "id" = ? AND "email" IS ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn edit<M: Model, T>(
        &mut self,
        handle: Ref<M>,
        change: impl FnOnce(&mut M) -> T,
    ) -> Result<T> {
        self.get_mut(handle).map(change)
    }

    /// Returns the primary key of an entity. Returns `None` before the database has generated the key, and for a
    /// stale handle.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.add(Post::builder().author_id(1).title("On tides"));
    /// assert_eq!(session.key(post), None);
    /// session.flush()?; // INSERT INTO "posts" …
    /// assert_eq!(session.key(post), Some(2));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn key<M: Model>(&self, handle: Ref<M>) -> Option<M::Key> {
        let arena = self.state.arena::<M>()?;
        let entity = arena.get(handle)?;
        let generated = M::def().generated.map(|position| entity.value(position));
        match generated {
            // The database may have a row with the key 0 all the same.
            Some(ValueRef::Int(0)) if !arena.state(handle)?.has_row() => None,
            _ if arena.awaits_key(handle) => None,
            _ => Some(entity.key()),
        }
    }

    /// Returns the state of an entity in the unit of work.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// use orm::EntityState;
    ///
    /// let post = session.add(Post::builder().author_id(1).title("On tides"));
    /// assert_eq!(session.entity_state(post)?, EntityState::Pending);
    /// session.flush()?; // INSERT INTO "posts" …
    /// assert_eq!(session.entity_state(post)?, EntityState::Persistent);
    /// session.delete(post);
    /// assert_eq!(session.entity_state(post)?, EntityState::Deleting);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn entity_state<M: Model>(&self, handle: Ref<M>) -> Result<EntityState> {
        let state = self
            .state
            .arena::<M>()
            .and_then(|arena| arena.state(handle));
        state.ok_or_else(|| self.state.stale_handle(handle))
    }

    /// Returns whether the values of an entity may be stale. Entities become stale by a commit, a rollback, or a
    /// statement outside the unit of work, until they are read again.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// assert!(!session.is_stale(ada)?);
    /// session.expire_all();
    /// assert!(session.is_stale(ada)?);
    /// sent.take();
    /// session.refresh(ada)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_stale<M: Model>(&self, handle: Ref<M>) -> Result<bool> {
        let persistent = self.entity_state(handle)? == EntityState::Persistent;
        let arena = self.state.arena::<M>();
        Ok(persistent && !arena.is_some_and(|arena| arena.is_fresh(handle)))
    }

    /// Returns the names of the columns that the next flush writes for an entity: the changed columns, or those of
    /// its INSERT.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// session[ada].age = 37;
    /// assert_eq!(session.changed_columns(ada)?, ["age"]);
    /// sent.take();
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"UPDATE "users" SET "age" = ? WHERE "id" = ? AND "age" IS ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn changed_columns<M: Model>(&self, handle: Ref<M>) -> Result<Vec<&'static str>> {
        self.entity_state(handle)?;
        let arena = self.state.arena::<M>();
        let written = arena.map(|arena| arena.written(handle));
        let written = written.unwrap_or_default();
        let names = written.iter().map(|position| M::def().names[position]);
        Ok(names.collect())
    }
}
