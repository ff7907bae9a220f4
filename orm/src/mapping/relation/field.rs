//! [`Relation`]: a typed relation of a model, as `Column` is a typed column; and [`RelationField`], the type of its field.

use std::fmt;
use std::marker::PhantomData;

use orm_core::error::Result;

use super::any::AnyRelation;
use crate::mapping::def::RelationDef;
use crate::mapping::model::Model;

/// Is implemented by the types of relation fields, such as [`BelongsTo<User>`](super::BelongsTo).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the type of a relation field",
    label = "expected `BelongsTo<User>`, `BelongsTo<Option<User>>`, `HasMany<Post>`, `HasOne<Profile>`, `ManyToMany<Tag>` or `ViewOnly<Vec<Post>>`"
)]
pub trait RelationField: AnyRelation + Sized {
    /// The model that the relation references.
    type Target: Model;
    /// What reading the relation returns: one handle, an `Option` of it, or a list.
    type Loaded;

    /// Returns what the relation references.
    ///
    /// # Errors
    /// - `NotLoaded`: the relation is not loaded.
    #[doc(hidden)]
    fn loaded(&self) -> Result<Self::Loaded>;
}

/// Is implemented by the types of relations that have a foreign key or link rows: all but
/// [`ViewOnly`](super::ViewOnly). They are changed by verbs of the session, and can be joined.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is only read, by `load` and `with`",
    label = "expected a relation that has a foreign key or link rows, such as `User.posts`"
)]
pub trait Linkable: RelationField {}

/// Is implemented by the types of relations whose foreign key is not the entity's own: [`HasMany`](super::HasMany),
/// [`HasOne`](super::HasOne) and [`ManyToMany`](super::ManyToMany).
#[diagnostic::on_unimplemented(
    message = "nothing can be appended to `{Self}`",
    label = "the foreign key is the entity's own: assign a handle, `session[post].author = user.into()`"
)]
pub trait ToMany: Linkable {}

/// Represents the relation of model `M` whose field has the type `F`: `Post.author`.
///
/// A relation is a constant of a name and an index. Relations of an alias hold the name of the alias.
pub struct Relation<M, F> {
    alias: Option<&'static str>,
    index: usize,
    marker: PhantomData<fn() -> (M, F)>,
}

impl<M, F> Relation<M, F> {
    /// Creates the relation at `index` of a model, under an alias of its table if there is one. Called by the derive.
    #[doc(hidden)]
    pub const fn new(alias: Option<&'static str>, index: usize) -> Self {
        Self {
            alias,
            index,
            marker: PhantomData,
        }
    }

    /// The alias of the table, if the relation has one.
    #[doc(hidden)]
    pub const fn alias_name(&self) -> Option<&'static str> {
        self.alias
    }

    /// Returns the index of the relation in its model, counted from 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(Post.author.index(), 0);
    /// ```
    pub const fn index(&self) -> usize {
        self.index
    }
}

impl<M: Model, F> Relation<M, F> {
    /// Returns the name of the table or alias.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let answer = Post.alias("answer");
    /// assert_eq!((Post.author.source(), answer.author.source()), ("posts", "answer"));
    /// ```
    pub fn source(&self) -> &'static str {
        self.alias.unwrap_or_else(|| M::def().table)
    }

    /// Returns the relation as data.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let author = Post.author.def();
    /// assert_eq!((author.model, author.name, (author.target)().name), ("Post", "author", "User"));
    /// ```
    pub fn def(&self) -> &'static RelationDef {
        &M::def().relations[self.index]
    }
}

impl<M, F> Clone for Relation<M, F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, F> Copy for Relation<M, F> {}

impl<M: Model, F> fmt::Debug for Relation<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.relation {}", self.source(), self.index)
    }
}
