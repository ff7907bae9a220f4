//! [`ManyToMany`]: the field of a relation by the rows of a link table, each of which references both sides.

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

/// Represents a relation to all entities of `M` to which rows of a link table link this one: the tags of a post, by the
/// rows of a table with the keys of both.
///
/// `#[orm(link_table = "post_tags")]` generates the table, and the relation of the other side names this one:
/// `#[orm(inverse = Post.tags)]`. [`Session::link`](crate::Session::link) adds a row of it,
/// [`Session::unlink`](crate::Session::unlink) deletes it, and [`Session::append`](crate::Session::append) adds the other
/// entity, too. All lists that the row belongs to are in step at once, on both sides.
///
/// The field holds a list of handles, and is loaded as a [`HasMany`](super::HasMany) is: by
/// [`Session::load`](crate::Session::load), or [`with`](crate::Select::with) of a query, in the order of the primary keys
/// of `M`; what was linked since then stands at the end.
///
/// ```
/// use orm::prelude::*;
///
/// #[derive(Model)]
/// #[orm(table = "posts")]
/// struct Post {
///     #[orm(primary_key)]
///     id: i64,
///     #[orm(link_table = "post_tags")]
///     tags: ManyToMany<Tag>,
/// }
///
/// #[derive(Model)]
/// #[orm(table = "tags")]
/// struct Tag {
///     #[orm(primary_key)]
///     id: i64,
///     name: String,
///     #[orm(inverse = Post.tags)]
///     posts: ManyToMany<Post>,
/// }
///
/// let engine = Engine::connect("sqlite://")?;
/// Metadata::of((Post, Tag)).create_all(&engine)?; // three tables
/// let mut session = Session::new(&engine);
/// let post = session.add(Post::builder());
/// let rust = session.append(post, Post.tags, Tag::builder().name("rust"))?;
/// assert_eq!(session[rust].posts.get()?, [post]);
/// session.commit()?; // INSERT INTO "posts" …, INSERT INTO "tags" …, INSERT INTO "post_tags" …
///
/// session.unlink(post, Post.tags, rust)?;
/// assert!(session[post].tags.get()?.is_empty());
/// session.commit()?; // DELETE FROM "post_tags" WHERE "post_id" = ? AND "tag_id" = ?
/// # Ok::<(), orm::Error>(())
/// ```
///
/// # Link models
///
/// If the table has columns of its own, its rows are a model as others are, with a foreign key and a
/// [`BelongsTo`](super::BelongsTo) to each side, and `#[orm(through = PostTag)]` names it:
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # struct Post {
/// #     #[orm(primary_key)]
/// #     id: i64,
/// #     #[orm(through = PostTag)]
/// #     tags: ManyToMany<Tag>,
/// # }
/// # #[derive(Model)]
/// # struct Tag {
/// #     #[orm(primary_key)]
/// #     id: i64,
/// # }
/// #[derive(Model)]
/// #[orm(table = "post_tags")]
/// struct PostTag {
///     #[orm(primary_key, references = Post.id, on_delete = cascade)]
///     post_id: i64,
///     #[orm(primary_key, references = Tag.id, on_delete = cascade)]
///     tag_id: i64,
///     post: BelongsTo<Post>,
///     tag: BelongsTo<Tag>,
///     note: String,
/// }
/// ```
///
/// Where the database requires such a column, add the link row itself:
/// `session.add(PostTag::builder().post(post).tag(tag).note("x"))`. Its primary key is best made of both foreign keys: a
/// pair that two rows link is listed twice.
pub struct ManyToMany<M>(WithPart<Box<Linked<M>>, M>);

/// The members, and the link row of each at the same place.
struct Linked<M> {
    targets: Arc<Vec<Ref<M>>>,
    rows: Vec<RawRef>,
}

impl<M> ManyToMany<M> {
    /// The relation of a row that was read.
    #[doc(hidden)]
    #[inline]
    pub const fn unloaded(relation: &'static RelationDef) -> Self {
        Self(WithPart::unloaded(relation))
    }

    /// Returns whether the list is loaded, so that [`get`](Self::get) returns it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert!(!ManyToMany::<Post>::default().is_loaded());
    /// ```
    pub fn is_loaded(&self) -> bool {
        self.0.list().is_loaded()
    }

