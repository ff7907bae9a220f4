//! [`Session::get_or_create`] and [`Session::update_or_create`]: the entity with a unique value, which is inserted if no row
//! has it. Another transaction may insert it at the same time; the unique constraint decides.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{Value, ValueRef};

use super::Session;
use super::read::take;
use crate::engine::Connection;
use crate::load;
use crate::mapping::{Columns, Model, ModelDef, NewEntity, NewRow};
use crate::query::inferred::Access;
use crate::query::{unique_columns, visible_rows_by};
use crate::state::Ref;

impl Session {
    /// Returns the entity that has the values of `row` in the columns `by`, and `false`; or inserts `row`, and returns its
    /// entity and `true`. Of an existing entity nothing is changed.
    ///
    /// The columns must be those of a unique constraint or of the primary key. If another transaction inserts such a row at
    /// the same time, the INSERT fails, is undone, and that row is read: at the isolation level of MariaDB and MySQL, whose
    /// reads may not show it, by a locking read. Pending changes are flushed first.
    ///
    /// # Errors
    /// - `Usage`: no unique constraint has exactly these columns, or the row has NULL or no value in one of them.
    /// - `UniqueViolation`: the row violates another constraint.
    /// - `SerializationFailure`: the row was inserted after a snapshot of the transaction, on PostgreSQL at `RepeatableRead`
    ///   and above.
    /// - As [`Session::flush`]. The new entity has left the session.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm::prelude::*;
    ///
    /// #[derive(Model)]
    /// #[orm(table = "tags")]
    /// struct Tag {
    ///     #[orm(primary_key)]
    ///     id: i64,
    ///     #[orm(unique, length = 50)]
    ///     name: String,
    ///     colour: String,
    /// }
    ///
    /// let engine = Engine::connect("sqlite://")?;
    /// Metadata::of((Tag,)).create_all(&engine)?;
    /// let mut session = Session::new(&engine);
    /// let red = || Tag::builder().name("rust").colour("red");
    /// let (tag, created) = session.get_or_create(Tag.name, red())?;
    /// // SELECT "id", "name", "colour" FROM "tags" WHERE "name" = ?
    /// // INSERT INTO "tags" ("name", "colour") VALUES (?, ?)
    /// assert!(created);
    /// let (same, created) = session.get_or_create(Tag.name, red())?;
    /// // SELECT "id", "name", "colour" FROM "tags" WHERE "name" = ?
    /// assert!(same == tag && !created);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn get_or_create<M: Model>(
        &mut self,
        by: impl Columns<M>,
        row: impl NewRow<Model = M>,
    ) -> Result<(Ref<M>, bool)> {
        self.find_or_insert(by, row.into_row(), Access::Plain)
    }

    /// Locks the entity that has the values of `row` in the columns `by`, passes it to `change`, and returns it and `false`;
    /// or inserts `row`, and returns its entity and `true`. What `change` does is written by the next flush.
    ///
    /// As [`Session::get_or_create`] otherwise: the columns must be those of a unique constraint or of the primary key, and
    /// of two transactions that insert the same row at once one changes the other's.
    ///
    /// # Errors
    /// As [`Session::get_or_create`].
    ///
    /// # Examples
    ///
    /// ```
    /// use orm::prelude::*;
    ///
    /// #[derive(Model)]
    /// #[orm(table = "hits")]
    /// struct Hits {
    ///     #[orm(primary_key, length = 200)]
    ///     page: String,
    ///     count: i64,
    /// }
    ///
    /// let engine = Engine::connect("sqlite://")?;
    /// Metadata::of((Hits,)).create_all(&engine)?;
    /// for count in 1..=2 {
    ///     engine.transaction(|session| {
    ///         let first = Hits::builder().page("/").count(1);
    ///         let (hits, created) = session.update_or_create(Hits.page, first, |hits| hits.count += 1)?;
    ///         // PostgreSQL: SELECT … WHERE "page" = $1, and if there is one SELECT … FOR UPDATE; or INSERT …
    ///         assert_eq!((session[hits].count, created), (count, count == 1));
    ///         Ok(())
    ///     })?;
    /// }
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn update_or_create<M: Model>(
        &mut self,
        by: impl Columns<M>,
        row: impl NewRow<Model = M>,
        change: impl FnOnce(&mut M),
    ) -> Result<(Ref<M>, bool)> {
        let (handle, is_created) = self.find_or_insert(by, row.into_row(), Access::Lock)?;
        if !is_created {
            self.edit(handle, change)?;
        }
        Ok((handle, is_created))
    }

    fn find_or_insert<M: Model>(
        &mut self,
        by: impl Columns<M>,
        row: NewEntity<M>,
        access: Access,
    ) -> Result<(Ref<M>, bool)> {
        let columns = unique_columns(by)?;
        let key = unique_values(&row, columns)?;
        self.flush()?;
        if let Some(found) = self.find_to(columns, &key, access)? {
            return Ok((found, false));
        }
        let handle = self.insert_row(row);
        let Err(error) = self.flush() else {
            return Ok((handle, true));
        };
        self.expunge(handle)?;
        if !error.is_unique_violation() {
            return Err(error);
        }
        let shows_older = self.connection.as_ref();
        let access = if shows_older.is_some_and(Connection::reads_a_snapshot) {
            Access::Lock
        } else {
            access
        };
        match self.find_by(columns, &key, access)? {
            Some(found) => Ok((found, false)),
            None => Err(error),
        }
    }

    /// Finds an entity, and locks it if `access` is a lock. What is not there is not locked: the lock of a gap between rows
    /// would keep two transactions from inserting into it.
    fn find_to<M: Model>(
        &mut self,
        columns: &[usize],
        key: &[Value],
        access: Access,
    ) -> Result<Option<Ref<M>>> {
        let found = self.find_by(columns, key, Access::Plain)?;
        let Some(found) = found.filter(|_| access == Access::Lock) else {
            return Ok(found);
        };
        match self.refresh_for_update(found) {
            Ok(()) => Ok(Some(found)),
            // Another transaction has deleted it meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the row with these values.
    pub(super) fn find_by<M: Model>(
        &mut self,
        columns: &[usize],
        key: &[Value],
        access: Access,
    ) -> Result<Option<Ref<M>>> {
        let key: Vec<ValueRef<'_>> = key.iter().map(Value::as_ref).collect();
        let model = (M::def(), M::slot().index());
        let found = self.reading(|session| {
            match access {
                Access::Lock => session.begin_to_lock()?,
                Access::Plain | Access::Raw => session.connect_to_read()?,
            }
            session.load_rows(|connection, state, _| {
                let mut found = None;
                let mut each = |row: &dyn orm_core::driver::Row| {
                    found = Some(load::entity::<M>(state, take(access), row, 0)?);
                    Ok(())
                };
                visible_rows_by(connection, (model, access), (columns, &[]), &key, &mut each)?;
                Ok(found)
            })
        });
        self.note(found)
    }
}

/// The values by which a row is found.
///
/// # Errors
/// `Usage` for a column without one, and for NULL, which is not unique.
pub(super) fn unique_values<M: Model>(row: &NewEntity<M>, columns: &[usize]) -> Result<Vec<Value>> {
    let values = columns.iter().map(|position| {
        let value = row.value.value(*position);
        let is_missing = M::def().generated == Some(*position) && matches!(value, ValueRef::Int(0));
        if value.is_null() || is_missing || row.unset.contains(*position) {
            return Err(no_value(M::def(), *position));
        }
        Ok(value.to_value())
    });
    values.collect()
}

#[cold]
fn no_value(def: &'static ModelDef, position: usize) -> Error {
    let (name, field) = (def.name, def.fields[position]);
    let message = format!("the row of {name} has no value for {field}, by which it is to be found");
    Error::with_message(ErrorKind::Usage, message)
        .with_table(def.table)
        .with_column(def.names[position])
        .with_hint("give the row a value that is not NULL, or call add")
}
