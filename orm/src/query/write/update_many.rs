//! [`UpdateMany`]: an UPDATE of many rows by their primary keys, each with its own values. `update_rows.rs` sends it.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use orm_core::error::{Error, Result};
use orm_core::sql::Dialect;
use orm_core::value::{Value, ValueRef};

use super::check::{check_length, check_not_generated, check_references};
use super::conflict::RowKey;
use super::update_rows::{Batch, BatchColumns, next_version, own_key};
use crate::engine::{StatementLimit, StoredTable};
use crate::mapping::{AttributeSet, ColumnSet, Columns, Entity, Model, UpdateDefault};
use crate::query::executor::{DmlKind, Executor};
use crate::query::expressions::build_error::BuildError;
use crate::query::limited::limited;

/// Represents an UPDATE of many rows, without the rows and the columns.
#[must_use = "an update does nothing until it is executed"]
#[derive(Debug)]
pub struct UpdateManyOf<M>(PhantomData<fn() -> M>);

/// Represents an UPDATE of many rows by their primary keys: each row takes the values that its model has in the columns
/// of `set`. It is sent in as few statements as is efficient on the database, all of which stand or none.
///
/// ```
/// # use orm_doctest::*;
/// # let (engine, sent) = database()?;
/// # let mut conn = engine.connection()?;
/// let mut users = select(User).all(&mut conn)?;
/// for user in &mut users {
///     user.age += 1;
/// }
/// sent.take();
/// assert_eq!(update_many(User).rows(&users).set(User.age).execute(&mut conn)?, 1);
/// // PostgreSQL: UPDATE "users" SET "age" = v.c0 FROM UNNEST($1::int4[], $2::int8[]) AS v(c0, c1) WHERE "users"."id" = v.c1
/// // MySQL: UPDATE `users` FORCE INDEX (PRIMARY) SET `age` = CASE `id` WHEN ? THEN ? … END WHERE `id` IN (?, …)
/// assert_eq!(
///     sent.take_sql(),
///     [r#"UPDATE "users" SET "age" = ? WHERE "id" = ?"#]
/// );
/// # Ok::<(), orm::Error>(())
/// ```
///
/// A version column must have the version of the row, and counts up; a column with an `update_default` gets it, unless it
/// is set. The models are not changed. On a session it goes past the unit of work: pending changes are flushed first, and
/// what the session has loaded of the model is stale. [Criteria](crate::Criteria) do not apply, as rows are found by their
/// keys, and hooks are not called.
#[must_use = "an update does nothing until it is executed"]
pub struct UpdateMany<'a, M> {
    rows: Vec<&'a M>,
    set: ColumnSet,
    pub(super) limit: StatementLimit,
}

impl<M: Model> fmt::Debug for UpdateMany<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows.len();
        write!(f, "UpdateMany({rows} rows of {})", M::def().table)
    }
}

/// Creates an UPDATE of many rows of a model's table by their primary keys.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// # let (engine, sent) = database()?;
/// # let mut conn = engine.connection()?;
/// let posts = [Post { id: 1, author_id: 1, title: "On moons".into(), author: BelongsTo::default() }];
/// assert_eq!(update_many(Post).rows(&posts).set(Post.title).execute(&mut conn)?, 1);
/// assert_eq!(sent.take_sql(), [r#"UPDATE "posts" SET "title" = ? WHERE "id" = ?"#]);
/// # Ok::<(), orm::Error>(())
/// ```
pub fn update_many<E: Entity>(_entity: E) -> UpdateManyOf<E::Model> {
    UpdateManyOf(PhantomData)
}

impl<M: Model> UpdateManyOf<M> {
    /// Sets the rows: references to models, in a slice, a vector or another iterator.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let posts: Vec<Post> = Vec::new();
    /// let none = update_many(Post).rows(&posts).set(Post.title);
    /// assert_eq!(none.execute(&mut conn)?, 0);
    /// assert!(sent.take().is_empty());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rows<'a>(self, rows: impl IntoIterator<Item = &'a M>) -> UpdateMany<'a, M> {
        UpdateMany {
            rows: rows.into_iter().collect(),
            set: ColumnSet::new(),
            limit: StatementLimit::Outer,
        }
    }
}

