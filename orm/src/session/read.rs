//! Reading through the session: `get`, and what a query runs on. The session as an executor of queries is in `queries.rs`; what
//! is read again is in `refresh.rs`.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};

use super::get_texts::GetTexts;
use super::transaction::no_transaction;
use super::write::row_id;
use super::{Session, Work};
use crate::engine::Connection;
use crate::load;
use crate::mapping::{self, Entity, IntoKey, Model, PrimaryKey};
use crate::query::inferred::Access;
use crate::query::{as_whole, get_statement, visible_rows_by};
use crate::state::{EntityState, Ref, State, Take};

impl Session {
    /// Returns the entity with the primary key `key`, or `None` if there is no such row. An entity that is fresh in
    /// the identity map is returned without a statement.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, name: String }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((User,)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// assert_eq!(session.get(User, 1)?, None); // SELECT "id", "name" FROM "users" WHERE "id" = ?
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// - `Decode`: the row can't be converted to the model.
    /// - Any error of the database.
    #[inline]
    pub fn get<E: Entity>(
        &mut self,
        entity: E,
        key: impl IntoKey<<E::Model as Model>::Key>,
    ) -> Result<Option<Ref<E::Model>>> {
        let _ = entity;
        let key = key.into_key();
        self.usable()?;
        match self.in_memory(&key) {
            Some((handle, is_deleting)) => Ok((!is_deleting).then_some(handle)),
            None => self.fetch::<E::Model>(&key, Access::Plain),
        }
    }

    /// Returns the entity with the primary key `key`, as [`Session::get`] does.
    ///
    /// # Errors
    /// - `NotFound`: there is no such row, or the session is going to delete it.
    /// - As [`Session::get`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// assert_eq!(session[ada].name, "ada");
    /// let missing = session.get_one(User, 7).unwrap_err();
    /// assert_eq!(missing.kind(), ErrorKind::NotFound);
    /// assert_eq!(missing.message(), "no User has the primary key 7");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#; 2]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[inline]
    pub fn get_one<E: Entity>(
        &mut self,
        entity: E,
        key: impl IntoKey<<E::Model as Model>::Key>,
    ) -> Result<Ref<E::Model>> {
        let key = key.into_key();
        match self.get(entity, &key) {
            Ok(Some(handle)) => Ok(handle),
            Ok(None) => Err(no_row::<E::Model>(&key)),
            Err(error) => Err(error),
        }
    }

    /// What the identity map finds without a statement: an entity that is fresh, or has changes that the next flush will
    /// write, and whether that will delete it.
    #[inline]
    pub(super) fn in_memory<M: Model>(&self, key: &M::Key) -> Option<(Ref<M>, bool)> {
        let arena = self.state.arena::<M>()?;
        let handle = arena.find(key)?;
        let is_deleting = arena.state(handle) == Some(EntityState::Deleting);
        let is_known = is_deleting || arena.is_fresh(handle) || arena.is_changed(handle);
        is_known.then_some((handle, is_deleting))
    }

    fn fetch<M: Model>(&mut self, key: &M::Key, access: Access) -> Result<Option<Ref<M>>> {
        let found = self.reading(|session| {
            session.before_query(access)?;
            if !session.criteria.is_empty() && session.criteria.concern(M::def().table) {
                return session.select_visible::<M>(key, access);
            }
            session.select_by_key::<M>(key, access, |state, row| {
                load::entity(state, take(access), row, 0)
            })
        });
        self.note(found)
    }

