//! What generated builders stand on: the states of a required field, and the values that setters take.
//!
//! Builders themselves are emitted by the derive, one per model; nothing here knows a model.

use std::borrow::Cow;

use super::column_set::ColumnSet;

/// The state of a required field that has been given.
#[derive(Clone, Copy, Debug)]
pub struct Given;

/// The state of a required field that has not been given yet.
#[derive(Clone, Copy, Debug)]
pub struct Missing;

/// What a builder's setter takes for a field of type `T`.
///
/// That is `T` itself; for text also `&str` and `&String`; for bytes slices and arrays; for an `Option`
/// also the bare value. There is one implementation per integer type, so that literals infer.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value for a field of type `{T}`",
    label = "expected `{T}`"
)]
pub trait IntoField<T> {
    /// The field's value.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    #[inline]
    fn into_field(self) -> T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T> IntoField<Option<T>> for T {
    #[inline]
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

macro_rules! borrowed {
    ($([$($generics:tt)*] $given:ty => $field:ty),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoField<$field> for $given {
            fn into_field(self) -> $field {
                self.into()
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoField<Option<$field>> for $given {
            fn into_field(self) -> Option<$field> {
                Some(self.into())
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoField<Option<$field>> for Option<$given> {
            fn into_field(self) -> Option<$field> {
                self.map(Into::into)
            }
        }
    )+};
}

borrowed! {
    [] &str => String,
    [] &String => String,
    ['a] Cow<'a, str> => String,
    [] &[u8] => Vec<u8>,
    [const N: usize] [u8; N] => Vec<u8>,
    [const N: usize] &[u8; N] => Vec<u8>,
}

/// A required field's value.
///
/// # Panics
/// Never: a builder is a `NewRow` only when the types of its states prove that the field was given.
#[doc(hidden)]
#[inline]
pub fn given<T>(value: Option<T>) -> T {
    value.expect("invariant: the builder's type says that the field was given")
}

/// A field that the server fills unless it was given: then its column is noted in `unset`.
#[doc(hidden)]
#[inline]
pub fn or_server<T>(
    value: Option<T>,
    placeholder: fn() -> T,
    position: usize,
    unset: &mut ColumnSet,
) -> T {
    value.unwrap_or_else(|| {
        unset.insert(position);
        placeholder()
    })
}
