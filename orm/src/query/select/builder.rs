//! [`Select`]: building a query. Its locks are in `locks.rs`, running it is in `fetch.rs`.

use std::fmt;
use std::marker::PhantomData;

use orm_core::error::Result;
use orm_core::sql::Dialect;
use orm_core::stmt::{Expr, JoinKind, Limit};

use super::entity_selection::{EntitySelection, PathOf};
use super::join::{JoinOn, JoinTarget};
use super::polymorphic::not_with_subtypes;
use super::query_state::QueryState;
use super::selectable::Selectable;
use super::table_source::TableSource;
use crate::mapping::Strategy;
use crate::query::compile::verb::Verb;
use crate::query::expressions::order::{GroupList, OrderList};
use crate::query::expressions::predicate::{Condition, Predicate};

/// Represents a query that returns `S`. A query borrows nothing. It can be stored, cloned, sent to another thread and
/// executed any number of times, and its type stays the same when conditions are added.
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
    pub(in crate::query) query: Box<QueryState>,
    pub(super) marker: PhantomData<fn() -> S>,
}

/// Creates a query of `selected`: a model's value such as `User`, a column, an expression, or a tuple of up to eight
/// of these. FROM is the table of the first of them; see [`Select::from`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let query = select((User.name, Post.title)).join(Post);
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "users"."name", "posts"."title" FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
// The compiler shows the line where several arguments are given.
#[rustfmt::skip]
#[inline]
pub fn select<S: Selectable>(selected: S) -> Select<S> { // several in a tuple: select((User.id, User.name))
    Select {
        query: QueryState::of(selected),
        marker: PhantomData,
    }
}

