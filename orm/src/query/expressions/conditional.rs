//! Conditional expressions: CASE by [`case`], and NULLIF. COALESCE is beside the other operators.

use std::borrow::Cow;
use std::marker::PhantomData;

use orm_core::stmt;
use orm_core::types::{DbType, NotNull};
use orm_core::value::Value;

use super::expr::{Expr, IntoExpr, Lifted};
use super::numeric_ops::exact;
use super::operand::{Operand, value_operand};
use super::predicate::Condition;
use super::table_ref::TableRef;
use crate::mapping::{Column, CustomType, Model};

/// Begins a CASE expression, which has the value of the first `when` whose condition is true. It ends by
/// [`otherwise`](CaseWhen::otherwise), the value of all other rows, or by [`end`](CaseWhen::end).
///
/// The first value sets the type: `"young"` is a `String`, an integer literal an `i32`. All others have the same base type.
/// The expression is nullable if one of the values is.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let stage = case()
///     .when(User.age.lt(18), "young")
///     .when(User.age.lt(65), "grown")
///     .otherwise("old");
/// let query = select((User.name, stage));
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "name", CASE WHEN "age" < $1 THEN $2::text WHEN "age" < $3 THEN $4::text ELSE $5::text END FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn case() -> Case {
    Case(())
}

/// Represents a CASE expression before its first WHEN; see [`case`].
#[derive(Clone, Copy, Debug)]
#[must_use = "a CASE does nothing until it ends and is given to a statement"]
pub struct Case(());

impl Case {
    /// Adds the first WHEN: the value of rows for which the condition is true, whose type is that of the expression.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let by_name = case().when(User.name.eq("ada"), 0).otherwise(1);
    /// let query = select(User.id).order_by((by_name, User.id));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" ORDER BY CASE WHEN "name" = ? THEN ? ELSE ? END ASC, "id" ASC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn when<C: Condition, V: CaseValue>(self, condition: C, value: V) -> CaseWhen<V::Value> {
        let none = CaseWhen::<()> {
            branches: Vec::new(),
            origin: None,
            depth: 0,
            marker: PhantomData,
        };
        none.branch(condition, value.into_value())
    }
}

/// Represents a CASE expression whose values have the Rust type `T`, and which does not end yet; see [`case`].
#[must_use = "a CASE does nothing until it ends and is given to a statement"]
pub struct CaseWhen<T> {
    branches: Vec<(stmt::Expr, stmt::Expr)>,
    origin: Option<TableRef>,
    depth: usize,
    marker: PhantomData<fn() -> T>,
}

impl<T: DbType> CaseWhen<T> {
    /// Adds WHEN: the value of rows for which the condition is true and no earlier one is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let name = case().when(User.age.lt(18), "a child").when(User.active, User.name);
    /// let query = select(name.otherwise("a former user"));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT CASE WHEN "age" < ? THEN ? WHEN "active" = ? THEN "name" ELSE ? END FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn when<C: Condition, V: Operand<T::Base>>(
        self,
        condition: C,
        value: V,
    ) -> CaseWhen<Lifted<T, V::Null>> {
        let depth = value.depth();
        let value = Expr::<()>::around(value.into_operand(), None, depth);
        self.branch(condition, value)
    }

    /// Adds ELSE, the value of rows for which no condition is true, and END.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let adults = case().when(User.age.ge(18), 1).otherwise(0);
    /// let query = select(sum(adults));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT SUM(CASE WHEN "age" >= ? THEN ? ELSE ? END) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn otherwise<V: Operand<T::Base>>(self, value: V) -> Expr<Lifted<T, V::Null>> {
        let depth = self.depth.max(value.depth());
        let mut case = stmt::Case::new(self.branches);
        case.otherwise = Some(value.into_operand());
        let case = exact::<T>(stmt::Expr::Case(Box::new(case)));
        Expr::around(case, self.origin, depth)
    }

    /// Adds END without ELSE: the value of rows for which no condition is true is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let child = case().when(User.age.lt(18), User.name).end();
    /// let names: Vec<Option<String>> = select(child).all(&mut conn)?;
    /// assert_eq!(names, [None]);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT CASE WHEN "age" < ? THEN "name" END FROM "users""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn end(self) -> Expr<Option<T::Plain>> {
        let case = stmt::Case::new(self.branches);
        let case = exact::<T>(stmt::Expr::Case(Box::new(case)));
        Expr::around(case, self.origin, self.depth)
    }
}

impl<T> CaseWhen<T> {
    fn branch<C: Condition, V, R>(mut self, condition: C, value: Expr<V>) -> CaseWhen<R> {
        let condition = condition.into_predicate().value();
        let origin = self.origin.or(condition.origin).or(value.origin);
        let depth = self.depth.max(condition.depth).max(value.depth);
        self.branches.push((condition.ast, value.ast));
        CaseWhen {
            branches: self.branches,
            origin,
            depth,
            marker: PhantomData,
        }
    }
}

