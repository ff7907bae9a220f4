//! Aggregates over the entities that a relation references, each a subquery of its own: `sum`, `min`, `max` and `avg`.
//! `count` stands beside the other operators in `relation_ops.rs`.

use std::ops::ControlFlow;

use orm_core::stmt::{self, Query, Visit, walk_expr};
use orm_core::types::{DbType, NotNull, Nullable};

use super::relation_ops::ReferencesMany;
use super::spanning::scalar;
use crate::mapping::{Model, Relation};
use crate::query::expressions::aggregate::{Orderable, Summable, avg, max, min, sum};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::{Expr, IntoExpr};
use crate::query::expressions::select_item::{ItemNullability, SelectItem};
use crate::query::expressions::table_ref::TableRef;

impl<M: Model, F: ReferencesMany> Relation<M, F> {
    /// Returns the sum of a column or expression over the entities that the relation references, NULL if there are none. Its
    /// type is that of [`sum`](crate::query::sum).
    ///
    /// It is a subquery, so sums over several relations stand in one query without multiplying each other's rows.
    ///
    /// # Errors
    /// The statement returns:
    /// - `Usage`: the expression has columns of other tables only.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let ages = select((User.name, User.posts.sum(Post.id).coalesce(0)));
    /// assert_eq!(
    ///     ages.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name", COALESCE((SELECT SUM("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id"), ?) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn sum<E, Sum>(self, expr: E) -> Expr<Option<Sum>>
    where
        E: Summable<Sum>,
        Sum: DbType<Null = NotNull>,
    {
        aggregate(self, "sum", sum(expr))
    }

    /// Returns the least value of a column or expression among the entities that the relation references, NULL if there are
    /// none.
    ///
    /// # Errors
    /// As [`Relation::sum`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let first = select((User.name, User.posts.min(Post.title)));
    /// assert_eq!(
    ///     first.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name", (SELECT MIN("posts"."title") FROM "posts" WHERE "posts"."author_id" = "users"."id") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn min<E: Orderable>(self, expr: E) -> Expr<Option<<E::Value as DbType>::Plain>> {
        aggregate(self, "min", min(expr))
    }

    /// Returns the greatest value of a column or expression among the entities that the relation references, NULL if there
    /// are none.
    ///
    /// # Errors
    /// As [`Relation::sum`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let active = select(User.name).filter(User.posts.max(Post.id).gt(100));
    /// assert_eq!(
    ///     active.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE (SELECT MAX("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id") > ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn max<E: Orderable>(self, expr: E) -> Expr<Option<<E::Value as DbType>::Plain>> {
        aggregate(self, "max", max(expr))
    }

    /// Returns the mean of a column or expression over the entities that the relation references, NULL if there are none.
    ///
    /// # Errors
    /// As [`Relation::sum`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let means = select(User.name).order_by(User.posts.avg(Post.id).desc());
    /// assert_eq!(
    ///     means.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY (SELECT AVG("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id") DESC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn avg<E: Summable<Sum>, Sum>(self, expr: E) -> Expr<Option<f64>> {
        aggregate(self, "avg", avg(expr))
    }
}

fn aggregate<M, F, T>(relation: Relation<M, F>, verb: &str, aggregate: Expr<T>) -> Expr<T>
where
    M: Model,
    F: ReferencesMany,
    T: DbType,
{
    let target = TableRef::of_def(F::Target::def());
    let mut columns = Columns {
        of: target.name(),
        any: false,
        own: false,
    };
    let _ = columns.expr(&aggregate.ast);
    if columns.any && !columns.own {
        let relation = relation.def();
        let error = of_other_tables((relation.model, relation.name), verb, target);
        return Expr::leaf(error.into_expr(), Some(target));
    }
    let ast = aggregate.into_expr().ast;
    scalar(
        relation,
        SelectItem::value(ast, ItemNullability::of::<Nullable>()),
    )
}

/// SQL takes an aggregate over columns of an outer query alone for one of that query.
#[cold]
fn of_other_tables((model, relation): (&str, &str), verb: &str, target: TableRef) -> BuildError {
    let table = target.describe();
    BuildError::new(
        format!("{model}.{relation}.{verb}(…) has no column of {table}"),
        format!(
            "give a column or an expression of {table}: {model}.{relation}.{verb}({table}.column)"
        ),
    )
}

/// Finds whether there are columns, and those of one table. A subquery is not looked into.
struct Columns {
    of: &'static str,
    any: bool,
    own: bool,
}

impl<'a> Visit<'a> for Columns {
    type Break = ();

    fn expr(&mut self, expr: &'a stmt::Expr) -> ControlFlow<()> {
        if let stmt::Expr::Column { source, .. } = expr {
            self.any = true;
            self.own |= source == self.of;
        }
        walk_expr(self, expr)
    }

    fn query(&mut self, _query: &'a Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
