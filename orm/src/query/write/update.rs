//! [`Update`]: an UPDATE with conditions.

use std::marker::PhantomData;
use std::sync::Arc;

use orm_core::error::Result;
use orm_core::sql::Dialect;
use orm_core::stmt::{self, Expr, Few, FromItem, NextVersion};
use orm_core::types::DbType;
use orm_core::value::Value;

use super::assignment::Assignment;
use super::check::explain_range;
use super::clauses::WriteClauses;
use super::matching_keys::matching_keys;
use super::parts::{Parts, execute, execute_once};
use super::patch::Patch;
use super::stored::stored;
use crate::engine::{Connection, StatementLimit, StatementText, TextOf};
use crate::mapping::{Column, Entity, Exempt, KeySource, Model, UpdateDefault};
use crate::query::compile::printed::with_literals;
use crate::query::compile::validate::validate_update;
use crate::query::executor::{DmlKind, Executor};
use crate::query::expressions::operand::ValueFor;
use crate::query::expressions::predicate::Condition;
use crate::query::expressions::term::{Term, Terms};
use crate::query::limited::limited;

/// Represents an UPDATE of the rows of a model's table. Without a filter it updates all rows.
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # #[orm(table = "users")]
/// # struct User { #[orm(primary_key)] id: i64, logins: i32, email: Option<String> }
/// let statement = update(User)
///     .set(User.logins, User.logins + 1)
///     .set(User.email, Null)
///     .filter(User.id.eq(7));
/// let sql = statement.to_sql(&orm::sqlite::SqliteDialect)?;
/// assert_eq!(sql, r#"UPDATE "users" SET "logins" = integer_store("logins" + ?, 32), "email" = ? WHERE "id" = ?"#);
/// # Ok::<(), orm::Error>(())
/// ```
///
/// On a session it goes past the unit of work: pending changes are flushed first, and what the session
/// has loaded of the model is read again when it is next queried. A version column counts up, and a column with an
/// `update_default` gets it, unless they are set.
///
/// It has no entities: [`Hooks`](crate::Hooks) of the model are not called.
#[must_use = "an update does nothing until it is executed"]
#[derive(Clone, Debug)]
pub struct Update<M> {
    // Boxed, since it is moved whenever something is added to it.
    pub(super) parts: Box<UpdateParts>,
    marker: PhantomData<fn() -> M>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct UpdateParts {
    /// The columns' positions, with their new values.
    pub(super) set: Few<(usize, Expr)>,
    filter: Terms,
    pub(super) is_in_step: bool,
    /// The criteria that it is exempt from.
    exempt: Option<Box<Exempt>>,
    pub(super) clauses: WriteClauses,
    pub(super) limit: StatementLimit,
}

/// Creates an UPDATE of a model's table.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let statement = update(User).set(User.active, false).filter(User.age.lt(18));
/// assert_eq!(
///     statement.to_sql(&PostgresDialect)?,
///     r#"UPDATE "users" SET "active" = $1 WHERE "age" < $2"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
#[inline]
pub fn update<E: Entity>(_entity: E) -> Update<E::Model> {
    Update {
        parts: Box::default(),
        marker: PhantomData,
    }
}

impl<M: Model> Update<M> {
    /// Sets a column to a value or an expression. Expressions use the old values of the row, in any order of
    /// assignments: `set(A.x, A.y).set(A.y, A.x)` swaps two columns. MySQL can't swap columns and returns
    /// `Unsupported`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = update(User).set(User.age, User.age + 1).set(User.email, Null);
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "users" SET "age" = integer_store("age" + ?, 32), "email" = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn set<T: DbType, V: ValueFor<T>>(mut self, column: Column<M, T>, value: V) -> Self {
        let assigned = (column.position(), value.into_operand());
        self.parts.set.push(assigned);
        self
    }

    /// Sets several columns that are chosen at run time: `[User.email.to(Null)]`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let email = Some("ada@example.com");
    /// let mut changes = vec![User.active.to(true)];
    /// changes.extend(email.map(|email| User.email.to(email)));
    /// assert_eq!(
    ///     update(User).set_all(changes).to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "users" SET "active" = ?, "email" = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn set_all(mut self, assignments: impl IntoIterator<Item = Assignment<M>>) -> Self {
        let assigned = assignments.into_iter().map(Assignment::into_parts);
        self.parts.set.extend(assigned);
        self
    }

