//! Functions of text on expressions; those of columns, in `text_columns.rs`, call them.
#![expect(
    clippy::type_complexity,
    reason = "the type of a result says which of the operands make it NULL"
)]

use orm_core::stmt::Func;
use orm_core::types::{DbType, base};

use super::{Computed, Either, MeasuredBase, chain, padded, part, strict};
use crate::query::expressions::expr::Expr;
use crate::query::expressions::operand::Operand;

/// Functions of text. A position or a number of characters is an `i32`.
impl<T: DbType<Base = base::Text>> Expr<T> {
    /// Returns the text in lower case. Each letter becomes one letter, so `ß` stays in upper case, too. On PostgreSQL the
    /// locale of the database decides; one of `C` knows ASCII letters only.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").lower());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LOWER(COALESCE("email", $1::text)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn lower(self) -> Expr<Computed<String, T::Null>> {
        strict(Func::Lower, self, [])
    }

    /// Returns the text in upper case; see [`lower`](Self::lower).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").upper());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT UPPER(COALESCE("email", $1::text)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn upper(self) -> Expr<Computed<String, T::Null>> {
        strict(Func::Upper, self, [])
    }

    /// Returns the text without the spaces at both ends.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").trim());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT TRIM(COALESCE("email", $1::text)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn trim(self) -> Expr<Computed<String, T::Null>> {
        strict(Func::Trim, self, [])
    }

    /// Returns the text without the spaces at its start.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").ltrim());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LTRIM(COALESCE("email", $1::text)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ltrim(self) -> Expr<Computed<String, T::Null>> {
        strict(Func::TrimStart, self, [])
    }

    /// Returns the text without the spaces at its end.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").rtrim());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT RTRIM(COALESCE("email", $1::text)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rtrim(self) -> Expr<Computed<String, T::Null>> {
        strict(Func::TrimEnd, self, [])
    }

    /// Returns the number of characters.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").length());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT CHAR_LENGTH(COALESCE("email", $1::text)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn length(self) -> Expr<Computed<i32, T::Null>> {
        strict(Func::Length, self, [])
    }

    /// Returns `length` characters from the position `start` on, which begins with 1. A start below 1 counts as 1, a length
    /// below 0 as 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").substr(1, 3));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT SUBSTR(COALESCE("email", $1::text), $2, $3) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn substr<V: Operand<base::Int32>, L: Operand<base::Int32>>(
        self,
        start: V,
        length: L,
    ) -> Expr<Computed<String, Either<Either<T::Null, V::Null>, L::Null>>> {
        strict(Func::Substr, self, [part(start), part(length)])
    }

    /// Returns all characters from the position `start` on, which begins with 1. A start below 1 counts as 1.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").substr_from(2));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT SUBSTR(COALESCE("email", $1::text), $2) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn substr_from<V: Operand<base::Int32>>(
        self,
        start: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        strict(Func::Substr, self, [part(start)])
    }

    /// Returns the text in which each `from` is replaced with `to`, case-sensitively. An empty `from` is in no text.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").replace("@", " at "));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT REPLACE(COALESCE("email", $1::text), $2::text, $3::text) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn replace<V: Operand<base::Text>, W: Operand<base::Text>>(
        self,
        from: V,
        to: W,
    ) -> Expr<Computed<String, Either<Either<T::Null, V::Null>, W::Null>>> {
        strict(Func::Replace, self, [part(from), part(to)])
    }

    /// Returns the first `count` characters. A count below 0 counts as 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").left(3));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LEFT(COALESCE("email", $1::text), $2) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn left<V: Operand<base::Int32>>(
        self,
        count: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        strict(Func::Left, self, [part(count)])
    }

    /// Returns the last `count` characters. A count below 0 counts as 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").right(3));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT RIGHT(COALESCE("email", $1::text), $2) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn right<V: Operand<base::Int32>>(
        self,
        count: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        strict(Func::Right, self, [part(count)])
    }

    /// Returns the position at which `needle` begins in the text, case-sensitively: 1 at its start, 0 if it is not there.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").position_of("@"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT STRPOS(COALESCE("email", $1::text), $2::text) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn position_of<V: Operand<base::Text>>(
        self,
        needle: V,
    ) -> Expr<Computed<i32, Either<T::Null, V::Null>>> {
        strict(Func::Position, self, [part(needle)])
    }

    /// Returns the text `count` times. A count below 0 counts as 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").repeat(2));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT REPEAT(COALESCE("email", $1::text), $2) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn repeat<V: Operand<base::Int32>>(
        self,
        count: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        strict(Func::Repeat, self, [part(count)])
    }

    /// Returns the characters in reverse order.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").reverse());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT REVERSE(COALESCE("email", $1::text)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn reverse(self) -> Expr<Computed<String, T::Null>> {
        strict(Func::Reverse, self, [])
    }

    /// Returns a text of `count` characters: cut at its end, or filled with `fill` at its start. An empty `fill` adds
    /// nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").lpad(8, "*"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT LPAD(COALESCE("email", $1::text), $2, $3) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn lpad<V: Operand<base::Int32>>(
        self,
        count: V,
        fill: impl AsRef<str>,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        padded(Func::PadStart, self, part(count), fill.as_ref())
    }

    /// Returns a text of `count` characters: cut at its end, or filled with `fill` at its end. An empty `fill` adds
    /// nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").rpad(8, "*"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT RPAD(COALESCE("email", $1::text), $2, $3) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rpad<V: Operand<base::Int32>>(
        self,
        count: V,
        fill: impl AsRef<str>,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        padded(Func::PadEnd, self, part(count), fill.as_ref())
    }

    /// Returns the text with `other` behind it. It is NULL if one of them is.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name.concat(" of ").concat(User.name));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" || $1::text || "name" FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn concat<V: Operand<base::Text>>(
        self,
        other: V,
    ) -> Expr<Computed<String, Either<T::Null, V::Null>>> {
        chain(Func::Concat, self, part(other))
    }
}

impl<T: DbType<Base: MeasuredBase>> Expr<T> {
    /// Returns the number of bytes: those of a text in UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.email.coalesce("").octet_length());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT OCTET_LENGTH(COALESCE("email", $1::text)) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn octet_length(self) -> Expr<Computed<i32, T::Null>> {
        strict(Func::OctetLength, self, [])
    }
}
