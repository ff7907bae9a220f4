//! [`Graph`]: entities with their relations, to be read without a session. [`Select::graph`] reads one on a connection,
//! [`Session::take`] makes one of what a session holds.
//!
//! The rows are taken in by `queries.rs`, as those of a session; `graph_chunks.rs` reads a graph for each chunk of a query. Nothing here writes.

use std::fmt;
use std::ops::Index;
use std::slice;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};

use super::queries::{Entities, take_all};
use super::{NPlusOne, Session};
use crate::engine::Connection;
use crate::mapping::{Entity, IntoKey, Model};
use crate::query::inferred::{CompiledSql, ReadStatement};
use crate::query::{Select, Selectable};
use crate::state::{Ref, State};

/// Owns entities and the relations that were loaded between them. It is read by handles, as a session is, and has neither a
/// connection nor changes: a value to return, to keep, or to send to another thread. Entities that were expired in their
/// session can be read, with the values that they had.
///
/// `R` is the type of a row of the query: `Ref<User>` of `select(User)`.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// # let (engine, sent) = database()?;
/// # let mut conn = engine.connection()?;
/// let users = select(User).with(User.posts).graph(&mut conn)?;
/// for user in &users {
///     for post in users[*user].posts.get()? {
///         assert_eq!(users[post].title, "On engines");
///     }
/// }
/// # Ok::<(), orm::Error>(())
/// ```
pub struct Graph<R = ()> {
    rows: Vec<R>,
    state: State,
}

impl<S: Selectable> Select<S> {
    /// Returns all rows with their entities and the relations that [`with`](Select::with) names, without a session, for reading.
    /// An entity that several rows have is stored once.
    ///
    /// Several statements run as those of a session's query do: if no transaction is open, SQLite, MariaDB and MySQL run them
    /// in one that only reads.
    ///
    /// # Errors
    /// As [`Select::all`] and [`Session::load`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let users = select(User).with(User.posts).graph(&mut conn)?;
    /// let posts = users[users.rows()[0]].posts.get()?;
    /// assert_eq!(users[posts[0]].title, "On engines");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN",
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users""#,
    ///         r#"SELECT "id", "author_id", "title" FROM "posts" WHERE "author_id" = ?"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn graph(&self, connection: &mut Connection) -> Result<Graph<S::Output<Session>>> {
        let mut rows = Vec::new();
        let mut each = |row: &dyn Row, sink: &mut Entities<'_>| {
            rows.push(S::decode::<Session>(row, 0, sink)?);
            Ok(())
        };
        let state = read_graph(connection, &self.all_rows(), &mut each)?;
        Ok(Graph { rows, state })
    }
}

/// Reads the entities of a query and its relations.
///
/// # Errors
/// As [`Select::graph`].
pub(super) fn read_graph(
    connection: &mut Connection,
    statement: &impl ReadStatement,
    each: &mut impl FnMut(&dyn Row, &mut Entities<'_>) -> Result<()>,
) -> Result<State> {
    let mut state = State::new();
    connection.allow(statement.access(), false)?;
    let (mut place, mut compiled) = (None, CompiledSql::default());
    connection.compile(statement, (&mut place, &mut compiled))?;
    let taken = (each, NPlusOne::Ignore, &mut None);
    take_all(connection, &mut state, (statement, compiled), taken)?;
    Ok(state)
}

impl Session {
    /// Takes all entities out of the session: a [`Graph`] that owns them, with the relations that are loaded. Their handles are
    /// handles of the graph from then on, and stale ones of the session, which is empty.
    ///
    /// # Errors
    /// - `Usage`: a transaction is open, changes are not flushed, or a closure of [`chunks`](crate::Select::chunks) is running.
    ///   Nothing is taken then.
    /// - The error of an earlier call that returns nothing, such as `delete` of a stale handle.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Graph;
    ///
    /// fn author(engine: &Engine, id: i64) -> orm::Result<(Graph, Ref<User>)> {
    ///     let mut session = Session::new(engine);
    ///     let author = session.get_one(User, id)?;
    ///     session.load(author, User.posts)?;
    ///     Ok((session.take()?, author))
    /// }
    /// let (graph, ada) = author(&engine, 1)?;
    /// assert_eq!(graph[graph[ada].posts.get()?[0]].title, "On engines");
    /// # assert_eq!(sent.take_sql().len(), 2);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn take(&mut self) -> Result<Graph> {
        if !self.state.faults.is_empty() {
            return Err(self.state.faults.remove(0));
        }
        let refused = if self.has_pending_work() {
            "changes are not flushed"
        } else if self.state.is_in_chunks() {
            "a query is read in chunks"
        } else if self.connection.is_some() {
            "a transaction is open"
        } else {
            let state = std::mem::replace(&mut self.state, State::new());
            let rows = Vec::new();
            return Ok(Graph { rows, state });
        };
        let message = format!("entities are not taken out of the session: {refused}");
        Err(Error::with_message(ErrorKind::Usage, message)
            .with_hint("call commit() or rollback() first, and take() outside of chunks()"))
    }
}

