//! [`Delete`]: a DELETE with conditions.

use std::marker::PhantomData;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{self, Capabilities, Dialect};
use orm_core::stmt::{self, Statement};
use orm_core::value::Value;

use super::clauses::WriteClauses;
use super::matching_keys::matching_keys;
use super::other_tables::without_using;
use super::parts::{Parts, execute, execute_once};
use super::printed_rows::printed;
use super::returning::{Prepared, Returning, WriteRows, check_returning, text_of};
use super::written_rows::WriteInWith;
use crate::engine::{Connection, StatementLimit, StatementText, TextOf};
use crate::mapping::{Entity, Exempt, KeySource, Model};
use crate::query::compile::printed::with_literals;
use crate::query::compile::validate::validate_delete;
use crate::query::executor::{DmlKind, Executor, RowsWrite};
use crate::query::expressions::predicate::Condition;
use crate::query::expressions::term::{Term, Terms};
use crate::query::limited::limited;
use crate::query::select::returning_list::ReturningList;
use crate::query::select::selectable::Selectable;
use crate::query::select::table_source::TableSource;

/// Represents a DELETE of the rows of a model's table. Without a filter it deletes all rows.
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # #[orm(table = "users")]
/// # struct User { #[orm(primary_key)] id: i64 }
/// let sql = delete(User).filter(User.id.gt(7)).to_sql(&orm::sqlite::SqliteDialect)?;
/// assert_eq!(sql, r#"DELETE FROM "users" WHERE "id" > ?"#);
/// # Ok::<(), orm::Error>(())
/// ```
///
/// On a session it goes past the unit of work: pending changes are flushed first, and what the session
/// has loaded of the model counts as stale. With [`synchronize`](Delete::synchronize), the entities of the rows are deleted.
///
/// It has no entities: [`Hooks`](crate::Hooks) of the model are not called.
#[must_use = "a delete does nothing until it is executed"]
#[derive(Clone, Debug)]
pub struct Delete<M> {
    filter: Terms,
    is_in_step: bool,
    /// The criteria that it is exempt from.
    exempt: Option<Box<Exempt>>,
    pub(super) clauses: WriteClauses,
    pub(super) limit: StatementLimit,
    marker: PhantomData<fn() -> M>,
}

/// Creates a DELETE of a model's table.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// assert_eq!(delete(Post).to_sql(&SqliteDialect)?, r#"DELETE FROM "posts""#);
/// # Ok::<(), orm::Error>(())
/// ```
pub fn delete<E: Entity>(_entity: E) -> Delete<E::Model> {
    Delete {
        filter: Terms::new(),
        is_in_step: false,
        exempt: None,
        clauses: WriteClauses::default(),
        limit: StatementLimit::Outer,
        marker: PhantomData,
    }
}

