//! [`DbEnum`]: what `derive(DbEnum)` implements beside [`DbType`].
//!
//! One trait for all such enums lets the layers above accept them as one: as keys here, as operands in
//! the query layer.

use std::fmt::Debug;
use std::hash::Hash;

use orm_core::types::{DbType, NotNull};
use orm_core::value::ValueRef;

use super::key::Key;

/// An enum that is stored as one of a fixed set of labels. Implemented by `#[derive(DbEnum)]`.
pub trait DbEnum: DbType<Base = Self, Null = NotNull> {
    /// The labels as they are stored, in the order of the variants.
    const LABELS: &'static [&'static str];

    /// The label of this variant.
    fn label(&self) -> &'static str;

    /// The variant of a label.
    fn from_label(label: &str) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: DbEnum + Clone + Debug + Eq + Hash> Key for T {
    fn for_each<'a>(&'a self, each: &mut dyn FnMut(ValueRef<'a>)) {
        each(ValueRef::Text(self.label()));
    }
}
