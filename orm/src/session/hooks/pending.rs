//! The pending entities of a model, as `before_flush` asks for them.

use crate::mapping::{Entity, Model};
use crate::session::Session;
use crate::state::{Arena, PendingRow, PendingRows, Ref};

impl Session {
    /// Returns the entities of a model that the next flush inserts, in the order in which they were added.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = session.add(Post::builder().author_id(1).title("On tides"));
    /// assert_eq!(session.added(Post), [post]);
    /// session.flush()?;
    /// assert!(session.added(Post).is_empty());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn added<E: Entity>(&self, entity: E) -> Vec<Ref<E::Model>> {
        self.pending(entity, PendingRows::added)
    }

    /// Returns the entities of a model that the next flush updates, by key: those with a column whose value differs from
    /// that of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// session[ada].age += 1;
    /// assert_eq!(session.changed(User), [ada]);
    /// session[ada].age -= 1;
    /// assert!(session.changed(User).is_empty());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn changed<E: Entity>(&self, entity: E) -> Vec<Ref<E::Model>> {
        self.pending(entity, PendingRows::changed)
    }

    /// Returns the entities of a model that the next flush deletes, by key. Those that its cascades will find are not
    /// known yet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// session.delete(ada);
    /// assert_eq!(session.deleting(User), [ada]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn deleting<E: Entity>(&self, entity: E) -> Vec<Ref<E::Model>> {
        self.pending(entity, PendingRows::deleting)
    }

    fn pending<E: Entity>(
        &self,
        _entity: E,
        kind: fn(&PendingRows) -> &[PendingRow],
    ) -> Vec<Ref<E::Model>> {
        let Some(arena) = self.state.arena::<E::Model>() else {
            return Vec::new();
        };
        pending_of(arena, kind)
    }
}

fn pending_of<M: Model>(arena: &Arena<M>, kind: fn(&PendingRows) -> &[PendingRow]) -> Vec<Ref<M>> {
    let mut rows = PendingRows::default();
    arena.pending_rows(&mut rows);
    let rows = kind(&rows).iter();
    rows.map(|row| arena.handle_at(row.slot)).collect()
}
