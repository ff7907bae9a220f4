//! [`Expr`]: a typed expression. Its operators are in `expr_ops.rs`.

use std::marker::PhantomData;

use orm_core::stmt;
use orm_core::types::{DbType, Nullability};

use super::build_error::BuildError;
use super::document_type::{is_document, whole};
use super::table_ref::TableRef;
use crate::mapping::{Column, Model};

/// Represents an expression whose value has the Rust type `T`, such as the result of arithmetic or of an aggregate.
///
/// It has the same operators as a column.
#[must_use = "an expression does nothing until it is given to a statement"]
pub struct Expr<T> {
    pub(in crate::query) ast: stmt::Expr,
    /// The table of its first column: where a query of it alone selects from.
    pub(in crate::query) origin: Option<TableRef>,
    /// How deep it is nested.
    pub(in crate::query) depth: usize,
    /// The name that it is selected under. What is made of it has none.
    pub(in crate::query) label: Option<&'static str>,
    marker: PhantomData<fn() -> T>,
}

/// How deep an expression may be nested: what is deeper overflows a stack, here or in a database.
const DEPTH: usize = 500;

/// # Errors
/// For a query that is nested deeper than expressions may be.
pub(in crate::query) fn check_depth(depth: usize) -> Result<(), BuildError> {
    if depth < DEPTH {
        return Ok(());
    }
    Err(BuildError::new(
        format!("a query is nested more than {DEPTH} levels deep"),
        "combine conditions with Predicate::any, or run several queries",
    ))
}

#[cold]
fn too_deep() -> BuildError {
    BuildError::new(
        format!("an expression is nested more than {DEPTH} levels deep"),
        "combine conditions with Predicate::all and Predicate::any, and compute long sums in Rust",
    )
}

/// Is the value's type of an expression over `T` and an operand of nullability `N`.
pub type Lifted<T, N> =
    <<<T as DbType>::Null as Nullability>::Or<N> as Nullability>::Wrap<<T as DbType>::Plain>;

impl<T> Expr<T> {
    /// An expression of nothing else.
    pub(in crate::query) fn leaf(ast: stmt::Expr, origin: Option<TableRef>) -> Self {
        Self {
            ast,
            origin,
            depth: 0,
            label: None,
            marker: PhantomData,
        }
    }

    /// An expression of others, the deepest of which is given. Beyond the limit an error stands for it.
    pub(in crate::query) fn around(
        ast: stmt::Expr,
        origin: Option<TableRef>,
        deepest: usize,
    ) -> Self {
        if deepest >= DEPTH {
            return Self::leaf(too_deep().into_expr(), origin);
        }
        Self {
            depth: deepest + 1,
            ..Self::leaf(ast, origin)
        }
    }
}

impl<T> Clone for Expr<T> {
    fn clone(&self) -> Self {
        Self {
            depth: self.depth,
            label: self.label,
            ..Self::leaf(self.ast.clone(), self.origin)
        }
    }
}

impl<T> std::fmt::Debug for Expr<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expr").field(&self.ast).finish()
    }
}

/// Is implemented by columns and expressions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a column nor an expression",
    label = "expected a column such as `User.id`, or an expression"
)]
pub trait IntoExpr {
    /// The type of the value.
    type Value: DbType;

    /// Returns the expression.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// fn is_set(value: impl IntoExpr) -> Predicate {
    ///     value.into_expr().is_not_null()
    /// }
    /// let query = select(User.id).filter(is_set(User.email));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "email" IS NOT NULL"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn into_expr(self) -> Expr<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T: DbType> IntoExpr for Expr<T> {
    type Value = T;

    fn into_expr(self) -> Expr<T> {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> IntoExpr for Column<M, T> {
    type Value = T;

    fn into_expr(self) -> Expr<T> {
        let origin = TableRef::of_column(&self);
        if is_document::<T>() {
            return Expr::leaf(whole(&self), Some(origin));
        }
        Expr::leaf(origin.column(self.position()), Some(origin))
    }
}

/// Is implemented by what a subquery of `in_` may select: one column or expression of the base type `B`.
#[diagnostic::on_unimplemented(
    message = "a query of `{Self}` can't be used with a column of base type `{B}`",
    label = "expected a query of one column or expression of exactly the column's type"
)]
pub trait Yields<B> {}

#[diagnostic::do_not_recommend]
impl<B, S: IntoExpr<Value: DbType<Base = B>>> Yields<B> for S {}
