//! Logical types: what a column holds, and which Rust types hold it.
//!
//! [`Type`] is the vocabulary of schemas and dialects; [`DbType`] maps a Rust type to it, by data and
//! two conversions; `base.rs` has the markers by which the typed layer decides which types can be compared.
//! Dialects choose the native name of each type. None is named here but those of arrays, in `array.rs`.

pub mod base;
pub use crate::civil;
pub use codec::{Codec, decoded};
mod codec;

/// The associated items of a type without NULL, by the name that its base and its logical type share.
macro_rules! plain {
    ($name:ident) => {
        type Base = $crate::types::base::$name;
        type Null = $crate::types::NotNull;
        type Plain = Self;
        const TYPE: $crate::types::Type = $crate::types::Type::$name;
    };
}

mod array;
mod scalar;

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "json")]
mod json;
#[cfg(any(feature = "jiff", feature = "time"))]
mod moments;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "uuid")]
mod uuid;

use std::borrow::Cow;

pub use array::{Element, ScalarBase, ScalarElement};
#[cfg(feature = "json")]
pub use json::Json;

use crate::value::{ConversionError, ValueRef};

/// Describes the type of a column, independent of the database.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Type {
    /// A boolean.
    Bool,
    /// A signed 8-bit integer.
    Int8,
    /// An unsigned integer.
    Unsigned(Width),
    /// A signed 16-bit integer.
    Int16,
    /// A signed 32-bit integer.
    Int32,
    /// A signed 64-bit integer.
    Int64,
    /// A 32-bit IEEE 754 float.
    Float32,
    /// A 64-bit IEEE 754 float.
    Float64,
    /// Unicode text. A column may have a maximum length in characters.
    Text,
    /// Bytes. A column may have a maximum length.
    Bytes,
    /// A calendar date.
    Date,
    /// A time of day in microseconds.
    Time,
    /// A date and time in microseconds without a time zone.
    DateTime,
    /// An instant in microseconds, kept in UTC.
    Timestamp,
    /// A number of microseconds: the time between two instants.
    Interval,
    /// A UUID of 16 bytes.
    Uuid,
    /// A JSON document.
    Json,
    /// An exact decimal number. Both numbers are 0 for an expression, which is as exact as its operands.
    Decimal {
        /// The most digits.
        precision: u8,
        /// How many of them are after the point.
        scale: u8,
    },
    /// One of a fixed set of labels.
    Enum(EnumType),
    /// A type from outside this crate, whose values have a [codec](crate::types::Codec).
    Extension(ExtensionType),
}

/// Is the number of bits of an unsigned integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Width {
    /// 8 bits.
    W8,
    /// 16 bits.
    W16,
    /// 32 bits.
    W32,
    /// 64 bits.
    W64,
}

/// Describes a type by its native names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ExtensionType {
    /// The name of the type in messages, such as "a point".
    pub name: Cow<'static, str>,
    /// The native names as pairs of [`Dialect::name`](crate::sql::Dialect::name) and type, for instance
    /// `geography(point)`. A database that is not among them has no columns of the type; without any name, SQLite stores
    /// values as they are bound.
    pub native: Cow<'static, [(Cow<'static, str>, Cow<'static, str>)]>,
}

impl ExtensionType {
    /// Returns the native name of the type in a dialect, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::{EnumType, ExtensionType, Type};
    /// let point = ExtensionType {
    ///     name: "a point".into(),
    ///     native: vec![("postgres".into(), "geography(point)".into())].into(),
    /// };
    /// assert_eq!(point.native_name("postgres"), Some("geography(point)"));
    /// ```
    pub fn native_name(&self, dialect: &str) -> Option<&str> {
        let mut pairs = self.native.iter();
        let found = pairs.find(|(name, _)| name == dialect);
        found.map(|(_, native)| &**native)
    }

    /// Returns whether the type is one of arrays: a row then has an array, not a native value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::{DbType, Type};
    /// assert!(matches!(<Vec<i64>>::TYPE, Type::Extension(ty) if ty.is_array()));
    /// ```
    pub fn is_array(&self) -> bool {
        let mut natives = self.native.iter();
        natives.any(|(_, native)| native.ends_with("[]"))
    }
}

/// Describes an enumerated type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct EnumType {
    /// The name of the type, for databases with named enumerated types.
    pub name: Cow<'static, str>,
    /// The labels as they are stored, in the order of declaration.
    pub labels: Cow<'static, [Cow<'static, str>]>,
    /// Whether a column has the database's own enumerated type, where there is one. Elsewhere it is a text with a CHECK.
    /// Values are then ordered by the declaration of the labels, on every database.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "std::ops::Not::not")
    )]
    pub native: bool,
}

