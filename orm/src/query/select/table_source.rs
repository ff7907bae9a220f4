//! [`TableSource`]: what stands in FROM and is joined on a condition: a model's value, or a [`Derived`] table.

use std::sync::Arc;

use orm_core::stmt::{Expr, JoinKind};

use super::builder::Select;
use super::derived::Derived;
use super::join::JoinOn;
use super::named_source::NamedSource;
use super::query_state::QueryState;
use crate::mapping::Entity;
use crate::query::expressions::table_ref::TableRef;

/// Is implemented by what can be in FROM: a model's value such as `Post`, an alias of one, and references to derived tables
/// and common table expressions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be in FROM",
    label = "expected a model's value such as `Post`, an alias of one, or a derived table: `&totals`"
)]
pub trait TableSource {
    /// Returns the name that qualifies the columns, and the source unless it is the table.
    #[doc(hidden)]
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>);
}

#[diagnostic::do_not_recommend]
impl<E: Entity> TableSource for E {
    #[inline]
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>) {
        (TableRef::of(&self), None)
    }
}

#[diagnostic::do_not_recommend]
impl<S> TableSource for &Derived<S> {
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>) {
        (self.source.table, Some(Arc::clone(&self.source)))
    }
}

#[diagnostic::do_not_recommend]
impl<S> TableSource for Derived<S> {
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>) {
        (self.source.table, Some(self.source))
    }
}

impl QueryState {
    /// Makes a source the first one.
    pub(super) fn set_from(&mut self, source: impl TableSource) {
        let (table, source) = source.into_source();
        self.set_root(table);
        self.set_source(table.name(), source);
    }

    /// Joins a source on a condition.
    pub(super) fn join_source(&mut self, kind: JoinKind, source: impl TableSource, on: JoinOn) {
        let (table, source) = source.into_source();
        self.join(|sources| sources.join_on(kind, table, on));
        if source.is_some() {
            self.set_source(table.name(), source);
        }
    }
}

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
