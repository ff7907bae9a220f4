//! [`HookLists`]: the hooks of sessions as data, and [`Attached`], what a session with hooks has. Neither names the session:
//! `S` is its type, which holds them.

use std::any::Any;
use std::sync::Arc;

use orm_core::error::Result;

use crate::engine::Engine;
use crate::flush::HookedRow;
use crate::mapping::RawRef;
use crate::query::inferred::DmlKind;
use crate::state::AnyArena;

/// A hook that may fail.
pub(super) type Fallible<S> = Arc<dyn Fn(&mut S) -> Result<()> + Send + Sync>;

/// A hook that comes too late to fail.
pub(super) type Infallible<S> = Arc<dyn Fn(&mut S) + Send + Sync>;

/// The values that the database had of an entity before the flush.
pub(super) type Stored = Box<dyn Any + Send>;

/// A hook of a row.
pub(super) type AfterRow<S> =
    Arc<dyn Fn(&mut S, RawRef, Option<&Stored>) -> Result<()> + Send + Sync>;

/// Runs once, after COMMIT.
pub(super) type Callback = Box<dyn FnOnce() + Send>;

/// The hooks, in the order in which they were added.
pub(super) struct HookLists<S> {
    pub(super) before_flush: Vec<Fallible<S>>,
    pub(super) after_flush: Vec<Fallible<S>>,
    pub(super) before_commit: Vec<Fallible<S>>,
    pub(super) after_commit: Vec<Infallible<S>>,
    pub(super) after_rollback: Vec<Infallible<S>>,
    pub(super) after_rows: Vec<AfterRows<S>>,
}

/// What is called after the statements about entities of one model.
pub(super) struct AfterRows<S> {
    pub(super) model: usize,
    pub(super) verb: DmlKind,
    /// Copies what the hook gets of an entity before the flush.
    pub(super) copy: fn(&dyn AnyArena, u32) -> Option<Stored>,
    pub(super) call: AfterRow<S>,
}

// A derive would ask the same of the session.
impl<S> Clone for AfterRows<S> {
    fn clone(&self) -> Self {
        Self {
            model: self.model,
            verb: self.verb,
            copy: self.copy,
            call: Arc::clone(&self.call),
        }
    }
}

impl<S> Clone for HookLists<S> {
    fn clone(&self) -> Self {
        Self {
            before_flush: self.before_flush.clone(),
            after_flush: self.after_flush.clone(),
            before_commit: self.before_commit.clone(),
            after_commit: self.after_commit.clone(),
            after_rollback: self.after_rollback.clone(),
            after_rows: self.after_rows.clone(),
        }
    }
}

impl<S> Default for HookLists<S> {
    fn default() -> Self {
        Self {
            before_flush: Vec::new(),
            after_flush: Vec::new(),
            before_commit: Vec::new(),
            after_commit: Vec::new(),
            after_rollback: Vec::new(),
            after_rows: Vec::new(),
        }
    }
}

impl<S> HookLists<S> {
    /// Adds the hooks of other lists behind its own.
    pub(super) fn extend(&mut self, other: Self) {
        // Each by its name, so that none is forgotten.
        let Self {
            before_flush,
            after_flush,
            before_commit,
            after_commit,
            after_rollback,
            after_rows,
        } = other;
        self.before_flush.extend(before_flush);
        self.after_flush.extend(after_flush);
        self.before_commit.extend(before_commit);
        self.after_commit.extend(after_commit);
        self.after_rollback.extend(after_rollback);
        self.after_rows.extend(after_rows);
    }
}

/// The hooks of a session, and what waits for its commit.
pub(in crate::session) struct Attached<S> {
    pub(super) hooks: Arc<HookLists<S>>,
    /// The rows that the planned flush writes and that hooks are called for afterwards.
    pub(super) rows: Vec<WrittenRow>,
    pub(super) callbacks: Vec<Callback>,
    pub(super) inside: Inside,
    /// Whether a hook has failed after the statements of its flush.
    pub(super) failed: bool,
}

/// Whether a hook is running.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Inside {
    #[default]
    No,
    /// One of a flush or a commit.
    Work,
    /// One that is called when the transaction has ended.
    End,
}

/// A row that the flush writes, and what the database had of it if a hook gets that.
pub(super) struct WrittenRow(pub(super) HookedRow, pub(super) Option<Stored>);

impl<S> Default for Attached<S> {
    fn default() -> Self {
        Self {
            hooks: Arc::default(),
            rows: Vec::new(),
            callbacks: Vec::new(),
            inside: Inside::No,
            failed: false,
        }
    }
}

impl<S: 'static> Attached<S> {
    /// What a new session of the engine begins with.
    pub(in crate::session) fn of(engine: &Engine) -> Option<Box<Self>> {
        let hooks = Arc::clone(engine.session_hooks()?);
        let hooks = hooks.downcast().ok()?;
        Some(Box::new(Self {
            hooks,
            ..Self::default()
        }))
    }
}