    /// Sets the columns for which a [patch](Patch) has a value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// #[derive(Patch, Default)]
    /// #[orm(model = User)]
    /// struct UserPatch {
    ///     name: Option<String>,
    ///     email: Option<Option<String>>,
    /// }
    ///
    /// let patch = UserPatch { email: Some(None), ..UserPatch::default() };
    /// let statement = update(User).patch(patch).filter(User.id.eq(7));
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "users" SET "email" = ? WHERE "id" = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn patch(self, patch: impl Patch<Model = M>) -> Self {
        self.set_all(patch.into_assignments())
    }

    /// Adds a condition to WHERE, combined with AND.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = update(User).set(User.active, false).filter(User.id.eq(7));
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "users" SET "active" = ? WHERE "id" = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn filter<C: Condition>(mut self, condition: C) -> Self {
        self.parts
            .filter
            .push(condition.into_predicate().into_term());
        self
    }

    /// Makes a session's entities take the new values at once. If the session has entities of the model, the keys of the
    /// rows are selected before the UPDATE, and the rows of entities after it. On a connection it has no effect.
    ///
    /// Without it, entities show their old values until they are read again, as all of the model are stale.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// sent.take();
    /// let older = update(User).set(User.age, User.age + 1).filter(User.active);
    /// older.synchronize().execute(&mut session)?;
    /// assert_eq!(session[ada].age, 37);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"SELECT "id" FROM "users" WHERE "active" = ?"#,
    ///         r#"UPDATE "users" SET "age" = integer_store("age" + ?, 32) WHERE "active" = ?"#,
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn synchronize(mut self) -> Self {
        self.parts.is_in_step = true;
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
    /// let statement = update(User).set(User.age, 37).filter(User.id.eq(1));
    /// statement.execute(&mut conn)?;
    /// statement.without_criteria("active").execute(&mut conn)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"UPDATE "users" SET "age" = ? WHERE "id" = ? AND "active" = ?"#,
    ///         r#"UPDATE "users" SET "age" = ? WHERE "id" = ?"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_criteria(mut self, name: &str) -> Self {
        Exempt::add(&mut self.parts.exempt, name);
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
    /// update(User).set(User.age, 37).without_all_criteria().execute(&mut session)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     ["BEGIN IMMEDIATE", r#"UPDATE "users" SET "age" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_all_criteria(mut self) -> Self {
        self.parts.exempt = Some(Box::new(Exempt::All));
        self
    }

