//! COLLATE: by which rules a text is compared and ordered.

use std::borrow::Cow;

use orm_core::stmt;
use orm_core::types::DbType;
use orm_core::types::base;

use super::expr::{Expr, IntoExpr};
use crate::mapping::{Column, Model};

/// Names a collation.
///
/// # Examples
///
/// ```
/// use orm::query::Collation;
///
/// assert_eq!(Collation::from("nocase"), Collation::Named("nocase".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collation {
    /// Compares bytes: the same order on every database.
    Binary,
    /// A collation of the database by its name.
    Named(Cow<'static, str>),
}

impl From<&'static str> for Collation {
    fn from(name: &'static str) -> Self {
        Self::Named(name.into())
    }
}

impl From<String> for Collation {
    fn from(name: String) -> Self {
        Self::Named(name.into())
    }
}

impl<M: Model, T: DbType<Base = base::Text>> Column<M, T> {
    /// Returns the text with another collation, for comparisons and ORDER BY. [`Collation::Binary`] is there on every
    /// database; names are the database's own.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::Collation;
    ///
    /// let query = select(User.name).order_by(User.name.collate(Collation::Binary));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" ORDER BY "name" COLLATE "C" ASC"#
    /// );
    /// let query = select(User.id).filter(User.name.collate("nocase").eq("Ada"));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("name" COLLATE "nocase") = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn collate(self, collation: impl Into<Collation>) -> Expr<T> {
        self.into_expr().collate(collation)
    }
}

impl<T: DbType<Base = base::Text>> Expr<T> {
    /// Returns the text with another collation. See the method of a column.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::Collation;
    ///
    /// let name = User.email.coalesce("").collate(Collation::Binary);
    /// assert_eq!(
    ///     select(User.id).order_by(name).to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" ORDER BY COALESCE("email", ?) COLLATE BINARY ASC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn collate(self, collation: impl Into<Collation>) -> Expr<T> {
        let ast = stmt::Expr::Collate {
            expr: Box::new(self.ast),
            collation: match collation.into() {
                Collation::Binary => None,
                Collation::Named(name) => Some(name),
            },
        };
        Expr::around(ast, self.origin, self.depth)
    }
}
