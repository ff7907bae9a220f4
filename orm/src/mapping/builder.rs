//! Support for generated builders: the states of required fields, and the conversions of setters.
//!
//! The derive generates a builder for each model; nothing here depends on a model.

use std::borrow::Cow;
use std::marker::PhantomData;

use orm_core::types::DbType;

use super::column_set::ColumnSet;
use super::model::{Model, NewEntity, NewRow};

/// Marks a required field that was given.
#[derive(Clone, Copy, Debug)]
pub struct FieldGiven;

/// Marks a required field that was not given yet. `F` is a type with the field's name, which compile errors show.
#[derive(Clone, Copy, Debug)]
pub struct FieldMissing<F>(PhantomData<fn() -> F>);

impl<F> FieldMissing<F> {
    /// The value of the mark.
    #[doc(hidden)]
    pub const NEW: Self = Self(PhantomData);
}

/// Is implemented by the state of a required field, and by a tuple of states.
pub trait FieldState {
    /// The state of this field and all of `Rest`: given, or the first field that is missing.
    type Or<Rest: FieldState>: FieldState;
    /// The missing field.
    type Field;
}

impl FieldState for FieldGiven {
    type Or<Rest: FieldState> = Rest;
    type Field = ();
}

impl<F> FieldState for FieldMissing<F> {
    type Or<Rest: FieldState> = Self;
    type Field = F;
}

/// Is implemented by the state in which every required field was given. Its compile error names the missing field, as
/// the parameter `F`.
#[diagnostic::on_unimplemented(
    message = "`{M}::builder()` is missing the required field `{F}`",
    label = "add this field to the builder"
)]
pub trait Required<M, F> {}

#[diagnostic::do_not_recommend]
impl<M, F> Required<M, F> for FieldGiven {}

/// Is implemented by a builder in any state and by the model's struct. Implemented by the derive.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be added",
    note = "add a model, or its builder with every required field given"
)]
pub trait Build {
    /// The model.
    type Model: Model;
    /// The state of all required fields.
    type State: FieldState;
    /// The state of all required fields but those that relations fill in.
    type ChildState: FieldState;

    /// Returns the row. Called only if every required field was given.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # use orm::mapping::Build;
    /// let row = Post::builder().author_id(1).title("On tides").build();
    /// # let _ = row;
    /// ```
    fn build(self) -> NewEntity<Self::Model>;
}

impl<B: Build> NewRow for B
where
    B::State: Required<B::Model, <B::State as FieldState>::Field>,
{
    type Model = B::Model;

    fn into_row(self) -> NewEntity<B::Model> {
        self.build()
    }
}

/// Is implemented by what can be appended to a relation: a model, or its builder with every required field given. The
/// foreign keys of relations may be left out, since the relation is one of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be appended",
    note = "append a model, or its builder with every required field given; foreign keys of relations may be left out"
)]
pub trait NewChild {
    /// The model.
    type Model: Model;

    /// Returns the row.
    fn into_child(self) -> NewEntity<Self::Model>;
}

impl<B: Build> NewChild for B
where
    B::ChildState: Required<B::Model, <B::ChildState as FieldState>::Field>,
{
    type Model = B::Model;

    fn into_child(self) -> NewEntity<B::Model> {
        self.build()
    }
}

/// Is implemented by the arguments of a builder's setter for a field of type `T`.
///
/// These are `T` and references to it; for text also `&str` and `Cow<str>`; for bytes slices and arrays; for a vector of texts an array of `&str`; for an
/// `Option` also the bare value, an `Option` of each of these, a reference to one, and [`Null`](crate::Null). Columns
/// and expressions are not accepted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a value for a field of type `{T}`",
    label = "expected `{T}`"
)]
pub trait IntoField<T> {
    /// Returns the value of the field.
    fn into_field(self) -> T;
}

impl<T> IntoField<T> for T {
    #[inline]
    fn into_field(self) -> T {
        self
    }
}

// `DbType` keeps this apart from `Null`.
#[diagnostic::do_not_recommend]
impl<T: DbType> IntoField<Option<T>> for T {
    #[inline]
    fn into_field(self) -> Option<T> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType + Clone> IntoField<T> for &T {
    fn into_field(self) -> T {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType + Clone> IntoField<Option<T>> for &T {
    fn into_field(self) -> Option<T> {
        Some(self.clone())
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType + Clone> IntoField<Option<T>> for Option<&T> {
    fn into_field(self) -> Option<T> {
        self.cloned()
    }
}

macro_rules! converted {
    ($([$($generics:tt)*] $given:ty => $field:ty: $convert:expr),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoField<$field> for $given {
            fn into_field(self) -> $field {
                $convert(self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoField<Option<$field>> for $given {
            fn into_field(self) -> Option<$field> {
                Some($convert(self))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoField<Option<$field>> for Option<$given> {
            fn into_field(self) -> Option<$field> {
                self.map($convert)
            }
        }

        #[allow(clippy::ref_option_ref, reason = "it is what a user may have")]
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> IntoField<Option<$field>> for &Option<$given> {
            fn into_field(self) -> Option<$field> {
                self.clone().map($convert)
            }
        }
    )+};
}

converted! {
    [] &str => String: str::to_owned,
    [] &&str => String: ToString::to_string,
    ['a] Cow<'a, str> => String: Cow::into_owned,
    [] &[u8] => Vec<u8>: <[u8]>::to_vec,
    [const N: usize] [u8; N] => Vec<u8>: Vec::from,
    [const N: usize] &[u8; N] => Vec<u8>: Vec::from,
    [const N: usize] [&str; N] => Vec<String>: owned,
}

fn owned<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

/// Converts the argument of a setter.
#[doc(hidden)]
#[inline]
pub fn filled<T>(value: impl IntoField<T>) -> Option<T> {
    Some(value.into_field())
}

/// Returns the value of a required field.
///
/// # Panics
/// Never: a builder is a `NewRow` only when the types of its states prove that the field was given.
#[doc(hidden)]
#[inline]
pub fn given<T>(value: Option<T>) -> T {
    value.expect("invariant: the builder's type says that the field was given")
}

/// Returns the value of a field with a server default. If it was not given, its column is added to `unset`.
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
