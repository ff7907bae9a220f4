//! Reads entities, or single attributes of one, again: [`Session::refresh`], [`Session::refresh_for_update`],
//! [`Session::refresh_attributes`].

use orm_core::error::{Error, ErrorKind, Result};

use super::Session;
use super::read::{key_text, lose};
use super::write::row_id;
use crate::mapping::{AttributeSet, Attributes, ColumnSet, Model, PrimaryKey};
use crate::query::inferred::Access;
use crate::query::{ColumnsRow, get_columns_statement};
use crate::state::{Ref, Take};

impl Session {
    /// Reads the row of an entity again. Discards its unflushed changes and an unflushed `delete`. Its loaded lists become
    /// stale, so that the next [`load`](Session::load) reads them again; a `BelongsTo` whose foreign key has changed is not
    /// loaded any more. The entities that its relations reference are not read.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    /// - `Usage`: the entity is not persistent.
    /// - `NotFound`: the row was deleted. The entity is `Deleted` from here on.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// session[ada].age = 99;
    /// sent.take();
    /// session.refresh(ada)?;
    /// assert_eq!(session[ada].age, 36);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn refresh<M: Model>(&mut self, handle: Ref<M>) -> Result<()> {
        self.refresh_with(handle, Access::Plain)
    }

    /// Reads the row of an entity again, as [`Session::refresh`] does, and locks it until the end of the transaction:
    /// `SELECT … FOR UPDATE`. On SQLite the transaction takes the write lock. Flushes nothing.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "accounts")]
    /// # struct Account { #[orm(primary_key)] id: i64, balance: i64 }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((Account,)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// # let account = session.add(Account::builder().balance(1));
    /// # session.commit()?;
    /// session.refresh_for_update(account)?;
    /// // SELECT "id", "balance" FROM "accounts" WHERE "id" = $1 FOR UPDATE
    /// session[account].balance += 1;
    /// session.commit()?;
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// - As [`Session::refresh`].
    /// - `Usage`: the transaction is read-only on SQLite.
    pub fn refresh_for_update<M: Model>(&mut self, handle: Ref<M>) -> Result<()> {
        self.refresh_with(handle, Access::Lock)
    }

    /// Reads columns and relations of an entity again: one SELECT of these columns, and one for each relation. Discards
    /// unflushed changes of these columns; others are kept. A `BelongsTo` is its foreign key. An entity that is stale
    /// stays so.
    ///
    /// # Errors
    /// - As [`Session::refresh`].
    /// - For relations as [`Session::load`], which flushes first.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// session[ada].age = 99;
    /// session[ada].name = "ada l.".into();
    /// sent.take();
    /// session.refresh_attributes(ada, User.age)?;
    /// assert_eq!((session[ada].age, &*session[ada].name), (36, "ada l."));
    /// assert_eq!(sent.take_sql(), [r#"SELECT "age" FROM "users" WHERE "id" = ?"#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn refresh_attributes<M: Model>(
        &mut self,
        handle: Ref<M>,
        attributes: impl Attributes<M>,
    ) -> Result<()> {
        let AttributeSet { columns, relations } = AttributeSet::of(attributes, M::def());
        self.refreshed_key(handle)?;
        if !columns.is_empty() {
            self.reread_columns(handle, &columns)?;
        }
        for index in relations.iter() {
            self.state.expire_list(row_id(handle), index);
            let loaded = self.load_whole::<M>(handle, index);
            self.note(loaded)?;
        }
        Ok(())
    }

    /// Reads columns of an entity again, those of a flattened enum together: they are another variant's if it has changed.
    pub(super) fn reread_columns<M: Model>(
        &mut self,
        handle: Ref<M>,
        columns: &ColumnSet,
    ) -> Result<()> {
        let key = self.refreshed_key(handle)?;
        let mut all = columns.clone();
        M::add_variant_columns(&mut all);
        let columns: Vec<usize> = all.iter().collect();
        let read = self.reading(|session| session.reload_columns(handle, &key, &columns));
        self.note(read)
    }

    fn refresh_with<M: Model>(&mut self, handle: Ref<M>, access: Access) -> Result<()> {
        let key = self.refreshed_key(handle)?;
        let result = self.reading(|session| session.reload(handle, &key, access));
        self.note(result)
    }

    /// The key of the row of an entity that is to be read again.
    fn refreshed_key<M: Model>(&mut self, handle: Ref<M>) -> Result<M::Key> {
        self.has_row(handle, "refreshed")?;
        let key = self.state.ensure::<M>().old_key(handle);
        let key = key.ok_or_else(|| self.state.stale_handle(handle))?;
        self.usable()?;
        Ok(key)
    }

    fn reload<M: Model>(&mut self, handle: Ref<M>, key: &M::Key, access: Access) -> Result<()> {
        let access = self.before_reload(access)?;
        let found = self.select_by_key::<M>(key, access, |state, row| {
            let fresh = M::decode(row, 0)?;
            let (arena, reading) = state.reader::<M>(Take::All);
            arena.overwrite(handle, fresh, reading);
            arena.forget_sql(handle.slot);
            if M::HAS_RELATIONS {
                state.place_again(row_id(handle));
                state.expire_lists(row_id(handle));
            }
            Ok(handle)
        })?;
        found.map(drop).ok_or_else(|| deleted::<M>(key))
    }

    fn reload_columns<M: Model>(
        &mut self,
        handle: Ref<M>,
        key: &M::Key,
        columns: &[usize],
    ) -> Result<()> {
        let access = self.before_reload(Access::Plain)?;
        let found = self.load_rows(|connection, state, _| {
            let model = (M::def(), M::slot().index());
            let sql = get_columns_statement(connection, model, columns, access)?;
            let mut found = false;
            key.with_parts(|binds| {
                connection.read_row(&sql, binds, &mut |row| {
                    let (arena, reading) = state.reader::<M>(Take::All);
                    let Some(entity) = arena.stored(handle) else {
                        return Ok(());
                    };
                    let row = ColumnsRow {
                        row,
                        columns,
                        entity,
                    };
                    let fresh = M::decode(&row, 0)?;
                    let columns: ColumnSet = columns.iter().copied().collect();
                    arena.overwrite_columns(handle, &fresh, &columns, reading);
                    for column in columns.iter() {
                        arena.unset_sql(handle.slot, column);
                    }
                    if M::HAS_RELATIONS {
                        state.place_again(row_id(handle));
                    }
                    found = true;
                    Ok(())
                })
            })?;
            if !found {
                lose::<M>(state, key);
            }
            Ok(found)
        })?;
        if found {
            Ok(())
        } else {
            Err(deleted::<M>(key))
        }
    }

    /// Makes the connection ready, and returns how the row is to be read.
    fn before_reload(&mut self, access: Access) -> Result<Access> {
        if access == Access::Lock {
            self.begin_to_lock()?;
            return Ok(access);
        }
        self.connect_to_read()?;
        let found_stale = self.found_stale;
        // A snapshot still shows what turned out to be stale.
        Ok(if found_stale && self.reader()?.reads_a_snapshot() {
            Access::Lock
        } else {
            Access::Plain
        })
    }
}

#[cold]
fn deleted<M: Model>(key: &M::Key) -> Error {
    let (name, key) = (M::def().name, key_text(key));
    let message = format!("the row of the {name} with the primary key {key} was deleted");
    Error::with_message(ErrorKind::NotFound, message)
        .with_table(M::def().table)
        .with_hint("another transaction or a statement outside the unit of work has deleted it; call expunge")
}