    /// Returns the entity with the primary key `key` and locks its row until the end of the transaction: `SELECT …
    /// FOR UPDATE`. On SQLite the transaction takes the write lock. Pending changes are flushed first, and the entity
    /// takes the values of the locked row.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "accounts")]
    /// # struct Account { #[orm(primary_key)] id: i64, balance: i64 }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((Account,)).create_all(&engine)?;
    /// # let mut session = Session::new(&engine);
    /// # session.add(Account::builder().balance(1));
    /// # session.commit()?;
    /// if let Some(account) = session.get_for_update(Account, 1)? {
    ///     // SELECT "id", "balance" FROM "accounts" WHERE "id" = $1 FOR UPDATE
    ///     session[account].balance += 1;
    /// }
    /// session.commit()?;
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// - As [`Session::get`] and [`Session::flush`].
    /// - `Usage`: the transaction is read-only on SQLite.
    pub fn get_for_update<E: Entity>(
        &mut self,
        entity: E,
        key: impl IntoKey<<E::Model as Model>::Key>,
    ) -> Result<Option<Ref<E::Model>>> {
        let _ = entity;
        self.fetch::<E::Model>(&key.into_key(), Access::Lock)
    }

    /// Reads the row with that key, which `load` takes into the session. Without one the entity with the key is gone.
    pub(super) fn select_by_key<M: Model>(
        &mut self,
        key: &M::Key,
        access: Access,
        load: impl Fn(&mut State, &dyn Row) -> Result<Ref<M>>,
    ) -> Result<Option<Ref<M>>> {
        self.load_rows(|connection, state, texts| {
            let model = (M::def(), M::slot().index());
            let locking;
            let sql: &str = if access == Access::Plain {
                texts.text(connection, model)?
            } else {
                locking = get_statement(connection, model.0, model.1, access)?;
                &locking
            };
            let mut found = None;
            key.with_parts(|binds| {
                connection.read_row(sql, binds, &mut |row| {
                    found = Some(if M::HAS_DEFERRED {
                        as_whole(M::def(), row, |row| load(state, row))?
                    } else {
                        load(state, row)?
                    });
                    Ok(())
                })
            })?;
            if found.is_none() {
                lose::<M>(state, key);
            }
            Ok(found)
        })
    }

    /// Reads the row with that key, unless criteria hide it.
    #[cold]
    fn select_visible<M: Model>(&mut self, key: &M::Key, access: Access) -> Result<Option<Ref<M>>> {
        self.load_rows(|connection, state, _| {
            let mut found = None;
            let mut each = |row: &dyn Row| {
                found = Some(load::entity::<M>(state, take(access), row, 0)?);
                Ok(())
            };
            let model = (M::def(), M::slot().index());
            let columns = M::def().primary_key;
            key.with_parts(|binds| {
                visible_rows_by(
                    connection,
                    (model, access),
                    (columns, &[]),
                    binds,
                    &mut each,
                )
            })?;
            Ok(found)
        })
    }

    /// Runs a query whose rows become entities. All that `get`, `refresh` and queries load comes this way: what is loaded
    /// along with the rows follows here, where their query has ended and its connection is free.
    #[inline]
    pub(super) fn load_rows<T>(
        &mut self,
        run: impl FnOnce(&mut Connection, &mut State, &mut GetTexts) -> Result<T>,
    ) -> Result<T> {
        let connection = self.connection.as_mut().or(self.pooled.as_mut());
        let connection = connection.ok_or_else(no_transaction)?;
        run(connection, &mut self.state, &mut self.get_texts)
    }

