//! [`Operand`]: what a column can be compared with or assigned, and the elements of lists.
//!
//! The parameter is the column's base type, so that one text column accepts all forms of text. There is one integer
//! implementation for each base type: with a second, the type of literals could not be inferred.

use std::borrow::Cow;

use orm_core::stmt;
use orm_core::types::{DbType, NotNull, Nullability, Nullable, base};
use orm_core::value::Value;

use super::document_type::{is_document, whole};
use super::enums;
use super::expr::Expr;
use super::rank::is_native;
use super::table_ref::TableRef;
use crate::mapping::{Column, IntoField, Model};

/// Is implemented by what a column of the base type `B` can be compared with: a value, an `Option` of one, [`Null`],
/// a column or an expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be used with a column of base type `{B}`",
    label = "not a value for this column",
    note = "use a value of exactly the column's type, an Option of it, `Null`, or another such column; text also takes &str"
)]
pub trait Operand<B>: Sized {
    /// Whether the operand is nullable.
    type Null: Nullability;

    /// Returns the operand as an untyped expression.
    fn into_operand(self) -> stmt::Expr;

    /// Returns the nesting depth of the operand.
    #[doc(hidden)]
    fn depth(&self) -> usize {
        0
    }
}

/// Represents SQL's NULL where the type of `None` would be ambiguous: `User.email.eq(Null)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Null;

/// Is implemented by what can be assigned to a column whose field has the type `T`: an [`Operand`] that is nullable
/// only if the field is an `Option`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be assigned to a column of type `{T}`",
    label = "not a value for this column",
    note = "use a value, column or expression of that type; only an Option takes `None`, `Null` and nullable columns"
)]
pub trait ValueFor<T: DbType>: Operand<T::Base> {}

#[diagnostic::do_not_recommend]
impl<T: DbType, V: Operand<T::Base, Null: FitsIn<T::Null>>> ValueFor<T> for V {}

/// Is implemented by the elements of a list for `in_` on a column of the base type `B`: an [`Operand`] that is never
/// NULL.
#[diagnostic::on_unimplemented(
    message = "a list of `{Self}` can't be used with a column of base type `{B}`",
    label = "not values for this column",
    note = "use values of exactly the column's type, without Option; text also takes &str"
)]
pub trait Member<B>: Operand<B> {}

#[diagnostic::do_not_recommend]
impl<B, V: Operand<B, Null = NotNull>> Member<B> for V {}

/// Is implemented by pairs of nullabilities that can be assigned: every pair but [`Nullable`] to [`NotNull`].
pub trait FitsIn<N> {}

impl<N: Nullability> FitsIn<N> for NotNull {}
impl FitsIn<Nullable> for Nullable {}

#[diagnostic::do_not_recommend]
impl<B> Operand<B> for Null {
    type Null = Nullable;

