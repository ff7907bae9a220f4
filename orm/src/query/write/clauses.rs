//! [`WriteClauses`]: what few UPDATEs and DELETEs have beside their conditions: other tables, ORDER BY and LIMIT.

use orm_core::error::Result;
use orm_core::stmt::{self, Limit};

use super::delete::Delete;
use super::other_tables::OtherTables;
use super::update::Update;
use crate::mapping::{Model, ModelDef};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::order::OrderList;
use crate::query::expressions::table_ref::TableRef;

/// Holds the clauses. It is boxed, since most statements have none.
#[derive(Clone, Debug, Default)]
pub(super) struct WriteClauses(Option<Box<Parts>>);

#[derive(Clone, Debug, Default)]
struct Parts {
    tables: OtherTables,
    order_by: Vec<stmt::Order>,
    limit: Option<u64>,
}

impl WriteClauses {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn has_tables(&self) -> bool {
        let parts = self.0.as_deref();
        parts.is_some_and(|parts| !parts.tables.is_empty())
    }

    pub(super) fn add_table(&mut self, table: TableRef) {
        self.parts().tables.add(table);
    }

    fn parts(&mut self) -> &mut Parts {
        self.0.get_or_insert_default()
    }

    /// # Errors
    /// `Usage` for two tables of one name.
    pub(super) fn check(&self, def: &'static ModelDef) -> Result<()> {
        match &self.0 {
            Some(parts) => parts.tables.check(def),
            None => Ok(()),
        }
    }

    /// # Errors
    /// `Usage` if there are any: which rows are written is known by more than the conditions.
    pub(super) fn check_in_step(&self) -> Result<()> {
        let Some(parts) = &self.0 else {
            return Ok(());
        };
        parts.tables.check_in_step()?;
        let message = "synchronize() is not supported with ORDER BY and LIMIT";
        let hint = "leave it out: the entities of the table are read again when they are queried";
        Err(BuildError::new(message, hint).to_error())
    }

    pub(super) fn add_to_update(&self, update: &mut stmt::Update) {
        let Some(parts) = &self.0 else {
            return;
        };
        (update.from, update.joins) = parts.tables.lower();
        update.order_by.clone_from(&parts.order_by);
        update.limit = parts.limit.map(Limit::Rows);
    }

    pub(super) fn add_to_delete(&self, delete: &mut stmt::Delete) {
        let Some(parts) = &self.0 else {
            return;
        };
        (delete.using, delete.joins) = parts.tables.lower();
        delete.order_by.clone_from(&parts.order_by);
        delete.limit = parts.limit.map(Limit::Rows);
    }
}

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
        orders.add_to(&mut self.parts.clauses.parts().order_by);
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
        self.parts.clauses.parts().limit = Some(rows);
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
        orders.add_to(&mut self.clauses.parts().order_by);
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
    ///     r#"DELETE FROM "posts" WHERE "id" IN (SELECT "id" FROM "posts" ORDER BY "id" ASC LIMIT ?)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn limit(mut self, rows: u64) -> Self {
        self.clauses.parts().limit = Some(rows);
        self
    }
}
