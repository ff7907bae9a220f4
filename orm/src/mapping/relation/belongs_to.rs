//! [`BelongsTo`]: the field of a relation whose foreign key the model has.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::{NotNull, Nullability, Nullable};

use super::any::AnyRelation;
use super::field::{Linkable, RelationField};
use super::to_one::{ToOne, hidden, not_loaded};
use crate::mapping::builder::IntoField;
use crate::mapping::def::RelationDef;
use crate::mapping::handle::Ref;
use crate::mapping::model::Model;

/// Represents a relation to one entity of a model, by a foreign key of this one: `BelongsTo<User>`, or
/// `BelongsTo<Option<User>>` if the key is nullable.
///
/// The field holds a handle. A row that is read has it not loaded: [`Session::load`](crate::Session::load) loads it.
/// Assign another handle to change it; the next flush writes the key that the entity has by then, also one that the
/// same flush generates.
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(Model)]
/// #[orm(table = "users")]
/// struct User {
///     #[orm(primary_key)]
///     id: i64,
///     name: String,
/// }
///
/// #[derive(Model)]
/// #[orm(table = "posts")]
/// struct Post {
///     #[orm(primary_key)]
///     id: i64,
///     #[orm(references = User.id)]
///     author_id: i64,
///     author: BelongsTo<User>,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((User, Post)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let ada = session.add(User::builder().name("ada"));
/// let post = session.add(Post::builder().author(ada)); // ada has no key yet
/// session.flush()?; // INSERT INTO "users" …, INSERT INTO "posts" …
/// assert_eq!(session[post].author_id, session[ada].id);
///
/// let grace = session.add(User::builder().name("grace"));
/// session[post].author = grace.into();
/// session.commit()?; // INSERT INTO "users" …, UPDATE "posts" SET "author_id" = ? …
/// assert_eq!(session[post].author.get()?, grace);
/// # Ok::<(), orm::Error>(())
/// ```
pub struct BelongsTo<T> {
    to_one: ToOne,
    marker: PhantomData<fn() -> T>,
}

/// Is implemented by the `T` of [`BelongsTo<T>`](BelongsTo): a model, or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "expected a model, or an `Option` of one",
    note = "add `#[derive(Model)]` to the struct"
)]
pub trait ToOneTarget: 'static {
    /// The model.
    type Model: Model;
    /// What reading the relation returns: `Ref<User>`, or `Option<Ref<User>>`.
    type Handle: Copy + fmt::Debug;
    /// Whether there may be no entity, as a type.
    type Null: Nullability;
    /// Whether there may be no entity.
    const NULLABLE: bool;

    /// Returns the handle; `None` if there is no entity, but must be one.
    #[doc(hidden)]
    fn handle(handle: Option<Ref<Self::Model>>) -> Option<Self::Handle>;
}

#[diagnostic::do_not_recommend]
impl<M: Model> ToOneTarget for M {
    type Model = M;
    type Handle = Ref<M>;
    type Null = NotNull;
    const NULLABLE: bool = false;