    /// Returns the handles of the linked entities. Sends no statement.
    ///
    /// # Errors
    /// - `NotLoaded`: the list is not loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let error = ManyToMany::<Post>::default().get().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotLoaded);
    /// ```
    pub fn get(&self) -> Result<Refs<M>> {
        let linked = self.0.get()?;
        Ok(Refs(linked.map(|linked| linked.targets.clone())))
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
    /// let error = ManyToMany::<Post>::default().part().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotLoaded);
    /// ```
    pub fn part(&self) -> Result<Refs<M>> {
        self.0.part()
    }

    fn linked(&self) -> Option<&Linked<M>> {
        let linked = self.0.list().get().ok().flatten();
        linked.map(|linked| &**linked)
    }

    /// The list to be changed, if it is loaded. A list that was returned before is copied.
    fn linked_mut(&mut self) -> Option<(&mut Vec<Ref<M>>, &mut Vec<RawRef>)> {
        let linked = self.0.list_mut().members_mut()?;
        let Linked { targets, rows } = &mut **linked.get_or_insert_default();
        Some((Arc::make_mut(targets), rows))
    }
}

impl<M> Clone for Linked<M> {
    fn clone(&self) -> Self {
        Self {
            targets: self.targets.clone(),
            rows: self.rows.clone(),
        }
    }
}

impl<M> Default for Linked<M> {
    fn default() -> Self {
        Self {
            targets: Arc::default(),
            rows: Vec::new(),
        }
    }
}

impl<M: Model> RelationField for ManyToMany<M> {
    type Target = M;
    type Loaded = Refs<M>;

    fn loaded(&self) -> Result<Refs<M>> {
        self.get()
    }
}

impl<M: Model> Linkable for ManyToMany<M> {}

#[diagnostic::do_not_recommend]
impl<M: Model> ToMany for ManyToMany<M> {}

impl<M: 'static> AnyRelation for ManyToMany<M> {
    fn list(&self) -> Option<&dyn AnyList> {
        Some(self)
    }

    fn list_mut(&mut self) -> Option<&mut dyn AnyList> {
        Some(self)
    }
}

impl<M: 'static> AnyList for ManyToMany<M> {
    fn loaded_at(&self) -> Option<u32> {
        self.0.list().loaded_at()
    }

    fn members(&self) -> Vec<Member> {
        let linked = self.linked().into_iter();
        let members = linked.flat_map(|linked| linked.targets.iter().zip(&linked.rows));
        let member = |(target, row): (&Ref<M>, &RawRef)| Member {
            row: *row,
            target: target.raw(),
        };
        members.map(member).collect()
    }

    fn rows(&self, target: RawRef) -> Vec<RawRef> {
        let linked = self.linked().into_iter();
        let members = linked.flat_map(|linked| linked.targets.iter().zip(&linked.rows));
        let rows = members.filter(|(other, _)| other.raw() == target);
        rows.map(|(_, row)| *row).collect()
    }

    fn part(&self) -> Option<Vec<RawRef>> {
        self.0.targets()
    }

    fn set_part(&mut self, members: Vec<RawRef>) {
        self.0.set_part(members);
    }

    fn push(&mut self, member: Member) {
        if let Some((targets, rows)) = self.linked_mut() {
            targets.push(member.target.typed());
            rows.push(member.row);
        }
    }

    fn insert(&mut self, at: usize, member: Member) {
        if let Some((targets, rows)) = self.linked_mut() {
            let at = at.min(rows.len());
            targets.insert(at, member.target.typed());
            rows.insert(at, member.row);
        }
    }

    fn remove(&mut self, row: RawRef) -> Option<(usize, Member)> {
        // What came last goes first, most of the time.
        let at = self
            .linked()?
            .rows
            .iter()
            .rposition(|other| *other == row)?;
        let (targets, rows) = self.linked_mut()?;
        let (target, row) = (targets.remove(at).raw(), rows.remove(at));
        Some((at, Member { row, target }))
    }

    fn fill(&mut self, members: &[Member], clock: u32) {
        let linked = (!members.is_empty()).then(|| {
            let targets = members.iter().map(|member| member.target.typed());
            Box::new(Linked {
                targets: Arc::new(targets.collect()),
                rows: members.iter().map(|member| member.row).collect(),
            })
        });
        *self.0.list_mut() = List::Loaded {
            clock,
            members: linked,
        };
    }

    fn unload(&mut self, relation: &'static RelationDef) {
        *self.0.list_mut() = List::NotLoaded(Some(relation));
    }
}

impl<M> Clone for ManyToMany<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M> Default for ManyToMany<M> {
    fn default() -> Self {
        Self(WithPart::default())
    }
}

// By the members: the link rows belong to the session.
impl<M> PartialEq for ManyToMany<M> {
    fn eq(&self, other: &Self) -> bool {
        self.get().ok() == other.get().ok()
    }
}

impl<M> Eq for ManyToMany<M> {}

impl<M> Hash for ManyToMany<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Ok(members) = self.get() {
            members.hash(state);
        }
    }
}

impl<M> fmt::Debug for ManyToMany<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(members) => write!(f, "ManyToMany{members:?}"),
            Err(_) => f.write_str("ManyToMany(not loaded)"),
        }
    }
}