    /// Executes the UPDATE and returns the number of rows that match its conditions.
    ///
    /// # Errors
    /// - `Usage`: no column is set, a column is set twice, or a condition has a handle on a connection.
    /// - `StaleHandle`: it has a handle of an entity that has left the session.
    /// - `DataTooLong`: a value is longer than its column.
    /// - `OutOfRange`: a decimal has more digits than its column.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let changed = update(User).set(User.age, 37).filter(User.id.eq(1)).execute(&mut conn)?;
    /// assert_eq!(changed, 1);
    /// assert_eq!(sent.take_sql(), [r#"UPDATE "users" SET "age" = ? WHERE "id" = ?"#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(&self, conn_or_session: &mut X) -> Result<u64> {
        self.check_values()?;
        let write = |conn: &mut Connection, keys: &dyn KeySource| {
            if !self.parts.clauses.is_empty() {
                return self.prepare((conn, keys), None)?.execute(conn);
            }
            let dialect = conn.dialect();
            let UpdateParts { set, filter, .. } = &*self.parts;
            if let Some(statement) = self.under_criteria(conn)? {
                return execute_once((conn, keys), &statement);
            }
            let parts = Parts { set, filter };
            let key = (TextOf::Update, M::slot().index() as u64, parts);
            let text = conn.statement(&key, || self.render(dialect))?;
            // The next version and defaults have values, too.
            let is_whole = self.version().is_none() && self.update_defaults().next().is_none();
            let parts = is_whole.then_some(parts);
            execute((conn, keys), &text, parts, || self.lower())
        };
        let executor = limited(&mut *conn_or_session, self.parts.limit);
        let updated = if self.parts.is_in_step {
            let keys = |conn: &mut Connection, keys: &dyn KeySource| self.matching_keys(conn, keys);
            executor.write_in_step(M::def(), DmlKind::Update, keys, write)
        } else {
            executor.write(M::def(), DmlKind::Update, write)
        };
        let updated = updated.map_err(explain_range::<M>)?;
        self.parts.clauses.note_written(conn_or_session)?;
        Ok(updated)
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
    /// let statement = update(User).set(User.age, 37);
    /// assert_eq!(statement.to_sql(&MysqlDialect::MySql)?, "UPDATE `users` SET `age` = ?");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        self.check_values()?;
        Ok(self.render(dialect)?.to_string())
    }

    /// Returns the SQL text with literals instead of binds, to read it. See [`Select::to_sql_with_literals`].
    ///
    /// [`Select::to_sql_with_literals`]: crate::query::Select::to_sql_with_literals
    ///
    /// # Errors
    /// - As [`Update::to_sql`].
    /// - `Unsupported`: a value has no literal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = update(User).set(User.age, 37).filter(User.name.eq("ada"));
    /// assert_eq!(
    ///     query.to_sql_with_literals(&SqliteDialect)?,
    ///     r#"UPDATE "users" SET "age" = 37 WHERE "name" = 'ada'"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql_with_literals(&self, dialect: &dyn Dialect) -> Result<String> {
        self.check_values()?;
        self.check_set()?;
        let statement = self.lower();
        validate_update(&statement).map_err(|error| error.to_error())?;
        with_literals(&statement, dialect)
    }

    #[cold]
    fn render(&self, dialect: &dyn Dialect) -> Result<StatementText> {
        self.check_set()?;
        let statement = self.lower();
        validate_update(&statement).map_err(|error| error.to_error())?;
        StatementText::of(&statement, dialect)
    }

    pub(super) fn matching_keys(
        &self,
        conn: &mut Connection,
        keys: &dyn KeySource,
    ) -> Result<Vec<Vec<Value>>> {
        let UpdateParts {
            filter,
            exempt,
            clauses,
            ..
        } = &*self.parts;
        clauses.check_in_step()?;
        matching_keys::<M>(conn, keys, (filter, exempt.as_deref()))
    }

    /// The statement, which also increments the version of the rows: an entity that was loaded before is stale after it,
    /// which its version shows.
    #[inline(never)]
    pub(super) fn lower(&self) -> stmt::Update {
        let def = M::def();
        let mut update = stmt::Update::new(def.table);
        let name = |position: &usize| def.names[*position].into();
        self.parts.clauses.add_to_update(&mut update);
        let joined = update.joins.iter().map(|join| &join.item);
        let others: Vec<&FromItem> = update.from.iter().chain(joined).collect();
        let set = self.parts.set.iter();
        update.set = set
            .map(|(position, value)| {
                let value = stored(def, *position, value.clone(), &others);
                (name(position), value)
            })
            .collect();
        update.filter = self
            .parts
            .filter
            .iter()
            .cloned()
            .map(Term::into_expr)
            .collect();
        if let Some(position) = self.version() {
            let version = Expr::column(def.table, def.names[position]);
            let next = NextVersion::new(version, &def.columns[position].ty);
            let next = Expr::Extension(Arc::new(next));
            update.set.push((name(&position), next));
        }
        let defaults = self.update_defaults();
        let defaults =
            defaults.map(|default| (name(&default.column), Expr::Value((default.value)())));
        update.set.extend(defaults);
        update
    }

    /// The statement with the conditions of the connection's criteria, if there are any for it.
    pub(super) fn under_criteria(&self, conn: &Connection) -> Result<Option<stmt::Update>> {
        if conn.criteria().is_empty() {
            return Ok(None);
        }
        self.check_set()?;
        let mut statement = self.lower();
        let criteria = conn.criteria().without(self.parts.exempt.as_deref());
        if !criteria.apply_to_update(&mut statement)? {
            return Ok(None);
        }
        validate_update(&statement).map_err(|error| error.to_error())?;
        Ok(Some(statement))
    }

    /// The version column, if the statement counts it up.
    fn version(&self) -> Option<usize> {
        M::def().version.filter(|version| !self.sets(*version))
    }

    /// The columns that the statement sets as well.
    fn update_defaults(&self) -> impl Iterator<Item = &'static UpdateDefault> {
        let defaults = M::def().update_defaults.iter();
        defaults.filter(|default| !self.sets(default.column))
    }

    fn sets(&self, column: usize) -> bool {
        let mut set = self.parts.set.iter();
        set.any(|(position, _)| *position == column)
    }
}
