//! Operations on arrays, and the values that are arrays. PostgreSQL has arrays; elsewhere a table with one is not created, and an
//! operation is `Unsupported`.
//!
//! A trait has them, since columns and expressions have them all.

use orm_core::stmt::{self, ArrayExpr, ArrayOp};
use orm_core::types::{DbType, NotNull, Nullability, base};

use super::expr::{Expr, IntoExpr as _};
use super::operand::{Operand, value_operand};
use super::predicate::Predicate;
use super::table_ref::TableRef;
use crate::mapping::{Column, Model};

/// Is implemented by columns and expressions of arrays: of `Vec<T>` and `Option<Vec<T>>`.
///
/// An operation on NULL is NULL. The order of elements and repeated ones do not matter to `contains`, `contained_by` and
/// `overlaps`; a NULL among the elements is equal to nothing.
pub trait ArrayOps: Sized {
    /// The base type of the elements.
    type Base;
    /// Whether the array itself is nullable.
    type Null: Nullability;

    #[doc(hidden)]
    fn into_array(self) -> (stmt::Expr, Option<TableRef>, usize);

    /// Returns whether the array has all elements of the other one: `@>`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = select(Note.id).filter(Note.tags.contains(["news", "sport"]));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "notes" WHERE ("tags" @> $1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn contains<V: Operand<base::Array<Self::Base>>>(self, other: V) -> Predicate {
        compare(ArrayOp::Contains, self, other)
    }

    /// Returns whether the other array has all elements of this one: `<@`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = select(Note.id).filter(Note.tags.contained_by(["news", "sport"]));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "notes" WHERE ("tags" <@ $1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn contained_by<V: Operand<base::Array<Self::Base>>>(self, other: V) -> Predicate {
        compare(ArrayOp::ContainedBy, self, other)
    }

    /// Returns whether the arrays have an element in common: `&&`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = select(Note.id).filter(Note.tags.overlaps(["news", "sport"]));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "notes" WHERE ("tags" && $1)"#
    /// );
    /// assert!(query.to_sql(&SqliteDialect).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn overlaps<V: Operand<base::Array<Self::Base>>>(self, other: V) -> Predicate {
        compare(ArrayOp::Overlaps, self, other)
    }

    /// Returns whether an element is equal to a value: `= ANY`. If none is, but one is NULL, the result is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = select(Note.id).filter(Note.tags.has("news"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "notes" WHERE ($1 = ANY("tags"))"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn has<V: Operand<Self::Base>>(self, element: V) -> Predicate {
        compare(ArrayOp::Has, self, element)
    }

    /// Returns the number of elements.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = select((Note.id, Note.tags.len())).filter(Note.tags.len().gt(2));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id", cardinality("tags") FROM "notes" WHERE cardinality("tags") > $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[expect(
        clippy::len_without_is_empty,
        reason = "an expression, which the database computes"
    )]
    fn len(self) -> Expr<<Self::Null as Nullability>::Wrap<i32>> {
        let (array, origin, depth) = self.into_array();
        let ast = ArrayExpr::new(ArrayOp::Length, vec![array]);
        Expr::around(ast.into(), origin, depth)
    }
}

fn compare<A: ArrayOps, B, V: Operand<B>>(op: ArrayOp, array: A, other: V) -> Predicate {
    let (array, origin, depth) = array.into_array();
    let depth = depth.max(other.depth());
    let ast = ArrayExpr::new(op, vec![array, other.into_operand()]);
    Predicate::over(ast.into(), origin, depth)
}

#[diagnostic::do_not_recommend]
impl<M: Model, B, T: DbType<Base = base::Array<B>>> ArrayOps for Column<M, T> {
    type Base = B;
    type Null = T::Null;

    fn into_array(self) -> (stmt::Expr, Option<TableRef>, usize) {
        self.into_expr().into_array()
    }
}

#[diagnostic::do_not_recommend]
impl<B, T: DbType<Base = base::Array<B>>> ArrayOps for Expr<T> {
    type Base = B;
    type Null = T::Null;

    fn into_array(self) -> (stmt::Expr, Option<TableRef>, usize) {
        (self.ast, self.origin, self.depth)
    }
}

macro_rules! operands {
    ($($base:ident: $([$($generics:tt)*] $given:ty => $value:expr),+;)+) => {$($(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Operand<base::Array<base::$base>> for $given {
            type Null = NotNull;

            fn into_operand(self) -> stmt::Expr {
                let value: fn($given) -> stmt::Expr = $value;
                value(self)
            }
        }
    )+)+};
}

// Written out for each element: the type of literals is inferred, and text also takes `&str`.
macro_rules! arrays {
    ($($element:ty => $base:ident),+ $(,)?) => {
        operands! {$(
            $base:
            [] Vec<$element> => |array| value_operand(&array),
            [] &Vec<$element> => |array| value_operand(array),
            [] &[$element] => |array| value_operand(&array.to_vec()),
            [const N: usize] [$element; N] => |array| value_operand(&Vec::from(array)),
            [] Vec<Option<$element>> => |array| value_operand(&array),
            [] &Vec<Option<$element>> => |array| value_operand(array);
        )+}
    };
}

arrays! {
    bool => Bool,
    i8 => Int8,
    i16 => Int16,
    u16 => UInt16,
    i32 => Int32,
    u32 => UInt32,
    i64 => Int64,
    f32 => Float32,
    f64 => Float64,
    String => Text,
    Vec<u8> => Bytes,
}

operands! {
    Text:
    [] Vec<&str> => |array| owned(&array),
    [] &[&str] => |array| owned(array),
    [const N: usize] [&str; N] => |array| owned(&array);
}

fn owned(texts: &[&str]) -> stmt::Expr {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    value_operand(&texts)
}

#[cfg(feature = "chrono")]
arrays! {
    chrono::NaiveDate => Date,
    chrono::NaiveTime => Time,
    chrono::NaiveDateTime => DateTime,
    chrono::DateTime<chrono::Utc> => Timestamp,
}

#[cfg(feature = "rust_decimal")]
arrays! {
    rust_decimal::Decimal => Decimal,
}

#[cfg(feature = "uuid")]
arrays! {
    uuid::Uuid => Uuid,
}
