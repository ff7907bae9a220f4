//! [`Session`]: the identity map and unit of work of a program.
//!
//! One file for each group of methods; flush is in `flush.rs`, commit in `transaction.rs`. Entities and their changes are in
//! `state`, the statements of a flush in `flush`.

mod access;
mod apply;
mod cascades;
mod chunks;
mod closure;
mod closure_result;
mod criteria;
mod deferred;
mod expire;
mod flush;
mod get_or_create;
mod get_texts;
mod graph;
mod graph_chunks;
mod history;
mod hooks;
mod in_bulk;
#[cfg(feature = "serde")]
mod json;
mod keyed;
mod links;
mod loads;
mod many;
mod merge;
mod positions;
mod proxy;
mod queries;
mod read;
mod refresh;
mod relations;
#[cfg(feature = "serde")]
mod serialize;
#[cfg(feature = "serde")]
mod serialize_row;
mod set;
mod siblings;
mod transaction;
mod upsert;
mod watch;
mod write;

use std::cell::Cell;
use std::fmt;

use orm_core::error::ErrorKind;
use orm_core::sql::TransactionOptions;

use crate::engine::{Connection, Engine, Watching};
use crate::flush::Plan;
use crate::mapping::Criteria;
use crate::state::State;

use get_texts::GetTexts;
use hooks::Attached;
use siblings::Siblings;

pub use closure::Retry;
pub use closure_result::TransactionResult;
pub use graph::Graph;
pub use history::{Attribute, History};
pub use hooks::{HasHooks, HookTable, Hooks, Invalid, SessionHooks, prepare_insert};
#[cfg(feature = "serde")]
pub use json::Json;
pub use loads::LoadTarget;
pub use many::Handles;
pub use siblings::NPlusOne;

/// Represents a unit of work over one database. Entities that are loaded, added, changed or deleted through a session
/// are written together by `commit`.
///
/// The session owns its entities; a [`Ref`](crate::Ref) is a handle to one. `session[handle]` reads it,
/// `session[handle].field = …` changes it, and a flush writes exactly the changed columns. Each UPDATE matches the
/// old values of these columns, so that a change by another transaction is reported as
/// [`StaleData`](orm_core::error::ErrorKind::StaleData) and never overwritten.
///
/// Reads run outside a transaction, each on a connection that is returned to the pool at once. The transaction begins
/// with the first write, lock, savepoint or raw statement, or with [`Session::begin`]. With an isolation level or
/// read-only, it begins with the first statement of any kind. `commit` or `rollback` ends it. Loaded values stay
/// unchanged until then, or until [`Session::refresh`] or [`Session::expire_all`]. Dropping a session rolls back.
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
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((User,)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let user = session.add(User::builder().name("ada"));
/// session.commit()?; // INSERT INTO "users" ("name") VALUES (?)
/// session[user].name = "grace".into();
/// session.commit()?; // UPDATE "users" SET "name" = ? WHERE "id" = ? AND "name" IS ?
/// # Ok::<(), orm::Error>(())
/// ```
pub struct Session {
    engine: Engine,
    /// The connection of the open transaction.
    connection: Option<Connection>,
    /// The connection of a query outside a transaction, while that runs.
    pooled: Option<Connection>,
    state: State,
    /// What the last flush has written; the next one begins with it.
    plan: Option<Box<Plan>>,
    get_texts: GetTexts,
    options: TransactionOptions,
    settings: Settings,
    /// The conditions that its connections add to statements.
    criteria: Criteria,
    /// What may stop statements of its connections.
    watching: Option<Watching>,
    /// What the open transaction has done.
    work: Work,
    /// How many closures that are a transaction or a savepoint are running.
    depth: u32,
    /// The transaction ended outside the session: only `rollback` is allowed.
    lost: bool,
    /// Whether a verb has reported that the transaction ended outside the session.
    reported: Cell<bool>,
    /// Whether a COMMIT was sent of which it isn't known whether it was done.
    unknown: bool,
    /// Whether a row of the open transaction turned out to be stale.
    found_stale: bool,
    /// The kind of the error of the last verb, if it failed.
    last_error: Option<ErrorKind>,
    /// Which entities were read together.
    siblings: Siblings,
    /// Its hooks, and the callbacks that wait for its commit.
    hooks: Option<Box<Attached<Self>>>,
}

/// What a transaction has done that the rollback of a failed flush would undo.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    None,
    /// Queries, whose rows can be read again.
    Read,
    /// Anything else: writes, savepoints, raw SQL, which may hold locks.
    Done,
}

/// How a session behaves, as its user wants it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not states"
)]
struct Settings {
    /// Whether pending work is flushed before each query.
    autoflush: bool,
    /// Whether stale entities can't be read.
    expire_on_commit: bool,
    /// Whether an UPDATE matches the old values of the columns that it sets.
    optimistic: bool,
    /// Whether the transaction begins with the first statement of any kind.
    reads_in_transaction: bool,
    /// What is done about loads of one entity after the other.
    n_plus_one: NPlusOne,
}

impl Session {
    /// Creates a session over `engine`. Opens no connection.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let mut session = Session::new(&engine);
    /// assert!(session.get(User, 1)?.is_some());
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn new(engine: &Engine) -> Self {
        Self::with_options(engine, TransactionOptions::default())
    }

