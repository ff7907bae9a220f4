//! Queries as values: scalar subqueries, and the rows of a query on the right side of a comparison.

use std::marker::PhantomData;

use orm_core::stmt::{self, Quantifier, Query};
use orm_core::types::{DbType, Nullable};

use super::builder::Select;
use crate::query::compile::simplify::labelled;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::{Expr, IntoExpr, Yields};
use crate::query::expressions::numeric_ops::exact;
use crate::query::expressions::operand::Operand;

/// Returns the value of a query of one column or expression as an expression: NULL if the query has no row. It may use
/// columns of the outer statement.
///
/// The query must have one row at most: an aggregate, a condition on a key, or `limit(1)`. If it has more, PostgreSQL,
/// MariaDB and MySQL return an error, and SQLite takes the first one.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let posts = select(count(Post.id)).filter(Post.author_id.eq(User.id));
/// let query = select((User.name, scalar(posts).coalesce(0)));
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "name", COALESCE((SELECT COUNT("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id"), ?) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn scalar<S: IntoExpr>(query: Select<S>) -> Expr<Option<<S::Value as DbType>::Plain>> {
    match query.query.into_subquery() {
        Ok((query, depth)) => {
            let ast = exact::<S::Value>(stmt::Expr::Subquery(Box::new(query)));
            Expr::around(ast, None, depth)
        }
        Err(error) => Expr::leaf(error.into_expr(), None),
    }
}

/// Is the right side of a comparison with the rows of a query; see [`any`] and [`all`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing until a column is compared with it"]
pub struct Quantified<S> {
    quantifier: Quantifier,
    query: Result<(Query, usize), BuildError>,
    marker: PhantomData<fn() -> S>,
}

/// Returns the rows of a query for a comparison that is true if it is for one of them: `User.age.gt(any(query))`. It is
/// false if there are no rows, and unknown if it is true for none, and unknown for one.
///
/// It stands on the right of `eq`, `ne`, `lt`, `le`, `gt` and `ge` alone. `in_` is shorter for `eq(any(…))`. SQLite has no
/// ANY: an aggregate over the query stands for it. MariaDB 10.11 keeps the result for a NULL on the left, if the query uses
/// no columns of the outer one, from the first run of a prepared statement, also for `in_` and `not_in` of a query. For a
/// date or a time beside an aggregate that is NULL it returns true or false there instead of NULL; `scalar` returns NULL.
///
/// # Errors
/// The statement returns:
/// - `Unsupported`: it is not the right side of one of these comparisons. On SQLite, the left side is an aggregate.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::any;
///
/// let ages = select(User.age).filter(User.active);
/// let older = User.alias("older");
/// let query = select(older.name).filter(older.age.gt(any(ages)));
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "older"."name" FROM "users" AS "older" WHERE "older"."age" > ANY (SELECT "users"."age" AS "c0" FROM "users" WHERE "users"."active" = $1)"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn any<S>(query: Select<S>) -> Quantified<S> {
    quantified(Quantifier::Any, query)
}

/// Returns the rows of a query for a comparison that is true if it is for all of them: `User.age.ge(all(query))`. It is
/// true if there are no rows, and unknown if it is false for none, and unknown for one. See [`any`].
///
/// # Errors
/// As [`any`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::all;
///
/// let ages = select(User.age);
/// let oldest = User.alias("oldest");
/// let query = select(oldest.name).filter(oldest.age.ge(all(ages)));
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "oldest"."name" FROM "users" AS "oldest" WHERE "oldest"."age" >= ALL (SELECT "users"."age" AS "c0" FROM "users")"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn all<S>(query: Select<S>) -> Quantified<S> {
    quantified(Quantifier::All, query)
}

fn quantified<S>(quantifier: Quantifier, query: Select<S>) -> Quantified<S> {
    let mut query = query.query.into_subquery();
    // In the aggregate that may stand for it, the column needs a name.
    if let Ok((query, _)) = &mut query
        && let Some(select) = query.as_select_mut()
    {
        select.columns = labelled(std::mem::take(&mut select.columns));
    }
    Quantified {
        quantifier,
        query,
        marker: PhantomData,
    }
}

#[diagnostic::do_not_recommend]
impl<B, S: Yields<B>> Operand<B> for Quantified<S> {
    type Null = Nullable;

    fn into_operand(self) -> stmt::Expr {
        match self.query {
            Ok((query, _)) => {
                let quantified = stmt::Quantified::new(self.quantifier, query);
                stmt::Expr::Quantified(Box::new(quantified))
            }
            Err(error) => error.into_expr(),
        }
    }

    fn depth(&self) -> usize {
        self.query.as_ref().map_or(0, |(_, depth)| *depth)
    }
}
