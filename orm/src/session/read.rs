//! Reading through the session: `get`, `refresh`, and the session as an executor of queries.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;

use super::{Session, Work};
use crate::engine::Connection;
use crate::flush;
use crate::load;
use crate::mapping::{Entity, IntoKey, Key, Model, ModelDef};
use crate::query::{Executor, Write, get_statement};
use crate::state::{EntityState, Ref, State};

impl Session {
    /// The entity with that primary key: from the identity map without a statement if it is fresh
    /// there, else from the database.
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
    /// The database's refusal; `Decode` for a row that doesn't fit the model.
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
            InMemory::Here(handle) => Ok(Some(handle)),
            InMemory::Deleting => Ok(None),
            InMemory::Unknown => self.fetch::<E::Model>(&key),
        }
    }

    /// What the identity map answers alone.
    #[inline]
    fn in_memory<M: Model>(&self, key: &M::Key) -> InMemory<M> {
        let Some(arena) = self.state.arena::<M>() else {
            return InMemory::Unknown;
        };
        let Some(handle) = arena.find(key) else {
            return InMemory::Unknown;
        };
        if arena.state(handle) == Some(EntityState::Deleting) {
            InMemory::Deleting
        } else if arena.is_fresh(handle, self.state.epoch) || arena.is_changed(handle) {
            InMemory::Here(handle)
        } else {
            InMemory::Unknown
        }
    }

    fn fetch<M: Model>(&mut self, key: &M::Key) -> Result<Option<Ref<M>>> {
        self.before_query()?;
        let mut found = None;
        self.select_by_key::<M>(key, &mut |state, row| {
            found = Some(load::entity::<M>(state, row, 0)?);
            Ok(())
        })?;
        if found.is_none() {
            let level = self.state.level;
            let arena = self.state.ensure::<M>();
            if let Some(gone) = arena.find(key) {
                arena.gone(gone, level);
            }
        }
        Ok(found)
    }

    fn select_by_key<M: Model>(
        &mut self,
        key: &M::Key,
        each: &mut dyn FnMut(&mut State, &dyn Row) -> Result<()>,
    ) -> Result<()> {
        let (connection, Entities(state)) = self.split()?;
        let sql = get_statement(connection, M::def(), M::slot().index())?;
        let mut first = None;
        let mut rest = Vec::new();
        key.for_each(&mut |value| match first {
            None => first = Some(value),
            Some(_) => rest.push(value),
        });
        // Nearly every key is one value, which needs no allocation.
        let single = [first.unwrap_or(ValueRef::Null)];
        rest.splice(0..0, if rest.is_empty() { None } else { first });
        let binds = if rest.is_empty() {
            &single[..]
        } else {
            &rest[..]
        };
        connection.query(&sql, binds, &mut |row| each(state, row))
    }

    /// Reads an entity's row again and drops what was not flushed of it: changes, and a `delete`.
    ///
    /// # Errors
    /// `StaleHandle`; `Usage` if it isn't persistent; `NotFound` if its row is gone.
    pub fn refresh<M: Model>(&mut self, handle: Ref<M>) -> Result<()> {
        use EntityState::{Deleting, Persistent};
        if !matches!(self.entity_state(handle)?, Persistent | Deleting) {
            return Err(Error::with_message(
                ErrorKind::Usage,
                format!("only a persistent {} can be refreshed", M::def().name),
            )
            .with_table(M::def().table)
            .with_hint("flush it first"));
        }
        let key = self
            .state
            .ensure::<M>()
            .old_key(handle)
            .ok_or_else(|| self.state.stale_handle(handle))?;
        self.usable()?;
        self.begin_work(Work::Read)?;
        let mut found = false;
        self.select_by_key::<M>(&key, &mut |state, row| {
            found = true;
            let fresh = M::decode(row, 0)?;
            let (epoch, log) = (state.epoch, state.read_level());
            state.ensure::<M>().overwrite(handle, fresh, epoch, log);
            Ok(())
        })?;
        if found {
            return Ok(());
        }
        let level = self.state.level;
        self.state.ensure::<M>().gone(handle, level);
        Err(Error::with_message(
            ErrorKind::NotFound,
            format!("the row of this {} is gone", M::def().name),
        )
        .with_table(M::def().table)
        .with_hint("somebody else deleted it: get it anew, or go on without it"))
    }
}

/// What is known of a key without asking the database.
enum InMemory<M> {
    /// Fresh, or with changes that the next flush will write.
    Here(Ref<M>),
    Deleting,
    Unknown,
}

/// What the rows of a session's query are read into: its entities, without its connection.
#[derive(Debug)]
pub struct Entities<'a>(&'a mut State);

// Keeps the list of executors out of the compiler's message, which names them in words.
#[diagnostic::do_not_recommend]
impl Executor for Session {
    type Of<M: Model> = Ref<M>;
    type Sink<'a> = Entities<'a>;

    #[inline]
    fn before_query(&mut self) -> Result<()> {
        self.usable()?;
        if self.settings.autoflush && self.state.has_work() {
            self.flush().map_err(autoflushed)?;
        }
        self.begin_work(Work::Read)
    }

    fn before_write(&mut self) -> Result<()> {
        self.before_query()?;
        self.begin_work(Work::Done)
    }

    fn after_write(&mut self, model: &'static ModelDef, write: Write) {
        flush::expire(&mut self.state, model.table, write);
    }

    fn before_raw_query(&mut self) -> Result<()> {
        self.before_write()
    }

    fn before_raw_write(&mut self) -> Result<()> {
        self.before_write()?;
        self.state.expire_all();
        Ok(())
    }

    #[inline]
    fn split(&mut self) -> Result<(&mut Connection, Entities<'_>)> {
        match &mut self.connection {
            Some(connection) => Ok((connection, Entities(&mut self.state))),
            None => Err(Error::with_message(
                ErrorKind::Usage,
                "the session has no transaction open",
            )),
        }
    }

    #[inline]
    fn entity<M: Model>(sink: &mut Entities<'_>, row: &dyn Row, start: usize) -> Result<Ref<M>> {
        load::entity(sink.0, row, start)
    }
}

#[cold]
fn autoflushed(error: Error) -> Error {
    const WHERE: &str = "this is of the flush before a query, which no_autoflush(…) holds back";
    let hint = match error.hint() {
        Some(own) => format!("{own}; {WHERE}"),
        None => WHERE.to_owned(),
    };
    error.with_hint(hint)
}
