//! Which rows of a [`Select`] are kept: DISTINCT ON and WITH TIES. DISTINCT and LIMIT are in `builder.rs`.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::Limit;

use super::builder::Select;
use super::clauses::Clauses;
use super::query_state::QueryState;
use crate::query::expressions::order::GroupList;

impl<S> Select<S> {
    /// Adds to DISTINCT ON: of the rows that are equal in these columns or expressions, only the first in the order is
    /// returned. ORDER BY must begin with them. On PostgreSQL.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no DISTINCT ON. Nothing is sent.
    /// - `Usage`: ORDER BY begins with something else.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let newest = select(Post)
    ///     .distinct_on(Post.author_id)
    ///     .order_by((Post.author_id, Post.id.desc()));
    /// assert_eq!(
    ///     newest.to_sql(&PostgresDialect)?,
    ///     r#"SELECT DISTINCT ON ("author_id") "id", "author_id", "title" FROM "posts" ORDER BY "author_id" ASC, "id" DESC"#
    /// );
    /// assert!(newest.to_sql(&SqliteDialect).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn distinct_on<G: GroupList>(mut self, groups: G) -> Self {
        groups.add_to(&mut self.query.clauses_mut().distinct_on);
        self
    }

    /// Sets the limit, which does not cut off rows that are equal to the last one in the order: WITH TIES. On PostgreSQL
    /// and MariaDB.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no WITH TIES. Nothing is sent.
    /// - `Usage`: the query has no ORDER BY.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let oldest = select(User.name).order_by(User.age.desc()).limit_with_ties(3);
    /// assert_eq!(
    ///     oldest.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "age" DESC FETCH FIRST $1 ROWS WITH TIES"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn limit_with_ties(mut self, rows: u64) -> Self {
        let clauses = self.query.clauses_mut();
        (clauses.limit, clauses.with_ties) = (Some(Limit::Rows(rows)), true);
        clauses.forget_limit_by();
        self
    }
}

impl QueryState {
    /// # Errors
    /// `Usage` if the query has DISTINCT ON or WITH TIES: with a condition more or in another order it would keep other rows.
    pub(super) fn refuse_kept_rows(&self, verb: &str) -> Result<()> {
        let keeps = |clauses: &Clauses| clauses.with_ties || !clauses.distinct_on.is_empty();
        if !self.clauses.as_deref().is_some_and(keeps) {
            return Ok(());
        }
        let message = format!("`{verb}` is not allowed with DISTINCT ON and WITH TIES");
        let error = Error::with_message(ErrorKind::Usage, message);
        let error = match self.sources.root {
            Some(root) => error.with_table(root.def.table),
            None => error,
        };
        Err(error.with_hint("call all, or make the query a table: .as_table(\"…\")"))
    }
}