impl<T> Clone for CaseWhen<T> {
    fn clone(&self) -> Self {
        Self {
            branches: self.branches.clone(),
            ..*self
        }
    }
}

impl<T> std::fmt::Debug for CaseWhen<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("CaseWhen").field(&self.branches).finish()
    }
}

/// Is implemented by values whose type is known, such as the first value of a CASE and arguments of `func`: a value, an
/// `Option` of one, a column or an expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a value of the expression",
    label = "expected a value, a column or an expression, which has a type",
    note = "NULL has no type: use `None::<T>`, or begin a CASE with the condition of another value"
)]
pub trait CaseValue {
    /// The type of the value.
    type Value: DbType;

    /// Returns the value as an expression.
    #[doc(hidden)]
    fn into_value(self) -> Expr<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T: DbType> CaseValue for Expr<T> {
    type Value = T;

    fn into_value(self) -> Expr<T> {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> CaseValue for Column<M, T> {
    type Value = T;

    fn into_value(self) -> Expr<T> {
        self.into_expr()
    }
}

#[diagnostic::do_not_recommend]
impl<T: CustomType> CaseValue for T {
    type Value = T;

    fn into_value(self) -> Expr<T> {
        Expr::leaf(value_operand(&self), None)
    }
}

#[diagnostic::do_not_recommend]
impl<V: DbType<Null = NotNull>> CaseValue for Option<V> {
    type Value = Self;

    // A NULL of no type is an error of PostgreSQL's wherever nothing else gives it one.
    fn into_value(self) -> Expr<Self> {
        let value = value_operand(&self);
        if let stmt::Expr::Value(Value::Null) = value {
            let (expr, ty) = (Box::new(value), V::TYPE);
            return Expr::leaf(stmt::Expr::Cast { expr, ty }, None);
        }
        Expr::leaf(value, None)
    }
}

macro_rules! values {
    ($($value:ty => $ty:ty),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl CaseValue for $value {
            type Value = $ty;

            fn into_value(self) -> Expr<$ty> {
                Expr::leaf(Operand::<<$ty as DbType>::Base>::into_operand(self), None)
            }
        }
    )+};
}

values! {
    bool => bool,
    i8 => i8,
    u8 => u8,
    u16 => u16,
    u32 => u32,
    u64 => u64,
    i16 => i16,
    i32 => i32,
    i64 => i64,
    f32 => f32,
    f64 => f64,
    &str => String,
    String => String,
    &String => String,
    Cow<'_, str> => String,
    Vec<u8> => Vec<u8>,
    &[u8] => Vec<u8>,
}

#[cfg(feature = "chrono")]
values! {
    chrono::NaiveDate => chrono::NaiveDate,
    chrono::NaiveTime => chrono::NaiveTime,
    chrono::NaiveDateTime => chrono::NaiveDateTime,
    chrono::DateTime<chrono::Utc> => chrono::DateTime<chrono::Utc>,
    chrono::DateTime<chrono::FixedOffset> => chrono::DateTime<chrono::FixedOffset>,
    chrono::DateTime<chrono::Local> => chrono::DateTime<chrono::Local>,
    chrono::TimeDelta => chrono::TimeDelta,
}

#[cfg(feature = "jiff")]
values! {
    jiff::civil::Date => jiff::civil::Date,
    jiff::civil::Time => jiff::civil::Time,
    jiff::civil::DateTime => jiff::civil::DateTime,
    jiff::Timestamp => jiff::Timestamp,
    jiff::SignedDuration => jiff::SignedDuration,
    jiff::ZonedDateTime => jiff::ZonedDateTime,
}

#[cfg(feature = "time")]
values! {
    time::Date => time::Date,
    time::Time => time::Time,
    time::PrimitiveDateTime => time::PrimitiveDateTime,
    time::OffsetDateTime => time::OffsetDateTime,
    time::Duration => time::Duration,
}

#[cfg(feature = "rust_decimal")]
values! {
    rust_decimal::Decimal => rust_decimal::Decimal,
}

#[cfg(feature = "uuid")]
values! {
    uuid::Uuid => uuid::Uuid,
}

impl<T: DbType> Expr<T> {
    /// Returns `NULLIF(self, value)`: NULL if both are equal, or else `self`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select((User.age - 18).nullif(0));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT NULLIF("age" - ?, ?) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn nullif<V: Operand<T::Base>>(self, value: V) -> Expr<Option<T::Plain>> {
        let deepest = self.depth.max(value.depth());
        let ast = stmt::Expr::Function {
            name: "NULLIF".into(),
            args: vec![self.ast, value.into_operand()],
        };
        Expr::around(exact::<T>(ast), self.origin, deepest)
    }
}

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns `NULLIF(self, value)`: NULL if both are equal, or else the value of the column.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.nullif("").coalesce("none"));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT COALESCE(NULLIF("email", ?), ?) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn nullif<V: Operand<T::Base>>(self, value: V) -> Expr<Option<T::Plain>> {
        self.into_expr().nullif(value)
    }
}
