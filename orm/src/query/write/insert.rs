//! INSERT of models, builders and collections of them.

use std::marker::PhantomData;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Capabilities, Dialect};
use orm_core::stmt::{self, InsertSource};
use orm_core::value::ValueRef;

use super::bulk::{
    BulkInsert, first_statement, goes_at_once, insert_rows, insert_with, stores_at_once,
};
use super::hooked_rows::{Refused, hooked};
use super::printed_rows::printed_rows;
use super::returning::{Returning, WriteRows, check_returning};
use super::values::{InsertRows, RowsOf, Run, no_rows};
use crate::engine::{Connection, StatementLimit};
use crate::mapping::{Entity, Model};
use crate::query::executor::{DmlKind, Executor, RowsWrite};
use crate::query::limited::limited;
use crate::query::select::returning_list::ReturningList;
use crate::query::select::selectable::Selectable;

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
    pub(super) limit: StatementLimit,
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
        Insert::of(RowsOf::rows_of(values))
    }
}

impl<M: Model> InsertInto<M> {
    /// Sets the rows to one row of the defaults of the database: the generated key, server defaults and NULL. Hooks are not
    /// called.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = insert(Post).defaults().returning(Post.id);
    /// assert_eq!(
    ///     statement.to_sql(&PostgresDialect)?,
    ///     r#"INSERT INTO "posts" DEFAULT VALUES RETURNING "id""#
    /// );
    /// assert_eq!(
    ///     statement.to_sql(&MysqlDialect::MariaDb)?,
    ///     "INSERT INTO `posts` () VALUES () RETURNING `id`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn defaults(self) -> Insert<'static, M> {
        Insert {
            first: InsertRows::Defaults,
            more: Vec::new(),
            refused: None,
            limit: StatementLimit::Outer,
        }
    }
}

impl<'a, M: Model> Insert<'a, M> {
    pub(super) fn of(rows: InsertRows<'a, M>) -> Self {
        let mut refused = None;
        Self {
            first: hooked(rows, &mut refused),
            more: Vec::new(),
            refused,
            limit: StatementLimit::Outer,
        }
    }

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

    /// Adds RETURNING: what is selected of each row. The generated key alone is returned in the order of the rows, on
    /// every database. Anything else is returned in the database's order; MySQL does not support it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = || Post::builder().author_id(1).title("On tides");
    /// let statement = insert(Post).values(post()).returning((Post.id, Post.title));
    /// assert_eq!(
    ///     statement.to_sql(&PostgresDialect)?,
    ///     r#"INSERT INTO "posts" ("author_id", "title") VALUES ($1, $2) RETURNING "id", "title""#
    /// );
    /// assert_eq!(statement.one(&mut conn)?, (2, "On tides".to_owned()));
    /// assert_eq!(insert(Post).values(post()).returning(Post).one(&mut conn)?.id, 3);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn returning<S: Selectable>(self, selected: S) -> Returning<Self, S> {
        Returning::new(self, selected)
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
        let rows = self.len();
        if rows == 0 {
            return Ok(0);
        }
        self.check_hooks()?;
        limited(conn_or_session, self.limit).write(M::def(), DmlKind::Insert, |conn, _| {
            let is_one = self.goes_at_once(conn, &|capabilities, insert, value, limit| {
                goes_at_once(capabilities, insert, value, limit)
                    || stores_at_once(capabilities, insert, value, limit)
            });
            self.send_whole(conn, is_one, &mut |conn, rows, run| {
                insert_rows(
                    conn,
                    &run.insert::<M>(),
                    &|row, position| rows.value(run.rows.start + row, position),
                    None,
                )
            })
        })?;
        Ok(rows as u64)
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

    fn text(&self, dialect: &dyn Dialect, clauses: Option<&stmt::Insert>) -> Result<String> {
        first_statement(dialect, &self.first_run()?.insert::<M>(), clauses)
    }

    /// The rows of the first statement.
    ///
    /// # Errors
    /// `Usage` if there are none.
    pub(super) fn first_run(&self) -> Result<Run> {
        let run = self.parts().flat_map(InsertRows::runs).next();
        run.ok_or_else(no_rows::<M>)
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &InsertRows<'a, M>> {
        std::iter::once(&self.first).chain(&self.more)
    }

    pub(super) fn len(&self) -> usize {
        self.parts().map(InsertRows::len).sum()
    }

    /// # Errors
    /// What the hooks of the rows have refused.
    pub(super) fn check_hooks(&self) -> Result<()> {
        match &self.refused {
            Some(refused) => refused.to_result(),
            None => Ok(()),
        }
    }

