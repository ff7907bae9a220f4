//! [`Select::chunks`]: a query of any number of entities, of which the session holds one chunk at a time.
//!
//! The pages are those of `query/select/pages.rs`; which entities leave the session after a chunk is in `state/chunk.rs`.

use orm_core::error::Result;

use super::Session;
use crate::mapping::Model;
use crate::query::{EntitySelection, Executor, Pages, Select};
use crate::state::ChunkMark;

impl<S: EntitySelection> Select<S> {
    /// Reads the entities in chunks of `size` and calls `each` with the session and the handles of each chunk, as long as
    /// there are more: for queries of more rows than fit in memory. Relations of [`with`](Select::with) are loaded for
    /// each chunk.
    ///
    /// After the call of `each`, the entities that were loaded since the chunk began leave the session, and their handles
    /// become stale. These stay:
    ///
    /// - entities that were in the session before, and those that `each` has added;
    /// - changed entities, until a chunk ends after their changes are committed;
    /// - entities that a relation of these references.
    ///
    /// A chunk is a query of its own, which begins after the last row of the chunk before: keyset pagination by the columns
    /// of `order_by`, then by the primary key. No cursor stays open; `each` may run any statement, flush, and commit. Outside a
    /// transaction other transactions may commit between two chunks: for one state of the database, begin a transaction
    /// of isolation level `RepeatableRead`. Rows that `each` adds, or moves by a column of the order, are read again if
    /// they come after the last row. Each entity is passed once, also if joins repeat its row; LIMIT counts entities.
    ///
    /// # Errors
    /// - The error of `each`. No more chunks are read.
    /// - `Usage`: the size is 0; the query has GROUP BY or HAVING; or it is ordered by something else than NOT NULL columns
    ///   of the model.
    /// - As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// # session.add(User::builder().name("eve").age(41).active(true));
    /// # session.commit()?;
    /// # session.clear();
    /// # sent.take();
    /// let mut ages = 0;
    /// select(User).chunks(1, &mut session, |session, users| {
    ///     for user in users {
    ///         ages += session[*user].age;
    ///     }
    ///     Ok(())
    /// })?;
    /// assert_eq!(ages, 77);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" ORDER BY "id" ASC LIMIT ?"#,
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" > ? ORDER BY "id" ASC LIMIT ?"#,
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" > ? ORDER BY "id" ASC LIMIT ?"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn chunks(
        &self,
        size: usize,
        session: &mut Session,
        mut each: impl FnMut(&mut Session, &[S::Output<Session>]) -> Result<()>,
    ) -> Result<()>
    where
        S::Output<Session>: PartialEq,
    {
        let mut pages = self.pages(S::Model::def(), size, "chunks")?;
        let chunks = Chunks::begin(session);
        while chunks
            .session
            .next_chunk::<S>(&chunks.first, &mut pages, &mut each)?
        {}
        Ok(())
    }
}

impl Session {
    /// Reads a chunk and calls `each` with it. Returns whether there was any.
    fn next_chunk<S: EntitySelection<Output<Self>: PartialEq>>(
        &mut self,
        first: &ChunkMark,
        pages: &mut Pages,
        each: &mut impl FnMut(&mut Self, &[S::Output<Self>]) -> Result<()>,
    ) -> Result<bool> {
        let mark = self.state.chunk_mark();
        let result = self.read_page::<S>(pages).and_then(|chunk| {
            if chunk.is_empty() {
                return Ok(false);
            }
            each(self, &chunk)?;
            Ok(true)
        });
        self.state.expunge_chunk(first, &mark);
        result
    }

    /// What the next page has of rows of the model, each once.
    fn read_page<S: EntitySelection<Output<Self>: PartialEq>>(
        &mut self,
        pages: &mut Pages,
    ) -> Result<Vec<S::Output<Self>>> {
        let Some(page) = pages.page() else {
            return Ok(Vec::new());
        };
        let (mut chunk, mut rows, mut last) = (Vec::new(), 0, None);
        self.read(&page.statement(), |row, sink| {
            rows += 1;
            let selected = S::decode::<Self>(row, 0, sink)?;
            // The rows of one entity follow one another.
            if chunk.last() != Some(&selected) {
                chunk.push(selected);
            }
            if rows == page.rows {
                last = Some(S::Model::decode(row, 0)?);
            }
            Ok(())
        })?;
        pages.advance(chunk.len(), last.as_ref());
        Ok(chunk)
    }
}

/// Reads in chunks until it is dropped: closures may panic.
struct Chunks<'s> {
    session: &'s mut Session,
    /// Where the first chunk begins.
    first: ChunkMark,
}

impl<'s> Chunks<'s> {
    fn begin(session: &'s mut Session) -> Self {
        session.state.begin_chunks();
        let first = session.state.chunk_mark();
        Self { session, first }
    }
}

impl Drop for Chunks<'_> {
    fn drop(&mut self) {
        self.session.state.end_chunks();
    }
}
