//! The relations of entities: [`Session::load`].
//!
//! The queries are those of `load`.

use std::any::Any;

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use crate::load::{self, Owners};
use crate::mapping::{Model, Relation, RelationField};
use crate::query::inferred::Access;
use crate::state::Ref;

impl Session {
    /// Loads what a relation of an entity leads to, and returns it: `Ref<User>` of `BelongsTo<User>`,
    /// `Option<Ref<User>>` of `BelongsTo<Option<User>>`. From then on the field itself returns it.
    ///
    /// What the identity map has sends no statement.
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

    fn load_relation<M: Model>(&mut self, slots: &[u32], index: usize) -> Result<()> {
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
