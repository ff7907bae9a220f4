//! [`Select::graph_chunks`]: a query of any number of entities on a connection, of which a graph holds one chunk at a time.
//!
//! The pages are those of `query/select/pages.rs`, as for the session's chunks in `chunks.rs`; a chunk is read as a graph of
//! `graph.rs`.

use orm_core::driver::Row;
use orm_core::error::Result;

use super::Session;
use super::graph::{Graph, read_graph};
use super::queries::Entities;
use crate::engine::Connection;
use crate::mapping::Model;
use crate::query::{EntitySelection, Pages, Select};

impl<S: EntitySelection> Select<S> {
    /// Reads the entities in chunks of `size` on a connection, and calls `each` with the connection and a [`Graph`] of each
    /// chunk, as long as there are more: for queries of more rows than fit in memory, with the relations of
    /// [`with`](Select::with). A chunk takes one statement, and those that load its relations.
    ///
    /// The graph owns the entities of its chunk. Nothing is kept from chunk to chunk: an entity that is referenced by several
    /// chunks is in the graph of each.
    ///
    /// Chunks begin and end as those of [`chunks`](Select::chunks) do: no cursor stays open, and `each` may run any statement.
    /// If no transaction is open, SQLite, MariaDB and MySQL read a chunk and its relations in one that only reads; other
    /// transactions may commit between two chunks.
    ///
    /// # Errors
    /// - The error of `each`. No more chunks are read.
    /// - `Usage`: the size is 0; the query has GROUP BY or HAVING; or it is ordered by something else than NOT NULL columns
    ///   of the model.
    /// - As [`Select::graph`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let mut titles = Vec::new();
    /// select(User).with(User.posts).graph_chunks(1000, &mut conn, |_conn, users| {
    ///     for user in &users {
    ///         for post in users[*user].posts.get()? {
    ///             titles.push(users[post].title.clone());
    ///         }
    ///     }
    ///     Ok(())
    /// })?;
    /// assert_eq!(titles, ["On engines"]);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN",
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" ORDER BY "id" ASC LIMIT ?"#,
    ///         r#"SELECT "id", "author_id", "title" FROM "posts" WHERE "author_id" = ?"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn graph_chunks(
        &self,
        size: usize,
        conn: &mut Connection,
        mut each: impl FnMut(&mut Connection, Graph<S::Output<Session>>) -> Result<()>,
    ) -> Result<()>
    where
        S::Output<Session>: PartialEq,
    {
        let mut pages = self.pages(S::Model::def(), size, "graph_chunks")?;
        while let Some(graph) = next_graph::<S>(conn, &mut pages)? {
            each(conn, graph)?;
        }
        Ok(())
    }
}

/// The graph of the next page, if it has any row of the model, each once.
fn next_graph<S: EntitySelection<Output<Session>: PartialEq>>(
    conn: &mut Connection,
    pages: &mut Pages,
) -> Result<Option<Graph<S::Output<Session>>>> {
    let Some(page) = pages.page() else {
        return Ok(None);
    };
    let statement = page.statement();
    let (mut chunk, mut rows, mut last) = (Vec::new(), 0, None);
    let mut each = |row: &dyn Row, sink: &mut Entities<'_>| {
        rows += 1;
        let selected = S::decode::<Session>(row, 0, sink)?;
        // The rows of one entity follow one another.
        if chunk.last() != Some(&selected) {
            chunk.push(selected);
        }
        if rows == page.rows {
            last = Some(S::Model::decode(row, 0)?);
        }
        Ok(())
    };
    let state = read_graph(conn, &statement, &mut each)?;
    pages.advance(chunk.len(), last.as_ref());
    Ok((!chunk.is_empty()).then(|| Graph::of(chunk, state)))
}
