//! INSERT of models, builders and collections of them.

use std::fmt;
use std::marker::PhantomData;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect;
use orm_core::types::DbType;
use orm_core::value::ValueRef;

use super::bulk::{first_statement, goes_at_once, insert_returning, insert_rows, stores_at_once};
use super::hooked_rows::{Refused, hooked};
use super::values::{InsertRows, RowsOf, Run};
use crate::engine::Connection;
use crate::mapping::{Column, Entity, Model};
use crate::query::executor::{DmlKind, Executor};
use crate::query::rows::from_row::read_value;

/// Represents an INSERT without rows.
#[must_use = "an insert does nothing until it has values and is executed"]
#[derive(Debug)]
pub struct InsertInto<M>(PhantomData<fn() -> M>);

/// Represents an INSERT of rows. The INSERT is atomic, and is sent in as few statements as is efficient on the
/// database.
///
/// Columns that the database fills in are omitted: a generated key that is 0, and columns with a server default and
/// no value.
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(Model)]
/// struct User {
///     #[orm(primary_key)]
///     id: i64,
///     name: String,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((User,)).create_all(&engine)?;
/// let mut conn = engine.connection()?;
/// let many = [User { id: 0, name: "ada".into() }, User { id: 0, name: "grace".into() }];
/// assert_eq!(insert(User).values(&many).execute(&mut conn)?, 2);
/// let id = insert(User).values(User::builder().name("edsger")).returning(User.id).one(&mut conn)?;
/// assert_eq!(id, 3);
/// # Ok::<(), orm::Error>(())
/// ```
///
/// On a session it goes past the unit of work: pending changes are flushed first, and the rows are not
/// tracked.
///
/// Of a model with [`Hooks`](crate::Hooks), `before_insert` and `validate` are called for each row when it is given; what
/// they refuse is the error of the statement. A row that is passed by reference is copied for that, without the fields
/// that have no column.
#[must_use = "an insert does nothing until it is executed"]
#[derive(Debug)]
pub struct Insert<'a, M> {
    first: InsertRows<'a, M>,
    more: Vec<InsertRows<'a, M>>,
    /// What the hooks of the rows have refused, if the model has hooks.
    refused: Option<Box<Refused>>,
}

/// Represents an INSERT that returns a column of each row.
#[must_use = "an insert does nothing until it is executed"]
pub struct Returning<'a, M, T> {
    insert: Insert<'a, M>,
    column: Column<M, T>,
}

impl<M: Model + fmt::Debug, T> fmt::Debug for Returning<'_, M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut returning = f.debug_tuple("Returning");
        returning.field(&self.insert).field(&self.column).finish()
    }
}

/// Creates an INSERT into a model's table.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let statement = insert(Post).values(Post::builder().author_id(1).title("On tides"));
/// assert_eq!(
///     statement.to_sql(&SqliteDialect)?,
///     r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn insert<E: Entity>(_entity: E) -> InsertInto<E::Model> {
    InsertInto(PhantomData)
}

impl<M: Model> InsertInto<M> {
    /// Sets the rows: a model or its builder, or any number of them in an array, slice, vector or another iterator.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = ["On tides", "On moons"].map(|title| Post::builder().author_id(1).title(title));
    /// assert_eq!(
    ///     insert(Post).values(posts).to_sql(&PostgresDialect)?,
    ///     r#"INSERT INTO "posts" ("author_id", "title") SELECT * FROM UNNEST($1::int8[], $2::text[])"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    // On one line, since the compiler shows it where something else is given.
    #[rustfmt::skip]
    pub fn values<'a, V, K>(self, values: V) -> Insert<'a, M> where InsertRows<'a, M>: RowsOf<V, M, K> {
        let mut refused = None;
        Insert {
            first: hooked(RowsOf::rows_of(values), &mut refused),
            more: Vec::new(),
            refused,
        }
    }
}

