//! Labels of selected columns and expressions: the names that ORDER BY and dynamic rows know them by.

use std::borrow::Cow;

use orm_core::types::DbType;

use super::build_error::BuildError;
use super::expr::{Expr, IntoExpr as _};
use crate::mapping::{Column, Model, interned};

impl<T: DbType> Expr<T> {
    /// Returns the expression with a name in the select list: `AS`. `order_by` of the same expression is written by that name,
    /// and dynamic rows have it. Elsewhere, as in GROUP BY and HAVING, the expression stands for itself.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: the name is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let oldest = max(User.age).label("oldest");
    /// let query = select((User.active, oldest.clone())).group_by(User.active);
    /// assert_eq!(
    ///     query.having(oldest.clone().gt(30)).order_by(oldest.desc()).to_sql(&SqliteDialect)?,
    ///     r#"SELECT "active", MAX("age") AS "oldest" FROM "users" GROUP BY "active" HAVING MAX("age") > ? ORDER BY "oldest" DESC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn label(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        let name = interned(name.into());
        if name.is_empty() {
            self.ast = empty().into_expr();
        }
        self.label = Some(name);
        self
    }
}

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns the column with another name in the select list: `AS`. See [`Expr::label`].
    ///
    /// # Errors
    /// As [`Expr::label`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select((User.name.label("author"), Post.title)).join(Post);
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "users"."name" AS "author", "posts"."title" FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn label(self, name: impl Into<Cow<'static, str>>) -> Expr<T> {
        self.into_expr().label(name)
    }
}

#[cold]
fn empty() -> BuildError {
    BuildError::new("a label is empty", "give it a name: .label(\"total\")")
}
