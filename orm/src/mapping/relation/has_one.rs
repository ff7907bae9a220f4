//! [`HasOne`]: the field of a relation to the one entity whose foreign key references this one.

use std::fmt;
use std::hash::{Hash, Hasher};

use orm_core::error::Result;

use super::any::{AnyList, AnyRelation, Member};
use super::field::{Linkable, RelationField, ToMany};
use super::list::List;
use super::to_one::not_loaded;
use crate::mapping::def::RelationDef;
use crate::mapping::handle::{RawRef, Ref};
use crate::mapping::model::Model;

/// Represents the other side of a [`BelongsTo`](super::BelongsTo) whose foreign key is unique: the one entity of `M` that
/// references this one, if there is any.
///
/// As [`HasMany`](super::HasMany), it is loaded by [`Session::load`](crate::Session::load) and changed by verbs of the
/// session. A link to another entity unlinks the one before, if the relation is loaded.
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(Model)]
/// #[orm(table = "users")]
/// struct User {
///     #[orm(primary_key)]
///     id: i64,
///     profile: HasOne<Profile>,
/// }
///
/// #[derive(Model)]
/// #[orm(table = "profiles")]
/// struct Profile {
///     #[orm(primary_key)]
///     id: i64,
///     text: String,
///     #[orm(references = User.id, unique)]
///     user_id: Option<i64>,
///     user: BelongsTo<Option<User>>,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((User, Profile)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let user = session.add(User::builder());
/// let old = session.append(user, User.profile, Profile::builder().text("old"))?;
/// let new = session.append(user, User.profile, Profile::builder().text("new"))?;
/// assert_eq!(session[user].profile.get()?, Some(new));
/// assert_eq!(session[old].user.get()?, None);
/// # Ok::<(), orm::Error>(())
/// ```
pub struct HasOne<M>(List<Ref<M>>);

impl<M> HasOne<M> {
    /// The relation of a row that was read.
    #[doc(hidden)]
    #[inline]
    pub const fn unloaded(relation: &'static RelationDef) -> Self {
        Self(List::NotLoaded(Some(relation)))
    }

    /// Returns whether the relation is loaded, so that [`get`](Self::get) returns a handle.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert!(!HasOne::<Post>::default().is_loaded());
    /// ```
    pub fn is_loaded(&self) -> bool {
        self.0.is_loaded()
    }

    /// Returns the handle of the entity, if there is one. Sends no statement.
    ///
    /// # Errors
    /// - `NotLoaded`: the relation is not loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let error = HasOne::<Post>::default().get().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotLoaded);
    /// ```
    pub fn get(&self) -> Result<Option<Ref<M>>> {
        self.0.get().map(Option::<&_>::copied).map_err(not_loaded)
    }

    /// What it references, as far as that is loaded.
    fn member(&self) -> Option<Ref<M>> {
        self.0.get().ok().flatten().copied()
    }
}

impl<M: Model> RelationField for HasOne<M> {
    type Target = M;
    type Loaded = Option<Ref<M>>;

    fn loaded(&self) -> Result<Option<Ref<M>>> {
        self.get()
    }
}

impl<M: Model> Linkable for HasOne<M> {}

#[diagnostic::do_not_recommend]
impl<M: Model> ToMany for HasOne<M> {}

impl<M: 'static> AnyRelation for HasOne<M> {
    fn list(&self) -> Option<&dyn AnyList> {
        Some(self)
    }

    fn list_mut(&mut self) -> Option<&mut dyn AnyList> {
        Some(self)
    }
}

impl<M: 'static> AnyList for HasOne<M> {
    fn loaded_at(&self) -> Option<u32> {
        self.0.loaded_at()
    }

    fn members(&self) -> Vec<Member> {
        let member = self.member().map(|member| Member::itself(member.raw()));
        member.into_iter().collect()
    }

    fn rows(&self, target: RawRef) -> Vec<RawRef> {
        vec![target]
    }

    fn push(&mut self, new: Member) {
        if let Some(member) = self.0.members_mut() {
            *member = Some(new.target.typed());
        }
    }

    fn insert(&mut self, _at: usize, member: Member) {
        self.push(member);
    }

    fn remove(&mut self, row: RawRef) -> Option<(usize, Member)> {
        let member = self.0.members_mut()?;
        member.take_if(|member| member.raw() == row)?;
        Some((0, Member::itself(row)))
    }

    fn fill(&mut self, members: &[Member], clock: u32) {
        let members = members.first().map(|member| member.target.typed());
        self.0 = List::Loaded { clock, members };
    }

    fn unload(&mut self, relation: &'static RelationDef) {
        self.0 = List::NotLoaded(Some(relation));
    }
}

impl<M> Clone for HasOne<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M> Default for HasOne<M> {
    fn default() -> Self {
        Self(List::default())
    }
}

impl<M> PartialEq for HasOne<M> {
    fn eq(&self, other: &Self) -> bool {
        (self.is_loaded(), self.member()) == (other.is_loaded(), other.member())
    }
}

impl<M> Eq for HasOne<M> {}

impl<M> Hash for HasOne<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.is_loaded(), self.member()).hash(state);
    }
}

impl<M> fmt::Debug for HasOne<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(member) => write!(f, "HasOne({member:?})"),
            Err(_) => f.write_str("HasOne(not loaded)"),
        }
    }
}
