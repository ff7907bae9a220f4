//! The relations of entities: [`Session::load`], and the verbs that change them: [`Session::append`], [`Session::link`]
//! and [`Session::unlink`].
//!
//! The queries are those of `load`; that both sides are in step is kept by `state`.

use std::any::Any;

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use super::write::row_id;
use crate::load::{self, Owners};
use crate::mapping::{
    Model, NewChild, RawRef, Relation, RelationDef, RelationField, RelationKind, Through, ToMany,
    ToOne,
};
use crate::query::inferred::Access;
use crate::state::{Ref, RowId};

impl Session {
    /// Loads what a relation of an entity references, and returns it: `Ref<User>` of `BelongsTo<User>`,
    /// `Option<Ref<User>>` of `BelongsTo<Option<User>>`, [`Refs<Post>`](crate::Refs) of `HasMany<Post>`. From then on the
    /// field itself returns it.
    ///
    /// What the identity map has sends no statement, nor does a list that is loaded and fresh.
    ///
    /// # Errors
    /// - As [`Session::get_ref`] and [`Session::get`].
    /// - `NotFound`: the foreign key has no row.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.get(Post, 1)?.expect("the row is there");
    /// sent.take();
    /// let ada = session.load(post, Post.author)?;
    /// assert_eq!(session[ada].name, "ada");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#]
    /// );
    /// assert_eq!(session.load(post, Post.author)?, ada);
    /// assert!(sent.take_sql().is_empty());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn load<M: Model, F: RelationField>(
        &mut self,
        handle: Ref<M>,
        relation: Relation<M, F>,
    ) -> Result<F::Loaded> {
        self.get_ref(handle)?;
        self.usable()?;
        let loaded = self.load_relation::<M>(&[handle.slot], relation.index());
        self.note(loaded)?;
        self.field(handle, relation)?.loaded()
    }

    /// Loads a relation of several entities by one statement, or one for each 1,024 of them. Their fields return what it
    /// references.
    ///
    /// # Errors
    /// As [`Session::load`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let users = select(User).all(&mut session)?;
    /// sent.take();
    /// session.load_all(&users, User.posts)?;
    /// for user in users {
    ///     assert_eq!(session[user].posts.get()?.len(), 1);
    /// }
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "author_id", "title" FROM "posts" WHERE "author_id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn load_all<M: Model, F: RelationField>(
        &mut self,
        handles: &[Ref<M>],
        relation: Relation<M, F>,
    ) -> Result<()> {
        for handle in handles {
            self.get_ref(*handle)?;
        }
        self.usable()?;
        let slots = load::distinct(handles.iter().map(|handle| handle.slot).collect());
        let loaded = self.load_relation::<M>(&slots, relation.index());
        self.note(loaded)
    }

    /// Adds a new row that belongs to an entity, and returns its handle. The builder may leave the foreign key out. The
    /// next flush inserts it, after the entity if that is new. By a `ManyToMany` it inserts a link row, too.
    ///
    /// Both sides are in step at once. A list that is not loaded stays so.
    ///
    /// # Errors
    /// - As [`Session::get_ref`].
    /// - `Usage`: an entity is deleted or marked for deletion.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let grace = session.add(User::builder().name("grace").age(40).active(true));
    /// let post = session.append(grace, User.posts, Post::builder().title("On compilers"))?;
    /// assert_eq!(session[grace].posts.get()?, [post]);
    /// assert_eq!(session[post].author.get()?, grace);
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         "BEGIN IMMEDIATE",
    ///         r#"INSERT INTO "users" ("name", "email", "age", "active") VALUES (?, ?, ?, ?)"#,
    ///         r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?)"#,
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn append<M: Model, F: ToMany>(
        &mut self,
        owner: Ref<M>,
        relation: Relation<M, F>,
        child: impl NewChild<Model = F::Target>,
    ) -> Result<Ref<F::Target>> {
        self.get_ref(owner)?;
        self.stays(owner)?;
        let child = self.insert_row(child.into_child());
        let linked = self.link(owner, relation, child);
        if linked.is_err() {
            // A link model with required fields.
            self.delete(child);
        }
        linked.map(|()| child)
    }

    /// Links two entities by a relation, from either side. Both sides are in step at once; the next flush writes the
    /// foreign key. An entity that belongs to another one moves. One whose INSERT was rolled back is added again.
    ///
    /// By a `ManyToMany` the next flush inserts a link row, unless there is one: if the list is not loaded, one query looks
    /// for it.
    ///
    /// # Errors
    /// - As [`Session::get_ref`].
    /// - `Usage`: an entity is deleted or marked for deletion, or the link model has required fields of its own: add its row
    ///   itself.
    /// - The errors of that query, as those of [`Session::get`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.get(Post, 1)?.expect("the row is there");
    /// let grace = session.add(User::builder().name("grace").age(40).active(true));
    /// session.link(grace, User.posts, post)?;
    /// assert_eq!(session[post].author.get()?, grace);
    /// sent.take();
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql()[2],
    ///     r#"UPDATE "posts" SET "author_id" = ? WHERE "id" = ? AND "author_id" IS ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn link<M: Model, F: RelationField>(
        &mut self,
        owner: Ref<M>,
        relation: Relation<M, F>,
        target: Ref<F::Target>,
    ) -> Result<()> {
        self.get_ref(owner)?;
        self.get_ref(target)?;
        self.stays(owner)?;
        self.stays(target)?;
        match sides(owner, relation, target) {
            Sides::Key(child, index, parent) => {
                self.state.relink(child, index, ToOne::Handle(parent));
                Ok(())
            }
            Sides::Rows(through) => self.link_by_row((owner, target), relation, through),
        }
    }

    /// Undoes a link of two entities, from either side. Both sides are in step at once; the next flush sets the foreign
    /// key to NULL. If it can't be NULL, link the entity to another one or delete it before. With `orphans = delete` on
    /// the relation to it, the flush deletes the entity that belonged to the other one; one that was not inserted yet
    /// leaves the unit of work.
    ///
    /// By a `ManyToMany` the next flush deletes the link row; if the list is not loaded, one query looks for it.
    ///
    /// # Errors
    /// - As [`Session::get_ref`], and of that query, as [`Session::get`].
    /// - `Usage`: the entities are not linked, or the relation is not loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// let post = session.load(ada, User.posts)?[0];
    /// session.unlink(ada, User.posts, post)?;
    /// assert!(session[ada].posts.get()?.is_empty());
    /// assert_eq!(session.flush().unwrap_err().kind(), ErrorKind::Usage); // a post needs an author
    /// session.delete(post);
    /// session.commit()?;
    /// # let _ = sent;
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn unlink<M: Model, F: RelationField>(
        &mut self,
        owner: Ref<M>,
        relation: Relation<M, F>,
        target: Ref<F::Target>,
    ) -> Result<()> {
        self.get_ref(owner)?;
        self.get_ref(target)?;
        let is_unlinked = match sides(owner, relation, target) {
            Sides::Key(child, index, parent) => self.unlink_by_key(child, index, parent),
            Sides::Rows(through) => self.unlink_by_row((owner, target), relation, through)?,
        };
        if is_unlinked {
            return Ok(());
        }
        let RelationDef { model, name, .. } = relation.def();
        let message = format!("the entities are not linked by `{model}.{name}`");
        Err(Error::with_message(ErrorKind::Usage, message)
            .with_table(M::def().table)
            .with_hint("load the relation first, and unlink what it references"))
    }

    /// Empties the relation of a child if it references that entity, and returns whether it does.
    fn unlink_by_key(&mut self, child: RowId, index: usize, parent: RawRef) -> bool {
        let arena = self.state.by_model(child.model);
        let linked = arena.map(|arena| arena.to_one(child.slot, index));
        let is_linked = linked.and_then(ToOne::handle) == Some(parent);
        if is_linked {
            self.state.relink(child, index, ToOne::Null);
        }
        is_linked
    }

    pub(super) fn load_relation<M: Model>(&mut self, slots: &[u32], index: usize) -> Result<()> {
        let owners = Owners {
            def: M::def(),
            model: M::slot().index(),
            slots,
            index,
        };
        let slots = load::in_memory(&mut self.state, &owners);
        if slots.is_empty() {
            return Ok(());
        }
        self.reading(|session| {
            session.before_query(Access::Plain)?;
            let slots = &*slots;
            session.load_rows(|connection, state, _| {
                load::relation(state, connection, &Owners { slots, ..owners })
            })
        })
    }

    /// The field of a relation.
    fn field<M: Model, F: RelationField>(
        &self,
        handle: Ref<M>,
        relation: Relation<M, F>,
    ) -> Result<&F> {
        let field = self.get_ref(handle)?.relation(relation.index());
        let field = field.and_then(|field| (field as &dyn Any).downcast_ref());
        field.ok_or_else(|| {
            Error::with_message(
                ErrorKind::Usage,
                format!("{} has no such relation", M::def().name),
            )
        })
    }
}

/// Where the link of two entities is stored.
enum Sides {
    /// In the foreign key of a child: the child, which of its relations it is, and the entity that it belongs to.
    Key(RowId, usize, RawRef),
    /// In link rows.
    Rows(Through),
}

fn sides<M: Model, F: RelationField>(
    owner: Ref<M>,
    relation: Relation<M, F>,
    target: Ref<F::Target>,
) -> Sides {
    match relation.def().kind {
        RelationKind::BelongsTo { .. } => Sides::Key(row_id(owner), relation.index(), target.raw()),
        RelationKind::HasMany { inverse } | RelationKind::HasOne { inverse } => {
            Sides::Key(row_id(target), inverse(), owner.raw())
        }
        RelationKind::ManyToMany {
            link,
            inverse,
            target,
        } => Sides::Rows(Through {
            link: link(),
            inverse: inverse(),
            target: target(),
        }),
    }
}
