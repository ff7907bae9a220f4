//! [`Extension`]: a value of a custom type, as statements and drivers see it.
//!
//! Types with a [codec](crate::types::Codec) implement it, in `types/codec.rs`.

use std::any::Any;
use std::sync::Arc;

use super::Value;

/// Is implemented by every type with a [codec](crate::types::Codec), as a trait object.
pub trait Extension: Any + Send + Sync + sealed::Sealed {
    /// [`Codec::NAME`](crate::types::Codec::NAME).
    fn name(&self) -> &'static str;

    /// [`Codec::encode`](crate::types::Codec::encode).
    fn encode(&self, server: &str) -> Value;

    /// A copy to keep.
    fn to_shared(&self) -> Arc<dyn Extension>;

    /// Whether the other value is of the same type and equal.
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
