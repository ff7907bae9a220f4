//! Searches in text that ignore case, `not_like`, and regular expressions. Those that count case are beside the other
//! operators.

use orm_core::stmt;
use orm_core::types::{DbType, base};

use super::expr::{Expr, IntoExpr};
use super::like;
use super::predicate::Predicate;
use crate::mapping::{Column, Model};

/// Searches in text, whose needles are taken literally.
impl<T: DbType<Base = base::Text>> Expr<T> {
    /// Returns whether the text starts with `needle`, case-insensitively; see [`icontains`](Self::icontains).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").istarts_with("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("email", $1::text) ILIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn istarts_with(self, needle: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::StartsWithIgnoreCase, needle.as_ref())
    }

    /// Returns whether the text ends with `needle`, case-insensitively; see [`icontains`](Self::icontains).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").iends_with("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("email", $1::text) ILIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn iends_with(self, needle: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::EndsWithIgnoreCase, needle.as_ref())
    }

    /// Returns whether the text is `other`, case-insensitively; see [`icontains`](Self::icontains).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").ieq("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE LOWER(COALESCE("email", $1::text)) = LOWER($2::text)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ieq(self, other: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::EqualsIgnoreCase, other.as_ref())
    }

    /// Returns `self ILIKE pattern`, a case-insensitive [`like`](Self::like).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").ilike("a%"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("email", $1::text) ILIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ilike(self, pattern: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::PatternIgnoreCase, pattern.as_ref())
    }

    /// Returns `NOT (self LIKE pattern)`; see [`like`](Self::like). It is unknown if the text is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").not_like("a%"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE NOT (COALESCE("email", $1::text) LIKE $2)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn not_like(self, pattern: impl AsRef<str>) -> Predicate {
        self.like(pattern).not()
    }

    /// Returns whether a part of the text matches a regular expression, case-sensitively.
    ///
    /// The databases have engines of their own. All of them read literal text, `.`, which matches every character, `[a-z]`,
    /// `[^a-z]`, `[[:alpha:]]`, `^` and `$` at the ends of the text, `|`, groups, `*`, `+`, `?`, `{2,5}`, the lazy `*?`,
    /// `(?i)` at the start, and `\` before a special character. `\d`, `\w` and `\s` agree on ASCII. Only some know
    /// look-around, back references, `\b` and classes of Unicode. Before the end of a line that ends the text, `$` matches
    /// on MySQL and MariaDB only.
    ///
    /// # Errors
    /// The statement returns:
    /// - `Syntax`: the regular expression is not valid.
    /// - `Unsupported`: the database has none. On SQLite they need the Cargo feature `regexp`, which is on by default.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").matches("^a.*z$"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("email", $1::text) ~ $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn matches(self, pattern: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::Regex, pattern.as_ref())
    }
}

/// Searches in text, whose needles are taken literally.
impl<M: Model, T: DbType<Base = base::Text>> Column<M, T> {
    /// Returns whether the text starts with `needle`, case-insensitively; see [`icontains`](Self::icontains).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.istarts_with("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" ILIKE $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn istarts_with(self, needle: impl AsRef<str>) -> Predicate {
        self.into_expr().istarts_with(needle)
    }

    /// Returns whether the text ends with `needle`, case-insensitively; see [`icontains`](Self::icontains).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.iends_with("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" ILIKE $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn iends_with(self, needle: impl AsRef<str>) -> Predicate {
        self.into_expr().iends_with(needle)
    }

    /// Returns whether the text is `other`, case-insensitively; see [`icontains`](Self::icontains).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.ieq("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE LOWER("name") = LOWER($1::text)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ieq(self, other: impl AsRef<str>) -> Predicate {
        self.into_expr().ieq(other)
    }

    /// Returns `self ILIKE pattern`, a case-insensitive [`like`](Self::like).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.ilike("a%"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" ILIKE $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ilike(self, pattern: impl AsRef<str>) -> Predicate {
        self.into_expr().ilike(pattern)
    }

    /// Returns `NOT (self LIKE pattern)`; see [`like`](Self::like). It is unknown if the text is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.not_like("a%"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE NOT ("name" LIKE $1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn not_like(self, pattern: impl AsRef<str>) -> Predicate {
        self.into_expr().not_like(pattern)
    }

    /// Returns whether a part of the text matches a regular expression, case-sensitively.
    ///
    /// The databases have engines of their own. All of them read literal text, `.`, which matches every character, `[a-z]`,
    /// `[^a-z]`, `[[:alpha:]]`, `^` and `$` at the ends of the text, `|`, groups, `*`, `+`, `?`, `{2,5}`, the lazy `*?`,
    /// `(?i)` at the start, and `\` before a special character. `\d`, `\w` and `\s` agree on ASCII. Only some know
    /// look-around, back references, `\b` and classes of Unicode. Before the end of a line that ends the text, `$` matches
    /// on MySQL and MariaDB only.
    ///
    /// # Errors
    /// The statement returns:
    /// - `Syntax`: the regular expression is not valid.
    /// - `Unsupported`: the database has none. On SQLite they need the Cargo feature `regexp`, which is on by default.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.matches("^a.*z$"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" ~ $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn matches(self, pattern: impl AsRef<str>) -> Predicate {
        self.into_expr().matches(pattern)
    }
}