impl EnumType {
    /// Creates the type `name` with its labels.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::{EnumType, ExtensionType, Type};
    /// let size = EnumType::new("size".into(), vec!["small".into(), "large".into()].into());
    /// assert_eq!(size.labels[0], "small");
    /// ```
    pub const fn new(name: Cow<'static, str>, labels: Cow<'static, [Cow<'static, str>]>) -> Self {
        Self {
            name,
            labels,
            native: false,
        }
    }

    /// Stores the values in the database's own enumerated type, where there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::EnumType;
    /// let size = EnumType::new("size".into(), vec!["small".into(), "large".into()].into());
    /// assert!(!size.native && size.native().native);
    /// ```
    #[must_use]
    pub const fn native(mut self) -> Self {
        self.native = true;
        self
    }

    /// Returns the number of characters of the longest label.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::{EnumType, ExtensionType, Type};
    /// let size = EnumType::new("size".into(), vec!["small".into(), "large".into()].into());
    /// assert_eq!(size.longest(), Some(5));
    /// ```
    pub fn longest(&self) -> Option<u32> {
        let lengths = self.labels.iter().map(|label| label.chars().count());
        u32::try_from(lengths.max()?).ok()
    }
}

impl Type {
    /// Returns the name of the type in messages.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::{EnumType, ExtensionType, Type};
    /// assert_eq!(Type::Date.describe(), "a date");
    /// ```
    pub fn describe(&self) -> &str {
        match self {
            Self::Bool => "bool",
            Self::Int8 => "i8",
            Self::Unsigned(Width::W8) => "u8",
            Self::Unsigned(Width::W16) => "u16",
            Self::Unsigned(Width::W32) => "u32",
            Self::Unsigned(Width::W64) => "u64",
            Self::Int16 => "i16",
            Self::Int32 => "i32",
            Self::Int64 => "i64",
            Self::Float32 => "f32",
            Self::Float64 => "f64",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Date => "a date",
            Self::Time => "a time of day",
            Self::DateTime => "a date and time",
            Self::Timestamp => "an instant",
            Self::Interval => "a duration",
            Self::Uuid => "a uuid",
            Self::Json => "a JSON document",
            Self::Decimal { .. } => "an exact decimal",
            Self::Enum(_) => "a label of an enumeration",
            Self::Extension(ty) => &ty.name,
        }
    }

    /// The type of an expression of exact decimals.
    pub const DECIMAL: Self = Self::Decimal {
        precision: 0,
        scale: 0,
    };

    /// Returns whether values of the type are exact decimals: decimals, and integers beyond 64 bits with a sign.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::Type;
    /// assert!(Type::DECIMAL.is_decimal() && !Type::Float64.is_decimal());
    /// ```
    pub fn is_decimal(&self) -> bool {
        matches!(self, Self::Decimal { .. } | Self::Unsigned(Width::W64))
    }

    /// Returns the least and the greatest value of an integer type of at most 64 bits with a sign.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::{Type, Width};
    /// assert_eq!(Type::Unsigned(Width::W16).range(), Some((0, 65_535)));
    /// assert_eq!(Type::Unsigned(Width::W64).range(), None);
    /// ```
    pub const fn range(&self) -> Option<(i64, i64)> {
        Some(match self {
            Self::Int8 => (i8::MIN as i64, i8::MAX as i64),
            Self::Unsigned(Width::W8) => (0, u8::MAX as i64),
            Self::Unsigned(Width::W16) => (0, u16::MAX as i64),
            Self::Unsigned(Width::W32) => (0, u32::MAX as i64),
            Self::Int16 => (i16::MIN as i64, i16::MAX as i64),
            Self::Int32 => (i32::MIN as i64, i32::MAX as i64),
            Self::Int64 => (i64::MIN, i64::MAX),
            Self::Unsigned(Width::W64)
            | Self::Bool
            | Self::Float32
            | Self::Float64
            | Self::Text
            | Self::Bytes
            | Self::Date
            | Self::Time
            | Self::DateTime
            | Self::Timestamp
            | Self::Interval
            | Self::Uuid
            | Self::Json
            | Self::Decimal { .. }
            | Self::Enum(_)
            | Self::Extension(_) => return None,
        })
    }

    /// Returns the enumeration, if it is a native one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::{EnumType, Type};
    /// let size = EnumType::new("size".into(), vec!["small".into(), "large".into()].into());
    /// assert_eq!(Type::Enum(size.clone()).native_enum(), None);
    /// assert!(Type::Enum(size.native()).native_enum().is_some());
    /// ```
    pub const fn native_enum(&self) -> Option<&EnumType> {
        if let Self::Enum(ty) = self
            && ty.native
        {
            return Some(ty);
        }
        None
    }

