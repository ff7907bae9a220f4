//! The session as an executor of queries and statements, and what a query loads along with its rows.
//!
//! Preparing the connection, and reading by key, is in `read.rs`.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::Value;

use super::Session;
use super::read::take;
use super::siblings::NPlusOne;
use super::transaction::no_transaction;
use crate::engine::{Connection, TransactionOptions};
use crate::flush;
use crate::load::{self, JoinedRows};
use crate::mapping::{KeySource, LoadPath, Model, ModelDef, RawRef};
use crate::query::inferred::{Access, CompiledSql, DmlKind, HandleKeys, ReadStatement, RowsWrite};
use crate::query::{Executor, check_writable, sealed};
use crate::state::{Ref, State, Take};

/// Holds the entities of a session while the rows of a query are read into them.
#[derive(Debug)]
pub struct Entities<'a> {
    state: &'a mut State,
    take: Take,
    /// The entities of the query whose relations are loaded along with them, by model.
    loaded: Vec<Owners>,
    /// The first entities of the query, if their model has relations, and its number.
    first: Vec<RawRef>,
    model: usize,
    /// How many of them are remembered.
    remembers: usize,
}

/// Entities of one model.
#[derive(Debug)]
struct Owners {
    model: usize,
    slots: Vec<u32>,
}

impl Owners {
    /// One for each model with which a path begins.
    fn of(loads: &[LoadPath]) -> Vec<Self> {
        let mut owners: Vec<Self> = Vec::new();
        for path in loads {
            let Some(model) = model_of(path) else {
                continue;
            };
            if !owners.iter().any(|known| known.model == model) {
                let slots = Vec::new();
                owners.push(Self { model, slots });
            }
        }
        owners
    }
}

/// The number of the model with which a path begins.
fn model_of(path: &LoadPath) -> Option<usize> {
    Some(State::number(path.first()?.owner))
}

impl Entities<'_> {
    /// Notes an entity whose relations may be loaded along with it.
    fn note_owner<M: Model>(&mut self, entity: Ref<M>) {
        let model = M::slot().index();
        let mut owners = self.loaded.iter_mut();
        if let Some(owners) = owners.find(|owners| owners.model == model) {
            owners.slots.push(entity.slot);
        }
    }

    /// Notes one of the first entities.
    #[inline]
    fn note<M: Model>(&mut self, entity: Ref<M>) {
        if self.first.len() < self.remembers {
            self.note_first(entity);
        }
    }

    fn note_first<M: Model>(&mut self, entity: Ref<M>) {
        let model = M::slot().index();
        if self.first.is_empty() {
            self.model = model;
            self.first.reserve_exact(NPlusOne::default().remembers());
        }
        if self.model == model {
            self.first.push(entity.raw());
        }
    }
}

impl sealed::Sealed for Session {}

// Keeps the list of executors out of the compiler's message, which names them in words.
#[diagnostic::do_not_recommend]
impl Executor for Session {
    type Of<M: Model> = Ref<M>;
    type Sink<'a> = Entities<'a>;

