//! Adds, deletes and expunges entities.

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use crate::mapping::{Model, NewEntity, NewRow};
use crate::state::{AnyArena, Ref, RowId};

impl Session {
    /// Adds a new row to the unit of work and returns its handle. The next flush inserts it and sets a generated key.
    ///
    /// A column with a server default is omitted from the INSERT, unless the builder was given a value or the field
    /// was changed after the builder.
    ///
    /// If an entity of the same primary key is marked for [deletion](Self::delete), the new one takes its row by an
    /// UPDATE.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.add(Post::builder().author_id(1).title("On tides"));
    /// session.commit()?;
    /// assert_eq!(session[post].id, 2);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn add<M: Model>(&mut self, row: impl NewRow<Model = M>) -> Ref<M> {
        self.insert_row(row.into_row())
    }

    /// Adds a row, and puts it into the lists of what it belongs to.
    #[inline]
    pub(super) fn insert_row<M: Model>(&mut self, row: NewEntity<M>) -> Ref<M> {
        let handle = self.state.ensure::<M>().add(row);
        if M::HAS_RELATIONS {
            self.state.join(row_id(handle));
        }
        handle
    }

    /// Adds an entity to the unit of work again, after its INSERT was rolled back or after it was deleted before the
    /// INSERT. What it belongs to is added with it.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    /// - `Usage`: the entity is already in the unit of work.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.add(Post::builder().author_id(7).title("On tides"));
    /// assert!(session.commit().unwrap_err().is_foreign_key_violation());
    /// session.rollback()?;
    /// session[post].author_id = 1;
    /// session.add_again(post)?;
    /// sent.take();
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn add_again<M: Model>(&mut self, handle: Ref<M>) -> Result<()> {
        self.get_ref(handle)?;
        if self.state.ensure::<M>().add_again(handle) {
            if M::HAS_RELATIONS {
                self.state.rejoin(row_id(handle));
            }
            return Ok(());
        }
        Err(Error::with_message(
            ErrorKind::Usage,
            format!("this {} is already in the session", M::def().name),
        )
        .with_table(M::def().table)
        .with_hint(
            "use add_again only after the INSERT was rolled back, or after a delete before it",
        ))
    }

    /// Marks an entity for deletion: the next flush deletes its row. An entity that was never inserted leaves the
    /// unit of work. For a stale handle, the next flush returns `StaleHandle`.
    ///
    /// If a new entity with the same primary key was added, the flush sends one UPDATE instead of DELETE and INSERT, so
    /// that rows which refer to it live, whatever their ON DELETE. The UPDATE sets the values of the new entity and
    /// expects those of the deleted one, or its version, which continues. Columns that the new entity leaves to a server
    /// default keep their values. From then on the deleted entity is `Deleted`, as after a DELETE, and relations and lists
    /// lead to the new one; a rollback undoes that.
    ///
    /// What happens to the rows that reference it is declared by the models. With `on_delete = cascade` on their foreign
    /// key the database deletes them. With `#[orm(cascade = delete)]` on the `HasMany` or `HasOne` that references them the
    /// flush deletes them first, at any depth: those that are not loaded are read, by one SELECT a level for each 1,024
    /// rows. With `cascade = set_null` it sets their foreign keys to NULL first. Otherwise the database refuses the
    /// DELETE.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.get(Post, 1)?.expect("the row is there");
    /// sent.take();
    /// session.delete(post);
    /// session.commit()?;
    /// assert_eq!(sent.take_sql(), [r#"DELETE FROM "posts" WHERE "id" = ?"#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn delete<M: Model>(&mut self, handle: Ref<M>) {
        let arena: &mut dyn AnyArena = self.state.ensure::<M>();
        if arena.entity_state(handle.slot, handle.stamp).is_some() {
            if M::HAS_RELATIONS && arena.is_pending(handle.slot) {
                self.delete_pending(row_id(handle));
            } else {
                arena.delete(handle.slot);
            }
        } else {
            let fault = self.state.stale_handle(handle);
            self.state.faults.push(fault);
        }
    }

    /// Removes an entity from the session and returns it, with its unflushed changes. The row is not changed. Handles
    /// of the entity become stale.
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
    /// let post = session.add(Post::builder().author_id(1).title("On tides"));
    /// let post: Post = session.expunge(post)?;
    /// session.commit()?;
    /// assert_eq!(post.title, "On tides");
    /// assert!(sent.take_sql().is_empty()); // nothing was added
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn expunge<M: Model>(&mut self, handle: Ref<M>) -> Result<M> {
        if M::HAS_RELATIONS && self.entity_state(handle).is_ok() {
            self.state.leave_all_lists(row_id(handle));
        }
        let taken = self.state.ensure::<M>().expunge(handle);
        self.state.forget();
        taken.ok_or_else(|| self.state.stale_handle(handle))
    }

    /// Removes all entities from the session and discards their unflushed changes. All handles become stale. The
    /// transaction stays open.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// session.add(Post::builder().author_id(1).title("On tides"));
    /// session.clear();
    /// session.commit()?;
    /// assert!(sent.take_sql().is_empty()); // nothing was added
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn clear(&mut self) {
        self.state.forget();
        self.state.clear();
    }

    /// Runs `work` without autoflush: queries in it do not flush pending changes first.
    ///
    /// # Errors
    /// The error of `work`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// session.add(Post::builder().author_id(1).title("On tides"));
    /// let before = session.no_autoflush(|session| select(Post).count(session))?;
    /// assert_eq!(before, 1);
    /// assert_eq!(sent.take_sql(), [r#"SELECT COUNT(*) FROM "posts""#]);
    /// assert_eq!(select(Post).count(&mut session)?, 2);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#,
    ///         r#"SELECT COUNT(*) FROM "posts""#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn no_autoflush<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.settings.autoflush, false);
        let guard = Autoflush {
            session: self,
            before,
        };
        work(guard.session)
    }
}

/// Puts the setting back when dropped: closures may panic.
struct Autoflush<'s> {
    session: &'s mut Session,
    before: bool,
}

impl Drop for Autoflush<'_> {
    fn drop(&mut self) {
        self.session.settings.autoflush = self.before;
    }
}

/// The row of a handle.
pub(super) fn row_id<M: Model>(handle: Ref<M>) -> RowId {
    RowId {
        model: M::slot().index(),
        slot: handle.slot,
    }
}
