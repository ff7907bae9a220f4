//! [`Returning::cte`]: the rows that a statement returns as a common table expression of another one.

use std::borrow::Cow;

use orm_core::error::{Error, Result};
use orm_core::stmt::Statement;

use super::returning::{Returning, WriteRows};
use crate::mapping::{Model as _, interned};
use crate::query::executor::DmlKind;
use crate::query::expressions::build_error::BuildError;
use crate::query::select::derived::{Derived, RowColumns, written_cte};
use crate::query::select::named_source::WrittenTable;
use crate::query::select::returning_list::ReturningList;
use crate::query::select::selectable::Selectable;

/// Is implemented by the statements that a common table expression can be: UPDATE, DELETE, and INSERT of the rows of a query.
#[diagnostic::on_unimplemented(
    message = "a common table expression can't be `{Self}`",
    label = "expected an UPDATE, a DELETE, or an INSERT with `from_select`",
    note = "execute the INSERT, and use the rows that it returns"
)]
pub trait WriteInWith: WriteRows {
    /// What it does.
    #[doc(hidden)]
    const KIND: DmlKind;

    /// Returns the statement with a RETURNING list.
    ///
    /// # Errors
    /// `Usage`: the statement is not valid.
    #[doc(hidden)]
    fn statement(&self, list: &ReturningList) -> Result<Statement>;
}

impl<W: WriteInWith, S: Selectable + RowColumns> Returning<W, S> {
    /// Returns the rows as a common table expression, to select from or to insert: the statement is executed once, with the
    /// one that has it in WITH. Only PostgreSQL supports it.
    ///
    /// The statement around it does not see what is written: it reads the tables as they were, and of the expression the rows
    /// that are returned. On a session, pending changes are flushed first, and after a query everything that it has loaded is
    /// stale.
    ///
    /// # Errors
    /// A verb of the statement that has the expression returns:
    /// - `Unsupported`: the database is not PostgreSQL.
    /// - `Usage`: the statement is not valid; the expression is in a subquery or in another statement of WITH; or the verb reads
    ///   pages, each of which would execute it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let moved = delete(Post).filter(Post.id.lt(100)).returning((Post.author_id, Post.title)).cte("moved");
    /// let (author, title) = moved.columns();
    /// let copied = insert(Post).from_select((Post.author_id, Post.title), select((author, title)).from(&moved));
    /// assert_eq!(
    ///     copied.to_sql(&PostgresDialect)?,
    ///     r#"WITH "moved"("c0", "c1") AS (DELETE FROM "posts" WHERE "id" < $1 RETURNING "author_id", "title") INSERT INTO "posts" ("author_id", "title") SELECT "c0", "c1" FROM "moved""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn cte(self, name: impl Into<Cow<'static, str>>) -> Derived<S> {
        let (list, write) = self.into_parts();
        let written = WrittenTable {
            model: W::Model::def(),
            kind: W::KIND,
        };
        let statement = list
            .check(W::Model::def())
            .and_then(|()| write.statement(&list))
            .map_err(|error| build_error(&error));
        written_cte(interned(name.into()), statement, written)
    }
}

fn build_error(error: &Error) -> BuildError {
    let hint = error.hint().unwrap_or_default().to_owned();
    BuildError::new(error.message().to_owned(), hint)
}
