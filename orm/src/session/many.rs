//! [`Session::get_many_mut`]: mutable access to several entities at once.

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use crate::mapping::Model;
use crate::state::Ref;

/// Is implemented by handles whose entities can be borrowed together: an array of handles of one model, or a tuple of
/// two to four handles of different models.
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't a set of handles",
    label = "expected an array such as `[a, b]` for one model, or a tuple such as `(user, post)` for several"
)]
pub trait Handles: sealed::Handles {}

impl<H: sealed::Handles> Handles for H {}

mod sealed {
    use orm_core::error::Result;

    use crate::session::Session;

    pub trait Handles {
        /// The entities, each borrowed mutably.
        type Entities<'s>;

        fn entities(self, session: &mut Session) -> Result<Self::Entities<'_>>;
    }
}

impl Session {
    /// Returns several entities for changes: `[a, b]` of one model, or `(user, post)` of several.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # struct User { #[orm(primary_key)] id: i64, posts: i64 }
    /// # #[derive(Model)]
    /// # struct Post { #[orm(primary_key)] id: i64, number: i64 }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # let mut session = Session::new(&engine);
    /// # let user = session.add(User::builder().posts(0));
    /// # let post = session.add(Post::builder().number(0));
    /// let (user, post) = session.get_many_mut((user, post))?;
    /// user.posts += 1;
    /// post.number = user.posts;
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// - As [`Session::get_ref`].
    /// - `Usage`: the same handle is given twice in an array, or the same model twice in a tuple.
    pub fn get_many_mut<H: Handles>(&mut self, handles: H) -> Result<H::Entities<'_>> {
        handles.entities(self)
    }
}

impl<M: Model, const N: usize> sealed::Handles for [Ref<M>; N] {
    type Entities<'s> = [&'s mut M; N];

    fn entities(self, session: &mut Session) -> Result<[&mut M; N]> {
        for handle in self {
            session.get_ref(handle)?;
        }
        let arena = session.state.ensure::<M>();
        let entities = arena.get_many_mut(self);
        entities.ok_or_else(|| twice("the same handle is given twice").with_table(M::def().table))
    }
}

const HERE: &str = "invariant: the handle was good one line ago";

macro_rules! tuples {
    ($(($($model:ident $index:tt $entity:ident),+)),+ $(,)?) => {$(
        impl<$($model: Model),+> sealed::Handles for ($(Ref<$model>,)+) {
            type Entities<'s> = ($(&'s mut $model,)+);

            fn entities(self, session: &mut Session) -> Result<Self::Entities<'_>> {
                $(session.get_ref(self.$index)?;)+
                let models = [$($model::slot().index()),+];
                let Some([$($entity),+]) = session.state.disjoint(models) else {
                    return Err(twice("two handles of the tuple are of the same model")
                        .with_hint("give the handles of one model as an array: [a, b]"));
                };
                Ok(($($entity.typed_mut::<$model>().get_mut(self.$index).expect(HERE),)+))
            }
        }
    )+};
}

tuples! {
    (A 0 a, B 1 b),
    (A 0 a, B 1 b, C 2 c),
    (A 0 a, B 1 b, C 2 c, D 3 d),
}

#[cold]
fn twice(message: &'static str) -> Error {
    Error::with_message(ErrorKind::Usage, message)
}
