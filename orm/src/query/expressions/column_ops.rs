//! The operators of [`Column`]: those of [`Expr`], which has the code.
//!
//! Written out, since methods from a macro cost each error message four more lines.

use orm_core::types::{DbType, Nullability, base};

use super::expr::{Expr, IntoExpr};
use super::in_list::InList;
use super::operand::Operand;
use super::order::Order;
use super::predicate::Predicate;
use crate::mapping::{Column, Model};

impl<M: Model, T: DbType> Column<M, T> {
    /// Equal. With `None` or `Null` it is `IS NULL`; with a nullable column that is NULL it is unknown,
    /// see [`same_as`](Self::same_as).
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # struct User { #[orm(primary_key)] id: i64, name: String, email: Option<String> }
    /// let ada = select(User).filter(User.name.eq("ada"));
    /// let without = select(User).filter(User.email.eq(Null)); // WHERE "email" IS NULL
    /// # let _ = (ada, without);
    /// ```
    pub fn eq<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.into_expr().eq(value)
    }

    /// Unequal. With `None` or `Null` it is `IS NOT NULL`.
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
    pub fn ne<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.into_expr().ne(value)
    }

    /// Less.
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
    pub fn lt<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.into_expr().lt(value)
    }

    /// Less or equal.
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
    pub fn le<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.into_expr().le(value)
    }

    /// Greater.
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
    pub fn gt<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.into_expr().gt(value)
    }

    /// Greater or equal.
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
    pub fn ge<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.into_expr().ge(value)
    }

    /// Equal, with NULL equal to NULL: true or false, never unknown.
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
    pub fn same_as<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.into_expr().same_as(value)
    }

    /// From `low` to `high`, both included.
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

    /// NULL.
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

    /// Not NULL.
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

    /// Among `values`: an array, slice, vector, set, range or another iterator, or a query of one column. Any number
    /// is allowed; among none nothing is.
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

    /// Not among `values`, as in [`in_`](Self::in_). NULL is neither among them nor not, and where a query yields a
    /// NULL nothing is `NOT IN` it: filter by `is_not_null` there.
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

    /// The value, or `other` where it is NULL.
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

    /// In ascending order of this.
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

    /// In descending order of this.
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
    /// True: neither false nor NULL.
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

    /// False: neither true nor NULL.
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
    /// Has `needle` in it; case counts.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.contains("ada"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" LIKE $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn contains(self, needle: impl AsRef<str>) -> Predicate {
        self.into_expr().contains(needle)
    }

    /// Begins with `needle`; case counts.
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

    /// Ends with `needle`; case counts.
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

    /// Has `needle` in it; case does not count. SQLite knows the case of ASCII letters only.
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

    /// Matches `pattern`, in which `%` is any text, `_` any character, and `\` takes the next character
    /// literally; case counts.
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
