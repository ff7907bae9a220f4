//! The operators of [`Column`]. But for comparisons, they call those of [`Expr`].
//!
//! They are written out, since methods from a macro add four lines to each compile error.

use orm_core::stmt::{self, CompareOp};
use orm_core::types::{DbType, Nullability, base};
use orm_core::value::Value;

use super::document_type::is_document;
use super::documents;
use super::enums;
use super::expr::{Expr, IntoExpr};
use super::expr_ops::{comparison, is_null};
use super::in_list::InList;
use super::operand::Operand;
use super::order::Order;
use super::predicate::Predicate;
use super::rank::{is_native, is_of_order};
use super::table_ref::TableRef;
use super::term::Comparison;
use crate::mapping::{Column, Model};

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns `self = value`. `None` and `Null` give `IS NULL`. A NULL in a nullable column on either side makes the
    /// comparison unknown; see [`same_as`](Self::same_as).
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # struct User { #[orm(primary_key)] id: i64, name: String, email: Option<String> }
    /// let ada = select(User).filter(User.name.eq("ada"));
    /// let without = select(User).filter(User.email.eq(Null)); // WHERE "email" IS NULL
    /// # let _ = (ada, without);
    /// ```
    #[inline]
    pub fn eq<V: Operand<T::Base>>(self, value: V) -> Predicate {
        equality(self, CompareOp::Eq, value)
    }

    /// Returns `self <> value`. `None` and `Null` give `IS NOT NULL`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.id.ne(7));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "id" <> ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn ne<V: Operand<T::Base>>(self, value: V) -> Predicate {
        equality(self, CompareOp::Ne, value)
    }

    /// Returns `self < value`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.age.lt(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "age" < ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn lt<V: Operand<T::Base>>(self, value: V) -> Predicate {
        compare(self, CompareOp::Lt, value)
    }

    /// Returns `self <= value`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.age.le(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "age" <= ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn le<V: Operand<T::Base>>(self, value: V) -> Predicate {
        compare(self, CompareOp::Le, value)
    }

    /// Returns `self > value`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.age.gt(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "age" > ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn gt<V: Operand<T::Base>>(self, value: V) -> Predicate {
        compare(self, CompareOp::Gt, value)
    }

    /// Returns `self >= value`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.age.ge(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "age" >= ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn ge<V: Operand<T::Base>>(self, value: V) -> Predicate {
        compare(self, CompareOp::Ge, value)
    }

    /// Returns the null-safe comparison `self IS NOT DISTINCT FROM value`: NULL equals NULL, and the result is never
    /// unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.same_as("a@b.c"));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "email" IS ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn same_as<V: Operand<T::Base>>(self, value: V) -> Predicate {
        equality(self, CompareOp::Same, value)
    }

    /// Returns `self BETWEEN low AND high`, both bounds included.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.age.between(18, 65));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "age" BETWEEN ? AND ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn between<L: Operand<T::Base>, H: Operand<T::Base>>(self, low: L, high: H) -> Predicate {
        self.into_expr().between(low, high)
    }

    /// Returns `self IS NULL`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.is_null());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "email" IS NULL"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_null(self) -> Predicate {
        self.into_expr().is_null()
    }

    /// Returns `self IS NOT NULL`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.is_not_null());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "email" IS NOT NULL"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_not_null(self) -> Predicate {
        self.into_expr().is_not_null()
    }

    /// Returns `self IN (values)`. `values` is an array, slice, vector, set, range or another iterator, or a query of
    /// one column. The list may have any length; `IN ()` is false.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, boss_id: Option<i64> }
    /// let some = select(User.id).filter(User.id.in_([1, 2, 3]));
    /// let bosses = select(User.id).filter(User.id.in_(select(User.boss_id)));
    /// let sql = bosses.to_sql(&orm::sqlite::SqliteDialect)?;
    /// assert_eq!(sql, r#"SELECT "id" FROM "users" WHERE "id" IN (SELECT "users"."boss_id" FROM "users")"#);
    /// # let _ = some;
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn in_<L: InList<T::Base>>(self, values: L) -> Predicate {
        self.into_expr().in_(values)
    }

    /// Returns `self NOT IN (values)`, with the values of [`in_`](Self::in_). `NOT IN ()` is true. The result is
    /// unknown if `self` is NULL, or if a query returns a NULL and no match: filter that query with `is_not_null`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.age.not_in([17, 18]));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "age" NOT IN (?, ?)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn not_in<L: InList<T::Base>>(self, values: L) -> Predicate {
        self.into_expr().not_in(values)
    }

    /// Returns `COALESCE(self, other)`: the value, or `other` if it is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let names = select(User.email.coalesce(User.name));
    /// assert_eq!(
    ///     names.to_sql(&SqliteDialect)?,
    ///     r#"SELECT COALESCE("email", "name") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn coalesce<V: Operand<T::Base>>(
        self,
        other: V,
    ) -> Expr<<V::Null as Nullability>::Wrap<T::Plain>> {
        self.into_expr().coalesce(other)
    }

    /// Returns the item `self ASC` of ORDER BY.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).order_by(User.age.asc());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" ORDER BY "age" ASC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn asc(self) -> Order {
        self.into_expr().asc()
    }

    /// Returns the item `self DESC` of ORDER BY.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).order_by(User.age.desc());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" ORDER BY "age" DESC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn desc(self) -> Order {
        self.into_expr().desc()
    }
}

