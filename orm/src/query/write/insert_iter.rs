//! [`InsertIter`]: INSERT of the rows of an iterator, in bounded memory; and [`LoadResults`], of one that may fail. What is
//! loaded is sent by COPY where the database has it.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use orm_core::error::{Error, Result};

use super::bulk::{copy_rows, insert_rows};
use super::insert::{Insert, InsertInto};
use super::values::Item;
use crate::engine::{Connection, StatementLimit};
use crate::mapping::Model;
use crate::query::executor::{DmlKind, Executor};
use crate::query::limited::limited;

/// How many rows are in memory at a time.
const ROWS: usize = 1000;

/// The types of the rows, which live as long as `'a`.
type Marker<'a, M, Kind> = PhantomData<(fn() -> (M, Kind), &'a ())>;

/// Represents an INSERT of the rows of an iterator, of which a thousand are in memory at a time. The INSERT is atomic.
#[must_use = "an insert does nothing until it is executed"]
pub struct InsertIter<'a, M, I, Kind> {
    rows: I,
    /// Whether the rows go by COPY where there is one.
    loads: bool,
    pub(super) limit: StatementLimit,
    marker: Marker<'a, M, Kind>,
}

/// Represents a load of the rows of an iterator of results, made by [`InsertInto::load_results`].
#[must_use = "a load does nothing until it is executed"]
pub struct LoadResults<'a, M, I, Kind> {
    rows: I,
    pub(super) limit: StatementLimit,
    marker: Marker<'a, M, Kind>,
}

impl<M: Model, I, Kind> fmt::Debug for InsertIter<'_, M, I, Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InsertIter(rows of {})", M::def().table)
    }
}

impl<M: Model, I, Kind> fmt::Debug for LoadResults<'_, M, I, Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LoadResults(rows of {})", M::def().table)
    }
}

impl<M: Model> InsertInto<M> {
    /// Sets the rows to those of an iterator, which are read while they are sent: models, references to them, or builders.
    /// Unlike [`values`](InsertInto::values) it does not keep all of them in memory.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let lines = "On tides\nOn moons".lines();
    /// let posts = lines.map(|title| Post::builder().author_id(1).title(title));
    /// assert_eq!(insert(Post).values_iter(posts).execute(&mut conn)?, 2);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN",
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?), (?, ?)"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn values_iter<'a, I, Kind>(self, rows: I) -> InsertIter<'a, M, I::IntoIter, Kind>
    where
        I: IntoIterator<Item: Item<'a, M, Kind>>,
    {
        InsertIter {
            rows: rows.into_iter(),
            loads: false,
            limit: StatementLimit::Outer,
            marker: PhantomData,
        }
    }

    /// As [`values_iter`](InsertInto::values_iter), in the fastest way that the database has for many rows. On PostgreSQL that
    /// is `COPY "posts" ("author_id", "title") FROM STDIN`, on the others the INSERT of `values_iter`.
    ///
    /// COPY calls triggers, as INSERT does, and no rules. A table with row-level security refuses it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let posts = (1..=3).map(|n| Post::builder().author_id(1).title(format!("Part {n}")));
    /// assert_eq!(insert(Post).load(posts).execute(&mut conn)?, 3);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN",
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?), (?, ?), (?, ?)"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn load<'a, I, Kind>(self, rows: I) -> InsertIter<'a, M, I::IntoIter, Kind>
    where
        I: IntoIterator<Item: Item<'a, M, Kind>>,
    {
        let mut insert = self.values_iter(rows);
        insert.loads = true;
        insert
    }

    /// As [`load`](InsertInto::load), of an iterator whose rows may be errors: lines of a file that are parsed. The first error
    /// ends the load, and no row is inserted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let parse = |line: &str| -> orm::Result<_> {
    ///     let (author, title) = line.split_once(';').ok_or_else(|| orm::Error::other("no semicolon"))?;
    ///     let author: i64 = author.parse().map_err(orm::Error::other)?;
    ///     Ok(Post::builder().author_id(author).title(title))
    /// };
    /// let lines = ["1;On tides", "On moons"];
    /// let loaded = insert(Post).load_results(lines.map(parse)).execute(&mut conn);
    /// assert_eq!(loaded.unwrap_err().message(), "no semicolon");
    /// assert_eq!(select(Post).count(&mut conn)?, 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn load_results<'a, I, R, Kind>(self, rows: I) -> LoadResults<'a, M, I::IntoIter, Kind>
    where
        I: IntoIterator<Item = Result<R>>,
        R: Item<'a, M, Kind>,
    {
        LoadResults {
            rows: rows.into_iter(),
            limit: StatementLimit::Outer,
            marker: PhantomData,
        }
    }
}