impl<M: Model> Delete<M> {
    /// Adds a condition to WHERE, combined with AND.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = delete(Post).filter(Post.author_id.eq(7)).filter(Post.title.eq(""));
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"DELETE FROM "posts" WHERE "author_id" = ? AND "title" = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn filter<C: Condition>(mut self, condition: C) -> Self {
        self.filter.push(condition.into_predicate().into_term());
        self
    }

    /// Adds a table, an alias of one, a derived table or a common table expression, whose columns conditions can use: DELETE …
    /// USING. Where the database has no such clause, the conditions are those of an EXISTS.
    ///
    /// MariaDB has no WITH before DELETE: there a common table expression is `Unsupported`, and a derived table is not.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = delete(Post).using(User).filter(User.id.eq(Post.author_id)).filter(!User.active);
    /// assert_eq!(
    ///     statement.to_sql(&PostgresDialect)?,
    ///     r#"DELETE FROM "posts" USING "users" WHERE "users"."id" = "posts"."author_id" AND "users"."active" = $1"#
    /// );
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"DELETE FROM "posts" WHERE EXISTS (SELECT 1 FROM "users" WHERE "users"."id" = "posts"."author_id" AND "users"."active" = ?)"#
    /// );
    /// let busy = select(Post.author_id).group_by(Post.author_id).having(count_all().gt(9)).cte("busy");
    /// let statement = delete(User).using(&busy).filter(busy.columns().eq(User.id));
    /// assert_eq!(
    ///     statement.to_sql(&PostgresDialect)?,
    ///     r#"WITH "busy" AS (SELECT "author_id" AS "c0" FROM "posts" GROUP BY "author_id" HAVING COUNT(*) > $1) DELETE FROM "users" USING "busy" WHERE "busy"."c0" = "users"."id""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn using(mut self, source: impl TableSource) -> Self {
        self.clauses.add_table(source);
        self
    }

    /// Makes a session's entities of the deleted rows deleted as well: they leave lists, and a rollback brings them back. If
    /// the session has entities of the model, the keys of the rows are selected first. On a connection it has no effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # use orm::EntityState;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.get_one(Post, 1)?;
    /// sent.take();
    /// delete(Post).filter(Post.author_id.eq(1)).synchronize().execute(&mut session)?;
    /// assert_eq!(session.entity_state(post)?, EntityState::Deleted);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"SELECT "id" FROM "posts" WHERE "author_id" = ?"#,
    ///         r#"DELETE FROM "posts" WHERE "author_id" = ?"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn synchronize(mut self) -> Self {
        self.is_in_step = true;
        self
    }

    /// Exempts the statement from the criteria of this name that its connection or session has. Any other name has no effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let mut conn = engine.connection()?;
    /// conn.add_criteria(&Criteria::new().add("active", User, User.active.eq(true)));
    /// let statement = delete(User).filter(User.id.eq(7));
    /// statement.execute(&mut conn)?;
    /// statement.without_criteria("active").execute(&mut conn)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"DELETE FROM "users" WHERE "id" = ? AND "active" = ?"#,
    ///         r#"DELETE FROM "users" WHERE "id" = ?"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_criteria(mut self, name: &str) -> Self {
        Exempt::add(&mut self.exempt, name);
        self
    }

    /// Exempts the statement from all criteria that its connection or session has.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let criteria = Criteria::new().add("active", User, User.active.eq(true));
    /// let mut session = Session::new(&engine).criteria(&criteria);
    /// delete(User).filter(User.id.eq(7)).without_all_criteria().execute(&mut session)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN IMMEDIATE", r#"DELETE FROM "users" WHERE "id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_all_criteria(mut self) -> Self {
        self.exempt = Some(Box::new(Exempt::All));
        self
    }

    /// Adds RETURNING: what is selected of each deleted row. A session returns columns alone, since the rows of entities are
    /// gone. PostgreSQL, SQLite and MariaDB support it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let posts: Vec<Post> = delete(Post).returning(Post).all(&mut conn)?;
    /// assert_eq!(posts.len(), 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"DELETE FROM "posts" RETURNING "id", "author_id", "title""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn returning<S: Selectable>(self, selected: S) -> Returning<Self, S> {
        Returning::new(self, selected)
    }

    /// Executes the DELETE and returns the number of deleted rows.
    ///
    /// # Errors
    /// - `Usage`: the statement is not valid, or has a handle on a connection.
    /// - `StaleHandle`: it has a handle of an entity that has left the session.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// assert_eq!(delete(Post).filter(Post.author_id.eq(1)).execute(&mut conn)?, 1);
    /// assert_eq!(sent.take_sql(), [r#"DELETE FROM "posts" WHERE "author_id" = ?"#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(&self, conn_or_session: &mut X) -> Result<u64> {
        let write = |conn: &mut Connection, keys: &dyn KeySource| {
            if !self.clauses.is_empty() {
                return self.prepare((conn, keys), None)?.execute(conn);
            }
            let dialect = conn.dialect();
            if let Some(statement) = self.under_criteria(conn)? {
                return execute_once((conn, keys), &statement);
            }
            let parts = Parts {
                set: &[],
                filter: &self.filter,
            };
            let key = (TextOf::Delete, M::slot().index() as u64, parts);
            let text = conn.statement(&key, || self.render(dialect))?;
            execute((conn, keys), &text, Some(parts), || self.lower())
        };
        let executor = limited(&mut *conn_or_session, self.limit);
        let deleted = if self.is_in_step {
            let keys = |conn: &mut Connection, keys: &dyn KeySource| self.matching_keys(conn, keys);
            executor.write_in_step(M::def(), DmlKind::Delete, keys, write)?
        } else {
            executor.write(M::def(), DmlKind::Delete, write)?
        };
        self.clauses.note_written(conn_or_session)?;
        Ok(deleted)
    }

    /// Returns the SQL text for a dialect, with placeholders instead of values.
    ///
    /// # Errors
    /// - `Usage`: the statement is not valid.
    /// - `Unsupported`: the dialect does not support the statement.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = delete(Post).filter(Post.id.in_([1, 2]));
    /// assert_eq!(
    ///     statement.to_sql(&PostgresDialect)?,
    ///     r#"DELETE FROM "posts" WHERE "id" = ANY($1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        Ok(self.render(dialect)?.to_string())
    }

    /// Returns the SQL text with literals instead of binds, to read it. See [`Select::to_sql_with_literals`].
    ///
    /// [`Select::to_sql_with_literals`]: crate::query::Select::to_sql_with_literals
    ///
    /// # Errors
    /// - As [`Delete::to_sql`].
    /// - `Unsupported`: a value has no literal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = delete(User).filter(User.name.eq("ada"));
    /// assert_eq!(
    ///     query.to_sql_with_literals(&SqliteDialect)?,
    ///     r#"DELETE FROM "users" WHERE "name" = 'ada'"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql_with_literals(&self, dialect: &dyn Dialect) -> Result<String> {
        self.clauses.check(M::def())?;
        with_literals(&self.valid(dialect)?, dialect)
    }

    #[cold]
    fn render(&self, dialect: &dyn Dialect) -> Result<StatementText> {
        self.clauses.check(M::def())?;
        StatementText::of(&self.valid(dialect)?, dialect)
    }

    fn valid(&self, dialect: &dyn Dialect) -> Result<stmt::Delete> {
        let statement = without_using(self.lower(), dialect)?;
        validate_delete(&statement).map_err(|error| error.to_error())?;
        Ok(statement)
    }

    /// The statement with the conditions of the connection's criteria, if there are any for it.
    fn under_criteria(&self, conn: &Connection) -> Result<Option<stmt::Delete>> {
        if conn.criteria().is_empty() {
            return Ok(None);
        }
        let mut statement = self.lower();
        let criteria = conn.criteria().without(self.exempt.as_deref());
        if !criteria.apply_to_delete(&mut statement)? {
            return Ok(None);
        }
        validate_delete(&statement).map_err(|error| error.to_error())?;
        Ok(Some(statement))
    }

    /// The statement with a RETURNING list, or without one, ready to be sent.
    fn prepare(
        &self,
        (conn, keys): (&mut Connection, &dyn KeySource),
        list: Option<&ReturningList>,
    ) -> Result<Prepared> {
        self.clauses.check(M::def())?;
        let statement = self.under_criteria(conn)?;
        let statement = statement.unwrap_or_else(|| self.lower());
        let mut statement = without_using(statement, conn.dialect())?;
        statement
            .returning
            .extend(list.into_iter().flat_map(ReturningList::projections));
        Prepared::new((conn, keys), Statement::Delete(statement))
    }

    /// # Errors
    /// `Usage` for a statement that is not valid.
    fn lower_returning(&self, list: &ReturningList) -> Result<stmt::Delete> {
        self.clauses.check(M::def())?;
        let mut delete = self.lower();
        delete.returning.extend(list.projections());
        Ok(delete)
    }

    fn matching_keys(
        &self,
        conn: &mut Connection,
        keys: &dyn KeySource,
    ) -> Result<Vec<Vec<Value>>> {
        self.clauses.check_in_step()?;
        matching_keys::<M>(conn, keys, (&self.filter, self.exempt.as_deref()))
    }

    fn lower(&self) -> stmt::Delete {
        let mut delete = stmt::Delete::new(M::def().table);
        delete.filter = self.filter.iter().cloned().map(Term::into_expr).collect();
        self.clauses.add_to_delete(&mut delete);
        delete
    }
}

