//! [`Path`]: relations one after another, which a query loads along with its entities.

use std::fmt;
use std::marker::PhantomData;

use super::field::{Relation, RelationField};
use crate::mapping::def::ModelDef;
use crate::mapping::model::Model;

/// Represents relations one after another, from model `M` to model `N`: `User.posts.then(Post.author)`.
pub struct Path<M, N> {
    steps: Vec<LoadStep>,
    marker: PhantomData<fn() -> (M, N)>,
}

/// A path without its types: the relations in order.
#[doc(hidden)]
pub type LoadPath = Vec<LoadStep>;

/// One relation of a path.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct LoadStep {
    pub(crate) owner: &'static ModelDef,
    pub(crate) index: usize,
}

impl fmt::Debug for LoadStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.owner.relations[self.index].name;
        write!(f, "{}.{name}", self.owner.name)
    }
}

/// Is implemented by relations and paths, of whatever model.
#[doc(hidden)]
pub trait IntoPath {
    /// The model that the path begins with.
    type Start;
    /// The model that it references.
    type End: Model;

    /// Returns the path.
    fn path(self) -> Path<Self::Start, Self::End>;
}

impl<M: Model, F: RelationField> IntoPath for Relation<M, F> {
    type Start = M;
    type End = F::Target;

    fn path(self) -> Path<M, F::Target> {
        Path {
            steps: vec![LoadStep {
                owner: M::def(),
                index: self.index(),
            }],
            marker: PhantomData,
        }
    }
}

impl<M, N: Model> IntoPath for Path<M, N> {
    type Start = M;
    type End = N;

    fn path(self) -> Self {
        self
    }
}

/// Is implemented by relations and paths of relations of model `M`, for `with` of a query.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of the model `{M}`",
    label = "expected a relation of `{M}`, such as `User.posts`",
    note = "relations of relations are loaded by `then`: `select(User).with(User.posts.then(Post.author))`"
)]
pub trait PathFrom<M> {
    /// The model that the path references.
    type End: Model;

    /// Returns the path.
    fn into_path(self) -> Path<M, Self::End>;
}

// One implementation for all, so that the compiler doesn't list the models that would fit.
#[diagnostic::do_not_recommend]
impl<M, P: IntoPath<Start = M>> PathFrom<M> for P {
    type End = P::End;

    fn into_path(self) -> Path<M, P::End> {
        self.path()
    }
}

impl<M: Model, F: RelationField> Relation<M, F> {
    /// Returns the path by this relation and then by one of the model that it references.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let posts = select(Post).with(Post.author.then(User.posts)).all(&mut session)?;
    /// let ada = session[posts[0]].author.get()?;
    /// assert_eq!(session[ada].posts.get()?, posts);
    /// assert_eq!(sent.take_sql().len(), 5); // three between BEGIN and COMMIT
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn then<P: PathFrom<F::Target>>(self, next: P) -> Path<M, P::End> {
        self.into_path().then(next)
    }
}

impl<M, N> Path<M, N> {
    /// Returns this path, continued by a relation of the model that it references.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let path = User.posts.then(Post.author).then(User.posts);
    /// assert_eq!(format!("{path:?}"), "[User.posts, Post.author, User.posts]");
    /// ```
    pub fn then<P: PathFrom<N>>(mut self, next: P) -> Path<M, P::End> {
        self.steps.extend(next.into_path().steps);
        Path {
            steps: self.steps,
            marker: PhantomData,
        }
    }

    /// The relations in order.
    pub(crate) fn into_steps(self) -> LoadPath {
        self.steps
    }
}

impl<M, N> Clone for Path<M, N> {
    fn clone(&self) -> Self {
        Self {
            steps: self.steps.clone(),
            marker: PhantomData,
        }
    }
}

impl<M, N> fmt::Debug for Path<M, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.fmt(f)
    }
}
