//! [`Upsert`]: an INSERT that updates the rows that are there, or leaves them as they are.
//!
//! The typed statement is here; `conflict.rs` makes its clause.

use std::fmt;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::Dialect;
use orm_core::stmt;

use super::assignment::Assignment;
use super::bulk::{first_statement, insert_with, is_one_statement};
use super::conflict::{Action, Clause, NEW, Target, check_rows, excluded};
use super::insert::Insert;
use super::returning::Returning;
use super::unique_key::{named_columns, unique_columns};
use super::values::{InsertRows, Run};
use crate::engine::Connection;
use crate::mapping::{Columns, Criteria, Entity, Exempt, Model, NewEntity};
use crate::query::executor::{DmlKind, Executor};
use crate::query::expressions::predicate::Condition;
use crate::query::limited::limited;
use crate::query::select::returning_list::ReturningList;
use crate::query::select::selectable::Selectable;

/// Represents an INSERT with a conflict target, and without what is done on a conflict.
#[must_use = "an insert does nothing until it is executed"]
#[derive(Debug)]
pub struct OnConflict<'a, M> {
    insert: Insert<'a, M>,
    target: Target,
}

/// Represents an INSERT with a conflict clause: of a row that conflicts with an existing one in the columns of the target,
/// the existing one is updated, or left as it is.
///
/// ```
/// # use orm::prelude::*;
/// #[derive(Model)]
/// #[orm(table = "hits")]
/// struct Hits {
///     #[orm(primary_key, length = 200)]
///     page: String,
///     visits: i64,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((Hits,)).create_all(&engine)?;
/// let mut conn = engine.connection()?;
/// for _ in 0..2 {
///     insert(Hits)
///         .values(Hits::builder().page("/").visits(1))
///         .on_conflict(Hits.page)
///         .do_update(|new| [Hits.visits.to(Hits.visits + new.visits)])
///         .execute(&mut conn)?;
///     // SQLite, PostgreSQL: INSERT INTO "hits" ("page", "visits") VALUES (?, ?)
///     //     ON CONFLICT ("page") DO UPDATE SET "visits" = "hits"."visits" + excluded."visits" (on SQLite checked by integer_store)
///     // MariaDB, MySQL: INSERT INTO `hits` (`page`, `visits`) VALUES (?, ?)
///     //     ON DUPLICATE KEY UPDATE `hits`.`visits` = `hits`.`visits` + VALUES(`visits`)
/// }
/// assert_eq!(select(Hits.visits).one(&mut conn)?, 2);
/// # Ok::<(), orm::Error>(())
/// ```
///
/// A row that conflicts on another unique constraint than the target is a `UniqueViolation` on every database. Databases
/// look at the constraints in an order of their own: for a row that conflicts on the target and, with another row, on
/// another constraint, MySQL and MariaDB may return that error where PostgreSQL and SQLite update.
///
/// A version column counts up, and a column with an `update_default` gets it, unless they are set. The
/// [criteria](crate::Criteria) of the connection are conditions of the update. On a session, pending changes are flushed
/// first, and what it has loaded of the model is stale.
///
/// The number of rows is not returned, since MySQL and MariaDB don't know it; [`returning`](Upsert::returning) does.
#[must_use = "an insert does nothing until it is executed"]
pub struct Upsert<'a, M> {
    pub(super) insert: Insert<'a, M>,
    pub(super) clause: Box<Clause>,
}

impl<M: fmt::Debug> fmt::Debug for Upsert<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut upsert = f.debug_struct("Upsert");
        upsert.field("insert", &self.insert);
        upsert.field("clause", &self.clause).finish()
    }
}

