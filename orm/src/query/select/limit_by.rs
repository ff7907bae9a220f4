//! LIMIT and OFFSET of a [`Select`] by expressions. Those by numbers are in `builder.rs`.

use orm_core::stmt::{self, Call, Func, LimitBy, RawPart};
use orm_core::types::base::Whole;
use orm_core::types::{DbType, NotNull};

use super::builder::Select;
use super::clauses::Clauses;
use crate::query::expressions::expr::Expr;

/// Is implemented by the expressions that [`Select::limit_by`] and [`Select::offset_by`] take: integers that are not NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of rows",
    label = "expected an expression of an integer that is not NULL",
    note = "`limit(10)` and `offset(10)` take a number; what may be NULL needs `coalesce`: `scalar(query).coalesce(10)`"
)]
pub trait RowCount {
    /// Returns the number, and 0 for one that is less.
    #[doc(hidden)]
    fn into_count(self) -> stmt::Expr;
}

#[diagnostic::do_not_recommend]
impl<T: DbType<Null = NotNull, Base: Whole>> RowCount for Expr<T> {
    fn into_count(self) -> stmt::Expr {
        let least = stmt::Expr::Raw(vec![RawPart::Sql("0".to_owned())]);
        let mut call = Call::new(Func::Greatest, vec![self.ast, least]);
        call.nullable = false;
        stmt::Expr::Call(Box::new(call))
    }
}

impl<S> Select<S> {
    /// Sets LIMIT to an expression, such as a scalar subquery. It can't use columns of the query itself. A number below 0
    /// counts as 0. On PostgreSQL and SQLite.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database takes numbers alone. Nothing is sent.
    /// - `Usage`: the expression has a column of the query, an aggregate or a window function.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = select(count_all()).from(Post);
    /// let query = select(User.name).order_by(User.id).limit_by(scalar(posts).coalesce(0));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "id" ASC LIMIT GREATEST(COALESCE((SELECT COUNT(*) FROM "posts"), $1::int8), 0)"#
    /// );
    /// assert!(query.to_sql(&MysqlDialect::MySql).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn limit_by<N: RowCount>(mut self, rows: N) -> Self {
        let clauses = self.query.clauses_mut();
        (clauses.limit, clauses.with_ties) = (None, false);
        clauses.limit_by.get_or_insert_default().limit = Some(rows.into_count());
        self
    }

    /// Sets OFFSET to an expression. Otherwise as [`limit_by`](Select::limit_by).
    ///
    /// # Errors
    /// As [`Select::limit_by`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::raw_expr;
    ///
    /// let skipped = raw_expr::<i64>(":page * :size", (("page", 2), ("size", 10)));
    /// let query = select(User.name).order_by(User.id).limit(10).offset_by(skipped);
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "id" ASC LIMIT ? OFFSET max(? * ?, 0)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn offset_by<N: RowCount>(mut self, rows: N) -> Self {
        let clauses = self.query.clauses_mut();
        clauses.offset = None;
        clauses.limit_by.get_or_insert_default().offset = Some(rows.into_count());
        self
    }
}

impl Clauses {
    /// Forgets the expression of LIMIT.
    pub(super) fn forget_limit_by(&mut self) {
        self.forget(|by| by.limit = None);
    }

    /// Forgets the expression of OFFSET.
    pub(super) fn forget_offset_by(&mut self) {
        self.forget(|by| by.offset = None);
    }

    fn forget(&mut self, forget: impl FnOnce(&mut LimitBy)) {
        if let Some(by) = &mut self.limit_by {
            forget(by);
            self.limit_by.take_if(|by| by.is_empty());
        }
    }
}
