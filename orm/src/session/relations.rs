//! The verbs that change relations: [`Session::append`], [`Session::link`] and [`Session::unlink`].
//!
//! That both sides are in step is kept by `state`. How relations are loaded is in `loads.rs`.

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use super::write::row_id;
use crate::mapping::{
    Linkable, Model, NewChild, RawRef, Relation, RelationDef, RelationField, Through, ToMany, ToOne,
};
use crate::state::{Ref, RowId};

impl Session {
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
    pub fn link<M: Model, F: Linkable>(
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
    pub fn unlink<M: Model, F: Linkable>(
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
        Err(not_linked::<M>(relation.def()))
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
}

#[cold]
pub(super) fn not_linked<M: Model>(RelationDef { model, name, .. }: &RelationDef) -> Error {
    let message = format!("the entities are not linked by `{model}.{name}`");
    Error::with_message(ErrorKind::Usage, message)
        .with_table(M::def().table)
        .with_hint("load the relation first: only what it references can be unlinked or moved")
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
    let def = relation.def();
    if let Some(through) = def.through() {
        return Sides::Rows(through);
    }
    match def.inverse() {
        Some(inverse) => Sides::Key(row_id(target), inverse, owner.raw()),
        None => Sides::Key(row_id(owner), relation.index(), target.raw()),
    }
}
