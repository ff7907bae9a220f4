//! ORDER BY and LIMIT of [`Update`] and [`Delete`].

use super::delete::Delete;
use super::update::Update;
use crate::mapping::Model;
use crate::query::expressions::order::OrderList;

impl<M: Model> Update<M> {
    /// Adds ORDER BY: the order in which the rows are updated. MySQL and MariaDB support it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = update(Post).set(Post.title, "new").order_by(Post.id.desc()).limit(10);
    /// assert_eq!(
    ///     statement.to_sql(&MysqlDialect::MySql)?,
    ///     "UPDATE `posts` SET `title` = ? ORDER BY `id` DESC LIMIT ?"
    /// );
    /// assert!(statement.to_sql(&PostgresDialect).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn order_by<O: OrderList>(mut self, orders: O) -> Self {
        self.parts.clauses.add_order(orders);
        self
    }

    /// Sets LIMIT: the maximum number of rows that are updated. MySQL and MariaDB support it; elsewhere a condition on the key
    /// with a query of that limit does the same.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = update(User).set(User.active, false).limit(100);
    /// assert_eq!(
    ///     statement.to_sql(&MysqlDialect::MariaDb)?,
    ///     "UPDATE `users` SET `active` = ? LIMIT ?"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn limit(mut self, rows: u64) -> Self {
        self.parts.clauses.set_limit(rows);
        self
    }
}

impl<M: Model> Delete<M> {
    /// Adds ORDER BY: the order in which the rows are deleted. MySQL and MariaDB support it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = delete(Post).order_by((Post.author_id, Post.id.desc())).limit(10);
    /// assert_eq!(
    ///     statement.to_sql(&MysqlDialect::MySql)?,
    ///     "DELETE FROM `posts` ORDER BY `author_id` ASC, `id` DESC LIMIT ?"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn order_by<O: OrderList>(mut self, orders: O) -> Self {
        self.clauses.add_order(orders);
        self
    }

    /// Sets LIMIT: the maximum number of rows that are deleted. MySQL and MariaDB support it; elsewhere a condition on the key
    /// with a query of that limit does the same.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = delete(Post).filter(Post.author_id.eq(1)).limit(1_000);
    /// assert_eq!(
    ///     statement.to_sql(&MysqlDialect::MariaDb)?,
    ///     "DELETE FROM `posts` WHERE `author_id` = ? LIMIT ?"
    /// );
    /// let oldest = select(Post.id).order_by(Post.id).limit(10);
    /// assert_eq!(
    ///     delete(Post).filter(Post.id.in_(oldest)).to_sql(&SqliteDialect)?,
    ///     r#"DELETE FROM "posts" WHERE "id" IN (SELECT "posts"."id" FROM "posts" ORDER BY "posts"."id" ASC LIMIT ?)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn limit(mut self, rows: u64) -> Self {
        self.clauses.set_limit(rows);
        self
    }
}
