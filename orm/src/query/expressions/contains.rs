//! `contains`: of texts, JSON documents and arrays. All columns have the one method, so that the compiler's message for another
//! type says what contains what. Places in documents have theirs in `json_ops.rs`.

use orm_core::stmt::{ArrayOp, LikeKind};
use orm_core::types::{DbType, Nullability, ScalarBase, base};
#[cfg(feature = "json")]
use serde_json::Value as Document;

use super::array_ops;
use super::expr::{Expr, IntoExpr as _};
#[cfg(feature = "json")]
use super::json_ops::JsonOps as _;
use super::like;
use super::operand::Operand;
use super::predicate::Predicate;
use crate::mapping::{Column, Model};

/// Is implemented by what a value of the base type `B` can contain: see [`Column::contains`].
#[diagnostic::on_unimplemented(
    message = "`contains` does not take `{Self}` here",
    label = "a text contains a text, a JSON document a document, an array an array of its elements; compare other types by `.eq(…)`"
)]
pub trait Part<B> {
    #[doc(hidden)]
    fn search_in<T: DbType<Base = B>>(self, whole: Expr<T>) -> Predicate;
}

#[diagnostic::do_not_recommend]
impl<V: AsRef<str>> Part<base::Text> for V {
    fn search_in<T: DbType<Base = base::Text>>(self, whole: Expr<T>) -> Predicate {
        like::search(whole, LikeKind::Contains, self.as_ref())
    }
}

#[cfg(feature = "json")]
#[diagnostic::do_not_recommend]
impl<V: Into<Document>> Part<base::Json> for V {
    fn search_in<T: DbType<Base = base::Json>>(self, whole: Expr<T>) -> Predicate {
        whole.into_place().contains(self)
    }
}

#[diagnostic::do_not_recommend]
impl<B, N, V> Part<base::Array<B, N>> for V
where
    B: ScalarBase,
    N: Nullability,
    V: Operand<base::Array<B, N>>,
{
    fn search_in<T: DbType<Base = base::Array<B, N>>>(self, whole: Expr<T>) -> Predicate {
        array_ops::compare(ArrayOp::Contains, whole, self)
    }
}

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns whether the value contains another one:
    /// - A text contains a needle, case-sensitively. `%` and `_` in the needle are themselves.
    /// - A JSON document contains another one with the meaning of PostgreSQL's `@>`; see [`JsonPlace::contains`].
    /// - An array has all elements of another array, in any order: `@>`.
    ///
    /// [`JsonPlace::contains`]: crate::query::JsonPlace::contains
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # use serde_json::json;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, title: String, extra: serde_json::Value, tags: Vec<String> }
    /// let query = select(Note.id)
    ///     .filter(Note.title.contains("sea"))
    ///     .filter(Note.extra.contains(json!({"kind": "log"})))
    ///     .filter(Note.tags.contains(["news", "sport"]));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "notes" WHERE "title" LIKE $1 AND "extra" @> $2::jsonb AND ("tags" @> $3)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn contains<V: Part<T::Base>>(self, part: V) -> Predicate {
        part.search_in(self.into_expr())
    }
}

impl<T: DbType> Expr<T> {
    /// Returns whether the value contains another one; see [`Column::contains`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").contains("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("email", $1::text) LIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn contains<V: Part<T::Base>>(self, part: V) -> Predicate {
        part.search_in(self)
    }
}
