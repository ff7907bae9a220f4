//! Joins of derived tables that use columns of the tables before them: LATERAL.

use std::sync::Arc;

use orm_core::stmt::{Expr, JoinKind};

use super::builder::Select;
use super::derived::Derived;
use super::join::JoinOn;
use super::query_state::QueryState;

impl<S> Select<S> {
    /// Adds an INNER JOIN LATERAL of a derived table, whose query may use columns of the tables before it.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no LATERAL (SQLite, MariaDB). Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let last = select(Post.title).filter(Post.author_id.eq(User.id));
    /// let last = last.order_by(Post.id.desc()).limit(3).as_table("last");
    /// let query = select((User.name, last.columns())).join_lateral(&last);
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "users"."name", "last"."c0" FROM "users" INNER JOIN LATERAL (SELECT "posts"."title" AS "c0" FROM "posts" WHERE "posts"."author_id" = "users"."id" ORDER BY "posts"."id" DESC LIMIT $1) AS "last" ON 1 = 1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn join_lateral<T>(mut self, table: &Derived<T>) -> Self {
        self.query.join_lateral(JoinKind::Inner, table);
        self
    }

    /// Adds a LEFT JOIN LATERAL of a derived table, whose query may use columns of the tables before it. A row for which it
    /// returns none is there once: select the columns of the table as [`optional`](crate::query::optional()).
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no LATERAL (SQLite, MariaDB). Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let last = select(Post.title).filter(Post.author_id.eq(User.id));
    /// let last = last.order_by(Post.id.desc()).limit(1).as_table("last");
    /// let title = last.columns();
    /// let query = select((User.name, optional(title))).left_join_lateral(&last);
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "users"."name", "last"."c0" FROM "users" LEFT JOIN LATERAL (SELECT "posts"."title" AS "c0" FROM "posts" WHERE "posts"."author_id" = "users"."id" ORDER BY "posts"."id" DESC LIMIT $1) AS "last" ON 1 = 1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn left_join_lateral<T>(mut self, table: &Derived<T>) -> Self {
        self.query.join_lateral(JoinKind::Left, table);
        self
    }
}

impl QueryState {
    fn join_lateral<T>(&mut self, kind: JoinKind, table: &Derived<T>) {
        let mut source = (*table.source).clone();
        source.item.lateral = true;
        let name = source.table.name();
        let on = JoinOn::Condition(Box::new(Expr::And(Vec::new())));
        self.join(|sources| sources.join_on(kind, source.table, on));
        self.set_source(name, Some(Arc::new(source)));
    }
}
