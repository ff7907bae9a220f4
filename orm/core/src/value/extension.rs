//! [`Extension`]: a value of a custom type, as statements and drivers see it.
//!
//! Types with a [codec](crate::types::Codec) implement it, in `types/codec.rs`.

use std::any::Any;
use std::hash::Hasher;
use std::sync::Arc;

use super::Value;

/// Is implemented by every type with a [codec](crate::types::Codec), as a trait object.
pub trait Extension: Any + Send + Sync + sealed::Sealed {
    /// Returns [`Codec::NAME`](crate::types::Codec::NAME).
    fn name(&self) -> &'static str;

    /// Returns the name of the native enumeration that is its type, if it is one.
    fn enum_name(&self) -> Option<&'static str>;

    /// Returns the native name of its type in a dialect, if it has one of its own.
    fn native_name(&self, dialect: &str) -> Option<&'static str>;

    /// Feeds the names of its type to a hash.
    fn hash_type(&self, state: &mut dyn Hasher);

    /// Encodes the value as [`Codec::encode`](crate::types::Codec::encode) does.
    fn encode(&self, server: &str) -> Value;

    /// Returns an owned copy.
    fn to_shared(&self) -> Arc<dyn Extension>;

    /// Returns whether the other value has the same type and is equal.
    fn is_equal(&self, other: &dyn Extension) -> bool;
}

impl PartialEq for dyn Extension {
    fn eq(&self, other: &Self) -> bool {
        self.is_equal(other)
    }
}

pub(crate) mod sealed {
    pub trait Sealed {}
}
