//! The joins of a [`Select`] beyond INNER and LEFT JOIN: RIGHT, FULL and CROSS JOIN. Join targets and conditions are in
//! `join.rs`.

use orm_core::stmt::{Expr, JoinKind};

use super::builder::Select;
use super::join::{JoinOn, JoinTarget};
use super::table_source::TableSource;
use crate::query::expressions::predicate::Condition;

impl<S> Select<S> {
    /// Adds a RIGHT JOIN on the foreign key between the table and a table of the query, or by a relation of one of its
    /// tables: `right_join(User.posts)`. The query returns each row of the joined table. Select what belongs to the
    /// tables before it as [`optional`](crate::query::optional()), and name the first of them by [`from`](Self::from).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let all = select((optional(Post.title), User.name)).from(Post).right_join(User);
    /// assert_eq!(
    ///     all.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "posts"."title", "users"."name" FROM "posts" RIGHT JOIN "users" ON "posts"."author_id" = "users"."id""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn right_join<J: JoinTarget>(mut self, target: J) -> Self {
        self.query
            .join(|sources| target.join(JoinKind::Right, sources));
        self
    }

    /// Adds a RIGHT JOIN on a condition.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let all = select((optional(Post.id), User.id)).from(Post);
    /// let all = all.right_join_on(User, Post.title.eq(User.name));
    /// assert_eq!(
    ///     all.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "posts"."id", "users"."id" FROM "posts" RIGHT JOIN "users" ON "posts"."title" = "users"."name""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn right_join_on<T: TableSource, C: Condition>(mut self, table: T, on: C) -> Self {
        let on = JoinOn::of(on);
        self.query.join_source(JoinKind::Right, table, on);
        self
    }

    /// Adds a FULL JOIN on the foreign key between the table and a table of the query, or by a relation of one of its
    /// tables. The query returns each row of both sides, so everything that is selected is
    /// [`optional`](crate::query::optional()).
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no FULL JOIN (MySQL, MariaDB). Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let all = select((optional(User.name), optional(Post.title))).full_join(Post);
    /// assert_eq!(
    ///     all.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "users"."name", "posts"."title" FROM "users" FULL JOIN "posts" ON "posts"."author_id" = "users"."id""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn full_join<J: JoinTarget>(mut self, target: J) -> Self {
        self.query
            .join(|sources| target.join(JoinKind::Full, sources));
        self
    }

    /// Adds a FULL JOIN on a condition. On PostgreSQL it consists of equalities of both sides.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no FULL JOIN (MySQL, MariaDB). Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let all = select((optional(User.id), optional(Post.id)));
    /// let all = all.full_join_on(Post, Post.title.eq(User.name));
    /// assert_eq!(
    ///     all.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "users"."id", "posts"."id" FROM "users" FULL JOIN "posts" ON "posts"."title" = "users"."name""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn full_join_on<T: TableSource, C: Condition>(mut self, table: T, on: C) -> Self {
        let on = JoinOn::of(on);
        self.query.join_source(JoinKind::Full, table, on);
        self
    }

    /// Adds a CROSS JOIN: each row of the query with each row of the table.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let pairs = select((User.name, Post.title)).cross_join(Post);
    /// assert_eq!(
    ///     pairs.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "users"."name", "posts"."title" FROM "users" CROSS JOIN "posts""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn cross_join<T: TableSource>(mut self, table: T) -> Self {
        let on = JoinOn::Condition(Box::new(Expr::And(Vec::new())));
        self.query.join_source(JoinKind::Cross, table, on);
        self
    }
}
