//! [`Stream`]: iterates over the rows of a query on demand.
//!
//! The `stream` methods of `select` and `raw` return it, on connections only: a session keeps every entity that it
//! loads, so the use of memory would not be constant. Sessions have `chunks`.

use std::fmt;
use std::iter::FusedIterator;

use orm_core::driver::Row;
use orm_core::error::Result;

use super::column_index::{ColumnIndex, remapped};
use super::from_row::Reader;
use crate::engine::{Connection, Cursor};

/// Iterates over the rows of a query as `Result<T>`. Returned by the `stream` methods. The iteration ends after an
/// error.
///
/// A stream borrows its connection until it is dropped. Dropping it ends the query, also if rows are left:
///
/// - PostgreSQL: the rows are those of a cursor, a few thousand at a time at most, and the end is `CLOSE`. Outside a
///   transaction the cursor has one of its own.
/// - MySQL and MariaDB: the server sends the rows while they are read. What is left at an early end is read and thrown
///   away; if that takes longer than 20 ms, the query is stopped by `KILL QUERY` from another connection. Where
///   none can be opened, everything that is left is read.
/// - SQLite computes each row when it is fetched, and nothing after the end.
///
/// The transaction around it continues after an early end. An error of the database is that of any statement: on
/// PostgreSQL it aborts the transaction.
#[must_use = "no row is read before it is fetched"]
pub struct Stream<'c, T> {
    cursor: Cursor<'c>,
    rows: Rows<T>,
}

/// What is made of a row.
enum Rows<T> {
    /// A value of raw SQL.
    Raw(Reader, fn(&mut Reader, &dyn Row) -> Result<T>),
    /// What a query selects, with the places of the columns if models lack some.
    Selected(Option<ColumnIndex>, fn(&dyn Row) -> Result<T>),
}

impl<'c, T> Stream<'c, T> {
    pub(in crate::query) fn new(
        cursor: Cursor<'c>,
        read: fn(&mut Reader, &dyn Row) -> Result<T>,
    ) -> Self {
        Self::of_reader(cursor, Reader::default(), read)
    }

    pub(in crate::query) fn of_reader(
        cursor: Cursor<'c>,
        reader: Reader,
        read: fn(&mut Reader, &dyn Row) -> Result<T>,
    ) -> Self {
        let rows = Rows::Raw(reader, read);
        Self { cursor, rows }
    }

    pub(in crate::query) fn of_models(
        cursor: Cursor<'c>,
        places: Option<ColumnIndex>,
        read: fn(&dyn Row) -> Result<T>,
    ) -> Self {
        let rows = Rows::Selected(places, read);
        Self { cursor, rows }
    }
}

impl<T> Iterator for Stream<'_, T> {
    type Item = Result<T>;

    #[inline]
    fn next(&mut self) -> Option<Result<T>> {
        let rows = &mut self.rows;
        self.cursor.fetch(|row| match rows {
            Rows::Raw(reader, read) => read(reader, row),
            Rows::Selected(places, read) => remapped(places.as_ref(), row, *read),
        })
    }
}

impl<T> FusedIterator for Stream<'_, T> {}

impl<T> fmt::Debug for Stream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

/// Is implemented by what rows can be streamed from: a [`Connection`].
#[diagnostic::on_unimplemented(
    message = "rows are streamed from a connection, not from `{Self}`",
    label = "not a `Connection`",
    note = "a session keeps every entity that it loads; read in chunks: `select(User).chunks(1000, &mut session, |session, users| …)`, or stream owned structs from a connection: `engine.connection()?`"
)]
pub trait StreamSource: sealed::Sealed {
    #[doc(hidden)]
    fn source(&mut self) -> &mut Connection;
}

#[diagnostic::do_not_recommend]
impl StreamSource for Connection {
    fn source(&mut self) -> &mut Connection {
        self
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::engine::Connection {}
}
