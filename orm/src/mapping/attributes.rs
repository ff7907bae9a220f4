//! [`Attributes`] and [`Columns`]: columns and relations of a model, as verbs of a session take them: one, an array of
//! one type, or a tuple.

use super::column::Column;
use super::column_set::ColumnSet;
use super::def::ModelDef;
use super::relation::{Relation, RelationField};

/// Holds the positions of columns and the indexes of relations of a model.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct AttributeSet {
    pub(crate) columns: ColumnSet,
    pub(crate) relations: ColumnSet,
}

impl AttributeSet {
    /// The attributes, of which a relation with a foreign key of the model is this key.
    pub(crate) fn of<M>(attributes: impl Attributes<M>, def: &'static ModelDef) -> Self {
        let mut set = Self::default();
        attributes.add_to(&mut set);
        for (index, _, reference) in def.belongs_to() {
            if set.relations.contains(index) {
                set.relations.remove(index);
                set.columns.extend(reference.columns);
            }
        }
        set
    }
}

/// Is implemented by columns and relations of model `M`: `User.name`, `(User.name, User.posts)`,
/// `[User.name, User.email]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an attribute of the model `{M}`",
    label = "expected columns and relations of `{M}`, several of them in a tuple: `(User.name, User.posts)`"
)]
pub trait Attributes<M> {
    /// Adds the attributes to `set`.
    #[doc(hidden)]
    fn add_to(self, set: &mut AttributeSet);
}

/// Is implemented by columns of model `M`: `User.name`, or `(User.tenant, User.name)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a column of the model `{M}`",
    label = "expected columns of `{M}`, several of them in a tuple: `(User.tenant, User.name)`"
)]
pub trait Columns<M>: Attributes<M> {}

impl<M, T> Attributes<M> for Column<M, T> {
    fn add_to(self, set: &mut AttributeSet) {
        set.columns.insert(self.position());
    }
}

impl<M, T> Columns<M> for Column<M, T> {}

impl<M, F: RelationField> Attributes<M> for Relation<M, F> {
    fn add_to(self, set: &mut AttributeSet) {
        set.relations.insert(self.index());
    }
}

#[diagnostic::do_not_recommend]
impl<M, A: Attributes<M>, const N: usize> Attributes<M> for [A; N] {
    fn add_to(self, set: &mut AttributeSet) {
        for attribute in self {
            attribute.add_to(set);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<M, C: Columns<M>, const N: usize> Columns<M> for [C; N] {}

macro_rules! tuples {
    ($(($($part:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<M, $($part: Attributes<M>),+> Attributes<M> for ($($part,)+) {
            fn add_to(self, set: &mut AttributeSet) {
                $(self.$index.add_to(set);)+
            }
        }

        #[diagnostic::do_not_recommend]
        impl<M, $($part: Columns<M>),+> Columns<M> for ($($part,)+) {}
    )+};
}

tuples! {
    (A 0),
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4),
    (A 0, B 1, C 2, D 3, E 4, F 5),
}
