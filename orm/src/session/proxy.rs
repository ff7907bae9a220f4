//! [`Session::values`]: one column of the entities that a relation references, for reading: what SQLAlchemy calls an
//! association proxy.

use orm_core::error::Result;
use orm_core::types::DbType;

use super::Session;
use super::history::read_column;
use super::loads::Loadable;
use crate::mapping::{AnyList, AnyRelation, Column, Model, RawRef, Relation};
use crate::query::ReferencesMany;
use crate::state::Ref;

impl Session {
    /// Returns a column of the entities that a relation to many references, in the order of the list. The relation must be
    /// loaded; no statement is sent. It is for reading: entities are added by [`append`](Session::append) and
    /// [`link`](Session::link).
    ///
    /// # Errors
    /// - `NotLoaded`: the relation is not loaded.
    /// - As [`Session::get_ref`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, _sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let users = select(User).with(User.posts).all(&mut session)?;
    /// let titles: Vec<String> = session.values(users[0], User.posts, Post.title)?;
    /// assert_eq!(titles, ["On engines"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn values<M: Model, F: ReferencesMany, T: DbType>(
        &self,
        handle: Ref<M>,
        relation: Relation<M, F>,
        column: Column<F::Target, T>,
    ) -> Result<Vec<T>> {
        let entity = self.get_ref(handle)?;
        <Relation<M, F> as Loadable>::loaded(entity, relation.index())?;
        let list = entity
            .relation(relation.index())
            .and_then(AnyRelation::list);
        let members = list.map(AnyList::targets).unwrap_or_default().into_iter();
        let members = members.map(RawRef::typed::<F::Target>);
        members
            .map(|member| read_column(column, self.get_ref(member)?.value(column.position())))
            .collect()
    }
}
