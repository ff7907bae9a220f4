//! [`Session::history`]: what an attribute of an entity was at the last flush, and what it is now.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::DbType;
use orm_core::value::ValueRef;

use super::Session;
use super::write::row_id;
use crate::mapping::{Column, Model, RawRef, Relation, RelationField, ToOne};
use crate::state::{AnyArena, EntityState, ListChanges, Ref};

/// Holds the values of an attribute before and after the changes that are not flushed. A column and a `BelongsTo` have at
/// most one value in `added` and `deleted`, or one in `unchanged`; a list has members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History<T> {
    /// What the next flush adds: the new value, the new members.
    pub added: Vec<T>,
    /// What stays.
    pub unchanged: Vec<T>,
    /// What the next flush removes: the value that the database has, the members that were unlinked.
    pub deleted: Vec<T>,
}

impl<T> History<T> {
    /// Returns whether the attribute has changed since the last flush.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// session[ada].age = 37;
    /// assert!(session.history(ada, User.age)?.has_changes());
    /// session[ada].age = 36;
    /// assert!(!session.history(ada, User.age)?.has_changes());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn has_changes(&self) -> bool {
        !(self.added.is_empty() && self.deleted.is_empty())
    }

    /// Returns the value that the database has of a column, as far as the session knows; `None` for a new entity.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// session[ada].age = 37;
    /// let age = session.history(ada, User.age)?;
    /// assert_eq!((age.old_value(), age.new_value()), (Some(&36), Some(&37)));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn old_value(&self) -> Option<&T> {
        self.deleted.first().or(self.unchanged.first())
    }

    /// Returns the value that the next flush leaves in a column; `None` for a `BelongsTo` without an entity.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let grace = session.add(User::builder().name("grace").age(40).active(true));
    /// let name = session.history(grace, User.name)?;
    /// assert_eq!((name.old_value(), name.new_value().map(String::as_str)), (None, Some("grace")));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn new_value(&self) -> Option<&T> {
        self.added.first().or(self.unchanged.first())
    }

    /// The history of one value.
    fn of(old: Option<T>, new: Option<T>, is_changed: bool) -> Self {
        let list = |value: Option<T>| value.into_iter().collect();
        if is_changed {
            let (added, deleted) = (list(new), list(old));
            return Self {
                added,
                unchanged: Vec::new(),
                deleted,
            };
        }
        Self {
            added: Vec::new(),
            unchanged: list(new),
            deleted: Vec::new(),
        }
    }
}

/// Is implemented by columns and relations of model `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an attribute of the model `{M}`",
    label = "expected a column or a relation of `{M}`, such as `User.name`"
)]
pub trait Attribute<M: Model>: sealed::Attribute<M> {}

impl<M: Model, A: sealed::Attribute<M>> Attribute<M> for A {}

mod sealed {
    use orm_core::error::Result;

    use super::History;
    use crate::mapping::Model;
    use crate::session::Session;
    use crate::state::Ref;

    pub trait Attribute<M: Model> {
        /// The value of a column; the handle of what a relation references.
        type Value;

        fn history(self, session: &Session, handle: Ref<M>) -> Result<History<Self::Value>>;
    }
}

impl Session {
    /// Returns the history of a column or relation of an entity since the last flush: what is added, what stays, what is
    /// deleted. Sends no statement.
    ///
    /// For a column these are the new value and the one that the database is known to have, [`History::old_value`]. A list that
    /// is not loaded has no `unchanged` members.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    /// - `NotLoaded`: a `BelongsTo` is not loaded, nor is what its foreign key references.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// let [post] = session.load(ada, User.posts)?[..] else { panic!("one post") };
    /// sent.take();
    ///
    /// session[ada].name = "ada l.".into();
    /// let name = session.history(ada, User.name)?;
    /// assert_eq!((&*name.deleted, &*name.added), (&["ada".into()][..], &["ada l.".into()][..]));
    ///
    /// let second = session.append(ada, User.posts, Post::builder().title("On tides"))?;
    /// let posts = session.history(ada, User.posts)?;
    /// assert_eq!((posts.unchanged, posts.added), (vec![post], vec![second]));
    /// assert!(sent.take_sql().is_empty());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn history<M: Model, A: Attribute<M>>(
        &self,
        handle: Ref<M>,
        attribute: A,
    ) -> Result<History<A::Value>> {
        self.entity_state(handle)?;
        attribute.history(self, handle)
    }

    /// Whether the database has a row of an entity, or had one when the transaction began.
    fn is_stored<M: Model>(&self, handle: Ref<M>) -> bool {
        self.entity_state(handle).is_ok_and(EntityState::has_row)
    }
}

