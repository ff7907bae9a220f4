//! Operations on JSON documents: paths, typed values and containment; `json_changes.rs` has changes of single keys. Their
//! meaning is the same on every database that has JSON; see `sql/render` of each dialect.
//!
//! A trait has them, since columns, expressions and paths have them all.

use orm_core::stmt::{self, CompareOp, JsonExpr, JsonKind, JsonOp, JsonPath, JsonStep, JsonType};
use orm_core::types::{Codec as _, DbType, NotNull, base};
use orm_core::value::{JSON_LEVELS, Value, json_fault};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Document;

use super::build_error::BuildError;
use super::conditional::CaseValue;
use super::expr::{Expr, IntoExpr};
use super::operand::Operand;
use super::predicate::Predicate;
use super::table_ref::TableRef;
use crate::mapping::{Column, Model};

/// Represents a place in a document: a column or an expression of JSON, followed by keys and positions; see
/// [`JsonOps::at`].
#[derive(Clone, Debug)]
#[must_use = "a path does nothing until one of its values is given to a statement"]
pub struct JsonPlace {
    document: stmt::Expr,
    steps: Vec<JsonStep>,
    origin: Option<TableRef>,
    depth: usize,
}

/// Is implemented by the steps of a path: a key as text, or a position, counted from 0, as an integer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step of a path in a JSON document",
    label = "expected a key such as `\"name\"`, or a position in an array such as `0`"
)]
pub trait JsonKey {
    /// Returns the step.
    #[doc(hidden)]
    fn into_step(self) -> JsonStep;
}

#[diagnostic::do_not_recommend]
impl JsonKey for &str {
    fn into_step(self) -> JsonStep {
        JsonStep::Key(self.to_owned())
    }
}

#[diagnostic::do_not_recommend]
impl JsonKey for String {
    fn into_step(self) -> JsonStep {
        JsonStep::Key(self)
    }
}

#[diagnostic::do_not_recommend]
impl JsonKey for &String {
    fn into_step(self) -> JsonStep {
        JsonStep::Key(self.clone())
    }
}

// One integer type alone: the type of a literal is inferred.
#[diagnostic::do_not_recommend]
impl JsonKey for u32 {
    fn into_step(self) -> JsonStep {
        JsonStep::Index(self)
    }
}

/// Is implemented by columns and expressions of JSON, and by the places in them.
///
/// The document is SQL NULL, or the path leads to nothing, or the value there has another type: the result is NULL, never an
/// error. A key is a bind, and no text is read as a path.
#[expect(
    clippy::wrong_self_convention,
    reason = "expressions are values, and named as serde_json names what it returns"
)]
pub trait JsonOps: Sized {
    /// Returns the place as its parts.
    #[doc(hidden)]
    fn into_place(self) -> JsonPlace;