    /// Whether all rows go in one statement, by `test`, which gets the run of all rows and the most bytes of a statement.
    pub(super) fn goes_at_once<'s>(&'s self, conn: &mut Connection, test: AtOnce<'_, 's>) -> bool {
        let limit = conn.statement_bytes();
        let mut runs = self
            .parts()
            .flat_map(|part| part.runs().map(move |run| (part, run)));
        let (Some((part, run)), None) = (runs.next(), runs.next()) else {
            return false;
        };
        let value = |row, position| part.value(run.rows.start + row, position);
        test(
            conn.dialect().capabilities(),
            &run.insert::<M>(),
            &value,
            limit,
        )
    }

    /// Sends all runs of rows. If they are several statements, these stand in a transaction or under a savepoint.
    pub(super) fn send_whole(
        &self,
        conn: &mut Connection,
        is_one_statement: bool,
        send: Send<'_, M>,
    ) -> Result<()> {
        if is_one_statement {
            self.send_all(conn, send)
        } else if conn.in_transaction() {
            conn.savepoint(|conn| self.send_all(conn, send))
        } else {
            conn.transaction(|conn| self.send_all(conn, send))
        }
    }

    fn send_all(&self, conn: &mut Connection, send: Send<'_, M>) -> Result<()> {
        for part in self.parts() {
            for run in part.runs() {
                send(conn, part, &run)?;
            }
        }
        Ok(())
    }

    /// Inserts rows for their generated keys: those that the database makes, or those that the rows bring along.
    fn insert_keys(
        (conn, rows, run): (&mut Connection, &InsertRows<'_, M>, &Run),
        position: usize,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let value = |row, position| rows.value(run.rows.start + row, position);
        let insert = run.insert::<M>();
        let mut each = |key| each(&KeyRow(key)).map_err(unfit_key::<M>);
        if run.columns.contains(&position) {
            insert_rows(conn, &insert, &value, None)?;
            return (0..insert.rows).try_for_each(|row| each(value(row, position)));
        }
        let mut generated = Vec::with_capacity(insert.rows);
        insert_rows(
            conn,
            &insert,
            &value,
            Some(&mut |_, key| generated.push(key)),
        )?;
        let mut keys = generated.into_iter();
        keys.try_for_each(|key| each(ValueRef::Int(key)))
    }
}

/// Tests whether rows go in one statement.
pub(super) type AtOnce<'t, 'v> = &'t dyn Fn(
    &Capabilities,
    &BulkInsert<'_>,
    &dyn Fn(usize, usize) -> ValueRef<'v>,
    usize,
) -> bool;

/// Sends one run of rows.
pub(super) type Send<'s, M> =
    &'s mut dyn FnMut(&mut Connection, &InsertRows<'_, M>, &Run) -> Result<()>;

/// The clauses of an INSERT that returns a list.
fn returning<M: Model>(list: &ReturningList) -> stmt::Insert {
    let mut clauses = stmt::Insert::new(M::def().table, Vec::new(), InsertSource::Defaults);
    clauses.returning.extend(list.projections());
    clauses
}

impl<M: Model> WriteRows for Insert<'_, M> {
    type Model = M;

    fn write_rows<X: Executor>(
        &self,
        conn_or_session: &mut X,
        list: &ReturningList,
        each: impl FnMut(&dyn Row, &mut X::Sink<'_>) -> Result<()>,
    ) -> Result<()> {
        if self.len() == 0 {
            return Ok(());
        }
        self.check_hooks()?;
        let generated = M::def().generated;
        let key = list.only_column(M::def());
        let key = key.filter(|column| generated == Some(*column));
        let write = RowsWrite {
            model: M::def(),
            kind: DmlKind::Insert,
            has_entities: list.has_entities(),
            check: &|dialect| match key {
                Some(_) => Ok(()),
                None => check_returning(dialect, INSERT_RETURNING),
            },
            keys: None,
        };
        let clauses = returning::<M>(list);
        let run = |conn: &mut Connection, (), each: &mut dyn FnMut(&dyn Row) -> Result<()>| {
            // Keys alone are also made of the first one, which is known to be right only afterwards.
            let is_one = self.goes_at_once(conn, &|capabilities, insert, value, limit| {
                goes_at_once(capabilities, insert, value, limit)
                    || key.is_none() && stores_at_once(capabilities, insert, value, limit)
            });
            self.send_whole(conn, is_one, &mut |conn, rows, run| {
                if let Some(position) = key {
                    return Self::insert_keys((conn, rows, run), position, &mut *each);
                }
                let value = |row, position| rows.value(run.rows.start + row, position);
                insert_with(conn, &run.insert::<M>(), &value, &clauses, &mut *each)
            })
        };
        limited(conn_or_session, self.limit).write_rows(&write, |_, _| Ok(()), run, each)
    }

    fn most_rows(&self) -> Option<usize> {
        Some(self.len())
    }

    fn text_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        self.text(dialect, Some(&returning::<M>(list)))
    }

    fn printed_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        self.check_hooks()?;
        printed_rows(self.parts(), dialect, &|_| Ok(Some(returning::<M>(list))))
    }
}

/// What RETURNING of an INSERT needs.
pub(super) const INSERT_RETURNING: (&str, fn(&Capabilities) -> bool) =
    ("INSERT … RETURNING", |capabilities| {
        capabilities.insert_returning
    });

/// A row of a generated key.
struct KeyRow<'k>(ValueRef<'k>);

impl Row for KeyRow<'_> {
    fn len(&self) -> usize {
        1
    }

    fn get(&self, _index: usize) -> Result<ValueRef<'_>> {
        Ok(self.0)
    }

    fn name(&self, _index: usize) -> &'static str {
        ""
    }
}

#[cold]
fn unfit_key<M: Model>(error: Error) -> Error {
    if error.kind() != ErrorKind::Decode {
        return error;
    }
    let message = "the generated key is out of range for its field";
    let key = M::def().generated.map(|position| M::def().names[position]);
    Error::with_message(ErrorKind::Decode, message)
        .with_table(M::def().table)
        .with_any(key, Error::with_column)
}