impl<M: Model, T: DbType> sealed::Attribute<M> for Column<M, T> {
    type Value = T;

    fn history(self, session: &Session, handle: Ref<M>) -> Result<History<T>> {
        let arena: Option<&dyn AnyArena> = session.state.by_model(M::slot().index());
        let arena = arena.ok_or_else(|| session.state.stale_handle(handle))?;
        let position = self.position();
        let (new, old) = (
            arena.value(handle.slot, position),
            arena.old_value(handle.slot, position),
        );
        let read = |value: ValueRef<'_>| read_column(self, value);
        if !session.is_stored(handle) {
            return Ok(History::of(None, Some(read(new)?), true));
        }
        Ok(History::of(
            Some(read(old)?),
            Some(read(new)?),
            !new.is_same(old),
        ))
    }
}

/// The value of a column in its own type.
pub(super) fn read_column<M: Model, T: DbType>(
    column: Column<M, T>,
    value: ValueRef<'_>,
) -> Result<T> {
    T::from_value(value).map_err(|error| {
        Error::with_message(ErrorKind::Decode, format!("the value is {error}"))
            .with_table(M::def().table)
            .with_column(column.name())
    })
}

impl<M: Model, F: RelationField> sealed::Attribute<M> for Relation<M, F> {
    type Value = Ref<F::Target>;

    fn history(self, session: &Session, handle: Ref<M>) -> Result<History<Ref<F::Target>>> {
        let typed = |members: Vec<RawRef>| members.into_iter().map(RawRef::typed).collect();
        if let Some(changes) = session.state.list_changes(row_id(handle), self.index()) {
            let ListChanges {
                added,
                removed,
                unchanged,
            } = changes;
            return Ok(History {
                added: typed(added),
                unchanged: typed(unchanged),
                deleted: typed(removed),
            });
        }
        let [old, new] = session.both_to_one(handle, self)?;
        let [old_handle, new_handle] = [old, new].map(|to_one| to_one.handle().map(RawRef::typed));
        Ok(History::of(old_handle, new_handle, old != new))
    }
}

impl Session {
    /// What a `BelongsTo` references by the foreign key that the database has, and what it references now.
    fn both_to_one<M: Model, F: RelationField>(
        &self,
        handle: Ref<M>,
        relation: Relation<M, F>,
    ) -> Result<[ToOne; 2]> {
        let (model, slot, index) = (M::slot().index(), handle.slot, relation.index());
        let arena = self.state.by_model(model);
        let arena = arena.ok_or_else(|| self.state.stale_handle(handle))?;
        let reference = M::def().reference_of(index);
        let columns = reference.map_or(&[][..], |reference| reference.columns);
        let is_same = |column: &usize| {
            arena
                .value(slot, *column)
                .is_same(arena.old_value(slot, *column))
        };
        let (mut old, mut new) = (arena.old_to_one(slot, index), arena.to_one(slot, index));
        // A key that was changed itself counts, unless an entity was assigned.
        if old == new && !columns.iter().all(is_same) || !new.is_loaded() {
            new = self.state.referenced((model, slot), index);
        }
        if !self.is_stored(handle) {
            old = ToOne::Null;
        } else if !old.is_loaded() {
            old = self.state.old_referenced((model, slot), index);
        }
        if old.is_loaded() && new.is_loaded() {
            return Ok([old, new]);
        }
        let def = relation.def();
        let message = format!("the relation `{}.{}` is not loaded", def.model, def.name);
        let hint = format!(
            "call session.load(handle, {}.{}) before the change",
            def.model, def.name
        );
        Err(Error::with_message(ErrorKind::NotLoaded, message)
            .with_table(M::def().table)
            .with_hint(hint))
    }
}
