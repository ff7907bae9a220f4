//! UNION, INTERSECT and EXCEPT of queries. Their state is in `compound.rs`.

use std::marker::PhantomData;

use orm_core::stmt::SetOperator;

use super::builder::Select;
use super::selectable::Selectable;
use crate::engine::Connection;

/// Is implemented by what a query selects whose rows have the types of the rows of `S`, so that both can be combined.
#[diagnostic::on_unimplemented(
    message = "a query of `{Self}` has other columns than a query of `{S}`",
    label = "expected a query of the same number of columns of the same types",
    note = "a nullable column and one that is not differ: select `optional(User.name)` in the first query"
)]
pub trait SameRow<S> {}

#[diagnostic::do_not_recommend]
impl<S, T> SameRow<S> for T
where
    S: Selectable,
    T: Selectable<Output<Connection> = S::Output<Connection>>,
{
}

impl<S: Selectable> Select<S> {
    fn combine<T>(self, operator: (SetOperator, bool), other: Select<T>) -> Self {
        Self {
            query: self.query.combined(operator, other.query),
            marker: PhantomData,
        }
    }

    /// Combines the queries by UNION: the rows of either one, each once.
    ///
    /// ORDER BY, LIMIT and OFFSET of a query apply to its own rows, what is added afterwards to the whole. The whole is
    /// ordered by what the first query selects. Entities can be combined, too; relations are loaded for the whole.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: a condition, a join or a lock was added to the whole, or it is ordered by what the first query does not
    ///   select.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let names = select(User.name).union(select(Post.title)).order_by(User.name).limit(5);
    /// assert_eq!(
    ///     names.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" UNION SELECT "title" FROM "posts" ORDER BY "name" ASC LIMIT ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn union<T: SameRow<S>>(self, other: Select<T>) -> Self {
        self.combine((SetOperator::Union, false), other)
    }

    /// Combines the queries by UNION ALL: the rows of both, as often as they come.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let oldest = select(User.name).order_by(User.age.desc()).limit(1);
    /// let names = oldest.union_all(select(User.name).filter(User.active));
    /// assert_eq!(
    ///     names.to_sql(&PostgresDialect)?,
    ///     r#"(SELECT "name" FROM "users" ORDER BY "age" DESC LIMIT $1) UNION ALL SELECT "name" FROM "users" WHERE "active" = $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn union_all<T: SameRow<S>>(self, other: Select<T>) -> Self {
        self.combine((SetOperator::Union, true), other)
    }

    /// Combines the queries by INTERSECT: the rows that both return, each once.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no INTERSECT. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let authors = select(User.id).filter(User.active).intersect(select(Post.author_id));
    /// assert_eq!(
    ///     authors.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "active" = ? INTERSECT SELECT "author_id" FROM "posts""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn intersect<T: SameRow<S>>(self, other: Select<T>) -> Self {
        self.combine((SetOperator::Intersect, false), other)
    }

    /// Combines the queries by INTERSECT ALL: a row as often as the query returns it that has it less often.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no INTERSECT ALL (SQLite). Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let authors = select(User.id).intersect_all(select(Post.author_id));
    /// assert_eq!(
    ///     authors.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" INTERSECT ALL SELECT "author_id" FROM "posts""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn intersect_all<T: SameRow<S>>(self, other: Select<T>) -> Self {
        self.combine((SetOperator::Intersect, true), other)
    }

    /// Combines the queries by EXCEPT: the rows that the first one returns and the second does not, each once.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no EXCEPT. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let readers = select(User.id).except(select(Post.author_id));
    /// assert_eq!(
    ///     readers.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" EXCEPT SELECT "author_id" FROM "posts""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn except<T: SameRow<S>>(self, other: Select<T>) -> Self {
        self.combine((SetOperator::Except, false), other)
    }

    /// Combines the queries by EXCEPT ALL: each row of the second one takes one such row of the first.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no EXCEPT ALL (SQLite). Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let readers = select(User.id).except_all(select(Post.author_id));
    /// assert_eq!(
    ///     readers.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" EXCEPT ALL SELECT "author_id" FROM "posts""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn except_all<T: SameRow<S>>(self, other: Select<T>) -> Self {
        self.combine((SetOperator::Except, true), other)
    }
}
