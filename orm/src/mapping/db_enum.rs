//! [`DbEnum`]: what `derive(DbEnum)` implements in addition to [`DbType`].
//!
//! Enums are keys and operands through `custom_type.rs`.

use orm_core::types::{DbType, NotNull};

use super::custom_type::CustomType;

/// Is implemented by enums that are stored as one of a fixed set of labels. Implemented by `#[derive(DbEnum)]`.
///
/// # Examples
///
/// ```
/// # use orm::prelude::*;
/// #[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
/// enum Size {
///     Small,
///     Large,
/// }
/// assert_eq!((Size::Large.label(), Size::from_label("small")), ("large", Some(Size::Small)));
/// ```
pub trait DbEnum: CustomType + DbType<Base = Self, Null = NotNull> {
    /// The labels as they are stored, in the order of the variants.
    const LABELS: &'static [&'static str];

    /// Returns the label of this variant.
    fn label(&self) -> &'static str;

    /// Returns the variant with a label.
    fn from_label(label: &str) -> Option<Self>;
}