impl<'a, M: Model> Insert<'a, M> {
    /// Sets the conflict target: the columns of the primary key, of a unique constraint or of a unique index. What is done
    /// on a conflict follows.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let post = || Post::builder().id(7).author_id(1).title("On tides");
    /// let upsert = insert(Post).values(post()).on_conflict(Post.id).do_update(|new| [Post.title.to(new.title)]);
    /// assert_eq!(
    ///     upsert.to_sql(&PostgresDialect)?,
    ///     r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES ($1, $2, $3) ON CONFLICT ("id") DO UPDATE SET "title" = excluded."title""#
    /// );
    /// assert_eq!(
    ///     upsert.to_sql(&MysqlDialect::MySql)?,
    ///     "INSERT INTO `posts` (`id`, `author_id`, `title`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `posts`.`title` = VALUES(`title`)"
    /// );
    /// // Columns that may have equal values in several rows are no conflict target.
    /// let upsert = insert(Post).values(post()).on_conflict(Post.title).do_nothing();
    /// assert_eq!(upsert.to_sql(&PostgresDialect).unwrap_err().kind(), ErrorKind::Usage);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn on_conflict(self, target: impl Columns<M>) -> OnConflict<'a, M> {
        let target = Target::of(unique_columns(target));
        OnConflict {
            insert: self,
            target,
        }
    }

    /// Sets the conflict target: the columns of the constraint or unique index of this name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let post = Post::builder().id(7).author_id(1).title("On tides");
    /// let upsert = insert(Post).values(post).on_constraint("pk_posts").do_nothing();
    /// assert_eq!(
    ///     upsert.to_sql(&SqliteDialect)?,
    ///     r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?) ON CONFLICT ("id") DO NOTHING"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn on_constraint(self, name: &str) -> OnConflict<'a, M> {
        let target = Target::of(named_columns(M::def(), name));
        OnConflict {
            insert: self,
            target,
        }
    }

    /// Leaves out rows that conflict on any unique constraint. Other errors, such as NULL in a column that has none, are
    /// errors still.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = Post::builder().id(1).author_id(1).title("On moons");
    /// insert(Post).values(post).skip_conflicts().execute(&mut conn)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?) ON CONFLICT DO NOTHING"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn skip_conflicts(self) -> Upsert<'a, M> {
        Upsert::new(self, Target::Any, Action::Nothing)
    }
}

impl<'a, M: Model> OnConflict<'a, M> {
    /// Updates the existing row. The closure gets the columns of the row that could not be inserted; the model's own are
    /// those of the existing row, with its old values.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let ada = User::builder().id(1).name("ada").email(Null).age(1).active(true);
    /// let upsert = insert(User).values(ada).on_conflict(User.id);
    /// upsert.do_update(|new| [User.age.to(User.age + new.age), User.active.to(false)]).execute(&mut conn)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "users" ("id", "name", "email", "age", "active") VALUES (?, ?, ?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "age" = integer_store("users"."age" + excluded."age", 32), "active" = ?"#]
    /// );
    /// assert_eq!(select(User.age).one(&mut conn)?, 37);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn do_update<A: IntoIterator<Item = Assignment<M>>>(
        self,
        set: impl FnOnce(M::Entity) -> A,
    ) -> Upsert<'a, M> {
        let set = set(M::Entity::ROOT.named(NEW)).into_iter();
        let set = set.map(Assignment::into_parts);
        let set = set.map(|(position, value)| (position, excluded(value)));
        Upsert::new(self.insert, self.target, Action::Set(set.collect()))
    }

    /// Sets all columns of the existing row that the new row gives, but those of the target and of the primary key. A version
    /// column counts up, and a column with an `update_default` gets that.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = [Post { id: 7, author_id: 1, title: "On tides".into(), author: BelongsTo::default() }];
    /// assert_eq!(
    ///     insert(Post).values(&posts).on_conflict(Post.id).do_update_all().to_sql(&SqliteDialect)?,
    ///     r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "author_id" = excluded."author_id", "title" = excluded."title""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn do_update_all(self) -> Upsert<'a, M> {
        Upsert::new(self.insert, self.target, Action::All)
    }

    /// Leaves the existing row as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = Post::builder().id(1).author_id(1).title("On moons");
    /// insert(Post).values(post).on_conflict(Post.id).do_nothing().execute(&mut conn)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?) ON CONFLICT ("id") DO NOTHING"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn do_nothing(self) -> Upsert<'a, M> {
        Upsert::new(self.insert, self.target, Action::Nothing)
    }
}

