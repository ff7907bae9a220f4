//! [`SessionHooks`]: closures of an application that a session calls when it flushes, commits and rolls back.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use orm_core::error::Result;

use super::lists::{AfterRows, HookLists, Stored};
use crate::engine::EngineOptions;
use crate::mapping::{Entity, Model, RawRef};
use crate::query::inferred::DmlKind;
use crate::session::Session;
use crate::state::{AnyArena, Arena, Ref};

/// Holds what an application does when its sessions write: closures that get the session. They may own what they need,
/// such as a queue of messages. [`EngineOptions::session_hooks`] sets them for all sessions of an engine,
/// [`Session::add_hooks`] for one.
///
/// A flush calls, in this order: `before_flush`; the [`Hooks`](crate::Hooks) of its entities; after its statements
/// `after_insert`, `after_update` and `after_delete` for each entity; `after_flush`. A commit calls `before_commit`,
/// flushes, and flushes again while hooks have left changes, at most 100 times; after COMMIT it calls `after_commit`, and
/// then the callbacks of [`Session::on_commit`]. Hooks of one kind are called in the order in which they were added.
///
/// Within a hook, queries do not flush first. `flush`, `commit`, `rollback` and `savepoint` return `Usage`. In
/// `after_commit` and `after_rollback` no transaction is open, and none can be begun.
///
/// - An error of `before_flush` or `before_commit` stops the flush or commit: nothing is sent, and all changes stay
///   pending.
/// - An error of a hook after the statements leaves them sent. The transaction can only be rolled back then, or, in
///   [`Session::savepoint`], the savepoint.
/// - After a panic, the session can be used and rolled back likewise.
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(Model)]
/// #[orm(table = "users")]
/// struct User {
///     #[orm(primary_key)]
///     id: i64,
///     name: String,
/// }
///
/// #[derive(Model)]
/// #[orm(table = "audit")]
/// struct Audit {
///     #[orm(primary_key)]
///     id: i64,
///     text: String,
/// }
///
/// let hooks = SessionHooks::new().before_flush(|session| {
///     for user in session.added(User) {
///         let text = format!("new user {}", session[user].name);
///         session.add(Audit::builder().text(text));
///     }
///     Ok(())
/// });
/// let engine = Engine::options("sqlite://").session_hooks(hooks).connect()?;
/// Metadata::of((User, Audit)).create_all(&engine)?;
/// engine.transaction(|session| {
///     session.add(User::builder().name("ada"));
///     Ok(())
/// })?; // INSERT INTO "audit" …; INSERT INTO "users" …
/// assert_eq!(select(Audit.text).one(&mut engine.connection()?)?, "new user ada");
/// # Ok::<(), orm::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct SessionHooks(pub(super) HookLists<Session>);

impl fmt::Debug for SessionHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionHooks")
            .field("before_flush", &self.0.before_flush.len())
            .field("after_flush", &self.0.after_flush.len())
            .field("before_commit", &self.0.before_commit.len())
            .field("after_commit", &self.0.after_commit.len())
            .field("after_rollback", &self.0.after_rollback.len())
            .field("after_rows", &self.0.after_rows.len())
            .finish()
    }
}

impl SessionHooks {
    /// Returns a list without hooks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a hook that runs before each flush that has changes to write. It may add, change and delete entities, which
    /// the same flush writes: [`Session::added`], [`Session::changed`] and [`Session::deleting`] return those that it
    /// has now.
    pub fn before_flush(
        mut self,
        hook: impl Fn(&mut Session) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.0.before_flush.push(Arc::new(hook));
        self
    }

    /// Adds a hook that runs after the statements of each flush, in its transaction. What it changes is written by the next
    /// flush; a commit flushes again for it.
    pub fn after_flush(
        mut self,
        hook: impl Fn(&mut Session) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.0.after_flush.push(Arc::new(hook));
        self
    }

    /// Adds a hook that runs at the begin of each commit, before its flush.
    pub fn before_commit(
        mut self,
        hook: impl Fn(&mut Session) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.0.before_commit.push(Arc::new(hook));
        self
    }

    /// Adds a hook that runs after each successful commit, including one that had nothing to write.
    pub fn after_commit(mut self, hook: impl Fn(&mut Session) + Send + Sync + 'static) -> Self {
        self.0.after_commit.push(Arc::new(hook));
        self
    }

