//! `type_coerce`: another Rust type for an expression, without SQL. `cast.rs` converts the value in the database.

use orm_core::types::{DbType, EnumType, NotNull, Type};

use super::build_error::BuildError;
use super::expr::{Expr, IntoExpr as _};
use super::functions::Computed;
use crate::mapping::{Column, Model};

impl<T: DbType> Expr<T> {
    /// Returns the expression with the Rust type `R`. The SQL stays the same: the database does not convert the value. Rows
    /// are decoded as `R`, and what it is compared with has the type `R`, and is encoded so.
    ///
    /// Both types must be stored alike: as the same [type](DbType::TYPE), as an enum and its text, or as exact decimals. Then `R`
    /// may be a new type, a type with a codec, an enum, another crate's date, or another struct of a JSON document.
    ///
    /// # Errors
    /// The statement returns:
    /// - `Usage`: the types are stored differently; [`cast`](Expr::cast) converts values. Nothing is sent.
    /// - `Decode`: a value of a row is not one of `R`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// #[derive(DbEnum, Clone, Debug, PartialEq)]
    /// enum Title {
    ///     Doctor,
    ///     Professor,
    /// }
    ///
    /// let title = User.email.coalesce("doctor").type_coerce::<Title>();
    /// let query = select((User.name, title.clone())).filter(title.ne(Title::Doctor));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name", COALESCE("email", ?) FROM "users" WHERE COALESCE("email", ?) <> ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn type_coerce<R: DbType<Null = NotNull>>(self) -> Expr<Computed<R, T::Null>> {
        let (from, to) = const { (&T::TYPE, &R::TYPE) };
        let ast = if is_stored_alike(from, to) {
            self.ast
        } else {
            stored_differently(from, to).into_expr()
        };
        Expr::around(ast, self.origin, self.depth)
    }
}

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns the column with the Rust type `R`, without SQL; see [`Expr::type_coerce`].
    ///
    /// # Errors
    /// As [`Expr::type_coerce`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// #[derive(DbType, Clone, Debug, PartialEq)]
    /// struct Name(String);
    ///
    /// let query = select(User.name.type_coerce::<Name>()).filter(User.age.gt(30));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name" FROM "users" WHERE "age" > ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn type_coerce<R: DbType<Null = NotNull>>(self) -> Expr<Computed<R, T::Null>> {
        self.into_expr().type_coerce::<R>()
    }
}

/// Whether each database has one representation for both types, so that it takes a bind of the one for the other.
fn is_stored_alike(from: &Type, to: &Type) -> bool {
    let is_text = |ty: &Type| matches!(ty, Type::Text | Type::Enum(EnumType { native: false, .. }));
    let is_decimal = |ty: &Type| matches!(ty, Type::Decimal { .. });
    if let (Type::Extension(from), Type::Extension(to)) = (from, to) {
        return from.native == to.native;
    }
    from == to || is_text(from) && is_text(to) || is_decimal(from) && is_decimal(to)
}

#[cold]
fn stored_differently(from: &Type, to: &Type) -> BuildError {
    BuildError::new(
        format!(
            "type_coerce from {} to {}, which are stored differently",
            from.describe(),
            to.describe()
        ),
        "convert the value in the database by .cast::<…>(), or in Rust",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(name: &'static str) -> EnumType {
        EnumType::new(name.into(), vec!["a".into()].into())
    }

    #[test]
    fn types_of_one_storage_are_alike() {
        let price = |precision| Type::Decimal {
            precision,
            scale: 2,
        };
        for (from, to) in [
            (Type::Int32, Type::Int32),
            (Type::Text, Type::Enum(labels("x"))),
            (Type::Enum(labels("x")), Type::Enum(labels("y"))),
            (
                Type::Enum(labels("x").native()),
                Type::Enum(labels("x").native()),
            ),
            (price(12), price(0)),
        ] {
            assert!(is_stored_alike(&from, &to), "{from:?} {to:?}");
        }
    }

    #[test]
    fn types_of_other_storage_are_not() {
        for (from, to) in [
            (Type::Int32, Type::Int64),
            (Type::Bool, Type::Int32),
            (Type::Text, Type::Bytes),
            (Type::DateTime, Type::Timestamp),
            (Type::Text, Type::Enum(labels("x").native())),
            (
                Type::Enum(labels("x").native()),
                Type::Enum(labels("y").native()),
            ),
        ] {
            assert!(!is_stored_alike(&from, &to), "{from:?} {to:?}");
            assert!(!is_stored_alike(&to, &from), "{to:?} {from:?}");
        }
    }
}
