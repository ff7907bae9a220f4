//! [`Codec`]: the conversions of a custom type, from which an [`Extension`] of its values is made.

use std::any::Any;
use std::hash::{Hash as _, Hasher};
use std::sync::Arc;

use super::Type;
use crate::value::{ConversionError, Extension, Value, ValueRef, sealed};

/// Is implemented by types with a custom representation in the database. With `derive(DbType)` of `orm`, such a type
/// can be used in models, comparisons, lists and raw SQL.
///
/// ```
/// use orm_core::types::{Codec, Type};
/// use orm_core::value::{ConversionError, Value, ValueRef};
///
/// /// An amount, stored as text such as `3.50`.
/// #[derive(Clone, Debug, PartialEq)]
/// struct Amount {
///     cents: i64,
/// }
///
/// impl Codec for Amount {
///     const TYPE: Type = Type::Text;
///     const NAME: &'static str = "an amount";
///
///     fn encode(&self, _server: &str) -> Value {
///         Value::Text(format!("{}.{:02}", self.cents / 100, self.cents % 100))
///     }
///
///     fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
///         let ValueRef::Text(text) = value else {
///             return Err(ConversionError::Kind);
///         };
///         let (whole, cents) = text.split_once('.').ok_or(ConversionError::Format)?;
///         let number = |text: &str| text.parse::<i64>().map_err(|_| ConversionError::Format);
///         Ok(Self { cents: number(whole)? * 100 + number(cents)? })
///     }
/// }
/// assert_eq!(Amount::decode(Amount { cents: 350 }.encode("sqlite").as_ref()), Ok(Amount { cents: 350 }));
/// ```
pub trait Codec: Clone + PartialEq + Send + Sync + 'static {
    /// The type of a column: a type of this crate, or an [extension](crate::types::Type::Extension) with its own
    /// native names.
    const TYPE: Type;

    /// The maximum length of a column: characters of encoded text, bytes of encoded bytes. `None` is unlimited, which
    /// MySQL and MariaDB don't accept of a key or an index.
    const LENGTH: Option<u32> = None;

    /// The name of the type in messages, such as "a point".
    const NAME: &'static str;

    /// Encodes the value as the database stores it. `server` is
    /// [`Connection::server`](crate::driver::Connection::server), or `""` where the value is only measured or
    /// compared. Two values must have equal encodings if and only if they are equal. The result must not be an
    /// extension.
    fn encode(&self, server: &str) -> Value;

    /// Converts a value of a row to the Rust type.
    ///
    /// # Errors
    /// [`ConversionError`]: the value has another type, is out of range, or is not valid.
    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError>;

    /// Returns whether the encodings of two values are the same, which `==` says for all but floats.
    #[doc(hidden)]
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    /// Returns a copy of the value for a statement, which encodes as the value does.
    #[doc(hidden)]
    fn copied(&self) -> Self {
        self.clone()
    }
}

/// Converts a value of a row, or one that the program has given, to the Rust type. The derive calls it.
///
/// # Errors
/// Those of [`Codec::decode`].
#[doc(hidden)]
pub fn decoded<T: Codec>(value: ValueRef<'_>) -> Result<T, ConversionError> {
    // Values of the program are not encoded.
    if let ValueRef::Extension(given) = value {
        let given: &dyn Any = given;
        return given
            .downcast_ref::<T>()
            .map(Codec::copied)
            .ok_or(ConversionError::Kind);
    }
    T::decode(value)
}

impl<T: Codec> sealed::Sealed for T {}

impl<T: Codec> Extension for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn enum_name(&self) -> Option<&'static str> {
        let ty = const { &T::TYPE };
        ty.native_enum().map(|native| &*native.name)
    }

    fn native_name(&self, dialect: &str) -> Option<&'static str> {
        let Type::Extension(ty) = (const { &T::TYPE }) else {
            return None;
        };
        ty.native_name(dialect)
    }

    fn hash_type(&self, mut state: &mut dyn Hasher) {
        let ty = const { &T::TYPE };
        if let Some(native) = ty.native_enum() {
            native.name.hash(&mut state);
        } else if let Type::Extension(ty) = ty {
            ty.native.hash(&mut state);
        }
    }

    fn encode(&self, server: &str) -> Value {
        Codec::encode(self, server)
    }

    fn to_shared(&self) -> Arc<dyn Extension> {
        Arc::new(self.copied())
    }

    fn is_equal(&self, other: &dyn Extension) -> bool {
        let other: &dyn Any = other;
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self.is_same(other))
    }
}