    fn into_operand(self) -> stmt::Expr {
        stmt::Expr::Value(Value::Null)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType> IntoField<Option<T>> for Null {
    fn into_field(self) -> Option<T> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<B, T: Operand<B, Null = NotNull>> Operand<B> for Option<T> {
    type Null = Nullable;

    fn into_operand(self) -> stmt::Expr {
        self.map_or(stmt::Expr::Value(Value::Null), T::into_operand)
    }

    fn depth(&self) -> usize {
        self.as_ref().map_or(0, T::depth)
    }
}

#[diagnostic::do_not_recommend]
impl<'a, B, T> Operand<B> for &'a Option<T>
where
    &'a T: Operand<B, Null = NotNull>,
{
    type Null = Nullable;

    fn into_operand(self) -> stmt::Expr {
        self.as_ref().into_operand()
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> Operand<T::Base> for Column<M, T> {
    type Null = T::Null;

    fn into_operand(self) -> stmt::Expr {
        if is_document::<T>() {
            return whole(&self);
        }
        TableRef::of_column(&self).column(self.position())
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType> Operand<T::Base> for Expr<T> {
    type Null = T::Null;

    fn into_operand(self) -> stmt::Expr {
        self.ast
    }

    fn depth(&self) -> usize {
        self.depth
    }
}

/// Returns a value as an expression. The derives call it for custom types and references to them. One implementation
/// for all of them in this crate would overlap for references, and the compiler would report a second error.
#[doc(hidden)]
pub fn value_operand<T: DbType>(value: &T) -> stmt::Expr {
    let value = value.to_value().to_value();
    if is_native::<T>() {
        return enums::label::<T>(value);
    }
    stmt::Expr::Value(value)
}

macro_rules! scalars {
    ($($scalar:ty => $base:ident: $value:expr),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl Operand<base::$base> for $scalar {
            type Null = NotNull;

            #[inline]
            fn into_operand(self) -> stmt::Expr {
                let value: fn($scalar) -> Value = $value;
                stmt::Expr::Value(value(self))
            }
        }

        #[diagnostic::do_not_recommend]
        impl Operand<base::$base> for &$scalar {
            type Null = NotNull;

            #[inline]
            fn into_operand(self) -> stmt::Expr {
                (*self).into_operand()
            }
        }
    )+};
}

scalars! {
    bool => Bool: Value::Bool,
    i8 => Int8: |v| Value::Int(v.into()),
    u8 => UInt8: |v| Value::Int(v.into()),
    u16 => UInt16: |v| Value::Int(v.into()),
    u32 => UInt32: |v| Value::Int(v.into()),
    u64 => UInt64: |v| Value::Decimal(v.into()),
    i16 => Int16: |v| Value::Int(v.into()),
    i32 => Int32: |v| Value::Int(v.into()),
    i64 => Int64: Value::Int,
    f32 => Float32: |v| Value::Float(v.into()),
    f64 => Float64: Value::Float,
}

#[cfg(feature = "chrono")]
scalars! {
    chrono::NaiveDate => Date: |v| v.to_value().to_value(),
    chrono::NaiveTime => Time: |v| v.to_value().to_value(),
    chrono::NaiveDateTime => DateTime: |v| v.to_value().to_value(),
    chrono::DateTime<chrono::Utc> => Timestamp: |v| v.to_value().to_value(),
    chrono::DateTime<chrono::FixedOffset> => Timestamp: |v| v.to_value().to_value(),
    chrono::DateTime<chrono::Local> => Timestamp: |v| v.to_value().to_value(),
    chrono::TimeDelta => Interval: |v| v.to_value().to_value(),
}

#[cfg(feature = "jiff")]
scalars! {
    jiff::civil::Date => Date: |v| v.to_value().to_value(),
    jiff::civil::Time => Time: |v| v.to_value().to_value(),
    jiff::civil::DateTime => DateTime: |v| v.to_value().to_value(),
    jiff::Timestamp => Timestamp: |v| v.to_value().to_value(),
    jiff::SignedDuration => Interval: |v| v.to_value().to_value(),
}

// No copy is made of a zone.
#[cfg(feature = "jiff")]
#[diagnostic::do_not_recommend]
impl Operand<base::Timestamp> for &jiff::ZonedDateTime {
    type Null = NotNull;

    fn into_operand(self) -> stmt::Expr {
        value_operand(self)
    }
}

#[cfg(feature = "jiff")]
#[diagnostic::do_not_recommend]
impl Operand<base::Timestamp> for jiff::ZonedDateTime {
    type Null = NotNull;

    fn into_operand(self) -> stmt::Expr {
        value_operand(&self)
    }
}

#[cfg(feature = "time")]
scalars! {
    time::Date => Date: |v| v.to_value().to_value(),
    time::Time => Time: |v| v.to_value().to_value(),
    time::PrimitiveDateTime => DateTime: |v| v.to_value().to_value(),
    time::OffsetDateTime => Timestamp: |v| v.to_value().to_value(),
    time::Duration => Interval: |v| v.to_value().to_value(),
}

#[cfg(feature = "rust_decimal")]
scalars! {
    rust_decimal::Decimal => Decimal: |v| v.to_value().to_value(),
}

#[cfg(feature = "uuid")]
scalars! {
    uuid::Uuid => Uuid: |v| v.to_value().to_value(),
}

macro_rules! owned_by {
    ($variant:ident, $base:ident: $([$($generics:tt)*] $given:ty),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Operand<base::$base> for $given {
            type Null = NotNull;

            fn into_operand(self) -> stmt::Expr {
                stmt::Expr::Value(Value::$variant(self.into()))
            }
        }
    )+};
}

owned_by!(Text, Text: [] &str, [] String, [] &String, [] Cow<'_, str>);
owned_by!(
    Bytes, Bytes:
    [] Vec<u8>, [] &[u8], [const N: usize] [u8; N], [const N: usize] &[u8; N],
);

// What iterating over a slice of `&str` yields.
#[diagnostic::do_not_recommend]
impl Operand<base::Text> for &&str {
    type Null = NotNull;

    fn into_operand(self) -> stmt::Expr {
        (*self).into_operand()
    }
}

#[diagnostic::do_not_recommend]
impl Operand<base::Bytes> for &Vec<u8> {
    type Null = NotNull;

    fn into_operand(self) -> stmt::Expr {
        self.as_slice().into_operand()
    }
}
