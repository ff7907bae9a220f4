//! [`InsertIter`]: INSERT of the rows of an iterator, in bounded memory.

use std::fmt;
use std::marker::PhantomData;

use orm_core::error::Result;

use super::bulk::insert_rows;
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
    pub(super) limit: StatementLimit,
    marker: Marker<'a, M, Kind>,
}

impl<M: Model, I, Kind> fmt::Debug for InsertIter<'_, M, I, Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InsertIter(rows of {})", M::def().table)
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
        let mut rows = self.rows.peekable();
        if rows.peek().is_none() {
            return Ok(0);
        }
        limited(conn_or_session, self.limit).write(M::def(), DmlKind::Insert, |conn, _| {
            let mut send = |conn: &mut Connection| {
                let mut sent = 0;
                while rows.peek().is_some() {
                    let chunk = Item::collect(rows.by_ref().take(ROWS));
                    sent += send_chunk::<M>(conn, &Insert::of(chunk))?;
                }
                Ok(sent)
            };
            if conn.in_transaction() {
                conn.savepoint(|conn| send(conn))
            } else {
                conn.transaction(|conn| send(conn))
            }
        })
    }
}

fn send_chunk<M: Model>(conn: &mut Connection, insert: &Insert<'_, M>) -> Result<u64> {
    insert.check_hooks()?;
    insert.send_whole(conn, true, &mut |conn, rows, run| {
        let value = |row, position| rows.value(run.rows.start + row, position);
        insert_rows(conn, &run.insert::<M>(), &value, None)
    })?;
    Ok(insert.len() as u64)
}
