//! [`HasMany`]: the field of a relation to all entities whose foreign key references this one.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use orm_core::error::Result;

use super::any::{AnyList, AnyRelation, Member};
use super::field::{Linkable, RelationField, ToMany};
use super::list::List;
use super::part::WithPart;
use super::refs::Refs;
use crate::mapping::def::RelationDef;
use crate::mapping::handle::{RawRef, Ref};
use crate::mapping::model::Model;

/// Represents the other side of a [`BelongsTo`](super::BelongsTo): all entities of `M` that reference this one.
///
/// The field holds a list of handles. A row that is read has it not loaded: [`Session::load`](crate::Session::load) or
/// [`with`](crate::Select::with) of a query loads it, in the order of primary keys. It is changed by verbs of the session
/// alone: [`append`](crate::Session::append), [`link`](crate::Session::link) and [`unlink`](crate::Session::unlink),
/// which keep both sides in step. Members that they add stand at the end, in the order in which they came.
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
///     posts: HasMany<Post>,
/// }
///
/// #[derive(Model)]
/// #[orm(table = "posts")]
/// struct Post {
///     #[orm(primary_key)]
///     id: i64,
///     title: String,
///     #[orm(references = User.id)]
///     author_id: i64,
///     author: BelongsTo<User>,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((User, Post)).create_all(&engine)?;
/// let mut session = Session::new(&engine);
/// let ada = session.add(User::builder().name("ada"));
/// let post = session.append(ada, User.posts, Post::builder().title("On engines"))?;
/// assert_eq!(session[post].author.get()?, ada);
/// assert_eq!(session[ada].posts.get()?, [post]);
/// session.commit()?; // INSERT INTO "users" …, INSERT INTO "posts" …
/// # Ok::<(), orm::Error>(())
/// ```
pub struct HasMany<M>(WithPart<Members<M>, M>);

/// They are shared with lists that were returned.
type Members<M> = Arc<Vec<Ref<M>>>;

impl<M> HasMany<M> {
    /// The relation of a row that was read.
    #[doc(hidden)]
    #[inline]
    pub const fn unloaded(relation: &'static RelationDef) -> Self {
        Self(WithPart::unloaded(relation))
    }

    /// Returns whether the relation is loaded, so that [`get`](Self::get) returns a list.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// assert!(!session[ada].posts.is_loaded());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_loaded(&self) -> bool {
        self.0.list().is_loaded()
    }

    /// Returns the handles of the entities. Sends no statement.
    ///
    /// # Errors
    /// - `NotLoaded`: the relation is not loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// assert_eq!(session[ada].posts.get().unwrap_err().kind(), ErrorKind::NotLoaded);
    /// sent.take();
    /// session.load(ada, User.posts)?;
    /// assert_eq!(session[ada].posts.get()?.len(), 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "author_id", "title" FROM "posts" WHERE "author_id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn get(&self) -> Result<Refs<M>> {
        Ok(Refs(self.0.get()?.cloned()))
    }

    /// Returns the handles of the entities that the last filtered, ordered or limited load of this relation has selected:
    /// [`filter`](crate::Relation::filter), [`order_by`](crate::Relation::order_by) or [`limit`](crate::Relation::limit) of
    /// the relation in [`with`](crate::Select::with). It is the result of that query: later changes are not in it. The list
    /// itself is apart from it, and is not loaded by it. Sends no statement.
    ///
    /// # Errors
    /// - `NotLoaded`: no such load was done.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let newest = User.posts.order_by(Post.id.desc()).limit(3);
    /// let users = select(User).with(newest).all(&mut session)?;
    /// assert_eq!(session[users[0]].posts.part()?.len(), 1);
    /// assert!(!session[users[0]].posts.is_loaded());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn part(&self) -> Result<Refs<M>> {
        self.0.part()
    }

    /// The members; none if the list is not loaded.
    fn loaded_members(&self) -> &[Ref<M>] {
        let members = self.0.list().get().ok().flatten();
        members.map_or(&[], |members| members)
    }

    /// The list to be changed, if it is loaded. A list that was returned before is copied.
    fn members_mut(&mut self) -> Option<&mut Vec<Ref<M>>> {
        let members = self.0.list_mut().members_mut()?;
        Some(Arc::make_mut(members.get_or_insert_default()))
    }
}

impl<M: Model> RelationField for HasMany<M> {
    type Target = M;
    type Loaded = Refs<M>;

    fn loaded(&self) -> Result<Refs<M>> {
        self.get()
    }
}

impl<M: Model> Linkable for HasMany<M> {}

#[diagnostic::do_not_recommend]
impl<M: Model> ToMany for HasMany<M> {}

impl<M: 'static> AnyRelation for HasMany<M> {
    fn list(&self) -> Option<&dyn AnyList> {
        Some(self)
    }

    fn list_mut(&mut self) -> Option<&mut dyn AnyList> {
        Some(self)
    }
}

impl<M: 'static> AnyList for HasMany<M> {
    fn loaded_at(&self) -> Option<u32> {
        self.0.list().loaded_at()
    }

    fn members(&self) -> Vec<Member> {
        let members = self.loaded_members().iter();
        members.map(|member| Member::itself(member.raw())).collect()
    }

    fn targets(&self) -> Vec<RawRef> {
        let members = self.loaded_members().iter();
        members.map(|member| member.raw()).collect()
    }

    fn count(&self) -> usize {
        self.loaded_members().len()
    }

    fn rows(&self, target: RawRef) -> Vec<RawRef> {
        vec![target]
    }

    fn part(&self) -> Option<Vec<RawRef>> {
        self.0.targets()
    }

    fn set_part(&mut self, members: Vec<RawRef>) {
        self.0.set_part(members);
    }

    fn push(&mut self, member: Member) {
        if let Some(members) = self.members_mut() {
            members.push(member.target.typed());
        }
    }

    fn insert(&mut self, at: usize, member: Member) {
        if let Some(members) = self.members_mut() {
            members.insert(at.min(members.len()), member.target.typed());
        }
    }

    fn remove(&mut self, row: RawRef) -> Option<(usize, Member)> {
        let members = self.members_mut()?;
        // What came last goes first, most of the time.
        let at = members.iter().rposition(|other| other.raw() == row)?;
        members.remove(at);
        Some((at, Member::itself(row)))
    }

    fn fill(&mut self, members: &[Member], clock: u32) {
        let members = (!members.is_empty()).then(|| {
            let members = members.iter().map(|member| member.target.typed());
            Arc::new(members.collect())
        });
        *self.0.list_mut() = List::Loaded { clock, members };
    }

    fn unload(&mut self, relation: &'static RelationDef) {
        *self.0.list_mut() = List::NotLoaded(Some(relation));
    }
}

impl<M> Clone for HasMany<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M> Default for HasMany<M> {
    fn default() -> Self {
        Self(WithPart::default())
    }
}

impl<M> PartialEq for HasMany<M> {
    fn eq(&self, other: &Self) -> bool {
        self.get().ok() == other.get().ok()
    }
}

impl<M> Eq for HasMany<M> {}

impl<M> Hash for HasMany<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Ok(members) = self.get() {
            members.hash(state);
        }
    }
}

impl<M> fmt::Debug for HasMany<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(members) => write!(f, "HasMany{members:?}"),
            Err(_) => f.write_str("HasMany(not loaded)"),
        }
    }
}