impl<'a, M: Model, I, Kind> InsertIter<'a, M, I, Kind>
where
    I: Iterator<Item: Item<'a, M, Kind>>,
{
    /// Executes the INSERT and returns the number of inserted rows, in a transaction, or under a savepoint of the open one.
    /// After an error or a panic of the iterator no row is inserted.
    ///
    /// # Errors
    /// As [`Insert::execute`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let posts = (0..2500).map(|n| Post::builder().author_id(1).title(format!("Part {n}")));
    /// assert_eq!(insert(Post).values_iter(posts).execute(&mut session)?, 2500);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(self, conn_or_session: &mut X) -> Result<u64> {
        let options = (self.loads, self.limit);
        insert_all::<M, _, _, _>(conn_or_session, options, self.rows, &Cell::default())
    }
}

impl<'a, M: Model, I, R, Kind> LoadResults<'a, M, I, Kind>
where
    I: Iterator<Item = Result<R>>,
    R: Item<'a, M, Kind>,
{
    /// Loads the rows and returns their number, in a transaction, or under a savepoint of the open one. After an error or a
    /// panic of the iterator no row is inserted.
    ///
    /// # Errors
    /// - The first error of the iterator.
    /// - As [`Insert::execute`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let posts = (0..2500).map(|n| Ok(Post::builder().author_id(1).title(format!("Part {n}"))));
    /// assert_eq!(insert(Post).load_results(posts).execute(&mut session)?, 2500);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(self, conn_or_session: &mut X) -> Result<u64> {
        let failed = Cell::default();
        let rows = self.rows.map_while(|row| match row {
            Ok(row) => Some(row),
            Err(error) => {
                failed.set(Some(error));
                None
            }
        });
        insert_all::<M, _, _, _>(conn_or_session, (true, self.limit), rows, &failed)
    }
}

/// Inserts all rows of an iterator, or none if it leaves an error in `failed`.
fn insert_all<'a, M: Model, R: Item<'a, M, Kind>, Kind, X: Executor>(
    executor: &mut X,
    (loads, limit): (bool, StatementLimit),
    rows: impl Iterator<Item = R>,
    failed: &Cell<Option<Error>>,
) -> Result<u64> {
    // Beyond its end, an iterator may go on.
    let mut rows = rows.fuse().peekable();
    if rows.peek().is_none() {
        return failed.take().map_or(Ok(0), Err);
    }
    limited(executor, limit).write(M::def(), DmlKind::Insert, |conn, _| {
        let mut send = |conn: &mut Connection| {
            let mut sent = 0;
            while rows.peek().is_some() {
                let chunk = Item::collect(rows.by_ref().take(ROWS));
                sent += send_chunk::<M>(conn, &Insert::of(chunk), loads)?;
            }
            failed.take().map_or(Ok(sent), Err)
        };
        if conn.in_transaction() {
            conn.savepoint(|conn| send(conn))
        } else {
            conn.transaction(|conn| send(conn))
        }
    })
}

fn send_chunk<M: Model>(conn: &mut Connection, insert: &Insert<'_, M>, loads: bool) -> Result<u64> {
    insert.check_hooks()?;
    insert.send_whole(conn, true, &mut |conn, rows, run| {
        let value = |row, position| rows.value(run.rows.start + row, position);
        if loads {
            copy_rows(conn, &run.insert::<M>(), &value)
        } else {
            insert_rows(conn, &run.insert::<M>(), &value, None)
        }
    })?;
    Ok(insert.len() as u64)
}
