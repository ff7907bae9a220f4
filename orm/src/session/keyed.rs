//! Entities of a loaded list by the value of a column: [`Session::by_key`], and a map of all, [`Session::keyed`].
//!
//! They read memory only. How lists are loaded is in `loads.rs`.

use std::collections::HashMap;
use std::hash::Hash;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::DbType;

use super::Session;
use super::deferred::loaded_value;
use super::loads::Loadable;
use crate::mapping::{Column, Field, IntoField, Model, Refs, Relation, RelationField};
use crate::state::Ref;

impl Session {
    /// Returns the entity in a loaded list whose column has that value; `None` if there is none. Values that were set since
    /// the last flush count. Sends no statement.
    ///
    /// It compares one entity after the other. For many values make a map once: [`keyed`](Self::keyed).
    ///
    /// # Errors
    /// - As [`Session::get_ref`], for the owner and each entity.
    /// - `NotLoaded`: the list is not loaded.
    /// - `MultipleRows`: several entities have that value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// let posts = session.load(ada, User.posts)?;
    /// session[posts[0]].title = "On engines".into();
    /// assert_eq!(session.by_key(ada, User.posts, Post.title, "On engines")?, Some(posts[0]));
    /// assert_eq!(session.by_key(ada, User.posts, Post.title, "On looms")?, None);
    /// # let _ = sent;
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn by_key<M, F, T, K>(
        &self,
        owner: Ref<M>,
        relation: Relation<M, F>,
        column: Column<F::Target, T>,
        key: K,
    ) -> Result<Option<Ref<F::Target>>>
    where
        M: Model,
        F: RelationField<Loaded = Refs<<F as RelationField>::Target>>,
        T: Field,
        K: IntoField<T>,
    {
        let key = key.into_field();
        let mut found = None;
        for member in self.list_of(owner, relation)? {
            let value = loaded_value(self.get_ref(member)?, column.position())?;
            if value.is_same(key.value()) && found.replace(member).is_some() {
                return Err(several(&relation, &column));
            }
        }
        Ok(found)
    }

    /// Returns the entities in a loaded list by the values of a column. Values that were set since the last flush count.
    /// Sends no statement. Later changes are not in the map.
    ///
    /// # Errors
    /// - As [`by_key`](Self::by_key).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// let posts = session.load(ada, User.posts)?;
    /// session[posts[0]].title = "On engines".into();
    /// let by_title = session.keyed(ada, User.posts, Post.title)?;
    /// assert_eq!(by_title["On engines"], posts[0]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn keyed<M, F, T>(
        &self,
        owner: Ref<M>,
        relation: Relation<M, F>,
        column: Column<F::Target, T>,
    ) -> Result<HashMap<T, Ref<F::Target>>>
    where
        M: Model,
        F: RelationField<Loaded = Refs<<F as RelationField>::Target>>,
        T: DbType + Eq + Hash,
    {
        let mut keyed = HashMap::new();
        for member in self.list_of(owner, relation)? {
            let value = loaded_value(self.get_ref(member)?, column.position())?;
            let value = T::from_value(value).map_err(|error| {
                Error::with_message(ErrorKind::Decode, error.to_string())
                    .with_table(F::Target::def().table)
                    .with_column(column.name())
            })?;
            if keyed.insert(value, member).is_some() {
                return Err(several(&relation, &column));
            }
        }
        Ok(keyed)
    }

    fn list_of<M, F>(&self, owner: Ref<M>, relation: Relation<M, F>) -> Result<Refs<F::Target>>
    where
        M: Model,
        F: RelationField<Loaded = Refs<<F as RelationField>::Target>>,
    {
        let owner = self.get_ref(owner)?;
        <Relation<M, F> as Loadable>::loaded(owner, relation.index())
    }
}

#[cold]
fn several<M: Model, F: RelationField, T>(
    relation: &Relation<M, F>,
    column: &Column<F::Target, T>,
) -> Error {
    let (def, target) = (relation.def(), F::Target::def());
    let field = target.names[column.position()];
    let message = format!(
        "several entities of `{}.{}` have that `{field}`",
        def.model, def.name
    );
    Error::with_message(ErrorKind::MultipleRows, message)
        .with_table(target.table)
        .with_column(field)
        .with_hint("choose a column whose values are unique in the list, or read the list itself")
}