impl<M: Model> WriteRows for Delete<M> {
    type Model = M;

    fn write_rows<X: Executor>(
        &self,
        conn_or_session: &mut X,
        list: &ReturningList,
        each: impl FnMut(&dyn Row, &mut X::Sink<'_>) -> Result<()>,
    ) -> Result<()> {
        let keys = |conn: &mut Connection, keys: &dyn KeySource| self.matching_keys(conn, keys);
        let write = RowsWrite {
            model: M::def(),
            kind: DmlKind::Delete,
            has_entities: list.has_entities(),
            check: &|dialect| {
                let supported = |capabilities: &Capabilities| capabilities.delete_returning;
                check_returning(dialect, ("DELETE … RETURNING", supported))?;
                let is_clause = |capabilities: &Capabilities| {
                    capabilities.delete_using != sql::OtherTables::List
                };
                if !self.clauses.has_tables() {
                    return Ok(());
                }
                check_returning(dialect, ("DELETE … USING … RETURNING", is_clause))
            },
            keys: self.is_in_step.then_some(&keys),
        };
        let prepare =
            |conn: &mut Connection, keys: &dyn KeySource| self.prepare((conn, keys), Some(list));
        let executor = limited(&mut *conn_or_session, self.limit);
        executor.write_rows(&write, prepare, Prepared::query, each)?;
        self.clauses.note_written(conn_or_session)
    }

    fn most_rows(&self) -> Option<usize> {
        None
    }

    fn text_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        let delete = without_using(self.lower_returning(list)?, dialect)?;
        text_of(&Statement::Delete(delete), dialect)
    }

    fn printed_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        let delete = without_using(self.lower_returning(list)?, dialect)?;
        printed(&Statement::Delete(delete), dialect)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> WriteInWith for Delete<M> {
    const KIND: DmlKind = DmlKind::Delete;

    fn statement(&self, list: &ReturningList) -> Result<Statement> {
        Ok(Statement::Delete(self.lower_returning(list)?))
    }
}
