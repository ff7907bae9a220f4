//! Functions of text on columns.
#![expect(
    clippy::type_complexity,
    reason = "the type of a result says which of the operands make it NULL"
)]

use orm_core::types::{DbType, base};

use super::{Computed, Either, MeasuredBase};
use crate::mapping::{Column, Model};
use crate::query::expressions::expr::{Expr, IntoExpr};
use crate::query::expressions::operand::Operand;

/// Functions of text. A position or a number of characters is an `i32`.
impl<M: Model, T: DbType<Base = base::Text>> Column<M, T> {
    /// Returns the text in lower case. Each letter becomes one letter, so `ß` stays in upper case, too. On PostgreSQL the
    /// locale of the database decides; one of `C` knows ASCII letters only.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.lower());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LOWER("name") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn lower(self) -> Expr<Computed<String, T::Null>> {
        self.into_expr().lower()
    }

    /// Returns the text in upper case; see [`lower`](Self::lower).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.upper());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT UPPER("name") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn upper(self) -> Expr<Computed<String, T::Null>> {
        self.into_expr().upper()
    }

    /// Returns the text without the spaces at both ends.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.trim());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT TRIM("name") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn trim(self) -> Expr<Computed<String, T::Null>> {
        self.into_expr().trim()
    }

    /// Returns the text without the spaces at its start.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.ltrim());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LTRIM("name") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ltrim(self) -> Expr<Computed<String, T::Null>> {
        self.into_expr().ltrim()
    }

    /// Returns the text without the spaces at its end.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.rtrim());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT RTRIM("name") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rtrim(self) -> Expr<Computed<String, T::Null>> {
        self.into_expr().rtrim()
    }

    /// Returns the number of characters.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.length());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CHAR_LENGTH("name") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn length(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().length()
    }

    /// Returns `length` characters from the position `start` on, which begins with 1. A start below 1 counts as 1, a length
    /// below 0 as 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.substr(1, 3));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT SUBSTR("name", $1, $2) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn substr<V: Operand<base::Int32>, L: Operand<base::Int32>>(
        self,
        start: V,
        length: L,
    ) -> Expr<Computed<String, Either<Either<T::Null, V::Null>, L::Null>>> {
        self.into_expr().substr(start, length)
    }

    /// Returns all characters from the position `start` on, which begins with 1. A start below 1 counts as 1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.substr_from(2));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT SUBSTR("name", $1) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn substr_from<V: Operand<base::Int32>>(
        self,
        start: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        self.into_expr().substr_from(start)
    }

    /// Returns the text in which each `from` is replaced with `to`, case-sensitively. An empty `from` is in no text.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.replace(" ", "_"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT REPLACE("name", $1::text, $2::text) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn replace<V: Operand<base::Text>, W: Operand<base::Text>>(
        self,
        from: V,
        to: W,
    ) -> Expr<Computed<String, Either<Either<T::Null, V::Null>, W::Null>>> {
        self.into_expr().replace(from, to)
    }

    /// Returns the first `count` characters. A count below 0 counts as 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.left(3));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LEFT("name", $1) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn left<V: Operand<base::Int32>>(
        self,
        count: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        self.into_expr().left(count)
    }

    /// Returns the last `count` characters. A count below 0 counts as 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.right(3));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT RIGHT("name", $1) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn right<V: Operand<base::Int32>>(
        self,
        count: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        self.into_expr().right(count)
    }

    /// Returns the position at which `needle` begins in the text, case-sensitively: 1 at its start, 0 if it is not there.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.position_of(" "));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT STRPOS("name", $1::text) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn position_of<V: Operand<base::Text>>(
        self,
        needle: V,
    ) -> Expr<Computed<i32, Either<T::Null, V::Null>>> {
        self.into_expr().position_of(needle)
    }

    /// Returns the text `count` times. A count below 0 counts as 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.repeat(2));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT REPEAT("name", $1) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn repeat<V: Operand<base::Int32>>(
        self,
        count: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        self.into_expr().repeat(count)
    }

    /// Returns the characters in reverse order.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.reverse());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT REVERSE("name") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn reverse(self) -> Expr<Computed<String, T::Null>> {
        self.into_expr().reverse()
    }

    /// Returns a text of `count` characters: cut at its end, or filled with `fill` at its start. An empty `fill` adds
    /// nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.lpad(8, "*"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LPAD("name", $1, $2) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn lpad<V: Operand<base::Int32>>(
        self,
        count: V,
        fill: impl AsRef<str>,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        self.into_expr().lpad(count, fill)
    }

    /// Returns a text of `count` characters: cut at its end, or filled with `fill` at its end. An empty `fill` adds
    /// nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.rpad(8, "*"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT RPAD("name", $1, $2) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rpad<V: Operand<base::Int32>>(
        self,
        count: V,
        fill: impl AsRef<str>,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        self.into_expr().rpad(count, fill)
    }

    /// Returns the text with `other` behind it. It is NULL if one of them is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.concat("!"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" || $1::text FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn concat<V: Operand<base::Text>>(
        self,
        other: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        self.into_expr().concat(other)
    }
}

impl<M: Model, T: DbType<Base: MeasuredBase>> Column<M, T> {
    /// Returns the number of bytes: those of a text in UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.octet_length());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT OCTET_LENGTH("name") FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn octet_length(self) -> Expr<Computed<i32, T::Null>> {
        self.into_expr().octet_length()
    }
}