impl<'a, M: Model> Insert<'a, M> {
    /// Adds more rows.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = |title: &'static str| Post::builder().author_id(1).title(title);
    /// let stored = insert(Post).values(post("On tides")).values(post("On moons")).execute(&mut conn)?;
    /// assert_eq!(stored, 2);
    /// assert_eq!(
    ///     sent.take_lines(),
    ///     [
    ///         "BEGIN",
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?) -- 1 runs of 2 binds"#,
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?) -- 1 runs of 2 binds"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[rustfmt::skip]
    pub fn values<V, K>(mut self, values: V) -> Self where InsertRows<'a, M>: RowsOf<V, M, K> {
        let rows = hooked(RowsOf::rows_of(values), &mut self.refused);
        self.more.push(rows);
        self
    }

    /// Adds RETURNING a column of each row. The generated key is returned in the order of the rows on every database.
    /// Other columns are returned in the database's order; MySQL does not support them.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = Post::builder().author_id(1).title("On tides");
    /// let statement = insert(Post).values(post).returning(Post.id);
    /// assert_eq!(
    ///     statement.to_sql(&PostgresDialect)?,
    ///     r#"INSERT INTO "posts" ("author_id", "title") VALUES ($1, $2) RETURNING "id""#
    /// );
    /// assert_eq!(statement.one(&mut conn)?, 2);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn returning<T: DbType>(self, column: Column<M, T>) -> Returning<'a, M, T> {
        Returning {
            insert: self,
            column,
        }
    }

    /// Executes the INSERT and returns the number of inserted rows. After an error no row is inserted.
    ///
    /// # Errors
    /// - `DataTooLong`: a value is longer than its column.
    /// - `ForeignKeyViolation`: a foreign key is 0, the key of a parent that is not stored.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = Post::builder().author_id(1).title("On tides");
    /// assert_eq!(insert(Post).values(post).execute(&mut conn)?, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(&self, conn_or_session: &mut X) -> Result<u64> {
        self.run(conn_or_session, Back::Nothing, &mut |conn, rows, run| {
            insert_rows(
                conn,
                &run.insert::<M>(),
                &|row, position| rows.value(run.rows.start + row, position),
                None,
            )
        })
    }

    /// Returns the SQL text for a dialect, with placeholders instead of values. If the INSERT is sent as several
    /// statements, returns the first.
    ///
    /// # Errors
    /// - `Usage`: there are no rows.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let post = Post { id: 7, author_id: 1, title: "On tides".into(), author: BelongsTo::default() };
    /// assert_eq!(
    ///     insert(Post).values(&post).to_sql(&MysqlDialect::MySql)?,
    ///     "INSERT INTO `posts` (`id`, `author_id`, `title`) VALUES (?, ?, ?)"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        self.text(dialect, None)
    }

    fn text(&self, dialect: &dyn Dialect, returning: Option<usize>) -> Result<String> {
        match self.parts().flat_map(InsertRows::runs).next() {
            Some(run) => first_statement(dialect, &run.insert::<M>(), returning),
            None => Err(
                Error::with_message(ErrorKind::Usage, "the INSERT has no rows")
                    .with_table(M::def().table),
            ),
        }
    }

    fn parts(&self) -> impl Iterator<Item = &InsertRows<'a, M>> {
        std::iter::once(&self.first).chain(&self.more)
    }

    fn len(&self) -> usize {
        self.parts().map(InsertRows::len).sum()
    }

    fn run<X: Executor>(&self, x: &mut X, back: Back, send: Send<'_, M>) -> Result<u64> {
        let rows = self.len();
        if rows == 0 {
            return Ok(0);
        }
        if let Some(refused) = &self.refused {
            refused.to_result()?;
        }
        x.write(M::def(), DmlKind::Insert, |conn, _| {
            if self.is_one_statement(conn, back) {
                self.send_all(conn, send)
            } else if conn.in_transaction() {
                conn.savepoint(|conn| self.send_all(conn, send))
            } else {
                conn.transaction(|conn| self.send_all(conn, send))
            }
        })?;
        Ok(rows as u64)
    }

    /// Whether all rows go in one statement, which needs nothing around it to store them all or none.
    fn is_one_statement(&self, conn: &mut Connection, back: Back) -> bool {
        let limit = conn.statement_bytes();
        let mut runs = self
            .parts()
            .flat_map(|part| part.runs().map(move |run| (part, run)));
        let (Some((part, run)), None) = (runs.next(), runs.next()) else {
            return false;
        };
        let value = |row, position| part.value(run.rows.start + row, position);
        let capabilities = conn.dialect().capabilities();
        let insert = run.insert::<M>();
        let stores = || stores_at_once(capabilities, &insert, &value, limit);
        goes_at_once(capabilities, &insert, &value, limit) || back == Back::Nothing && stores()
    }

    fn send_all(&self, conn: &mut Connection, send: Send<'_, M>) -> Result<()> {
        for part in self.parts() {
            for run in part.runs() {
                send(conn, part, &run)?;
            }
        }
        Ok(())
    }
}