    /// Returns the place of a key in an object, or of a position, counted from 0, in an array.
    ///
    /// # Errors
    /// The statement returns:
    /// - `Usage`: the path has more than 127 steps, which no document has. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.extra.at("sizes").at(0).json());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT ("extra" -> ?) FROM "docs""# // $."sizes"[0]
    /// );
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT jsonb_path_query_first("extra", ('strict ' || $1::text)::jsonpath, '{}', true) FROM "docs""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn at<K: JsonKey>(self, step: K) -> JsonPlace {
        let mut place = self.into_place();
        // Of longer paths each database has a limit of its own.
        if place.steps.len() == JSON_LEVELS {
            place.steps.clear();
            place.document = long_path().into_expr();
        }
        place.steps.push(step.into_step());
        place
    }

    /// Returns the value as a document. The null of JSON is `Some(Value::Null)`, a missing value is `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.extra.at("address").json());
    /// assert_eq!(query.to_sql(&SqliteDialect)?, r#"SELECT ("extra" -> ?) FROM "docs""#);
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn json(self) -> Expr<Option<Document>> {
        self.into_place().get(JsonType::Json)
    }

    /// Returns the text of a string.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.id).filter(Doc.extra.at("name").as_text().eq("ada"));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "docs" WHERE CASE WHEN json_type("extra", ?) = 'text' THEN json_extract("extra", ?) END = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn as_text(self) -> Expr<Option<String>> {
        self.into_place().get(JsonType::Text)
    }

    /// Returns a number without fraction that fits into 64 bits. `1.0` and `1e0` are 1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.id).filter(Doc.extra.at("age").as_i64().ge(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "docs" WHERE CASE WHEN json_type("extra", ?) IN ('integer', 'real') AND json_extract("extra", ?) = CAST(json_extract("extra", ?) AS INTEGER) THEN CAST(json_extract("extra", ?) AS INTEGER) END >= ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn as_i64(self) -> Expr<Option<i64>> {
        self.into_place().get(JsonType::Int)
    }

    /// Returns a number.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.extra.at("weight").as_f64());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT CASE WHEN json_type("extra", ?) IN ('integer', 'real') AND abs(CAST(json_extract("extra", ?) AS REAL)) <= 1.7976931348623157e308 THEN CAST(json_extract("extra", ?) AS REAL) END FROM "docs""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn as_f64(self) -> Expr<Option<f64>> {
        self.into_place().get(JsonType::Float)
    }

    /// Returns true or false.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.id).filter(Doc.extra.at("draft").as_bool().is_true());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "docs" WHERE CASE WHEN json_type("extra", ?) IN ('true', 'false') THEN json_extract("extra", ?) END = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn as_bool(self) -> Expr<Option<bool>> {
        self.into_place().get(JsonType::Bool)
    }

    /// Returns whether there is an object with the key, whatever its value. It is false, not NULL, where there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.id).filter(Doc.extra.has_key("name"));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "docs" WHERE ("extra" -> ?) IS NOT NULL"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn has_key(self, key: impl AsRef<str>) -> Predicate {
        self.at(key.as_ref()).json().is_not_null()
    }

    /// Returns whether the value is the null of JSON. It is false for SQL NULL and for a missing value, which `is_null` and
    /// `json().is_null()` find.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.id).filter(Doc.extra.is_json_null());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "docs" WHERE jsonb_typeof("extra") IS NOT DISTINCT FROM 'null'"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn is_json_null(self) -> Predicate {
        let place = self.into_place();
        let (origin, depth) = (place.origin, place.depth);
        Predicate::over(place.is(JsonKind::Null), origin, depth)
    }

    /// Returns the number of elements of an array.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.id).filter(Doc.extra.at("tags").array_length().gt(3));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "docs" WHERE CASE WHEN json_type("extra", ?) = 'array' THEN json_array_length("extra", ?) END > ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn array_length(self) -> Expr<Option<i64>> {
        let place = self.into_place();
        let (origin, depth) = (place.origin, place.depth);
        Expr::around(place.operation(JsonOp::Length, Vec::new()), origin, depth)
    }
}