impl<S> Select<S> {
    /// Sets the first table of FROM: `select(count_all()).from(User)`. Must be called before the joins.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let users = select(count_all()).from(User);
    /// assert_eq!(users.to_sql(&SqliteDialect)?, r#"SELECT COUNT(*) FROM "users""#);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn from<T: TableSource>(mut self, table: T) -> Self {
        self.query.set_from(table);
        self
    }

    /// Adds a condition to WHERE, combined with AND.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let adults = select(User.name).filter(User.active).filter(User.age.ge(18));
    /// assert_eq!(
    ///     adults.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE "active" = ? AND "age" >= ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn filter<C: Condition>(mut self, condition: C) -> Self {
        self.query.filter(condition.into_predicate().into_term());
        self
    }

    /// Adds a condition that no row fulfils, for a query that is built at run time and shall find nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let nothing = select(User.name).none();
    /// assert_eq!(nothing.to_sql(&SqliteDialect)?, r#"SELECT "name" FROM "users" WHERE 1 = 0"#);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn none(self) -> Self {
        self.filter(Predicate::any([] as [Predicate; 0]))
    }

    /// Adds an INNER JOIN on the foreign key between the table and a table of the query, or by a relation of one of its
    /// tables: `join(User.posts)`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let titles = select(Post.title).join(User).filter(User.name.eq("ada"));
    /// assert_eq!(
    ///     titles.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "posts"."title" FROM "posts" INNER JOIN "users" ON "posts"."author_id" = "users"."id" WHERE "users"."name" = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn join<J: JoinTarget>(mut self, target: J) -> Self {
        self.query
            .join(|sources| target.join(JoinKind::Inner, sources));
        self
    }

    /// Adds an INNER JOIN on a condition.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let own = select(Post.id).join_on(User, Post.title.eq(User.name));
    /// assert_eq!(
    ///     own.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "posts"."id" FROM "posts" INNER JOIN "users" ON "posts"."title" = "users"."name""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn join_on<T: TableSource, C: Condition>(mut self, table: T, on: C) -> Self {
        let on = JoinOn::of(on);
        self.query.join_source(JoinKind::Inner, table, on);
        self
    }

    /// Adds a LEFT JOIN on the foreign key between the table and a table of the query, or by a relation of one of its
    /// tables: `left_join(User.posts)`. Select what belongs to the table as [`optional`](crate::query::optional()).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let all = select((User.name, optional(Post.title))).left_join(Post);
    /// assert_eq!(
    ///     all.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "users"."name", "posts"."title" FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn left_join<J: JoinTarget>(mut self, target: J) -> Self {
        self.query
            .join(|sources| target.join(JoinKind::Left, sources));
        self
    }

    /// Adds a LEFT JOIN on a condition.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let all = select((User.id, optional(Post.id))).left_join_on(Post, Post.title.eq(User.name));
    /// assert_eq!(
    ///     all.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "users"."id", "posts"."id" FROM "users" LEFT JOIN "posts" ON "posts"."title" = "users"."name""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn left_join_on<T: TableSource, C: Condition>(mut self, table: T, on: C) -> Self {
        let on = JoinOn::of(on);
        self.query.join_source(JoinKind::Left, table, on);
        self
    }

    /// Adds to GROUP BY. A model's value groups by its primary key. Columns that are selected outside aggregates must
    /// be grouped, or belong to a table whose primary key is grouped.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let ages = select((User.age, count_all())).group_by(User.age);
    /// assert_eq!(
    ///     ages.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "age", COUNT(*) FROM "users" GROUP BY "age""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    // As of `select`.
    #[rustfmt::skip]
    pub fn group_by<G: GroupList>(mut self, groups: G) -> Self { // several in a tuple: group_by((User.id, User.name))
        groups.add_to(&mut self.query.clauses_mut().group_by);
        self
    }

    /// Adds a condition to HAVING, combined with AND.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let busy = select(Post.author_id).group_by(Post.author_id).having(count_all().gt(3));
    /// assert_eq!(
    ///     busy.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "author_id" FROM "posts" GROUP BY "author_id" HAVING COUNT(*) > ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn having<C: Condition>(mut self, condition: C) -> Self {
        let condition = condition.into_predicate().into_ast();
        self.query.clauses_mut().having.push(condition);
        self
    }

    /// Adds to ORDER BY.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let oldest = select(User.name).order_by((User.age.desc(), User.name));
    /// assert_eq!(
    ///     oldest.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "age" DESC, "name" ASC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    // As of `select`.
    #[rustfmt::skip]
    pub fn order_by<O: OrderList>(mut self, orders: O) -> Self { // several in a tuple: order_by((User.id, User.name))
        let clauses = self.query.clauses_mut();
        orders.add_to(&mut clauses.order_by);
        if let Some(compound) = &clauses.compound {
            compound.name_orders(&mut clauses.order_by);
        }
        // A value is no order, and MariaDB takes an integer among the binds for the number of a column.
        let orders = &mut clauses.order_by;
        orders.retain(|order| !matches!(order.expr, Expr::Value(_)));
        self
    }

    /// Sets LIMIT: the maximum number of rows.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let ten = select(User.name).order_by(User.name).limit(10);
    /// assert_eq!(
    ///     ten.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "name" ASC LIMIT ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn limit(mut self, rows: u64) -> Self {
        let clauses = self.query.clauses_mut();
        (clauses.limit, clauses.with_ties) = (Some(Limit::Rows(rows)), false);
        clauses.forget_limit_by();
        self
    }

    /// Sets OFFSET: the number of rows to skip.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let second_page = select(User.name).order_by(User.name).limit(10).offset(10);
    /// assert_eq!(
    ///     second_page.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "name" ASC LIMIT ? OFFSET ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn offset(mut self, rows: u64) -> Self {
        let clauses = self.query.clauses_mut();
        clauses.offset = Some(rows);
        clauses.forget_offset_by();
        self
    }

    /// Adds DISTINCT. ORDER BY expressions must be selected.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let ages = select(User.age).distinct();
    /// assert_eq!(ages.to_sql(&SqliteDialect)?, r#"SELECT DISTINCT "age" FROM "users""#);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn distinct(mut self) -> Self {
        self.query.clauses_mut().distinct = true;
        self
    }

    /// Returns the SQL text of the query for a dialect, with placeholders instead of values. Needs no connection.
    ///
    /// # Errors
    /// - `Usage`: the query is not valid.
    /// - `Unsupported`: the dialect does not support the query.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name).filter(User.id.eq(7));
    /// assert_eq!(query.to_sql(&PostgresDialect)?, r#"SELECT "name" FROM "users" WHERE "id" = $1"#);
    /// assert_eq!(query.to_sql(&MysqlDialect::MySql)?, "SELECT `name` FROM `users` WHERE `id` = ?");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        self.query.text(Verb::All, dialect)
    }

    /// Returns the SQL text with literals instead of binds, to read it or to paste it into a shell. It is not what is
    /// sent: values of a statement always are binds. The text contains the values, which may be secret.
    ///
    /// # Errors
    /// - As [`Select::to_sql`].
    /// - `Unsupported`: a value has no literal, such as NaN on MySQL.
    /// - `Usage`: a condition has a handle, whose key only the session has.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.eq("O'Brien")).limit(5);
    /// assert_eq!(
    ///     query.to_sql_with_literals(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" = 'O''Brien' LIMIT 5"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql_with_literals(&self, dialect: &dyn Dialect) -> Result<String> {
        self.query.text_with_literals(Verb::All, dialect)
    }
}

impl<S: EntitySelection> Select<S> {
    /// Loads a relation along with the entities: one more statement, however many entities there are, or one for each
    /// 1,024 of them. Relations of relations are loaded by [`then`](crate::Relation::then). What the session has loaded
    /// already and is fresh is not read again. A query of a model and its subtypes loads relations of each of these models.
    ///
    /// Queries with relations run on a session. If no transaction is open, SQLite, MariaDB and MySQL run the statements in
    /// one that only reads, so that all of them see one state of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let users = select(User).with(User.posts).all(&mut session)?;
    /// assert_eq!(session[users[0]].posts.get()?.len(), 1);
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
    pub fn with<P: PathOf<S>>(mut self, path: P) -> Self {
        let (model, path) = path.into_loads();
        match path.first() {
            Some(step) if !P::CAN_BE_JOINED && step.strategy != Strategy::SelectIn => {
                self.query.refuse(not_with_subtypes(step));
            }
            _ => self.query.load(model, path),
        }
        self
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
        f.debug_tuple("Select").field(&self.query.lower()).finish()
    }
}
