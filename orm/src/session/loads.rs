//! Loading relations of entities that are here: [`Session::load`] and [`Session::load_all`].
//!
//! The queries are those of `load`. What a query loads along with its entities is in `read.rs`.

use std::any::Any;

use orm_core::error::{Error, ErrorKind, Result};

use super::queries::one_state;
use super::{NPlusOne, Session};
use crate::engine::Connection;
use crate::load::{self, Owners};
use crate::mapping::{
    AnyList, AnyRelation, LoadStep, Model, RawRef, Refs, Relation, RelationField,
};
use crate::query::inferred::Access;
use crate::query::{ReferencesMany, Subset};
use crate::state::{EntityState, Ref};

/// Is implemented by the arguments of [`Session::load`]: relations of the model `M`, and parts of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of the model `{M}`",
    label = "expected a relation of `{M}`, such as `User.posts` or `User.posts.filter(…)`"
)]
pub trait LoadTarget<M: Model> {
    /// What is returned: one handle, an `Option` of it, or a list.
    type Loaded;

    /// Returns the relation.
    #[doc(hidden)]
    fn step(self) -> LoadStep;

    /// Returns what the relation at `index` of an entity has loaded.
    ///
    /// # Errors
    /// - `NotLoaded`: the relation is not loaded.
    #[doc(hidden)]
    fn loaded(entity: &M, index: usize) -> Result<Self::Loaded>;
}

/// Is implemented by relations and parts of them, of whatever model.
#[doc(hidden)]
pub trait Loadable {
    /// The model that has the relation.
    type Owner: Model;
    /// What is returned.
    type Loaded;

    /// As [`LoadTarget::step`].
    fn step(self) -> LoadStep;

    /// As [`LoadTarget::loaded`].
    ///
    /// # Errors
    /// As [`LoadTarget::loaded`].
    fn loaded(entity: &Self::Owner, index: usize) -> Result<Self::Loaded>;
}

// One implementation for all, so that the compiler doesn't list the models that would fit.
#[diagnostic::do_not_recommend]
impl<M: Model, L: Loadable<Owner = M>> LoadTarget<M> for L {
    type Loaded = L::Loaded;

    fn step(self) -> LoadStep {
        Loadable::step(self)
    }

    fn loaded(entity: &M, index: usize) -> Result<L::Loaded> {
        <L as Loadable>::loaded(entity, index)
    }
}

impl<M: Model, F: RelationField> Loadable for Relation<M, F> {
    type Owner = M;
    type Loaded = F::Loaded;

    fn step(self) -> LoadStep {
        LoadStep::of(self)
    }

    fn loaded(entity: &M, index: usize) -> Result<F::Loaded> {
        let field = entity.relation(index);
        let field = field.and_then(|field| (field as &dyn Any).downcast_ref::<F>());
        field.ok_or_else(no_relation::<M>)?.loaded()
    }
}

impl<M: Model, F: ReferencesMany> Loadable for Subset<M, F> {
    type Owner = M;
    type Loaded = Refs<F::Target>;

    fn step(self) -> LoadStep {
        self.into_step()
    }

    fn loaded(entity: &M, index: usize) -> Result<Refs<F::Target>> {
        let list = entity.relation(index).and_then(AnyRelation::list);
        let part = list.and_then(AnyList::part).unwrap_or_default().into_iter();
        Ok(part.map(RawRef::typed).collect())
    }
}

impl Session {
    /// Loads what a relation of an entity references, and returns it: `Ref<User>` of `BelongsTo<User>`,
    /// `Option<Ref<User>>` of `BelongsTo<Option<User>>`, [`Refs<Post>`](crate::Refs) of `HasMany<Post>`. From then on the
    /// field itself returns it.
    ///
    /// What the identity map has sends no statement, nor does a list that is loaded and fresh.
    ///
    /// Of some of the entities of a list, `User.posts.filter(…)`, `order_by` or `limit`, it returns these, and so does `part`
    /// of the field from then on. A query is sent each time.
    ///
    /// # Errors
    /// - As [`Session::get_ref`] and [`Session::get`].
    /// - `NotFound`: the foreign key has no row.
    /// - `Usage`: a condition or an order has columns of other tables.
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
    pub fn load<M: Model, L: LoadTarget<M>>(
        &mut self,
        handle: Ref<M>,
        relation: L,
    ) -> Result<L::Loaded> {
        self.get_ref(handle)?;
        self.usable()?;
        let step = relation.step();
        let loaded = match self.settings.n_plus_one {
            NPlusOne::LoadAll => self.load_along(handle.raw(), &step),
            _ => self
                .note_load(&step, handle.raw())
                .and_then(|()| self.load_step(&[handle.slot], &step)),
        };
        self.note(loaded)?;
        L::loaded(self.get_ref(handle)?, step.index)
    }

