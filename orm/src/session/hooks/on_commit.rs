//! Callbacks of one transaction, and how a session gets hooks.

use std::sync::Arc;

use super::SessionHooks;
use super::lists::Attached;
use crate::session::Session;

impl Session {
    /// Adds hooks to this session, behind those of its engine.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// use orm::SessionHooks;
    ///
    /// session.add_hooks(SessionHooks::new().before_commit(|session| {
    ///     for post in session.added(Post) {
    ///         session[post].title = session[post].title.trim().to_owned();
    ///     }
    ///     Ok(())
    /// }));
    /// let post = session.add(Post::builder().author_id(1).title(" On tides "));
    /// session.commit()?;
    /// assert_eq!(session[post].title, "On tides");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn add_hooks(&mut self, hooks: SessionHooks) {
        let attached: &mut Attached<Self> = self.hooks.get_or_insert_default();
        Arc::make_mut(&mut attached.hooks).extend(hooks.0);
    }

    /// Registers a callback that runs once, after the next successful commit of this session. Callbacks run in the order
    /// in which they were registered, after COMMIT and the hooks of `after_commit`.
    ///
    /// A rollback drops them; the rollback of a savepoint drops those that were registered in it. A failed flush or
    /// commit keeps them, until the transaction is committed or rolled back. Dropping the session drops them. A session
    /// without an open transaction waits, too: its transaction begins with its first write.
    ///
    /// If a callback panics, the others run nevertheless. The panic then comes out of `commit`, and the changes are
    /// stored.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let (outbox, inbox) = std::sync::mpsc::channel();
    /// session.add(Post::builder().author_id(1).title("On tides"));
    /// session.on_commit(move || drop(outbox.send("a post was written")));
    /// assert!(inbox.try_recv().is_err());
    /// session.commit()?;
    /// assert_eq!(inbox.try_recv(), Ok("a post was written"));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn on_commit(&mut self, callback: impl FnOnce() + Send + 'static) {
        let attached: &mut Attached<Self> = self.hooks.get_or_insert_default();
        attached.callbacks.push(Box::new(callback));
    }

    /// How many callbacks wait.
    pub(in crate::session) fn callbacks(&self) -> usize {
        let attached = self.hooks.as_ref();
        attached.map_or(0, |attached| attached.callbacks.len())
    }

    /// Drops the callbacks that were registered after there were that many.
    pub(in crate::session) fn drop_callbacks(&mut self, from: usize) {
        if let Some(attached) = &mut self.hooks {
            attached.callbacks.truncate(from);
        }
    }
}