impl<M: Model, T: DbType<Base = base::Bool>> Column<M, T> {
    /// Returns `self IS TRUE`: false and NULL give false.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.active.is_true());
    /// assert_eq!(query.to_sql(&SqliteDialect)?, r#"SELECT "id" FROM "users" WHERE "active" = ?"#);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_true(self) -> Predicate {
        self.into_expr().is_true()
    }

    /// Returns `self IS FALSE`: true and NULL give false.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.active.is_false());
    /// assert_eq!(query.to_sql(&SqliteDialect)?, r#"SELECT "id" FROM "users" WHERE "active" = ?"#);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_false(self) -> Predicate {
        self.into_expr().is_false()
    }
}

/// Searches in text. A needle is taken literally: `%` and `_` in it are themselves.
impl<M: Model, T: DbType<Base = base::Text>> Column<M, T> {
    /// Returns whether the text starts with `needle`, case-sensitively.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.starts_with("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" LIKE $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn starts_with(self, needle: impl AsRef<str>) -> Predicate {
        self.into_expr().starts_with(needle)
    }

    /// Returns whether the text ends with `needle`, case-sensitively.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.ends_with("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" LIKE $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ends_with(self, needle: impl AsRef<str>) -> Predicate {
        self.into_expr().ends_with(needle)
    }

    /// Returns whether the text contains `needle`, case-insensitively: both are compared in lower case, letter by letter.
    /// On PostgreSQL the locale of the database decides which letters have case; `C` knows those of ASCII.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.icontains("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" ILIKE $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn icontains(self, needle: impl AsRef<str>) -> Predicate {
        self.into_expr().icontains(needle)
    }

    /// Returns `self LIKE pattern`, case-sensitively. In the pattern, `%` matches any text, `_` any character, and
    /// `\` escapes the next character.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.like("a%"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" LIKE $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn like(self, pattern: impl AsRef<str>) -> Predicate {
        self.into_expr().like(pattern)
    }
}

#[inline]
fn equality<M: Model, T: DbType, V: Operand<T::Base>>(
    column: Column<M, T>,
    op: CompareOp,
    other: V,
) -> Predicate {
    let depth = other.depth();
    let other = other.into_operand();
    if let stmt::Expr::Value(Value::Null) = other {
        return is_null(column.into_expr(), op == CompareOp::Ne);
    }
    beside(column, op, (other, depth))
}

#[inline]
fn compare<M: Model, T: DbType, V: Operand<T::Base>>(
    column: Column<M, T>,
    op: CompareOp,
    other: V,
) -> Predicate {
    let depth = other.depth();
    beside(column, op, (other.into_operand(), depth))
}

/// The comparison of a column with an operand that is nested so deep.
#[inline]
fn beside<M: Model, T: DbType>(
    column: Column<M, T>,
    op: CompareOp,
    (other, depth): (stmt::Expr, usize),
) -> Predicate {
    if is_document::<T>() {
        return documents::compare(op, column.into_expr(), (other, depth));
    }
    if is_native::<T>() && is_of_order(op) {
        return enums::compare(op, column.into_expr(), (other, depth));
    }
    if let stmt::Expr::Value(value) = other {
        return Predicate::comparison(Comparison {
            table: TableRef::of_column(&column),
            position: column.index(),
            op,
            value,
        });
    }
    comparison(op, column.into_expr(), (other, depth))
}
