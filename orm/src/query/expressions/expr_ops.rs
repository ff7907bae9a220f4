//! The operators of [`Expr`]; those of columns, in `column_ops.rs`, call them. Arithmetic is in `arithmetic.rs`.
//!
//! They are inherent methods: compile errors of trait methods would mention iterators.

use orm_core::stmt::{self, CompareOp};
use orm_core::types::{DbType, Nullability, base};
use orm_core::value::Value;

use super::document_type::is_document;
use super::documents;
use super::enums;
use super::expr::Expr;
use super::in_list::InList;
use super::like;
use super::numeric_ops::exact;
use super::operand::Operand;
use super::order::Order;
use super::predicate::Predicate;
use super::rank::{is_native, ranked};

impl<T: DbType> Expr<T> {
    /// Returns `self = value`. `None` and `Null` give `IS NULL`. A NULL in a nullable column on either side makes the
    /// comparison unknown; see [`same_as`](Self::same_as).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).eq(7));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn eq<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.equality(CompareOp::Eq, value)
    }

    /// Returns `self <> value`. `None` and `Null` give `IS NOT NULL`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).ne(7));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) <> ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ne<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.equality(CompareOp::Ne, value)
    }

    /// Returns `self < value`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).lt(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) < ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn lt<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.compare(CompareOp::Lt, value)
    }

    /// Returns `self <= value`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).le(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) <= ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn le<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.compare(CompareOp::Le, value)
    }

    /// Returns `self > value`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).gt(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) > ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn gt<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.compare(CompareOp::Gt, value)
    }

    /// Returns `self >= value`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).ge(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) >= ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ge<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.compare(CompareOp::Ge, value)
    }

    /// Returns the null-safe comparison `self IS NOT DISTINCT FROM value`: NULL equals NULL, and the result is never
    /// unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).same_as(18));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) IS ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn same_as<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.equality(CompareOp::Same, value)
    }

    /// Returns `self BETWEEN low AND high`, both bounds included.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).between(18, 65));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) BETWEEN ? AND ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn between<L: Operand<T::Base>, H: Operand<T::Base>>(self, low: L, high: H) -> Predicate {
        if is_document::<T>() {
            return documents::refused(self);
        }
        let deepest = self.depth.max(low.depth()).max(high.depth());
        let ast = stmt::Expr::Between {
            expr: Box::new(ranked::<T>(self.ast)),
            low: Box::new(ranked::<T>(low.into_operand())),
            high: Box::new(ranked::<T>(high.into_operand())),
        };
        Predicate::over(ast, self.origin, deepest + usize::from(is_native::<T>()))
    }

    /// Returns `self IS NULL`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).is_null());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) IS NULL"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_null(self) -> Predicate {
        is_null(self, false)
    }

    /// Returns `self IS NOT NULL`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).is_not_null());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) IS NOT NULL"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_not_null(self) -> Predicate {
        is_null(self, true)
    }

    /// Returns `self IN (values)`. `values` is an array, slice, vector, set, range or another iterator, or a query of
    /// one column. The list may have any length; `IN ()` is false.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).in_([17, 18]));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) IN (?, ?)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn in_<L: InList<T::Base>>(self, values: L) -> Predicate {
        if is_document::<T>() {
            return documents::refused(self);
        }
        values.has(self, false)
    }

    /// Returns `self NOT IN (values)`, with the values of [`in_`](Self::in_). `NOT IN ()` is true. The result is
    /// unknown if `self` is NULL, or if a query returns a NULL and no match: filter that query with `is_not_null`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter((User.age + 1).not_in([17, 18]));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("age" + ?) NOT IN (?, ?)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn not_in<L: InList<T::Base>>(self, values: L) -> Predicate {
        if is_document::<T>() {
            return documents::refused(self);
        }
        values.has(self, true)
    }

    /// Returns `COALESCE(self, other)`: the value, or `other` if it is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let names = select(User.email.coalesce(User.name).coalesce("none"));
    /// assert_eq!(
    ///     names.to_sql(&SqliteDialect)?,
    ///     r#"SELECT COALESCE(COALESCE("email", "name"), ?) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn coalesce<V: Operand<T::Base>>(
        self,
        other: V,
    ) -> Expr<<V::Null as Nullability>::Wrap<T::Plain>> {
        let deepest = self.depth.max(other.depth());
        let ast = stmt::Expr::Function {
            name: "COALESCE".into(),
            args: vec![self.ast, other.into_operand()],
        };
        Expr::around(exact::<T>(ast), self.origin, deepest)
    }

    /// Returns the item `self ASC` of ORDER BY.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).order_by((User.age + 1).asc());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" ORDER BY "age" + ? ASC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn asc(self) -> Order {
        Order::new(
            ranked::<T>(self.ast),
            stmt::Direction::Ascending,
            const { &T::TYPE },
        )
    }

    /// Returns the item `self DESC` of ORDER BY.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).order_by((User.age + 1).desc());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" ORDER BY "age" + ? DESC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn desc(self) -> Order {
        Order::new(
            ranked::<T>(self.ast),
            stmt::Direction::Descending,
            const { &T::TYPE },
        )
    }

    fn compare<V: Operand<T::Base>>(self, op: CompareOp, other: V) -> Predicate {
        let depth = other.depth();
        if is_document::<T>() {
            return documents::compare(op, self, (other.into_operand(), depth));
        }
        if is_native::<T>() {
            return enums::compare(op, self, (other.into_operand(), depth));
        }
        comparison(op, self, (other.into_operand(), depth))
    }

    pub(super) fn equality<V: Operand<T::Base>>(self, op: CompareOp, other: V) -> Predicate {
        let depth = other.depth();
        let other = other.into_operand();
        if let stmt::Expr::Value(Value::Null) = other {
            return is_null(self, matches!(op, CompareOp::Ne | CompareOp::Distinct));
        }
        if is_document::<T>() {
            return documents::compare(op, self, (other, depth));
        }
        comparison(op, self, (other, depth))
    }
}