    /// Returns whether the type is an integer of at most 64 bits with a sign.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::types::{EnumType, ExtensionType, Type};
    /// assert!(Type::Int16.is_integer() && !Type::Float32.is_integer());
    /// ```
    pub fn is_integer(&self) -> bool {
        self.range().is_some()
    }
}

/// Is implemented by [`NotNull`] and [`Nullable`]: whether a Rust type can hold NULL.
pub trait Nullability: sealed::Sealed + 'static {
    /// True for [`Nullable`].
    const NULLABLE: bool;
    /// The nullability of an expression over a value of this nullability and one of another.
    type Or<N: Nullability>: Nullability;
    /// `T` for [`NotNull`], `Option<T>` for [`Nullable`].
    type Wrap<T: DbType<Null = NotNull>>: DbType<Base = T::Base, Null = Self>;
}

/// Marks a Rust type that can't hold NULL.
#[derive(Clone, Copy, Debug)]
pub struct NotNull;

/// Marks `Option<T>`.
#[derive(Clone, Copy, Debug)]
pub struct Nullable;

impl Nullability for NotNull {
    const NULLABLE: bool = false;
    type Or<N: Nullability> = N;
    type Wrap<T: DbType<Null = NotNull>> = T;
}

impl Nullability for Nullable {
    const NULLABLE: bool = true;
    type Or<N: Nullability> = Nullable;
    type Wrap<T: DbType<Null = NotNull>> = Option<T>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::NotNull {}
    impl Sealed for super::Nullable {}
}

/// Is implemented by the Rust types of columns.
///
/// These are `bool`, the integers of 8 to 64 bits, `f32`, `f64`, `String`, `Vec<u8>`, `Option` of each, the types of chrono,
/// jiff, time, rust_decimal and uuid with the Cargo features of those names, `Vec` of an [`Element`] as an array, with the feature `json` `serde_json::Value` and [`Json`], enums with `derive(DbEnum)`, and with `derive(DbType)` new types
/// over these and types with a [codec](crate::types::Codec).
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be stored in a column",
    label = "not a mapped type",
    note = "the mapped types are bool, integers of 8 to 64 bits, f32, f64, String, Vec<u8>, enums with #[derive(DbEnum)], Option of each, and the types of chrono, rust_decimal and uuid behind the features of those names"
)]
pub trait DbType: Sized + Send + 'static {
    /// The base type, which determines what values of this type can be compared with: a marker of [`base`].
    type Base;
    /// [`Nullable`] for `Option`, else [`NotNull`].
    type Null: Nullability;
    /// The type without `Option`: `T` for `Option<T>`, else the type itself.
    type Plain: DbType<Base = Self::Base, Null = NotNull, Plain = Self::Plain>;
    /// The logical type of a column of this Rust type.
    const TYPE: Type;
    /// The maximum length of a column of this Rust type, unless the column has its own: characters of text, bytes of
    /// bytes. `None` is unlimited.
    const LENGTH: Option<u32> = None;
    /// Whether [`DbType::from_value`] accepts the bytes of native types that have no variant in [`ValueRef`], as
    /// [`Row::get_native`](crate::driver::Row::get_native) returns them.
    const READS_NATIVE: bool = false;
    /// The variants of an enum that derives `DbEnum`, in the order of the labels; empty for other types.
    #[doc(hidden)]
    const LABELLED: &'static [Self] = &[];

    /// Returns the value as it is bound. Borrows and never allocates. A value that needs a conversion is encoded by
    /// its [codec](crate::types::Codec) when it is bound.
    fn to_value(&self) -> ValueRef<'_>;

    /// Converts a value of a row to the Rust type. Integers are narrowed with a range check. Nothing is rounded, and
    /// there are no defaults.
    ///
    /// # Errors
    /// [`ConversionError`]: the value has another type, is out of range, or is not valid.
    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError>;
}

#[diagnostic::do_not_recommend]
impl<T: DbType<Null = NotNull>> DbType for Option<T> {
    type Base = T::Base;
    type Null = Nullable;
    type Plain = T::Plain;
    const TYPE: Type = T::TYPE;
    const LENGTH: Option<u32> = T::LENGTH;
    const READS_NATIVE: bool = T::READS_NATIVE;

    #[inline]
    fn to_value(&self) -> ValueRef<'_> {
        match self {
            Some(value) => value.to_value(),
            None => ValueRef::Null,
        }
    }

    #[inline]
    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}