impl<M: Model> UpdateMany<'_, M> {
    /// Adds columns to set: one, or several in a tuple.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = [1, 2].map(|id| Post { id, author_id: 1, title: "On moons".into(), author: BelongsTo::default() });
    /// let statement = update_many(Post).rows(&posts).set((Post.author_id, Post.title));
    /// assert_eq!(
    ///     statement.to_sql(&MysqlDialect::MySql)?,
    ///     "UPDATE `posts` FORCE INDEX (PRIMARY) SET `author_id` = CASE `id` WHEN ? THEN ? WHEN ? THEN ? ELSE `author_id` END, `title` = CASE `id` WHEN ? THEN ? WHEN ? THEN ? ELSE `title` END WHERE `id` IN (?, ?)"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn set(mut self, columns: impl Columns<M>) -> Self {
        let AttributeSet { columns, .. } = AttributeSet::of(columns, M::def());
        self.set.unite(&columns);
        self
    }

    /// Executes the UPDATE and returns the number of rows. After an error no row is changed.
    ///
    /// # Errors
    /// - `StaleData`: a row is not there, or has another version. The error names its key.
    /// - `Usage`: no column is set, one of the primary key is, or two rows have the same key.
    /// - `DataTooLong`: a value is longer than its column.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = |id| Post { id, author_id: 1, title: "On moons".into(), author: BelongsTo::default() };
    /// let missing = update_many(Post).rows(&[post(1), post(7)]).set(Post.title).execute(&mut conn);
    /// let error = missing.unwrap_err();
    /// assert!(error.is_stale_data());
    /// assert_eq!(error.message(), "no row of posts has the primary key 7");
    /// assert_eq!(select(Post.title).one(&mut conn)?, "On engines");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(&self, conn_or_session: &mut X) -> Result<u64> {
        if self.rows.is_empty() {
            return Ok(0);
        }
        let columns = self.columns()?;
        let computed = self.computed(&columns)?;
        let batch = self.batch(&columns, &computed)?;
        limited(conn_or_session, self.limit)
            .write(M::def(), DmlKind::Update, |conn, _| batch.send_whole(conn))?;
        Ok(self.rows.len() as u64)
    }

    /// Returns the SQL text for a dialect, with placeholders instead of values. If the UPDATE is sent as several
    /// statements, returns the first.
    ///
    /// # Errors
    /// - `Usage`: the statement is not valid, or there are no rows.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = [1, 2].map(|id| Post { id, author_id: 1, title: "On moons".into(), author: BelongsTo::default() });
    /// assert_eq!(
    ///     update_many(Post).rows(&posts).set(Post.title).to_sql(&PostgresDialect)?,
    ///     r#"UPDATE "posts" SET "title" = v.c0 FROM UNNEST($1::text[], $2::int8[]) AS v(c0, c1) WHERE "posts"."id" = v.c1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        let columns = self.columns()?;
        if self.rows.is_empty() {
            return Err(no_rows::<M>());
        }
        let computed = self.computed(&columns)?;
        let batch = self.batch(&columns, &computed)?;
        let most = batch.most_rows(dialect.capabilities(), true);
        let rows = Batch::<M>::form(dialect.capabilities(), most.min(self.rows.len()));
        batch.render(dialect, &StoredTable::default(), (rows, false))
    }

    /// Each row: what is set, and the columns by which it is found, with their values.
    pub(super) fn each_row(
        &self,
        mut each: impl FnMut(&[(usize, ValueRef<'_>)], &[(usize, ValueRef<'_>)]) -> Result<()>,
    ) -> Result<()> {
        let columns = self.columns()?;
        if self.rows.is_empty() {
            return Err(no_rows::<M>());
        }
        let computed = self.computed(&columns)?;
        let batch = self.batch(&columns, &computed)?;
        let found_by = M::def().primary_key.iter().chain(columns.expected());
        let positions: Vec<usize> = columns.set.iter().chain(found_by).copied().collect();
        for row in batch.binds.chunks(batch.width) {
            let row: Vec<_> = positions.iter().copied().zip(row.iter().copied()).collect();
            let (set, key) = row.split_at(columns.set.len());
            each(set, key)?;
        }
        Ok(())
    }

    /// The columns of the statement.
    fn columns(&self) -> Result<BatchColumns> {
        self.check()?;
        let def = M::def();
        let version = def.version.filter(|version| !self.set.contains(*version));
        let defaults = def.update_defaults.iter();
        let defaults = defaults.filter(|default| !self.set.contains(default.column));
        let defaults: Vec<UpdateDefault> = defaults.copied().collect();
        let mut set: Vec<usize> = self.set.iter().collect();
        let given = set.len();
        set.extend(version);
        set.extend(defaults.iter().map(|default| default.column));
        Ok(BatchColumns {
            set,
            given,
            version,
            defaults,
        })
    }

    /// The values that the models don't give: the next version, and defaults of updates.
    fn computed(&self, columns: &BatchColumns) -> Result<Vec<Value>> {
        let mut computed = Vec::new();
        if columns.given == columns.set.len() {
            return Ok(computed);
        }
        for row in &self.rows {
            if let Some(version) = columns.version {
                computed.push(next_version(M::def(), version, row.value(version))?);
            }
            let defaults = columns.defaults.iter();
            computed.extend(defaults.map(|default| (default.value)()));
        }
        Ok(computed)
    }

    /// The binds of all rows, checked.
    fn batch<'b>(
        &'b self,
        columns: &'b BatchColumns,
        computed: &'b [Value],
    ) -> Result<Batch<'b, M>> {
        let def = M::def();
        let (given, more) = columns.set.split_at(columns.given);
        let width = columns.set.len() + def.primary_key.len() + columns.expected().len();
        let mut binds = Vec::with_capacity(self.rows.len() * width);
        for (number, row) in self.rows.iter().enumerate() {
            for position in given {
                let value = row.value(*position);
                check_length(def, *position, value)?;
                check_references(def, *position, value)?;
                binds.push(value);
            }
            let computed = &computed[number * more.len()..][..more.len()];
            binds.extend(computed.iter().map(Value::as_ref));
            let key = def.primary_key.iter().chain(columns.expected());
            binds.extend(key.map(|position| row.value(*position)));
        }
        Ok(Batch {
            rows: &self.rows,
            columns,
            width,
            binds,
        })
    }

    fn check(&self) -> Result<()> {
        let def = M::def();
        if self.set.is_empty() {
            let message = format!("the UPDATE of {} sets no column", def.table);
            return Err(BuildError::new(message, "add .set(columns)").to_error());
        }
        let mut set = self.set.iter();
        set.try_for_each(|position| check_not_generated(def, position))?;
        if let Some(key) = def.primary_key.iter().find(|key| self.set.contains(**key)) {
            let message = format!(
                "update_many finds rows by their primary key, so it can't set {}.{}",
                def.table, def.names[*key]
            );
            return Err(BuildError::new(message, "use update(…) with a filter").to_error());
        }
        let state = foldhash::fast::RandomState::default();
        let mut seen = HashSet::with_capacity_and_hasher(self.rows.len(), state);
        for row in &self.rows {
            let key = RowKey(def.primary_key, move |position| row.value(position));
            if !seen.insert(key) {
                let message = format!(
                    "two rows of the UPDATE of {} have the primary key {}",
                    def.table,
                    own_key(*row)
                );
                return Err(BuildError::new(message, "give each row once").to_error());
            }
        }
        Ok(())
    }
}

#[cold]
fn no_rows<M: Model>() -> Error {
    let message = format!("the UPDATE of {} has no rows", M::def().table);
    BuildError::new(message, "give it rows").to_error()
}
