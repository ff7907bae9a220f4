//! [`Connection::in_bulk`]: the rows of a list of primary keys, by key. That of a session is in `session/in_bulk.rs`.

use std::collections::HashMap;

use orm_core::error::Result;
use orm_core::value::{Value, ValueRef};

use super::visible::visible_rows_by;
use crate::engine::Connection;
use crate::mapping::{Entity, IntoKey, Model, PrimaryKey};
use crate::query::executor::{Access, Executor as _};

impl Connection {
    /// Returns the rows with these primary keys, each by its key. A key without a row is not in the map. There may be any
    /// number of keys: a statement has up to 1,024 of them, or 64 of several columns.
    ///
    /// # Errors
    /// - `Decode`: a row can't be converted to the model.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let users = conn.in_bulk(User, [1, 7])?;
    /// assert_eq!(users.len(), 1);
    /// assert_eq!(users[&1].name, "ada");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" IN (?, ?)"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn in_bulk<E: Entity, K: IntoKey<<E::Model as Model>::Key>>(
        &mut self,
        entity: E,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<HashMap<<E::Model as Model>::Key, E::Model>> {
        let _ = entity;
        let keys: Vec<_> = keys.into_iter().map(IntoKey::into_key).collect();
        let (def, values) = (E::Model::def(), key_values(&keys));
        let values: Vec<ValueRef<'_>> = values.iter().map(Value::as_ref).collect();
        let model = ((def, E::Model::slot().index()), Access::Plain);
        let mut found = HashMap::with_capacity(keys.len());
        visible_rows_by(self, model, (def.primary_key, &[]), &values, &mut |row| {
            let key = E::Model::decode_key(row, 0)?;
            found.insert(key, Self::entity::<E::Model>(&mut (), row, 0)?);
            Ok(())
        })?;
        Ok(found)
    }
}

/// The values of keys, one after another.
pub(crate) fn key_values<K: PrimaryKey>(keys: &[K]) -> Vec<Value> {
    let mut values = Vec::new();
    for key in keys {
        key.with_parts(|parts| values.extend(parts.iter().map(|part| part.to_value())));
    }
    values
}
