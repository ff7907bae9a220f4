//! Queries in expressions: EXISTS, and IN of columns, expressions and rows of them.

use orm_core::stmt;
use orm_core::types::DbType;

use super::builder::Select;
use crate::mapping::{Column, Model};
use crate::query::compile::simplify::{labelled, simplify};
use crate::query::expressions::expr::{Expr, IntoExpr, Yields};
use crate::query::expressions::in_list::InList;
use crate::query::expressions::predicate::Predicate;
use crate::query::expressions::row_ops::{RowList, RowParts, YieldsRow};

/// Returns `EXISTS (query)`. The query may use columns of the outer statement.
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # struct User { #[orm(primary_key)] id: i64 }
/// # #[derive(Model)]
/// # struct Post { #[orm(primary_key)] id: i64, author_id: i64 }
/// let authors = select(User).filter(exists(select(Post).filter(Post.author_id.eq(User.id))));
/// # let _ = authors;
/// ```
pub fn exists<S>(query: Select<S>) -> Predicate {
    match query.query.into_subquery() {
        Ok((mut query, depth)) => {
            simplify(&mut query);
            if let Some(select) = query.as_select_mut().filter(|select| select.distinct) {
                // It will be a table in a query of its own.
                select.columns = labelled(std::mem::take(&mut select.columns));
            }
            Predicate::over(stmt::Expr::Exists(Box::new(query)), None, depth)
        }
        Err(error) => Predicate::leaf(error.into_expr(), None),
    }
}

#[diagnostic::do_not_recommend]
impl<B, S: Yields<B>> InList<B> for Select<S> {
    fn has<T>(self, expr: Expr<T>, negated: bool) -> Predicate {
        let (query, depth) = match self.query.into_subquery() {
            Ok(query) => query,
            Err(error) => return Predicate::leaf(error.into_expr(), expr.origin),
        };
        let deepest = expr.depth.max(depth);
        let ast = stmt::Expr::InQuery {
            expr: Box::new(expr.ast),
            query: Box::new(query),
            negated,
        };
        Predicate::over(ast, expr.origin, deepest)
    }
}

#[diagnostic::do_not_recommend]
impl<B, S: YieldsRow<B>> RowList<B> for Select<S> {
    fn has(self, row: RowParts, negated: bool) -> Predicate {
        let (query, depth) = match self.query.into_subquery() {
            Ok(query) => query,
            Err(error) => return Predicate::leaf(error.into_expr(), row.origin),
        };
        let ast = stmt::Expr::InQuery {
            expr: Box::new(stmt::Expr::Row(row.exprs)),
            query: Box::new(query),
            negated,
        };
        Predicate::over(ast, row.origin, depth.max(row.depth + 1))
    }
}

impl<T: DbType> Expr<T> {
    /// Returns `self IN (query)` for a query of one column. [`in_`](Self::in_) accepts a query as well.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let authors = select(Post.author_id);
    /// let busy = select(User.name).filter((User.id + 1).in_select(authors));
    /// assert_eq!(
    ///     busy.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE ("id" + ?) IN (SELECT "posts"."author_id" FROM "posts")"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn in_select<S: Yields<T::Base>>(self, query: Select<S>) -> Predicate {
        self.in_(query)
    }
}

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns `self IN (query)` for a query of one column. [`in_`](Self::in_) accepts a query as well.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let authors = select(User.name).filter(User.id.in_select(select(Post.author_id)));
    /// assert_eq!(
    ///     authors.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE "id" IN (SELECT "posts"."author_id" FROM "posts")"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn in_select<S: Yields<T::Base>>(self, query: Select<S>) -> Predicate {
        self.into_expr().in_(query)
    }
}