    fn handle(handle: Option<Ref<M>>) -> Option<Ref<M>> {
        handle
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> ToOneTarget for Option<M> {
    type Model = M;
    type Handle = Option<Ref<M>>;
    type Null = Nullable;
    const NULLABLE: bool = true;

    fn handle(handle: Option<Ref<M>>) -> Option<Option<Ref<M>>> {
        Some(handle)
    }
}

impl<T> BelongsTo<T> {
    /// The relation of a row that was read.
    #[doc(hidden)]
    #[inline]
    pub const fn unloaded(relation: &'static RelationDef) -> Self {
        Self::of(ToOne::NotLoaded(Some(relation)))
    }

    const fn of(to_one: ToOne) -> Self {
        Self {
            to_one,
            marker: PhantomData,
        }
    }

    /// Returns whether the relation is loaded, so that [`get`](Self::get) returns a handle.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.get(Post, 1)?.expect("the row is there");
    /// assert!(!session[post].author.is_loaded());
    /// session.load(post, Post.author)?;
    /// assert!(session[post].author.is_loaded());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_loaded(&self) -> bool {
        self.to_one.is_loaded()
    }

    /// Returns the state of the relation, for the derive.
    #[doc(hidden)]
    #[inline]
    pub fn state(&self) -> ToOne {
        self.to_one
    }
}

impl<T: ToOneTarget> BelongsTo<T> {
    /// Returns the handle of the entity: `Ref<User>` of `BelongsTo<User>`, `Option<Ref<User>>` of
    /// `BelongsTo<Option<User>>`. Sends no statement.
    ///
    /// # Errors
    /// - `NotLoaded`: the relation is not loaded.
    /// - `Usage`: there is no entity, since it was unlinked, but the foreign key is not nullable.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.get(Post, 1)?.expect("the row is there");
    /// sent.take();
    /// let error = session[post].author.get().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotLoaded);
    /// let ada = session.load(post, Post.author)?;
    /// assert_eq!(session[post].author.get()?, ada);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn get(&self) -> Result<T::Handle> {
        let handle = match self.to_one {
            ToOne::NotLoaded(relation) => return Err(not_loaded(relation)),
            ToOne::Null => None,
            ToOne::Hidden => {
                let hidden = || hidden(T::Model::def().name);
                return T::handle(None).ok_or_else(hidden);
            }
            ToOne::Handle(handle) => Some(handle.typed()),
        };
        T::handle(handle).ok_or_else(|| unlinked(T::Model::def().name))
    }
}

#[cold]
fn unlinked(model: &'static str) -> Error {
    let message = format!("the entity was unlinked from its {model}, but needs one");
    Error::with_message(ErrorKind::Usage, message)
        .with_hint("link it to another one, or delete it; or make the foreign key nullable")
}

impl<T: ToOneTarget> Linkable for BelongsTo<T> {}

impl<T: ToOneTarget> RelationField for BelongsTo<T> {
    type Target = T::Model;
    type Loaded = T::Handle;

    fn loaded(&self) -> Result<T::Handle> {
        self.get()
    }
}

impl<T: 'static> AnyRelation for BelongsTo<T> {
    fn to_one(&self) -> ToOne {
        self.to_one
    }

    fn set_to_one(&mut self, to_one: ToOne) {
        self.to_one = to_one;
    }
}

impl<M: Model> From<Ref<M>> for BelongsTo<M> {
    fn from(handle: Ref<M>) -> Self {
        Self::of(ToOne::Handle(handle.raw()))
    }
}

impl<M: Model> From<Ref<M>> for BelongsTo<Option<M>> {
    fn from(handle: Ref<M>) -> Self {
        Self::of(ToOne::Handle(handle.raw()))
    }
}

impl<M: Model> From<Option<Ref<M>>> for BelongsTo<Option<M>> {
    fn from(handle: Option<Ref<M>>) -> Self {
        Self::of(handle.map_or(ToOne::Null, |handle| ToOne::Handle(handle.raw())))
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> IntoField<BelongsTo<M>> for Ref<M> {
    fn into_field(self) -> BelongsTo<M> {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> IntoField<BelongsTo<Option<M>>> for Ref<M> {
    fn into_field(self) -> BelongsTo<Option<M>> {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> IntoField<BelongsTo<Option<M>>> for Option<Ref<M>> {
    fn into_field(self) -> BelongsTo<Option<M>> {
        self.into()
    }
}

impl<T> Clone for BelongsTo<T> {
    fn clone(&self) -> Self {
        Self::of(self.to_one)
    }
}

impl<T> Default for BelongsTo<T> {
    fn default() -> Self {
        Self::of(ToOne::default())
    }
}

impl<T> PartialEq for BelongsTo<T> {
    fn eq(&self, other: &Self) -> bool {
        self.to_one == other.to_one
    }
}

impl<T> Eq for BelongsTo<T> {}

impl<T> Hash for BelongsTo<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_one.hash(state);
    }
}

impl<T> fmt::Debug for BelongsTo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_one {
            ToOne::NotLoaded(_) => f.write_str("BelongsTo(not loaded)"),
            ToOne::Hidden => f.write_str("BelongsTo(hidden)"),
            ToOne::Null => f.write_str("BelongsTo(none)"),
            ToOne::Handle(handle) => write!(f, "BelongsTo({})", handle.slot),
        }
    }
}