    /// Runs what reads. The connection of the pool's that it may have got goes back afterwards.
    pub(super) fn reading<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let reading = Reading(self);
        run(reading.0)
    }

    /// Flushes, and makes ready what a query runs on: the session's transaction, or else a connection of the pool's. What
    /// raw SQL needs more is known by its text.
    pub(super) fn before_query(&mut self, access: Access) -> Result<()> {
        match access {
            Access::Plain => {
                self.autoflush()?;
                self.connect_to_read()
            }
            Access::Lock => self.before_lock(),
            Access::Raw => {
                self.autoflush()?;
                self.connect()
            }
        }
    }

    /// What a query runs on: the connection of the transaction, or the one of the pool's.
    #[inline]
    pub(super) fn reader(&mut self) -> Result<&mut Connection> {
        let connection = self.connection.as_mut().or(self.pooled.as_mut());
        connection.ok_or_else(no_transaction)
    }

    /// Checks out a connection of the pool's, unless a transaction is open.
    #[inline]
    pub(super) fn connect(&mut self) -> Result<()> {
        if self.connection.is_none() {
            self.engine.connect_in(&mut self.pooled)?;
            self.hand_on();
        }
        Ok(())
    }

    pub(super) fn connect_to_read(&mut self) -> Result<()> {
        self.connect()?;
        self.begin_to_read()
    }

    /// Begins the transaction if plain reads are to run in one.
    fn begin_to_read(&mut self) -> Result<()> {
        if let Some(pooled) = &mut self.pooled {
            let in_transaction =
                self.settings.reads_in_transaction || pooled.default_isolation().is_some();
            if !in_transaction {
                return Ok(());
            }
            self.open_transaction()?;
        }
        if self.work == Work::None {
            self.work = Work::Read;
        }
        Ok(())
    }

    /// Makes a transaction that writes ready for a query that locks rows.
    fn before_lock(&mut self) -> Result<()> {
        self.flush()?;
        self.begin_to_lock()
    }

    /// Begins the transaction that holds the lock.
    pub(super) fn begin_to_lock(&mut self) -> Result<()> {
        self.begin_work()?;
        if self.connection.as_ref().is_some_and(Connection::can_lock) {
            return Ok(());
        }
        let message = "FOR UPDATE is not allowed in a read-only transaction";
        Err(Error::with_message(ErrorKind::Usage, message)
            .with_hint("remove the lock, or use a transaction without read_only"))
    }

    /// Prepares what raw SQL needs: as for a plain read, if the database reports that the text only reads, else the
    /// transaction, after which entities are stale.
    pub(super) fn before_raw(&mut self, sql: &str) -> Result<()> {
        if self.reader()?.is_read_only(sql)? {
            return self.begin_to_read();
        }
        self.begin_work()?;
        // Before it runs, so that the rows that it yields are fresh.
        self.state.overtake("raw SQL");
        Ok(())
    }

    /// Writes pending work before a query, if it is to.
    pub(super) fn autoflush(&mut self) -> Result<()> {
        self.usable()?;
        if self.settings.autoflush && self.state.has_work() && !self.is_in_hook() {
            self.flush().map_err(autoflushed)?;
        }
        Ok(())
    }

    /// Keeps in mind how the last verb ended.
    #[inline]
    pub(super) fn note<T>(&mut self, result: Result<T>) -> Result<T> {
        self.last_error = result.as_ref().err().map(Error::kind);
        result
    }
}

/// The row with that key turned out to be gone, and so is its entity.
#[cold]
pub(super) fn lose<M: Model>(state: &mut State, key: &M::Key) {
    let level = state.level;
    if let Some(gone) = state.ensure::<M>().find(key) {
        if M::HAS_RELATIONS {
            state.leave_for_good(row_id(gone));
        }
        state.ensure::<M>().gone(gone, level);
    }
}

pub(super) fn take(access: Access) -> Take {
    match access {
        Access::Plain => Take::Stale,
        Access::Lock => Take::All,
        Access::Raw => Take::Unchanged,
    }
}

/// Gives the connection of the pool's back when it is dropped: a query's closure may panic.
struct Reading<'s>(&'s mut Session);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.pooled = None;
    }
}

#[cold]
fn no_row<M: Model>(key: &M::Key) -> Error {
    let message = format!("no {} has the primary key {}", M::def().name, key_text(key));
    Error::with_message(ErrorKind::NotFound, message)
        .with_table(M::def().table)
        .with_hint("call get, which returns None, if there may be no such row")
}

/// A primary key, as messages show it.
pub(super) fn key_text(key: &impl PrimaryKey) -> String {
    key.with_parts(|parts| mapping::key_text(parts.iter().copied()))
}

#[cold]
fn autoflushed(error: Error) -> Error {
    const WHERE: &str =
        "raised by autoflush before a query; wrap the query in no_autoflush(…) to defer the flush";
    let hint = match error.hint() {
        Some(own) => format!("{own}; {WHERE}"),
        None => WHERE.to_owned(),
    };
    error.with_hint(hint)
}
