//! [`Session::in_bulk`]: the entities of a list of primary keys, by key. One key is looked up by `get` in `read.rs`.

use std::collections::HashMap;

use orm_core::error::Result;
use orm_core::value::{Value, ValueRef};

use super::Session;
use super::read::{lose, take};
use crate::load;
use crate::mapping::{Entity, IntoKey, Model};
use crate::query::inferred::Access;
use crate::query::{key_values, visible_rows_by};
use crate::state::Ref;

/// The entities that were found.
type Found<M> = HashMap<<M as Model>::Key, Ref<M>>;

impl Session {
    /// Returns the entities with these primary keys, each by its key. A key without a row is not in the map. Entities that
    /// are fresh in the identity map are returned without a statement, as by [`Session::get`]; of the other keys, of which
    /// there may be any number, a statement has up to 1,024, or 64 of several columns.
    ///
    /// # Errors
    /// As [`Session::get`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// sent.take();
    /// let users = session.in_bulk(User, [1, 7, 8])?;
    /// assert_eq!(users.len(), 1);
    /// assert_eq!(users[&1], ada);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" IN (?, ?)"#] // 7, 8
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn in_bulk<E: Entity, K: IntoKey<<E::Model as Model>::Key>>(
        &mut self,
        entity: E,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Found<E::Model>> {
        let _ = entity;
        self.usable()?;
        let (mut found, mut asked) = (Found::<E::Model>::new(), Vec::new());
        for key in keys {
            let key = key.into_key();
            match self.in_memory::<E::Model>(&key) {
                Some((_, true)) => {}
                Some((handle, false)) => {
                    found.insert(key, handle);
                }
                None => asked.push(key),
            }
        }
        if !asked.is_empty() {
            let read = self.reading(|session| session.select_bulk(&asked, &mut found));
            self.note(read)?;
        }
        Ok(found)
    }

    /// Reads the rows with these keys. Without one the entity with the key is gone, unless criteria hide the row.
    fn select_bulk<M: Model>(&mut self, keys: &[M::Key], found: &mut Found<M>) -> Result<()> {
        self.before_query(Access::Plain)?;
        let may_be_hidden = self.criteria.concern(M::def().table);
        let values = key_values(keys);
        let values: Vec<ValueRef<'_>> = values.iter().map(Value::as_ref).collect();
        let model = ((M::def(), M::slot().index()), Access::Plain);
        let columns = (M::def().primary_key, &[][..]);
        self.load_rows(|connection, state, _| {
            visible_rows_by(connection, model, columns, &values, &mut |row| {
                let handle = load::entity::<M>(state, take(Access::Plain), row, 0)?;
                found.insert(M::decode_key(row, 0)?, handle);
                Ok(())
            })?;
            if !may_be_hidden {
                let gone = keys.iter().filter(|key| !found.contains_key(*key));
                gone.for_each(|key| lose::<M>(state, key));
            }
            Ok(())
        })
    }
}