impl<T: DbType<Base = base::Bool>> Expr<T> {
    /// Returns `self IS TRUE`: false and NULL give false.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.active.coalesce(false).is_true());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("active", ?) = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_true(self) -> Predicate {
        self.eq(true)
    }

    /// Returns `self IS FALSE`: true and NULL give false.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.active.coalesce(false).is_false());
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("active", ?) = ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_false(self) -> Predicate {
        self.eq(false)
    }
}

/// Searches in text. A needle is taken literally: `%` and `_` in it are themselves.
impl<T: DbType<Base = base::Text>> Expr<T> {
    /// Returns whether the text starts with `needle`, case-sensitively.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").starts_with("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("email", $1::text) LIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn starts_with(self, needle: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::StartsWith, needle.as_ref())
    }

    /// Returns whether the text ends with `needle`, case-sensitively.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").ends_with("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("email", $1::text) LIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ends_with(self, needle: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::EndsWith, needle.as_ref())
    }

    /// Returns whether the text contains `needle`, case-insensitively: both are compared in lower case, letter by letter.
    /// On PostgreSQL the locale of the database decides which letters have case; `C` knows those of ASCII.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").icontains("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("email", $1::text) ILIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn icontains(self, needle: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::ContainsIgnoreCase, needle.as_ref())
    }

    /// Returns `self LIKE pattern`, case-sensitively. In the pattern, `%` matches any text, `_` any character, and
    /// `\` escapes the next character.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.email.coalesce("").like("a%"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE COALESCE("email", $1::text) LIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn like(self, pattern: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::Pattern, pattern.as_ref())
    }
}

/// A comparison with an operand that is nested so deep.
pub(super) fn comparison<T>(
    op: CompareOp,
    left: Expr<T>,
    (right, depth): (stmt::Expr, usize),
) -> Predicate {
    let deepest = left.depth.max(depth);
    let ast = stmt::Expr::compare(op, left.ast, right);
    Predicate::over(ast, left.origin, deepest)
}

pub(super) fn is_null<T>(expr: Expr<T>, negated: bool) -> Predicate {
    let ast = stmt::Expr::IsNull {
        expr: Box::new(expr.ast),
        negated,
    };
    Predicate::over(ast, expr.origin, expr.depth)
}