#[diagnostic::do_not_recommend]
impl JsonOps for JsonPlace {
    fn into_place(self) -> JsonPlace {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType<Base = base::Json>> JsonOps for Expr<T> {
    fn into_place(self) -> JsonPlace {
        JsonPlace {
            document: self.ast,
            steps: Vec::new(),
            origin: self.origin,
            depth: self.depth,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType<Base = base::Json>> JsonOps for Column<M, T> {
    fn into_place(self) -> JsonPlace {
        self.into_expr().into_place()
    }
}

impl JsonPlace {
    /// Returns whether the value contains the other one, with the meaning of PostgreSQL's `@>`: an object has all keys of the
    /// other one, with values that contain those; an array has all elements of the other one, or a scalar as an element.
    /// Nothing else contains a value but an equal one.
    ///
    /// # Errors
    /// The statement returns:
    /// - `Unsupported`: the value has an object or an array inside an array, on MySQL and MariaDB. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # use serde_json::json;
    /// # #[derive(Model)]
    /// # #[orm(table = "docs")]
    /// # struct Doc { #[orm(primary_key)] id: i64, extra: Option<serde_json::Value> }
    /// let query = select(Doc.id).filter(Doc.extra.at("a").contains(json!({"tags": ["new"]})));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "docs" WHERE ("extra" -> $1::text) @> $2::jsonb"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn contains(self, value: impl Into<Document>) -> Predicate {
        let value = value.into();
        let part = literal(&value);
        // The paths into a document that drivers refuse would overflow the stack.
        let condition = if is_too_deep(&part) {
            Some(part.clone())
        } else {
            self.containment(&value, true)
        };
        take_apart(value);
        let args = std::iter::once(part).chain(condition).collect();
        let (origin, depth) = (self.origin, self.depth);
        Predicate::over(self.operation(JsonOp::Contains, args), origin, depth)
    }

    fn operation(&self, op: JsonOp, others: Vec<stmt::Expr>) -> stmt::Expr {
        let mut args = vec![self.document.clone()];
        args.extend(others);
        let path = JsonPath::new(self.steps.iter().cloned());
        stmt::Expr::Json(Box::new(JsonExpr::new(op, path, args)))
    }

    /// The whole document, changed at this place.
    pub(super) fn changed<T>(self, op: JsonOp, value: Vec<stmt::Expr>) -> Expr<T> {
        Expr::around(self.operation(op, value), self.origin, self.depth)
    }

    fn get<T>(self, ty: JsonType) -> Expr<T> {
        let value = self.operation(JsonOp::Get(ty), Vec::new());
        Expr::around(value, self.origin, self.depth)
    }

    fn is(&self, kind: JsonKind) -> stmt::Expr {
        self.operation(JsonOp::Is(kind), Vec::new())
    }

    /// The condition that the value contains another one, made of paths into it: for databases without such an operator.
    /// `None` if it takes more than that.
    fn containment(&self, part: &Document, at_top: bool) -> Option<stmt::Expr> {
        let mut conditions = Vec::new();
        match part {
            Document::Object(entries) => {
                conditions.push(self.is(JsonKind::Object));
                for (key, value) in entries {
                    let inner = self.clone().at(key.as_str());
                    conditions.push(inner.containment(value, false)?);
                }
            }
            Document::Array(items) => {
                conditions.push(self.is(JsonKind::Array));
                for item in items {
                    conditions.push(self.has_element(item)?);
                }
            }
            scalar if at_top => {
                let element = self.is(JsonKind::Array).and(self.has_element(scalar)?);
                return Some(element.or(self.equals(scalar)));
            }
            scalar => return Some(self.equals(scalar)),
        }
        Some(stmt::Expr::And(conditions))
    }

    fn has_element(&self, item: &Document) -> Option<stmt::Expr> {
        if item.is_array() || item.is_object() {
            return None;
        }
        let list = Document::Array(vec![item.clone()]);
        Some(self.operation(JsonOp::Overlaps, vec![literal(&list)]))
    }

    fn equals(&self, scalar: &Document) -> stmt::Expr {
        self.operation(JsonOp::Compare(CompareOp::Eq), vec![literal(scalar)])
    }
}

/// A document as a bind.
pub(super) fn literal(value: &Document) -> stmt::Expr {
    stmt::Expr::Value(value.encode(""))
}

/// Whether a bind is a document that drivers refuse.
fn is_too_deep(bind: &stmt::Expr) -> bool {
    if let stmt::Expr::Value(Value::Json(text)) = bind {
        return json_fault(text, JSON_LEVELS).is_some();
    }
    false
}

/// Drops a document, level by level: one that is nested too deep would overflow the stack.
pub(super) fn take_apart(value: Document) {
    let mut parts = vec![value];
    while let Some(part) = parts.pop() {
        match part {
            Document::Array(items) => parts.extend(items),
            Document::Object(entries) => parts.extend(entries.into_iter().map(|(_, value)| value)),
            Document::Null | Document::Bool(_) | Document::Number(_) | Document::String(_) => {}
        }
    }
}

#[cold]
fn long_path() -> BuildError {
    BuildError::new(
        format!("a path in a JSON document has more than {JSON_LEVELS} steps"),
        "documents have at most that many levels",
    )
}

macro_rules! operands {
    ($([$($generics:tt)*] $ty:ty => $drop:path),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Operand<base::Json> for $ty {
            type Null = NotNull;

            fn into_operand(self) -> stmt::Expr {
                let operand = (&self).into_operand();
                $drop(self);
                operand
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Operand<base::Json> for &$ty {
            type Null = NotNull;

            fn into_operand(self) -> stmt::Expr {
                stmt::Expr::Value(self.encode(""))
            }
        }
    )+};
}

operands!(
    [] Document => take_apart,
    [T: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static]
    orm_core::types::Json<T> => drop,
);

#[diagnostic::do_not_recommend]
impl CaseValue for Document {
    type Value = Self;

    fn into_value(self) -> Expr<Self> {
        Expr::leaf(literal(&self), None)
    }
}
