//! Values of types from outside: [`Codec`] is what their author writes, [`Extension`] what statements and drivers see.

use std::any::Any;
use std::sync::Arc;

use super::{Misfit, Value, ValueRef};
use crate::types::Type;

/// How a type of the program's own, or of another crate's, is stored. With `derive(DbType)` of `orm` it is the type of
/// a column then, in models, comparisons, lists and raw SQL.
///
/// ```
/// use orm_core::types::Type;
/// use orm_core::value::{Codec, Misfit, Value, ValueRef};
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
///     fn decode(value: ValueRef<'_>) -> Result<Self, Misfit> {
///         let ValueRef::Text(text) = value else {
///             return Err(Misfit::Kind);
///         };
///         let (whole, cents) = text.split_once('.').ok_or(Misfit::Format)?;
///         let number = |text: &str| text.parse::<i64>().map_err(|_| Misfit::Format);
///         Ok(Self { cents: number(whole)? * 100 + number(cents)? })
///     }
/// }
/// assert_eq!(Amount::decode(Amount { cents: 350 }.encode("sqlite").as_ref()), Ok(Amount { cents: 350 }));
/// ```
pub trait Codec: Clone + PartialEq + Send + Sync + 'static {
    /// The logical type of a column: one of the known ones, or an
    /// [extension](crate::types::Type::Extension) with native names of its own.
    const TYPE: Type;

    /// The type in the words of an error message, such as "a point".
    const NAME: &'static str;

    /// The value as the database stores it, which [`Connection::server`](crate::driver::Connection::server) names, or
    /// `""` where it is only measured or compared. Equal values must be encoded alike. Never an extension in turn.
    fn encode(&self, server: &str) -> Value;

    /// The Rust value of what a row yields.
    ///
    /// # Errors
    /// [`Misfit`] if the value is of another kind, out of range or unreadable.
    fn decode(value: ValueRef<'_>) -> Result<Self, Misfit>;
}

/// A value with a [`Codec`], erased. Implemented for every type that has one, and for nothing else.
pub trait Extension: Any + Send + Sync + sealed::Sealed {
    /// [`Codec::NAME`].
    fn name(&self) -> &'static str;

    /// [`Codec::encode`].
    fn encode(&self, server: &str) -> Value;

    /// A copy to keep.
    fn to_shared(&self) -> Arc<dyn Extension>;

    /// Whether the other value is of the same type and equal.
    fn is_equal(&self, other: &dyn Extension) -> bool;
}

impl<T: Codec> Extension for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn encode(&self, server: &str) -> Value {
        Codec::encode(self, server)
    }

    fn to_shared(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }

    fn is_equal(&self, other: &dyn Extension) -> bool {
        let other: &dyn Any = other;
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self == other)
    }
}

impl PartialEq for dyn Extension {
    fn eq(&self, other: &Self) -> bool {
        self.is_equal(other)
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T: super::Codec> Sealed for T {}
}
