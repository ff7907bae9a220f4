//! Primary keys as Rust values, by which the identity map is keyed.

use std::fmt::Debug;
use std::hash::Hash;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::types::DbType;
use orm_core::value::{ConversionError, Value, ValueRef};

use super::decode;
use super::def::ModelDef;

/// Is implemented by the types of primary keys: one value, or a tuple of up to four. Floats are excluded, since they
/// have no exact equality, and `Option`, since a key is never NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a primary key",
    label = "not usable as a key",
    note = "use i64, i32, i16, String, Vec<u8>, a uuid, a date, or an enum that derives DbEnum, Clone, Debug, PartialEq, Eq and Hash"
)]
pub trait PrimaryKey: Clone + Debug + Eq + Hash + Send + 'static {
    /// How the parts are read, for the foreign keys of link tables.
    #[doc(hidden)]
    const PARTS: &'static [KeyPart];

    /// Calls `run` with the parts of the key, in key order.
    fn with_parts<T>(&self, run: impl FnOnce(&[ValueRef<'_>]) -> T) -> T;
}

/// Reads and converts values of one part of a key, without its type.
#[doc(hidden)]
#[derive(Debug)]
pub struct KeyPart {
    pub(super) read: fn(&dyn Row, usize, &'static ModelDef, usize) -> Result<Value>,
    pub(super) convert: fn(ValueRef<'_>) -> Result<Value, ConversionError>,
}

impl KeyPart {
    /// Reads the part from a row.
    ///
    /// # Errors
    /// `Decode` for a value that doesn't fit.
    pub(crate) fn read(
        &self,
        row: &dyn Row,
        index: usize,
        def: &'static ModelDef,
        position: usize,
    ) -> Result<Value> {
        (self.read)(row, index, def, position)
    }

    /// The functions of `T`.
    pub(super) const fn of<T: DbType>() -> Self {
        Self {
            read: |row, index, def, position| {
                decode::read::<T>(row, index, def, position).map(|part| part.to_value().to_value())
            },
            convert: |value| T::from_value(value).map(|part| part.to_value().to_value()),
        }
    }
}

macro_rules! tuple_key {
    ($($part:ident $index:tt),+) => {
        impl<$($part: DbType + Clone + Debug + Eq + Hash),+> PrimaryKey for ($($part,)+) {
            const PARTS: &'static [KeyPart] = &[$(KeyPart::of::<$part>()),+];

            #[inline]
            fn with_parts<T>(&self, run: impl FnOnce(&[ValueRef<'_>]) -> T) -> T {
                run(&[$(self.$index.to_value()),+])
            }
        }
    };
}

macro_rules! scalar_key {
    ($($scalar:ty),+) => {$(
        impl PrimaryKey for $scalar {
            const PARTS: &'static [KeyPart] = &[KeyPart::of::<Self>()];

            #[inline]
            fn with_parts<T>(&self, run: impl FnOnce(&[ValueRef<'_>]) -> T) -> T {
                run(&[self.to_value()])
            }
        }
    )+};
}

scalar_key!(bool, i8, u8, u16, u32, i16, i32, i64, String, Vec<u8>);
#[cfg(feature = "chrono")]
scalar_key!(
    chrono::NaiveDate,
    chrono::NaiveDateTime,
    chrono::DateTime<chrono::Utc>,
    chrono::DateTime<chrono::FixedOffset>,
    chrono::DateTime<chrono::Local>
);
#[cfg(feature = "jiff")]
scalar_key!(jiff::civil::Date, jiff::civil::DateTime, jiff::Timestamp);
#[cfg(feature = "time")]
scalar_key!(time::Date, time::PrimitiveDateTime, time::OffsetDateTime);
#[cfg(feature = "uuid")]
scalar_key!(uuid::Uuid);

tuple_key!(A 0, B 1);
tuple_key!(A 0, B 1, C 2);
tuple_key!(A 0, B 1, C 2, D 3);

/// A key, as messages show it.
pub(crate) fn key_text<'v>(key: impl Iterator<Item = ValueRef<'v>>) -> String {
    let parts = key.map(|part| match part {
        ValueRef::Int(part) => part.to_string(),
        ValueRef::Text(part) => format!("{part:?}"),
        other => other.to_json(""),
    });
    parts.collect::<Vec<String>>().join(", ")
}

/// Is implemented by the key arguments of `session.get(User, …)`: the key, a reference to it, or `&str` for `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of this model: its primary key is `{K}`",
    label = "expected `{K}`"
)]
pub trait IntoKey<K> {
    /// Returns the key.
    fn into_key(self) -> K;
}

impl<K: PrimaryKey> IntoKey<K> for K {
    fn into_key(self) -> K {
        self
    }
}

impl<K: PrimaryKey> IntoKey<K> for &K {
    fn into_key(self) -> K {
        self.clone()
    }
}

impl IntoKey<String> for &str {
    fn into_key(self) -> String {
        self.to_owned()
    }
}