/// The RETURNING list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Back {
    Nothing,
    Column,
}

/// Sends one run of rows.
type Send<'s, M> = &'s mut dyn FnMut(&mut Connection, &InsertRows<'_, M>, &Run) -> Result<()>;

impl<M: Model, T: DbType> Returning<'_, M, T> {
    /// Executes the INSERT and returns the column of each row.
    ///
    /// # Errors
    /// - `Unsupported`: the column is not the generated key, on a database without RETURNING.
    /// - As [`Insert::execute`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let posts = ["On tides", "On moons"].map(|title| Post::builder().author_id(1).title(title));
    /// let keys = insert(Post).values(posts).returning(Post.id).all(&mut conn)?;
    /// assert_eq!(keys, [2, 3]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn all<X: Executor>(&self, conn_or_session: &mut X) -> Result<Vec<T>> {
        let mut values = Vec::with_capacity(self.insert.len());
        let position = self.column.position();
        let generated = M::def().generated == Some(position);
        self.insert
            .run(conn_or_session, Back::Column, &mut |conn, rows, run| {
                let value = |row, position| rows.value(run.rows.start + row, position);
                if generated {
                    return self.insert_keys(conn, rows, run, &mut values);
                }
                let mut take = |row: &dyn Row| {
                    values.push(read_value(row, 0)?);
                    Ok(())
                };
                insert_returning(conn, &run.insert::<M>(), &value, position, &mut take)
            })?;
        Ok(values)
    }

    /// Executes the INSERT and returns the column of its only row.
    ///
    /// # Errors
    /// - `Usage`: there is not exactly one row.
    /// - As [`Returning::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = Post::builder().author_id(1).title("On tides");
    /// let title = insert(Post).values(post).returning(Post.title).one(&mut conn)?;
    /// assert_eq!(title, "On tides");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?) RETURNING "title""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn one<X: Executor>(&self, conn_or_session: &mut X) -> Result<T> {
        let rows = self.insert.len();
        if rows == 1
            && let Some(value) = self.all(conn_or_session)?.pop()
        {
            return Ok(value);
        }
        Err(Error::with_message(
            ErrorKind::Usage,
            format!("the INSERT has {rows} rows instead of one"),
        )
        .with_table(M::def().table)
        .with_hint("use .all(…)"))
    }

    /// Returns the SQL text for a dialect, as [`Insert::to_sql`] does.
    ///
    /// # Errors
    /// - `Usage`: there are no rows.
    /// - `Unsupported`: the dialect has no RETURNING.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let post = Post::builder().author_id(1).title("On tides");
    /// let statement = insert(Post).values(post).returning(Post.title);
    /// assert_eq!(
    ///     statement.to_sql(&MysqlDialect::MariaDb)?,
    ///     "INSERT INTO `posts` (`author_id`, `title`) VALUES (?, ?) RETURNING `title`"
    /// );
    /// assert!(statement.to_sql(&MysqlDialect::MySql).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        self.insert.text(dialect, Some(self.column.position()))
    }

    /// Inserts rows for their keys: those that are generated, or those that the rows bring along.
    fn insert_keys(
        &self,
        conn: &mut Connection,
        rows: &InsertRows<'_, M>,
        run: &Run,
        keys: &mut Vec<T>,
    ) -> Result<()> {
        let position = self.column.position();
        let value = |row, position| rows.value(run.rows.start + row, position);
        let insert = run.insert::<M>();
        let read = |value: ValueRef<'_>| {
            T::from_value(value).map_err(|_| {
                Error::with_message(
                    ErrorKind::Decode,
                    "the generated key is out of range for its field",
                )
                .with_table(M::def().table)
                .with_column(self.column.name())
            })
        };
        if run.columns.contains(&position) {
            insert_rows(conn, &insert, &value, None)?;
            for row in 0..insert.rows {
                keys.push(read(value(row, position))?);
            }
            return Ok(());
        }
        let mut generated = Vec::with_capacity(insert.rows);
        insert_rows(
            conn,
            &insert,
            &value,
            Some(&mut |_, key| generated.push(key)),
        )?;
        for key in generated {
            keys.push(read(ValueRef::Int(key))?);
        }
        Ok(())
    }
}