impl<R> Graph<R> {
    pub(super) fn of(rows: Vec<R>, state: State) -> Self {
        Self { rows, state }
    }

    /// Returns the rows of the query, in their order. A graph that was taken out of a session has none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let pairs = select((Post, User.name)).join(User).graph(&mut conn)?;
    /// let (post, author) = &pairs.rows()[0];
    /// assert_eq!((pairs[*post].title.as_str(), author.as_str()), ("On engines", "ada"));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// Iterates over the rows of the query.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let users = select(User).graph(&mut conn)?;
    /// let names: Vec<&str> = users.iter().map(|user| users[*user].name.as_str()).collect();
    /// assert_eq!(names, ["ada"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn iter(&self) -> slice::Iter<'_, R> {
        self.rows.iter()
    }

    /// Returns the entity of a handle.
    ///
    /// # Errors
    /// - `StaleHandle`: the handle belongs to a session or to another graph.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let users = select(User).graph(&mut conn)?;
    /// assert_eq!(users.get_ref(users.rows()[0])?.name, "ada");
    /// let others = select(User).graph(&mut conn)?;
    /// assert!(users.get_ref(others.rows()[0]).unwrap_err().is_stale_handle());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn get_ref<M: Model>(&self, handle: Ref<M>) -> Result<&M> {
        self.entity(handle)
            .ok_or_else(|| self.state.unreadable(handle))
    }

    /// Returns the handle of the entity with a primary key, if it is here.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let users = select(User).graph(&mut conn)?;
    /// assert_eq!(users.find(User, 1), Some(users.rows()[0]));
    /// assert_eq!(users.find(User, 2), None);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn find<E: Entity>(
        &self,
        _entity: E,
        key: impl IntoKey<<E::Model as Model>::Key>,
    ) -> Option<Ref<E::Model>> {
        self.state.arena::<E::Model>()?.find(&key.into_key())
    }

    fn entity<M: Model>(&self, handle: Ref<M>) -> Option<&M> {
        self.state.arena::<M>()?.readable(handle, false)
    }

    /// What serde reads.
    #[cfg(feature = "serde")]
    pub(super) fn state(&self) -> &State {
        &self.state
    }
}

/// # Panics
/// If the handle belongs to a session or to another graph. [`Graph::get_ref`] returns an error instead.
impl<M: Model, R> Index<Ref<M>> for Graph<R> {
    type Output = M;

    fn index(&self, handle: Ref<M>) -> &M {
        match self.entity(handle) {
            Some(entity) => entity,
            None => panic!("{}", self.state.unreadable(handle)),
        }
    }
}

impl<'g, R> IntoIterator for &'g Graph<R> {
    type Item = &'g R;
    type IntoIter = slice::Iter<'g, R>;

    fn into_iter(self) -> slice::Iter<'g, R> {
        self.rows.iter()
    }
}

// Entities may hold secrets, and need no Debug.
impl<R> fmt::Debug for Graph<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph")
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}
