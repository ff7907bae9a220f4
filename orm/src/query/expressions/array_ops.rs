//! Operations on arrays. PostgreSQL has arrays; elsewhere a table with one is not created, and an operation is `Unsupported`. The
//! values that are arrays are in `array_operands.rs`.
//!
//! A trait has them, since columns and expressions have them all.

use orm_core::stmt::{self, ArrayExpr, ArrayOp};
use orm_core::types::{DbType, Element, Nullability, ScalarBase, base};

use super::expr::{Expr, IntoExpr as _};
use super::operand::{FitsIn, Operand};
use super::predicate::Predicate;
use super::table_ref::TableRef;
use crate::mapping::{Column, Model};

/// Is implemented by columns and expressions of arrays: of `Vec<T>` and `Option<Vec<T>>`.
///
/// An operation on NULL is NULL, but for `concat`, `append` and `prepend`, which take it for an array without elements. The order
/// of elements and repeated ones do not matter to `contains`, `contained_by` and `overlaps`; a NULL among the elements is equal to
/// nothing. Elements are counted from 0, as in Rust and in JSON documents.
#[expect(
    clippy::len_without_is_empty,
    reason = "an expression, which the database computes"
)]
pub trait ArrayOps: Sized {
    /// The type of the column or expression.
    type Array: DbType;
    /// The base type of the elements.
    type Base;
    /// Whether an element may be NULL.
    type Nulls: Nullability;

    #[doc(hidden)]
    fn into_array(self) -> (stmt::Expr, Option<TableRef>, usize);

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
    fn contained_by<V: Operand<base::Array<Self::Base, Self::Nulls>>>(self, other: V) -> Predicate {
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
    fn overlaps<V: Operand<base::Array<Self::Base, Self::Nulls>>>(self, other: V) -> Predicate {
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
    ///     r#"SELECT "id", cardinality("tags") FROM "notes" WHERE (cardinality("tags")) > $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn len(self) -> Expr<<<Self::Array as DbType>::Null as Nullability>::Wrap<i32>> {
        let (array, origin, depth) = self.into_array();
        let ast = ArrayExpr::new(ArrayOp::Length, vec![array]);
        Expr::around(ast.into(), origin, depth)
    }

    /// Returns the element at `index`, counted from 0, or NULL if there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = select(Note.tags.get(0)).filter(Note.tags.get(1).eq("news"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "tags"[1] FROM "notes" WHERE ("tags"[2]) = $1"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn get<E: Element>(self, index: u32) -> Expr<Option<E::Plain>>
    where
        Self::Array: DbType<Plain = Vec<E>>,
    {
        let (array, origin, depth) = self.into_array();
        let ast = ArrayExpr::new(ArrayOp::Element(index), vec![array]);
        Expr::around(ast.into(), origin, depth)
    }

    /// Returns the elements of this array, then those of the other one: `array_cat`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = update(Note).set(Note.tags, Note.tags.concat(["news", "sport"]));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"UPDATE "notes" SET "tags" = array_cat("tags", $1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn concat<V: Operand<base::Array<Self::Base, Self::Nulls>>>(
        self,
        other: V,
    ) -> Expr<Self::Array> {
        combine(ArrayOp::Concat, self, other)
    }

    /// Returns the array with one more element at its end: `array_append`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = update(Note).set(Note.tags, Note.tags.append("news"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"UPDATE "notes" SET "tags" = array_append("tags", $1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn append<V>(self, element: V) -> Expr<Self::Array>
    where
        V: Operand<Self::Base, Null: FitsIn<Self::Nulls>>,
    {
        combine(ArrayOp::Append, self, element)
    }

    /// Returns the array with one more element at its beginning: `array_prepend`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = update(Note).set(Note.tags, Note.tags.prepend("news"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"UPDATE "notes" SET "tags" = array_prepend($1, "tags")"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn prepend<V>(self, element: V) -> Expr<Self::Array>
    where
        V: Operand<Self::Base, Null: FitsIn<Self::Nulls>>,
    {
        combine(ArrayOp::Prepend, self, element)
    }

    /// Returns the array without the elements that are equal to a value: `array_remove`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "notes")]
    /// # struct Note { #[orm(primary_key)] id: i64, tags: Vec<String> }
    /// let query = update(Note).set(Note.tags, Note.tags.without("news"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"UPDATE "notes" SET "tags" = array_remove("tags", $1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn without<V>(self, element: V) -> Expr<Self::Array>
    where
        V: Operand<Self::Base, Null: FitsIn<Self::Nulls>>,
    {
        combine(ArrayOp::Without, self, element)
    }
}

pub(super) fn compare<A: ArrayOps, B, V: Operand<B>>(op: ArrayOp, array: A, other: V) -> Predicate {
    let (ast, origin, depth) = binary(op, array, other);
    Predicate::over(ast, origin, depth)
}

fn combine<A: ArrayOps, B, V: Operand<B>>(op: ArrayOp, array: A, other: V) -> Expr<A::Array> {
    let (ast, origin, depth) = binary(op, array, other);
    Expr::around(ast, origin, depth)
}

fn binary<A: ArrayOps, B, V: Operand<B>>(
    op: ArrayOp,
    array: A,
    other: V,
) -> (stmt::Expr, Option<TableRef>, usize) {
    let (array, origin, depth) = array.into_array();
    let depth = depth.max(other.depth());
    let ast = ArrayExpr::new(op, vec![array, other.into_operand()]);
    (ast.into(), origin, depth)
}

#[diagnostic::do_not_recommend]
impl<M, B, N, T> ArrayOps for Column<M, T>
where
    M: Model,
    B: ScalarBase,
    N: Nullability,
    T: DbType<Base = base::Array<B, N>>,
{
    type Array = T;
    type Base = B;
    type Nulls = N;

    fn into_array(self) -> (stmt::Expr, Option<TableRef>, usize) {
        self.into_expr().into_array()
    }
}

#[diagnostic::do_not_recommend]
impl<B: ScalarBase, N: Nullability, T: DbType<Base = base::Array<B, N>>> ArrayOps for Expr<T> {
    type Array = T;
    type Base = B;
    type Nulls = N;

    fn into_array(self) -> (stmt::Expr, Option<TableRef>, usize) {
        (self.ast, self.origin, self.depth)
    }
}
