//! Changes of single keys of JSON documents, for the SET of an UPDATE. What is read of documents is in `json_ops.rs`.

use orm_core::stmt::{self, JsonOp};
use orm_core::types::{DbType, base};
use serde_json::Value as Document;

use super::expr::{Expr, IntoExpr as _};
use super::json_ops::{JsonOps as _, literal, take_apart};
use crate::mapping::{Column, Model};

impl<T: DbType<Base = base::Json>> Expr<T> {
    /// Returns the document with a key set to a value, added if it is missing. SQL NULL stays NULL, and a document that is
    /// no object stays as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let statement = update(Doc).set(Doc.extra, Doc.extra.with("seen", true).with("by", "ada"));
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "docs" SET "extra" = json_set(json_set("extra", ?, json(?)), ?, json(?))"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn with(self, key: impl AsRef<str>, value: impl Into<Document>) -> Self {
        let value = value.into();
        let bind = literal(&value);
        take_apart(value);
        self.changed(JsonOp::Set, key.as_ref(), vec![bind])
    }

    /// Returns the document without a key. What has no such key stays as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let statement = update(Doc).set(Doc.extra, Doc.extra.with("a", 1).without("b"));
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "docs" SET "extra" = json_remove(json_set("extra", ?, json(?)), ?)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without(self, key: impl AsRef<str>) -> Self {
        self.changed(JsonOp::Remove, key.as_ref(), Vec::new())
    }

    fn changed(self, op: JsonOp, key: &str, value: Vec<stmt::Expr>) -> Self {
        self.into_place().at(key).changed(op, value)
    }
}

impl<M: Model, T: DbType<Base = base::Json>> Column<M, T> {
    /// Returns the document with a key set to a value, added if it is missing. SQL NULL stays NULL, and a document that is
    /// no object stays as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let statement = update(Doc).set(Doc.extra, Doc.extra.with("seen", true)).filter(Doc.id.eq(1));
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "docs" SET "extra" = json_set("extra", ?, json(?)) WHERE "id" = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn with(self, key: impl AsRef<str>, value: impl Into<Document>) -> Expr<T> {
        self.into_expr().with(key, value)
    }

    /// Returns the document without a key. What has no such key stays as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let statement = update(Doc).set(Doc.extra, Doc.extra.without("draft")).filter(Doc.id.eq(1));
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "docs" SET "extra" = json_remove("extra", ?) WHERE "id" = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without(self, key: impl AsRef<str>) -> Expr<T> {
        self.into_expr().without(key)
    }
}
