//! What a relation many to many finds the link rows of the other side by: `#[orm(inverse = Post.tags)]`.
//!
//! The derive emits a use of each, and the compiler reports the types.

use super::field::Relation;
use super::many_to_many::ManyToMany;
use crate::mapping::def::{ModelDef, Through};
use crate::mapping::model::Model;

/// Is implemented by a model whose relation at `INDEX` has link rows of its own: by a `link_table`, or by `through`.
#[diagnostic::on_unimplemented(
    message = "this relation of `{Self}` has no link table",
    label = "has none either",
    note = "one of both relations has `#[orm(link_table = \"…\")]` or `#[orm(through = …)]`, and the other one `inverse`"
)]
pub trait Linked<const INDEX: usize>: Model {
    /// Returns the data of the link rows.
    fn link() -> &'static ModelDef {
        through::<Self>(INDEX).link
    }

    /// Returns the index of the link rows' relation to this model.
    fn inverse() -> usize {
        through::<Self>(INDEX).inverse
    }

    /// Returns the index of the link rows' relation to the target.
    fn target() -> usize {
        through::<Self>(INDEX).target
    }
}

fn through<M: Model>(index: usize) -> Through {
    let through = M::def().relations[index].through();
    through.expect("invariant: the derive implements Linked for relations with link rows")
}

/// Is implemented by the types of relations many to many that reference the model `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the other side of this relation",
    label = "expected a `ManyToMany<{M}>`"
)]
pub trait LinksTo<M> {}

// Of any type that references it, so that the compiler names no relation to another model as one that would do.
#[diagnostic::do_not_recommend]
impl<M, F: References<M>> LinksTo<M> for F {}

/// Is implemented by relations many to many.
pub trait References<M> {}

#[diagnostic::do_not_recommend]
impl<M: Model> References<M> for ManyToMany<M> {}

/// Returns the index of the relation many to many that an attribute names as the other side.
#[doc(hidden)]
pub const fn mirrored<Owner, N, F: LinksTo<Owner>>(relation: Relation<N, F>) -> usize {
    relation.index()
}