    /// Loads a relation of several entities by one statement, or one for each 1,024 of them. Their fields return what it
    /// references.
    ///
    /// Several statements run as those of a query with [`with`](crate::Select::with) do: if no transaction is open, SQLite,
    /// MariaDB and MySQL run them in one that only reads.
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
    pub fn load_all<M: Model, L: LoadTarget<M>>(
        &mut self,
        handles: &[Ref<M>],
        relation: L,
    ) -> Result<()> {
        for handle in handles {
            self.get_ref(*handle)?;
        }
        self.usable()?;
        let slots = load::distinct(handles.iter().map(|handle| handle.slot).collect());
        let loaded = self.load_step(&slots, &relation.step());
        self.note(loaded)
    }

    /// Notes the load of a relation of one entity. One that is in memory is none.
    ///
    /// # Errors
    /// `Usage` for one too many of a query, if these are refused.
    fn note_load(&mut self, step: &LoadStep, entity: RawRef) -> Result<()> {
        if self.siblings.is_empty() || self.settings.n_plus_one == NPlusOne::Ignore {
            return Ok(());
        }
        let slots = &[entity.slot];
        let owners = Owners::of(step, slots);
        if load::in_memory(&mut self.state, &owners).is_empty() {
            return Ok(());
        }
        let model = (owners.def, owners.model);
        match self.siblings.note_load(model, entity, step.index) {
            Some((error, _)) if self.settings.n_plus_one == NPlusOne::Error => Err(error),
            Some((error, true)) => {
                self.engine.warn(&error);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Loads a relation of an entity, and of the others of its query.
    fn load_along(&mut self, entity: RawRef, step: &LoadStep) -> Result<()> {
        let alone = &[entity.slot];
        let owners = Owners::of(step, alone);
        let is_whole = owners.relation().is_whole(owners.scope);
        if !is_whole || load::in_memory(&mut self.state, &owners).is_empty() {
            return self.load_step(alone, step);
        }
        let others = self.siblings.first_load(owners.model, entity, step.index);
        let arena = self.state.by_model(owners.model);
        // Some may have left the session since, or are deleted.
        let is_here = |other: &&RawRef| {
            let state = arena.and_then(|arena| arena.entity_state(other.slot, other.stamp));
            state == Some(EntityState::Persistent)
        };
        let others = others.iter().filter(is_here).map(|other| other.slot);
        let slots = load::distinct(others.chain([entity.slot]).collect());
        match self.load_step(&slots, step) {
            // The row of another entity may be the reason.
            Err(error) if slots.len() > 1 && is_of_one(&error) => self.load_step(alone, step),
            loaded => loaded,
        }
    }

    /// Loads the relation of an entity at `index`.
    pub(super) fn load_whole<M: Model>(&mut self, handle: Ref<M>, index: usize) -> Result<()> {
        self.load_step(&[handle.slot], &LoadStep::at(M::def(), index))
    }

    /// Loads a relation of entities, as far as it isn't in memory.
    fn load_step(&mut self, slots: &[u32], step: &LoadStep) -> Result<()> {
        let owners = Owners::of(step, slots);
        let missing = load::in_memory(&mut self.state, &owners);
        if missing.is_empty() {
            return Ok(());
        }
        self.reading(|session| {
            session.before_query(Access::Plain)?;
            let slots = &*missing;
            let owners = Owners { slots, ..owners };
            session.load_rows(|connection, state, _| {
                let is_several = load::takes_several(connection, &owners);
                let mut run =
                    |connection: &mut Connection| load::relation(state, connection, &owners);
                match one_state(connection).filter(|_| is_several) {
                    Some(options) => connection.transaction_of(options, run),
                    None => run(connection),
                }
            })
        })
    }
}

/// Whether an error may be about the relation of a single entity.
fn is_of_one(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::MultipleRows)
}

#[cold]
fn no_relation<M: Model>() -> Error {
    Error::with_message(
        ErrorKind::Usage,
        format!("{} has no such relation", M::def().name),
    )
}