    fn read<S: ReadStatement>(
        &mut self,
        statement: &S,
        each: impl FnMut(&dyn Row, &mut Entities<'_>) -> Result<()>,
    ) -> Result<S::Outcome> {
        let result = self.reading(|session| session.run_query(statement, each));
        self.note(result)
    }

    fn write<T>(
        &mut self,
        model: &'static ModelDef,
        write: DmlKind,
        run: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<T>,
    ) -> Result<T> {
        check_writable(model)?;
        let result = self.before_write().and_then(|session| {
            let connection = session.connection.as_mut().ok_or_else(no_transaction)?;
            run(connection, &session.state)
        });
        if result.is_ok() {
            flush::overtake(&mut self.state, model.table, write);
        }
        self.note(result)
    }

    fn write_in_step<T>(
        &mut self,
        model: &'static ModelDef,
        write: DmlKind,
        keys: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<Vec<Vec<Value>>>,
        run: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<T>,
    ) -> Result<T> {
        check_writable(model)?;
        let result = self.before_write().and_then(|session| {
            let connection = session.connection.as_mut().ok_or_else(no_transaction)?;
            let state = &mut session.state;
            let written = match state.by_model(State::number(model)) {
                Some(arena) => {
                    let keys = keys(connection, state)?;
                    keys.iter().filter_map(|key| arena.find(key)).collect()
                }
                None => Vec::new(),
            };
            let outcome = run(connection, state)?;
            flush::overtake(state, model.table, write);
            load::written(state, connection, (model, write), &written)?;
            Ok(outcome)
        });
        self.note(result)
    }

    fn write_rows<P>(
        &mut self,
        write: &RowsWrite<'_>,
        prepare: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<P>,
        run: impl FnOnce(&mut Connection, P, &mut dyn FnMut(&dyn Row) -> Result<()>) -> Result<()>,
        each: impl FnMut(&dyn Row, &mut Entities<'_>) -> Result<()>,
    ) -> Result<()> {
        check_writable(write.model)?;
        let result = self.reading(|session| {
            session.may_return(write)?;
            session.before_write()?.returned(write, prepare, run, each)
        });
        self.note(result)
    }

    #[inline]
    fn entity<M: Model>(sink: &mut Entities<'_>, row: &dyn Row, start: usize) -> Result<Ref<M>> {
        let handle = load::entity::<M>(sink.state, sink.take, row, start)?;
        if !sink.loaded.is_empty() {
            sink.note_owner(handle);
        }
        if M::HAS_RELATIONS {
            sink.note(handle);
        }
        Ok(handle)
    }
}

impl Session {
    /// Flushes and begins the transaction, for a statement past the unit of work.
    pub(super) fn before_write(&mut self) -> Result<&mut Self> {
        self.autoflush()?;
        self.begin_work()?;
        Ok(self)
    }

    /// Refuses a statement whose rows can't be returned, or not as entities, before anything is sent.
    fn may_return(&mut self, write: &RowsWrite<'_>) -> Result<()> {
        self.usable()?;
        if write.has_entities && write.kind == DmlKind::Delete {
            return Err(deleted_entities(write.model));
        }
        self.connect()?;
        (write.check)(self.reader()?.dialect())
    }

    /// Runs a statement that returns rows. What the session has of the table is stale before the rows are read, so that
    /// entities take their values.
    fn returned<P>(
        &mut self,
        write: &RowsWrite<'_>,
        prepare: impl FnOnce(&mut Connection, &dyn KeySource) -> Result<P>,
        run: impl FnOnce(&mut Connection, P, &mut dyn FnMut(&dyn Row) -> Result<()>) -> Result<()>,
        mut each: impl FnMut(&dyn Row, &mut Entities<'_>) -> Result<()>,
    ) -> Result<()> {
        let connection = self.connection.as_mut().ok_or_else(no_transaction)?;
        let state = &mut self.state;
        let prepared = prepare(connection, state)?;
        let mut written = Vec::new();
        if let Some(keys) = write.keys
            && let Some(arena) = state.by_model(State::number(write.model))
        {
            let keys = keys(connection, state)?;
            written.extend(keys.iter().filter_map(|key| arena.find(key)));
        }
        flush::overtake(state, write.model.table, write.kind);
        let mut sink = Entities {
            state,
            take: Take::Stale,
            loaded: Vec::new(),
            first: Vec::new(),
            model: 0,
            remembers: 0,
        };
        run(connection, prepared, &mut |row| each(row, &mut sink))?;
        load::written(state, connection, (write.model, write.kind), &written)
    }

    /// Flush, compile, execute, decode.
    #[inline]
    fn run_query<S: ReadStatement>(
        &mut self,
        statement: &S,
        mut each: impl FnMut(&dyn Row, &mut Entities<'_>) -> Result<()>,
    ) -> Result<S::Outcome> {
        let access = statement.access();
        self.before_query(access)?;
        let keys;
        let mut place = None;
        let mut compiled = CompiledSql::default();
        statement.compile(self.reader()?, (&mut place, &mut compiled))?;
        if compiled.has_handles() {
            keys = HandleKeys::of(compiled.binds(), &self.state)?;
            compiled.set_keys(&keys);
        }
        if access == Access::Raw {
            self.before_raw(compiled.text())?;
        }
        let n_plus_one = self.settings.n_plus_one;
        let mut siblings = None;
        let outcome = self.load_rows(|connection, state, _| {
            let taken = (&mut each, n_plus_one, &mut siblings);
            take_all(connection, state, (statement, compiled), taken)
        })?;
        if let Some((model, sql, first)) = siblings {
            self.siblings.note_query(model, sql, first);
        }
        Ok(outcome)
    }
}

#[cold]
fn deleted_entities(model: &'static ModelDef) -> Error {
    let message = "a DELETE on a session can't return entities: their rows are gone";
    Error::with_message(ErrorKind::Usage, message)
        .with_table(model.table)
        .with_hint("return columns, or run the statement on a connection")
}

/// Of a query whose relations may be loaded one by one: the number of its model, its text and its first entities.
pub(super) type Query = (usize, String, Vec<RawRef>);

/// How each row of a query is decoded, what the session does about loads one by one, and what it remembers for that.
pub(super) type Taken<'t, F> = (&'t mut F, NPlusOne, &'t mut Option<Query>);

/// Executes a query, in a transaction that only reads if others follow it, and takes its rows into a state.
#[inline]
pub(super) fn take_all<S: ReadStatement>(
    connection: &mut Connection,
    state: &mut State,
    (statement, compiled): (&S, CompiledSql<'_>),
    (each, n_plus_one, siblings): Taken<'_, impl FnMut(&dyn Row, &mut Entities<'_>) -> Result<()>>,
) -> Result<S::Outcome> {
    let mut run = |connection: &mut Connection| {
        let taken = (&mut *each, n_plus_one, &mut *siblings);
        take_rows(connection, state, (statement, &compiled), taken)
    };
    if is_followed(statement)
        && let Some(options) = one_state(connection)
    {
        return connection.transaction_of(options, run);
    }
    let outcome = run(connection)?;
    compiled.return_text(connection);
    Ok(outcome)
}

/// Whether other queries follow a query, to load relations.
#[inline]
fn is_followed<S: ReadStatement>(statement: &S) -> bool {
    let joined = statement.joined_loads();
    !statement.loads().is_empty() || joined.is_some_and(|(joined, _)| joined.continues())
}

/// Executes a query and takes its rows into the session, and the relations that it loads.
#[inline]
fn take_rows<S: ReadStatement>(
    connection: &mut Connection,
    state: &mut State,
    (statement, compiled): (&S, &CompiledSql<'_>),
    (each, n_plus_one, siblings): Taken<'_, impl FnMut(&dyn Row, &mut Entities<'_>) -> Result<()>>,
) -> Result<S::Outcome> {
    let (access, loads) = (statement.row_access(), statement.loads());
    let take = match access {
        Access::Plain if statement.populates_existing() => Take::Clean,
        access => take(access),
    };
    let joined = statement.joined_loads();
    let mut joined = joined.map(|(joined, root)| JoinedRows::of(joined, root, state, take));
    let mut sink = Entities {
        state,
        take,
        loaded: Owners::of(loads),
        first: Vec::new(),
        model: 0,
        remembers: n_plus_one.remembers(),
    };
    let outcome = statement.execute(connection, compiled, &mut |row| {
        // An entity may come in several rows.
        if let Some(joined) = &mut joined
            && !joined.take_in(sink.state, row)?
        {
            return Ok(());
        }
        each(row, &mut sink)
    })?;
    let owners = sink.loaded;
    if sink.first.len() > n_plus_one.allows() {
        *siblings = Some((sink.model, compiled.text().to_owned(), sink.first));
    }
    if !loads.is_empty() || joined.is_some() {
        connection.exempting(statement.exempt(), |connection| {
            if let Some(joined) = joined {
                joined.finish(state, connection)?;
            }
            let mut paths = loads.iter();
            paths.try_for_each(|path| {
                let mut owners = owners.iter();
                let owners = owners.find(|owners| Some(owners.model) == model_of(path));
                let slots = owners.map_or(&[][..], |owners| &owners.slots);
                load::path(state, connection, path, slots)
            })
        })?;
    }
    Ok(outcome)
}

/// The transaction in which a query and the loads of its relations see one state of the database, unless one is open.
#[cold]
pub(super) fn one_state(connection: &Connection) -> Option<TransactionOptions> {
    let dialect = connection.dialect();
    if connection.in_transaction() || !dialect.capabilities().repeatable_reads {
        return None;
    }
    let (any, read_only) = (
        TransactionOptions::new(),
        TransactionOptions::new().read_only(),
    );
    // Where read-only is a setting of the connection, it takes two statements more, which queries need not.
    let is_setting = dialect.after_end(&read_only).is_some();
    Some(if is_setting { any } else { read_only })
}
