//! [`EntitySelection`]: what is selected if each row is an entity, of which relations and deferred columns can be loaded. The
//! enums of a model and its subtypes are in `polymorphic.rs`.

use crate::mapping::{Entity, LoadPath, Model, ModelDef, PathFrom};

use super::selectable::Selectable;

/// Is implemented by what is selected if each row is of one model: by a model's value such as `User`, and by the value that
/// `derive(Polymorphic)` makes.
#[diagnostic::on_unimplemented(
    message = "the rows of this query are no entities",
    label = "expected a query of entities: `select(User)`"
)]
pub trait EntitySelection: Selectable {
    /// The model of each row.
    type Model: Model;
}

#[diagnostic::do_not_recommend]
impl<E: Entity> EntitySelection for E {
    type Model = E::Model;
}

/// Is implemented by relations and paths of relations that a query of `S` can load.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of a model that is selected",
    label = "expected a relation of a selected model, such as `User.posts`",
    note = "relations of relations are loaded by `then`: `select(User).with(User.posts.then(Post.author))`"
)]
pub trait PathOf<S> {
    /// Whether the query can read them in its own rows.
    #[doc(hidden)]
    const CAN_BE_JOINED: bool;

    /// Returns the model that the path begins with, and its relations.
    #[doc(hidden)]
    fn into_loads(self) -> (&'static ModelDef, LoadPath);
}

impl<E: Entity, P: PathFrom<E::Model>> PathOf<E> for P {
    const CAN_BE_JOINED: bool = true;

    fn into_loads(self) -> (&'static ModelDef, LoadPath) {
        (E::Model::def(), self.into_path().into_steps())
    }
}
