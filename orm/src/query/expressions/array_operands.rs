//! The values that are arrays: [`Operand`] for vectors, slices and arrays of Rust. What is done with arrays is in `array_ops.rs`.

use orm_core::stmt;
#[cfg(feature = "json")]
use orm_core::types::Json;
use orm_core::types::{Element, NotNull, Nullable, ScalarElement, base};
#[cfg(feature = "json")]
use serde::{Serialize, de::DeserializeOwned};

use super::conditional::CaseValue;
use super::expr::Expr;
use super::operand::{Operand, value_operand};
use crate::mapping::DbEnum;

macro_rules! operands {
    ($([$($generics:tt)*] $given:ty, $base:ty => $value:expr);+ $(;)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Operand<$base> for $given {
            type Null = NotNull;

            fn into_operand(self) -> stmt::Expr {
                let value: fn($given) -> stmt::Expr = $value;
                value(self)
            }
        }
    )+};
}

macro_rules! case_values {
    ($($array:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl CaseValue for $array {
            type Value = Self;

            fn into_value(self) -> Expr<Self> {
                Expr::leaf(value_operand(&self), None)
            }
        }
    )+};
}

// Written out for each element: the type of literals is inferred, and text also takes `&str`. An array without NULLs is one of
// elements that may be NULL, too.
macro_rules! arrays {
    ($($element:ty => $base:ident),+ $(,)?) => {$(
        operands! {
            [N] Vec<$element>, base::Array<base::$base, N> => |array| value_operand(&array);
            [N] &Vec<$element>, base::Array<base::$base, N> => |array| value_operand(array);
            [N] &[$element], base::Array<base::$base, N> => |array| value_operand(&array.to_vec());
            [N, const L: usize] [$element; L], base::Array<base::$base, N> => |array| value_operand(&Vec::from(array));
            [] Vec<Option<$element>>, base::Array<base::$base, Nullable> => |array| value_operand(&array);
            [] &Vec<Option<$element>>, base::Array<base::$base, Nullable> => |array| value_operand(array);
            [const L: usize] [Option<$element>; L], base::Array<base::$base, Nullable> => |array| value_operand(&Vec::from(array));
            [N] Vec<Vec<$element>>, base::Array<base::Array<base::$base, N>> => |array| value_operand(&array);
            [N] &Vec<Vec<$element>>, base::Array<base::Array<base::$base, N>> => |array| value_operand(array);
            [] Vec<Vec<Option<$element>>>, base::Array<base::Array<base::$base, Nullable>> => |array| value_operand(&array);
            [] &Vec<Vec<Option<$element>>>, base::Array<base::Array<base::$base, Nullable>> => |array| value_operand(array);
        }
        case_values!(Vec<$element>, Vec<Option<$element>>, Vec<Vec<$element>>, Vec<Vec<Option<$element>>>);
    )+};
}

arrays! {
    bool => Bool,
    i8 => Int8,
    i16 => Int16,
    u16 => UInt16,
    i32 => Int32,
    u32 => UInt32,
    i64 => Int64,
    u64 => UInt64,
    f32 => Float32,
    f64 => Float64,
    String => Text,
    Vec<u8> => Bytes,
}

operands! {
    [N] Vec<&str>, base::Array<base::Text, N> => |array| owned(&array);
    [N] &[&str], base::Array<base::Text, N> => |array| owned(array);
    [N, const L: usize] [&str; L], base::Array<base::Text, N> => |array| owned(&array);
}

fn owned(texts: &[&str]) -> stmt::Expr {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    value_operand(&texts)
}

// Of three dimensions and more.
operands! {
    [T: Element + Clone + PartialEq + Sync] Vec<Vec<Vec<T>>>, base::Array<base::Array<base::Array<T::Base, T::Null>>> => |array| value_operand(&array);
    [T: Element + Clone + PartialEq + Sync] &Vec<Vec<Vec<T>>>, base::Array<base::Array<base::Array<T::Base, T::Null>>> => |array| value_operand(array);
}

// Of enums.
operands! {
    [T: DbEnum + ScalarElement + Clone + PartialEq + Sync, N] Vec<T>, base::Array<T, N> => |array| value_operand(&array);
    [T: DbEnum + ScalarElement + Clone + PartialEq + Sync, N] &Vec<T>, base::Array<T, N> => |array| value_operand(array);
    [T: DbEnum + ScalarElement + Clone + PartialEq + Sync, N, const L: usize] [T; L], base::Array<T, N> => |array| value_operand(&Vec::from(array));
    [T: DbEnum + ScalarElement + Clone + PartialEq + Sync] Vec<Option<T>>, base::Array<T, Nullable> => |array| value_operand(&array);
    [T: DbEnum + ScalarElement + Clone + PartialEq + Sync] &Vec<Option<T>>, base::Array<T, Nullable> => |array| value_operand(array);
}

#[cfg(feature = "chrono")]
arrays! {
    chrono::NaiveDate => Date,
    chrono::NaiveTime => Time,
    chrono::NaiveDateTime => DateTime,
    chrono::DateTime<chrono::Utc> => Timestamp,
    chrono::DateTime<chrono::FixedOffset> => Timestamp,
    chrono::DateTime<chrono::Local> => Timestamp,
    chrono::TimeDelta => Interval,
}

#[cfg(feature = "jiff")]
arrays! {
    jiff::civil::Date => Date,
    jiff::civil::Time => Time,
    jiff::civil::DateTime => DateTime,
    jiff::Timestamp => Timestamp,
    jiff::SignedDuration => Interval,
}

#[cfg(feature = "time")]
arrays! {
    time::Date => Date,
    time::Time => Time,
    time::PrimitiveDateTime => DateTime,
    time::OffsetDateTime => Timestamp,
    time::Duration => Interval,
}

#[cfg(feature = "rust_decimal")]
arrays! {
    rust_decimal::Decimal => Decimal,
}

#[cfg(feature = "uuid")]
arrays! {
    uuid::Uuid => Uuid,
}

#[cfg(feature = "json")]
arrays! {
    serde_json::Value => Json,
}

#[cfg(feature = "json")]
macro_rules! documents {
    ($($given:ty, $nulls:ty);+ $(;)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<T> Operand<base::Array<base::Json, $nulls>> for $given
        where
            T: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static,
        {
            type Null = NotNull;

            fn into_operand(self) -> stmt::Expr {
                value_operand(&self.to_vec())
            }
        }
    )+};
}

#[cfg(feature = "json")]
documents! {
    Vec<Json<T>>, NotNull;
    &Vec<Json<T>>, NotNull;
    Vec<Option<Json<T>>>, Nullable;
    &Vec<Option<Json<T>>>, Nullable;
}
