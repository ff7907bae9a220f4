//! [`Select`]: building a query. Running it is in `fetch.rs`.

use std::fmt;
use std::marker::PhantomData;

use orm_core::error::Result;
use orm_core::sql::Dialect;
use orm_core::stmt::{JoinKind, Limit, Lock, LockStrength};

use super::join::{JoinTarget, Joined};
use super::query_state::QueryState;
use super::selectable::Selectable;
use crate::mapping::Entity;
use crate::query::compile::verb::Verb;
use crate::query::expressions::order::{GroupList, OrderList};
use crate::query::expressions::predicate::Condition;
use crate::query::expressions::table_ref::TableRef;

/// A query that yields `S`. It is a value: it borrows nothing, can be kept, cloned, sent to another
/// thread, built in loops and conditions without its type changing, and run any number of times.
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
/// fn users(named: Option<&str>) -> orm::Result<String> {
///     let mut query = select(User).order_by(User.id.asc());
///     if let Some(name) = named {
///         query = query.filter(User.name.eq(name));
///     }
///     query.to_sql(&orm::sqlite::SqliteDialect)
/// }
/// assert_eq!(users(None)?, r#"SELECT "id", "name" FROM "users" ORDER BY "id" ASC"#);
/// # Ok::<(), orm::Error>(())
/// ```
///
/// What can't be checked while building (a join without a foreign key, a column of a table that isn't
/// joined) is an error of the first call that returns a `Result`, before anything is sent.
#[must_use = "a query does nothing until one of its verbs is called: all, first, one, count, exists…"]
pub struct Select<S> {
    pub(in crate::query) query: QueryState,
    marker: PhantomData<fn() -> S>,
}

/// A query of `selected`: a model's value such as `User`, a column, an expression, or a tuple of up to
/// eight of these. It selects from the table of the first of them; see [`Select::from`].
// The compiler shows the line where several arguments are given.
#[rustfmt::skip]
pub fn select<S: Selectable>(selected: S) -> Select<S> { // several in a tuple: select((User.id, User.name))
    Select {
        query: QueryState::of(selected),
        marker: PhantomData,
    }
}

impl<S> Select<S> {
    /// Selects from this table first, whatever is selected: `select(count_all()).from(User)`. Comes
    /// before the joins.
    pub fn from<E: Entity>(mut self, entity: E) -> Self {
        self.query.set_root(TableRef::of(&entity));
        self
    }

    /// Adds a condition that must hold as well.
    pub fn filter<C: Condition>(mut self, condition: C) -> Self {
        self.query
            .edit_select()
            .filter
            .push(condition.into_predicate().into_ast());
        self
    }

    /// Joins a table by the foreign key between it and a table that the query has; rows without a
    /// match drop out.
    pub fn join<J: JoinTarget>(mut self, target: J) -> Self {
        let joined = target.resolve(&self.query.sources);
        self.query.join(JoinKind::Inner, joined);
        self
    }

    /// Joins a table on a condition; rows without a match drop out.
    pub fn join_on<E: Entity, C: Condition>(mut self, entity: E, on: C) -> Self {
        let joined = Joined {
            origin: TableRef::of(&entity),
            on: on.into_predicate().into_ast(),
        };
        self.query.join(JoinKind::Inner, Ok(joined));
        self
    }

    /// Joins a table by the foreign key between it and a table that the query has; rows without a
    /// match stay. Select what comes from it as [`optional`](crate::query::optional()).
    pub fn left_join<J: JoinTarget>(mut self, target: J) -> Self {
        let joined = target.resolve(&self.query.sources);
        self.query.join(JoinKind::Left, joined);
        self
    }

    /// Joins a table on a condition; rows without a match stay.
    pub fn left_join_on<E: Entity, C: Condition>(mut self, entity: E, on: C) -> Self {
        let joined = Joined {
            origin: TableRef::of(&entity),
            on: on.into_predicate().into_ast(),
        };
        self.query.join(JoinKind::Left, Ok(joined));
        self
    }

    /// Makes one row of all that have the same values here. A model's value stands for its primary key.
    /// What is selected beside aggregates must be among them, or a column of a table whose key is.
    // As of `select`.
    #[rustfmt::skip]
    pub fn group_by<G: GroupList>(mut self, groups: G) -> Self { // several in a tuple: group_by((User.id, User.name))
        groups.add_to(&mut self.query.edit_select().group_by);
        self
    }

    /// Adds a condition on groups, usually with aggregates.
    pub fn having<C: Condition>(mut self, condition: C) -> Self {
        self.query
            .edit_select()
            .having
            .push(condition.into_predicate().into_ast());
        self
    }

    /// Adds to the order of the rows.
    // As of `select`.
    #[rustfmt::skip]
    pub fn order_by<O: OrderList>(mut self, orders: O) -> Self { // several in a tuple: order_by((User.id, User.name))
        orders.add_to(&mut self.query.edit().order_by);
        self
    }

    /// Yields at most this many rows.
    pub fn limit(mut self, rows: u64) -> Self {
        self.query.edit().limit = Some(Limit::Rows(rows));
        self
    }

    /// Passes over this many rows.
    pub fn offset(mut self, rows: u64) -> Self {
        self.query.edit().offset = Some(rows);
        self
    }

    /// Drops duplicate rows. What the query orders by must be selected.
    pub fn distinct(mut self) -> Self {
        self.query.edit_select().distinct = true;
        self
    }

    /// Locks the rows that the query reads until the transaction ends: `FOR UPDATE`. On a session the transaction
    /// begins if it isn't open, pending changes are flushed, and entities take the values of the locked rows. On a
    /// connection there must be one. SQLite, which locks the whole database, begins a writing transaction instead.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "jobs")]
    /// # struct Job { #[orm(primary_key)] id: i64, done: bool }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((Job,)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// let next = select(Job).filter(Job.done.eq(false)).order_by(Job.id.asc()).for_update();
    /// // SELECT "id", "done" FROM "jobs" WHERE "done" = $1 ORDER BY "id" ASC LIMIT 1 FOR UPDATE
    /// if let Some(job) = next.first(&mut session)? {
    ///     session[job].done = true;
    /// }
    /// session.commit()?;
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn for_update(mut self) -> Self {
        self.query.edit().locks = vec![Lock::new(LockStrength::Update)];
        self
    }

    /// The SQL text of the query in a dialect, with placeholders instead of values. Needs no
    /// connection.
    ///
    /// # Errors
    /// `Usage` for an error of the query, `Unsupported` for what the dialect has no words for.
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        self.query.text(Verb::All, dialect)
    }
}

impl<S> Clone for Select<S> {
    fn clone(&self) -> Self {
        Self {
            query: self.query.clone(),
            marker: PhantomData,
        }
    }
}

impl<S> fmt::Debug for Select<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Select").field(&self.query.ast).finish()
    }
}
