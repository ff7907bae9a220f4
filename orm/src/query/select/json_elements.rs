//! [`JsonElements`]: the elements of JSON arrays as rows, joined to the rows that have the arrays.

use std::borrow::Cow;
use std::sync::Arc;

use orm_core::stmt::{self, FromItem, JsonExpr, JsonOp, JsonPath, Source, SourceCall, SourceFunc};

use super::derived::Derived;
use super::named_source::NamedSource;
use super::table_source::TableSource;
use crate::mapping::{DerivedRow, interned};
use crate::query::expressions::expr::{Expr, IntoExpr as _, check_depth};
use crate::query::expressions::json_ops::JsonOps;
use crate::query::expressions::table_ref::TableRef;

/// Represents the elements of a JSON array of each row; see [`json_elements`].
#[derive(Clone, Debug)]
#[must_use = "the elements do nothing until they are joined: .cross_join(&tags)"]
pub struct JsonElements {
    source: Derived<()>,
    array: Expr<Option<serde_json::Value>>,
}

/// Creates a source of the elements of a JSON array under a name: a row for each of them. It is joined to the table that has the
/// array: `cross_join`, or `left_join_on` to keep rows without elements. Of what is no array there are no elements.
///
/// # Errors
/// A verb of the query that has the source returns:
/// - `Usage`: the name is empty or reserved.
/// - `Unsupported`: the database has no JSON.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{JsonOps as _, json_elements};
/// # #[derive(Model)]
/// # #[orm(table = "docs")]
/// # struct Doc { #[orm(primary_key)] id: i64, tags: serde_json::Value }
///
/// let tags = json_elements("tag", Doc.tags);
/// let query = select((Doc.id, tags.position(), tags.element())).cross_join(&tags);
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "docs"."id", "tag"."key", ("docs"."tags" -> "tag"."key") FROM "docs" CROSS JOIN json_each(CASE WHEN json_type("docs"."tags") = 'array' THEN "docs"."tags" END) AS "tag""#
/// );
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "docs"."id", ("tag"."key" - 1)::int8, ("docs"."tags" -> ("tag"."key" - 1)) FROM "docs" CROSS JOIN LATERAL generate_series(1, CASE WHEN jsonb_typeof("docs"."tags") = 'array' THEN jsonb_array_length("docs"."tags") END) AS "tag"("key")"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn json_elements<J: JsonOps>(name: impl Into<Cow<'static, str>>, array: J) -> JsonElements {
    let name = interned(name.into());
    let array = array.json();
    let call = SourceCall::new(SourceFunc::JsonPositions, vec![array.ast.clone()]);
    let mut item = FromItem::new(Source::Call(Box::new(call))).alias(name);
    item.lateral = true;
    let source = match check_depth(array.depth) {
        Ok(()) => Derived::named(name, item),
        Err(error) => Derived::refused(name, error),
    };
    JsonElements { source, array }
}

impl JsonElements {
    /// Returns the element as a document, whose text, number or parts the methods of [`JsonOps`] extract.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::{JsonOps as _, json_elements};
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, tags: serde_json::Value }
    ///
    /// let tags = json_elements("tag", Doc.tags);
    /// let query = select((Doc.id, tags.element())).cross_join(&tags);
    /// assert_eq!(
    ///     query.to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT `docs`.`id`, JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']')) FROM `docs` CROSS JOIN JSON_TABLE(CASE WHEN JSON_TYPE(`docs`.`tags`) = 'ARRAY' COLLATE utf8mb4_bin THEN `docs`.`tags` END, '$[*]' COLUMNS (`key` FOR ORDINALITY)) AS `tag`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn element(&self) -> Expr<Option<serde_json::Value>> {
        let args = vec![self.array.ast.clone(), self.key()];
        let json = JsonExpr::new(JsonOp::Element, JsonPath::new([]), args);
        let ast = stmt::Expr::Json(Box::new(json));
        Expr::around(ast, self.array.origin, self.array.depth)
    }

    /// Returns the position of the element in its array, from 0. It is NULL in the rows of a left join that have no element:
    /// select it as [`optional`](crate::query::optional()) there.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::{JsonOps as _, json_elements};
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, tags: serde_json::Value }
    ///
    /// let tags = json_elements("tag", Doc.tags);
    /// let first = select(Doc.id).cross_join(&tags).filter(tags.position().eq(0));
    /// assert_eq!(
    ///     first.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "docs"."id" FROM "docs" CROSS JOIN json_each(CASE WHEN json_type("docs"."tags") = 'array' THEN "docs"."tags" END) AS "tag" WHERE "tag"."key" = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn position(&self) -> Expr<i64> {
        let json = JsonExpr::new(JsonOp::Position, JsonPath::new([]), vec![self.key()]);
        Expr::leaf(stmt::Expr::Json(Box::new(json)), self.array.origin)
    }

    fn key(&self) -> stmt::Expr {
        let key = DerivedRow::key_column::<i64>(self.source.source.table.name());
        key.into_expr().ast
    }
}

#[diagnostic::do_not_recommend]
impl TableSource for &JsonElements {
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>) {
        (&self.source).into_source()
    }
}