/// The upsert of a row by the columns of a unique key, which sets all that the row gives.
pub(crate) fn upsert_all<M: Model>(
    row: NewEntity<M>,
    target: &'static [usize],
) -> Upsert<'static, M> {
    let insert = Insert::of(InsertRows::One(row));
    Upsert::new(insert, Target::Columns(target), Action::All)
}

impl<'a, M: Model> Upsert<'a, M> {
    fn new(insert: Insert<'a, M>, target: Target, action: Action) -> Self {
        let clause = Box::new(Clause::new(target, action));
        Self { insert, clause }
    }

    /// Adds a condition to WHERE of the update, combined with AND: an existing row that does not meet it is left as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let post = Post::builder().id(7).author_id(1).title("On tides");
    /// let upsert = insert(Post).values(post).on_conflict(Post.id);
    /// let upsert = upsert.do_update(|new| [Post.title.to(new.title)]).filter(Post.author_id.eq(1));
    /// assert_eq!(
    ///     upsert.to_sql(&SqliteDialect)?,
    ///     r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "title" = excluded."title" WHERE "posts"."author_id" = ?"#
    /// );
    /// assert_eq!(
    ///     upsert.to_sql(&MysqlDialect::MySql)?,
    ///     "INSERT INTO `posts` (`id`, `author_id`, `title`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `posts`.`title` = CASE WHEN `posts`.`author_id` = ? THEN VALUES(`title`) ELSE `posts`.`title` END"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn filter<C: Condition>(self, condition: C) -> Self {
        self.filter_new(|_| condition)
    }

    /// As [`Upsert::filter`], of a condition with columns of the row that could not be inserted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let ada = User::builder().id(1).name("ada").email(Null).age(37).active(true);
    /// let upsert = insert(User).values(ada).on_conflict(User.id);
    /// let upsert = upsert.do_update(|new| [User.age.to(new.age)]).filter_new(|new| User.age.lt(new.age));
    /// assert_eq!(
    ///     upsert.to_sql(&PostgresDialect)?,
    ///     r#"INSERT INTO "users" ("id", "name", "email", "age", "active") VALUES ($1, $2, $3, $4, $5) ON CONFLICT ("id") DO UPDATE SET "age" = excluded."age" WHERE "users"."age" < excluded."age""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn filter_new<C: Condition>(mut self, condition: impl FnOnce(M::Entity) -> C) -> Self {
        let condition = condition(M::Entity::ROOT.named(NEW));
        let condition = condition.into_predicate().into_term().into_expr();
        self.clause.filter.push(excluded(condition));
        self
    }

    /// Exempts the update from the criteria of this name that its connection or session has. Any other name has no effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let mut conn = engine.connection()?;
    /// conn.add_criteria(&Criteria::new().add("own", Post, Post.author_id.eq(1)));
    /// let post = || Post::builder().id(1).author_id(1).title("On moons");
    /// let upsert = || insert(Post).values(post()).on_conflict(Post.id).do_update(|new| [Post.title.to(new.title)]);
    /// upsert().execute(&mut conn)?;
    /// upsert().without_criteria("own").execute(&mut conn)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "title" = excluded."title" WHERE "posts"."author_id" = ?"#,
    ///         r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "title" = excluded."title""#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_criteria(mut self, name: &str) -> Self {
        Exempt::add(&mut self.clause.exempt, name);
        self
    }

    /// Exempts the update from all criteria that its connection or session has.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let post = Post::builder().id(1).author_id(1).title("On moons");
    /// let upsert = insert(Post).values(post).on_conflict(Post.id).do_update_all().without_all_criteria();
    /// assert_eq!(
    ///     upsert.to_sql(&SqliteDialect)?,
    ///     r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "author_id" = excluded."author_id", "title" = excluded."title""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_all_criteria(mut self) -> Self {
        self.clause.exempt = Some(Box::new(Exempt::All));
        self
    }

    /// Adds RETURNING: what is selected of each row that was inserted or updated, in the database's order. A row that is left
    /// as it is does not come back. PostgreSQL and SQLite support it; MariaDB does for an update without conditions.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = |id, title: &'static str| Post::builder().id(id).author_id(1).title(title);
    /// let posts = [post(1, "On tides"), post(2, "On moons")];
    /// let skipped = insert(Post).values(posts).on_conflict(Post.id).do_nothing();
    /// assert_eq!(skipped.returning(Post.id).all(&mut conn)?, [2]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn returning<S: Selectable>(self, selected: S) -> Returning<Self, S> {
        Returning::new(self, selected)
    }

    /// Executes the INSERT. After an error no row is inserted or updated.
    ///
    /// # Errors
    /// - `UniqueViolation`: a row conflicts on another unique constraint than the target.
    /// - `Usage`: the target is not unique, nothing is set or a column is set twice, or several rows are to update the same
    ///   row.
    /// - `Unsupported`: the database has no such statement.
    /// - As [`Insert::execute`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = |id, title: &'static str| Post::builder().id(id).author_id(1).title(title);
    /// let posts = [post(1, "On tides"), post(2, "On moons")];
    /// insert(Post).values(posts).on_conflict(Post.id).do_update_all().execute(&mut conn)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("id", "author_id", "title") VALUES (?, ?, ?), (?, ?, ?) ON CONFLICT ("id") DO UPDATE SET "author_id" = excluded."author_id", "title" = excluded."title""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(&self, conn_or_session: &mut X) -> Result<()> {
        if self.insert.len() == 0 {
            return Ok(());
        }
        self.check()?;
        limited(conn_or_session, self.insert.limit).write(M::def(), DmlKind::Update, |conn, _| {
            self.send(conn, None, &mut |_| Ok(()))
        })
    }

    /// Returns the SQL text for a dialect, with placeholders instead of values. If the INSERT is sent as several
    /// statements, returns the first.
    ///
    /// # Errors
    /// - `Usage`: the statement is not valid, or there are no rows.
    /// - `Unsupported`: the dialect does not support the statement.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let post = Post::builder().id(7).author_id(1).title("On tides");
    /// assert_eq!(
    ///     insert(Post).values(post).on_conflict(Post.id).do_nothing().to_sql(&MysqlDialect::MySql)?,
    ///     "INSERT INTO `posts` (`id`, `author_id`, `title`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `posts`.`id` = `posts`.`id`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        self.text(dialect, None)
    }

    pub(super) fn text(
        &self,
        dialect: &dyn Dialect,
        list: Option<&ReturningList>,
    ) -> Result<String> {
        let run = self.insert.first_run()?;
        self.check()?;
        let clauses = self.clauses(&run, &Criteria::default(), list)?;
        first_statement(dialect, &run.insert::<M>(), Some(&clauses))
    }

    pub(super) fn check(&self) -> Result<()> {
        self.insert.check_hooks()?;
        self.clause.check(M::def())?;
        check_rows(&self.insert, &self.clause)
    }

    pub(super) fn clauses(
        &self,
        run: &Run,
        criteria: &Criteria,
        list: Option<&ReturningList>,
    ) -> Result<stmt::Insert> {
        let mut clauses = self.clause.lower(M::def(), &run.columns)?;
        criteria
            .without(self.clause.exempt.as_deref())
            .apply_to_insert(&mut clauses)?;
        if let Some(list) = list {
            clauses.returning.extend(list.projections());
        }
        Ok(clauses)
    }

    pub(super) fn send(
        &self,
        conn: &mut Connection,
        list: Option<&ReturningList>,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let is_one = self.insert.goes_at_once(conn, &is_one_statement);
        self.insert
            .send_whole(conn, is_one, &mut |conn, rows, run| {
                let clauses = self.clauses(run, conn.criteria(), list)?;
                if list.is_some() {
                    self.clause
                        .check_returning(conn.dialect(), Some(&clauses))?;
                }
                let value = |row, position| rows.value(run.rows.start + row, position);
                insert_with(conn, &run.insert::<M>(), &value, &clauses, &mut *each)
            })
    }
}