    /// Creates a session whose transactions begin with `options`. With an isolation level or read-only, all
    /// statements run in transactions, reads included.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let mut session = Session::with_options(&engine, TransactionOptions::new().read_only());
    /// select(User.id).all(&mut session)?;
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["PRAGMA query_only = TRUE", "BEGIN", r#"SELECT "id" FROM "users""#, "COMMIT", "PRAGMA query_only = FALSE"]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn with_options(engine: &Engine, options: TransactionOptions) -> Self {
        let options = engine.with_isolation(options);
        Self {
            engine: engine.clone(),
            connection: None,
            pooled: None,
            state: State::new(),
            plan: None,
            get_texts: GetTexts::default(),
            options,
            settings: Settings {
                autoflush: true,
                expire_on_commit: false,
                optimistic: true,
                reads_in_transaction: options.isolation.is_some() || options.read_only,
                n_plus_one: NPlusOne::default(),
            },
            criteria: engine.criteria().clone(),
            watching: engine.watching(),
            work: Work::None,
            depth: 0,
            lost: false,
            reported: Cell::new(false),
            unknown: false,
            found_stale: false,
            last_error: None,
            siblings: Siblings::default(),
            hooks: Attached::of(engine),
        }
    }

    /// Sets whether entities are expired by a commit, a rollback or [`Session::expire_all`]. Default: off. An expired
    /// entity can't be read or changed until `refresh`, `get` or a query has read it again. When this is off,
    /// entities stay readable, and the next UPDATE compares a changed entity with its row.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, name: String }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((User,)).create_all(&engine)?;
    /// let mut session = Session::new(&engine).expire_on_commit(true);
    /// let user = session.add(User::builder().name("ada"));
    /// session.commit()?;
    /// assert!(session.get_ref(user).is_err());
    /// session.refresh(user)?; // SELECT "id", "name" FROM "users" WHERE "id" = ?
    /// assert_eq!(session[user].name, "ada");
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[must_use]
    pub fn expire_on_commit(mut self, expire: bool) -> Self {
        self.settings.expire_on_commit = expire;
        self
    }

    /// Sets whether an UPDATE of an entity matches the old values of the changed columns. Default: on. A change by
    /// another transaction is then reported as `StaleData`. When this is off, the last writer wins. A version column
    /// is always matched.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, name: String }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((User,)).create_all(&engine)?;
    /// let mut session = Session::new(&engine).optimistic(false);
    /// let user = session.add(User::builder().name("ada"));
    /// session.commit()?;
    /// session[user].name = "grace".into();
    /// session.commit()?; // UPDATE "users" SET "name" = ? WHERE "id" = ?
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[must_use]
    pub fn optimistic(mut self, check: bool) -> Self {
        self.settings.optimistic = check;
        self.plan = None;
        self
    }

    /// Sets what is done when a relation is loaded entity by entity for more than five of the first 16 entities of a query:
    /// a warning by default. It names the query and the call that loads the relation for all of them. With
    /// [`NPlusOne::LoadAll`] the first load is for all of them.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::NPlusOne;
    ///
    /// let mut session = Session::new(&engine).n_plus_one(NPlusOne::Error);
    /// for user in select(User).all(&mut session)? {
    ///     session.load(user, User.posts)?; // an error for the sixth user
    /// }
    /// # assert_eq!(sent.take_sql().len(), 2);
    ///
    /// let mut session = Session::new(&engine).n_plus_one(NPlusOne::LoadAll);
    /// for user in select(User).all(&mut session)? {
    ///     session.load(user, User.posts)?; // one statement for all users
    /// }
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users""#,
    ///         r#"SELECT "id", "author_id", "title" FROM "posts" WHERE "author_id" = ?"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[must_use]
    pub fn n_plus_one(mut self, action: NPlusOne) -> Self {
        self.settings.n_plus_one = action;
        self
    }

    /// Returns the engine of the session.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let names: Vec<String> = select(User.name).all(&mut session.engine().connection()?)?;
    /// assert_eq!(names, ["ada"]);
    /// assert_eq!(sent.take_sql(), [r#"SELECT "name" FROM "users""#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns whether a flush would write anything: an entity was added, changed or deleted since the last flush.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// session.add(Post::builder().author_id(1).title("On tides"));
    /// assert!(session.has_pending_work());
    /// session.flush()?;
    /// assert!(!session.has_pending_work());
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN IMMEDIATE", r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn has_pending_work(&self) -> bool {
        self.state.has_changes()
    }

    /// Returns whether a transaction is open.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// session.begin()?;
    /// assert!(session.in_transaction());
    /// session.commit()?;
    /// assert!(!session.in_transaction());
    /// assert_eq!(sent.take_sql(), ["BEGIN IMMEDIATE", "COMMIT"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn in_transaction(&self) -> bool {
        self.connection.is_some()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("engine", &self.engine)
            .field("connection", &self.connection)
            .field("pending_work", &self.has_pending_work())
            .finish_non_exhaustive()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !std::thread::panicking() && self.has_pending_work() {
            tracing::warn!(
                target: "orm::session",
                "a session is dropped with unflushed changes, which are lost: call commit() or rollback()"
            );
        }
    }
}