    /// Adds a hook that runs after each [`Session::rollback`], including that of a failed
    /// [`Engine::transaction`](crate::Engine::transaction). The rollback of a savepoint, or of a failed flush, calls
    /// none.
    pub fn after_rollback(mut self, hook: impl Fn(&mut Session) + Send + Sync + 'static) -> Self {
        self.0.after_rollback.push(Arc::new(hook));
        self
    }

    /// Adds a hook that runs after the INSERT of each entity of a model, in its transaction. Its key is known.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, email: String }
    /// let (outbox, inbox) = std::sync::mpsc::channel();
    /// let hooks = SessionHooks::new().after_insert(User, move |session, user| {
    ///     let (outbox, email) = (outbox.clone(), session[user].email.clone());
    ///     session.on_commit(move || drop(outbox.send(email)));
    ///     Ok(())
    /// });
    /// let engine = Engine::options("sqlite://").session_hooks(hooks).connect()?;
    /// # Metadata::of((User,)).create_all(&engine)?;
    /// engine.transaction(|session| {
    ///     session.add(User::builder().email("ada@example.com"));
    ///     Ok(())
    /// })?;
    /// assert_eq!(inbox.try_recv().as_deref(), Ok("ada@example.com"));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn after_insert<E: Entity>(
        self,
        entity: E,
        hook: impl Fn(&mut Session, Ref<E::Model>) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let _ = entity;
        self.after::<E::Model>(
            DmlKind::Insert,
            |_, _| None,
            move |session, row, _| hook(session, row),
        )
    }

    /// Adds a hook that runs after the UPDATE of each entity of a model, in its transaction. It gets the values that the
    /// database had before, too.
    pub fn after_update<E: Entity>(
        self,
        entity: E,
        hook: impl Fn(&mut Session, Ref<E::Model>, &E::Model) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let _ = entity;
        let call = move |session: &mut Session, row, stored: Option<&Stored>| match stored
            .and_then(|stored| stored.downcast_ref::<E::Model>())
        {
            Some(stored) => hook(session, row, stored),
            None => Ok(()),
        };
        self.after::<E::Model>(DmlKind::Update, copy::<E::Model>, call)
    }

    /// Adds a hook that runs after the DELETE of each entity of a model, in its transaction. The entity can be read until
    /// the transaction ends. Rows that the database deletes by ON DELETE call none.
    pub fn after_delete<E: Entity>(
        self,
        entity: E,
        hook: impl Fn(&mut Session, Ref<E::Model>) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let _ = entity;
        self.after::<E::Model>(
            DmlKind::Delete,
            |_, _| None,
            move |session, row, _| hook(session, row),
        )
    }

    fn after<M: Model>(
        mut self,
        verb: DmlKind,
        copy: fn(&dyn AnyArena, u32) -> Option<Stored>,
        hook: impl Fn(&mut Session, Ref<M>, Option<&Stored>) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let call = move |session: &mut Session,
                         RawRef { slot, stamp }: RawRef,
                         stored: Option<&Stored>| {
            hook(session, Ref::new(slot, stamp), stored)
        };
        self.0.after_rows.push(AfterRows {
            model: M::slot().index(),
            verb,
            copy,
            call: Arc::new(call),
        });
        self
    }
}

fn copy<M: Model>(arena: &dyn AnyArena, slot: u32) -> Option<Stored> {
    let arena: &dyn Any = arena;
    let copy = arena.downcast_ref::<Arena<M>>()?.stored_copy(slot)?;
    Some(Box::new(copy))
}

impl EngineOptions {
    /// Sets the hooks of all sessions of the engine, those of [`Engine::transaction`](crate::Engine::transaction)
    /// included. Hooks that were set before stay.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::SessionHooks;
    ///
    /// let hooks = SessionHooks::new().after_commit(|_| println!("stored"));
    /// let engine = Engine::options("sqlite://").session_hooks(hooks).connect()?;
    /// engine.transaction(|session| select(User).count(session).or(Ok(0)))?; // prints "stored"
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn session_hooks(mut self, hooks: SessionHooks) -> Self {
        let before = self.session_hooks.take();
        let before = before.and_then(|before| before.downcast::<HookLists<Session>>().ok());
        let mut all = before.map(Arc::unwrap_or_clone).unwrap_or_default();
        all.extend(hooks.0);
        self.session_hooks = Some(Arc::new(all));
        self
    }
}
