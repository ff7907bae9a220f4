//! Calls the hooks of a session, and refuses what they must not do.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use orm_core::error::{Error, ErrorKind, Result};

use super::lists::{Callback, Fallible, HookLists, Infallible, Inside, WrittenRow};
use crate::flush::{self, HookedRow, Plan};
use crate::session::Session;
use crate::state::AnyArena;

/// How often a commit flushes while hooks leave changes.
const ROUNDS: usize = 100;

/// Says that a hook is running, until it is dropped: hooks may panic.
struct Running<'s> {
    session: &'s mut Session,
    /// Whether the statements were sent that a failure would have to take back.
    is_sent: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // A hook may have replaced the session by another one, which has none.
        if let Some(attached) = &mut self.session.hooks {
            attached.inside = Inside::No;
            attached.failed |= self.is_sent;
        }
        self.session.lost |= self.is_sent;
    }
}

impl Session {
    /// Whether a hook of the session is running.
    #[inline]
    pub(in crate::session) fn is_in_hook(&self) -> bool {
        let attached = self.hooks.as_ref();
        attached.is_some_and(|attached| attached.inside != Inside::No)
    }

    /// # Errors
    /// `Usage` within a hook.
    pub(in crate::session) fn outside_hook(&self, what: &str) -> Result<()> {
        if self.is_in_hook() {
            return Err(inside_hook(what));
        }
        Ok(())
    }

    /// # Errors
    /// `Usage` within a hook that is called when the transaction has ended.
    pub(in crate::session) fn may_begin(&self) -> Result<()> {
        match &self.hooks {
            Some(attached) if attached.inside == Inside::End => {
                Err(inside_hook("begin a transaction"))
            }
            _ => Ok(()),
        }
    }

    fn run_hooks(&mut self, inside: Inside, is_sent: bool) -> Running<'_> {
        if let Some(attached) = &mut self.hooks {
            attached.inside = inside;
        }
        Running {
            session: self,
            is_sent,
        }
    }

    /// Calls hooks until one fails.
    fn call(&mut self, of: fn(&HookLists<Self>) -> &[Fallible<Self>], is_sent: bool) -> Result<()> {
        let Some(attached) = &self.hooks else {
            return Ok(());
        };
        let hooks = Arc::clone(&attached.hooks);
        if of(&hooks).is_empty() {
            return Ok(());
        }
        let mut running = self.run_hooks(Inside::Work, is_sent);
        for hook in of(&hooks) {
            hook(running.session)?;
        }
        running.is_sent = false;
        Ok(())
    }

    /// Calls the hooks before a flush that has something to write.
    pub(in crate::session) fn before_flush(&mut self) -> Result<()> {
        if self.hooks.is_some() && self.state.has_changes() {
            self.call(|hooks| &hooks.before_flush, false)?;
        }
        Ok(())
    }

    /// Calls the hooks at the begin of a commit.
    pub(in crate::session) fn before_commit(&mut self) -> Result<()> {
        self.call(|hooks| &hooks.before_commit, false)
    }

    /// Notes the rows of the planned flush that hooks are called for afterwards.
    pub(in crate::session) fn note_rows(&mut self) {
        let Some(attached) = &mut self.hooks else {
            return;
        };
        attached.rows.clear();
        if attached.hooks.after_rows.is_empty() {
            return;
        }
        let hooks = &attached.hooks.after_rows;
        let has_hooks = |arena: &dyn AnyArena| hooks.iter().any(|hook| hook.model == arena.model());
        for row in flush::hooked_rows(&self.state, has_hooks) {
            let mut meant = hooks
                .iter()
                .filter(|hook| (hook.model, hook.verb) == (row.row.model, row.verb));
            if let (Some(hook), Some(arena)) = (meant.next(), self.state.by_model(row.row.model)) {
                let stored = (hook.copy)(arena, row.row.slot);
                attached.rows.push(WrittenRow(row, stored));
            }
        }
    }

    /// Whether hooks are called between the statements of the planned flush and COMMIT.
    pub(in crate::session) fn awaits_hooks(&self) -> bool {
        let attached = self.hooks.as_ref();
        attached.is_some_and(|attached| {
            !attached.rows.is_empty() || !attached.hooks.after_flush.is_empty()
        })
    }

    /// Calls the hooks after the statements of a flush. If one fails, the transaction can only be rolled back.
    pub(in crate::session) fn after_flush(&mut self) -> Result<()> {
        let Some(attached) = &mut self.hooks else {
            return Ok(());
        };
        let rows = std::mem::take(&mut attached.rows);
        let hooks = Arc::clone(&attached.hooks);
        let mut running = self.run_hooks(Inside::Work, !rows.is_empty());
        for WrittenRow(written, stored) in &rows {
            let HookedRow { row, handle, verb } = *written;
            for hook in &hooks.after_rows {
                let state = &running.session.state;
                let arena = state.by_model(row.model);
                // The hook of another row may have expunged it.
                let is_here = arena.and_then(|arena| arena.entity_state(handle.slot, handle.stamp));
                if (hook.model, hook.verb) == (row.model, verb) && is_here.is_some() {
                    (hook.call)(running.session, handle, stored.as_ref())?;
                }
            }
        }
        running.is_sent = false;
        drop(running);
        self.call(|hooks| &hooks.after_flush, true)
    }

    /// Flushes what hooks have left after the flush of a commit.
    ///
    /// # Errors
    /// `Usage` if each flush leaves something again.
    pub(in crate::session) fn flush_again(&mut self, plan: &mut Plan) -> Result<()> {
        if self.hooks.is_none() {
            return Ok(());
        }
        for _ in 0..ROUNDS {
            if !self.state.has_changes() {
                return Ok(());
            }
            self.plan_flush(plan)?;
            self.write(plan)?;
        }
        let message =
            format!("a commit has flushed {ROUNDS} times, and hooks have left changes each time");
        Err(Error::with_message(ErrorKind::Usage, message)
            .with_hint("let after_flush and after_insert change entities only until they are as they should be"))
    }

    /// The rollback to a savepoint has undone the flush whose hook failed.
    pub(in crate::session) fn forget_failed_hook(&mut self) {
        if let Some(attached) = &mut self.hooks
            && std::mem::take(&mut attached.failed)
        {
            self.lost = false;
        }
    }

    /// The transaction is stored: calls the hooks, then the callbacks.
    #[inline]
    pub(in crate::session) fn committed(&mut self) {
        if let Some(attached) = &mut self.hooks {
            let callbacks = std::mem::take(&mut attached.callbacks);
            self.call_at_end(|hooks| &hooks.after_commit, callbacks);
        }
    }

    /// The transaction is undone: drops the callbacks and calls the hooks.
    #[inline]
    pub(in crate::session) fn rolled_back(&mut self) {
        if let Some(attached) = &mut self.hooks {
            attached.callbacks.clear();
            attached.failed = false;
            self.call_at_end(|hooks| &hooks.after_rollback, Vec::new());
        }
    }

    /// Calls what is called when the transaction has ended: each, and the first panic is passed on afterwards.
    #[cold]
    fn call_at_end(
        &mut self,
        of: fn(&HookLists<Self>) -> &[Infallible<Self>],
        callbacks: Vec<Callback>,
    ) {
        let Some(attached) = &self.hooks else {
            return;
        };
        let hooks = Arc::clone(&attached.hooks);
        let running = self.run_hooks(Inside::End, false);
        let mut panics = Panics::default();
        for hook in of(&hooks) {
            panics.catch(|| hook(running.session));
        }
        for callback in callbacks {
            panics.catch(callback);
        }
        drop(running);
        panics.resume();
    }
}

/// The first panic of several calls.
#[derive(Default)]
struct Panics(Option<Box<dyn Any + Send>>);

impl Panics {
    fn catch(&mut self, call: impl FnOnce()) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(call)) {
            self.0.get_or_insert(panic);
        }
    }

    fn resume(self) {
        if let Some(panic) = self.0 {
            resume_unwind(panic);
        }
    }
}

#[cold]
fn inside_hook(what: &str) -> Error {
    Error::with_message(ErrorKind::Usage, format!("can't {what} inside a hook of the session"))
        .with_hint("change entities in before_flush or before_commit, which are written by the flush that follows; or use a session of its own")
}
