//! Executes a plan: writes each batch and collects keys and versions.
//!
//! Reads entities and does not change them. `insert.rs` sends inserts, `send.rs` updates and deletes; `fetch.rs`
//! reads back values that the database sets or changes.

use std::mem;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::violation::complete;
use orm_core::sql::Capabilities;
use orm_core::value::{Value, ValueRef};

use super::assigned_values::assign_values;
use super::batch::{Batch, BatchKind, Plan};
use super::fetch::fetch;
use super::replaced::InsertedKeys;
use super::stale::{stale, still_there};
use crate::engine::Connection;
use crate::mapping::ModelDef;
use crate::state::{AnyArena, State, Written};

/// Why a flush failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// The batch whose rows were not all matched, where the row count does not show which, or that a foreign key has
    /// refused to delete: after the rollback they are looked at one by one.
    pub(crate) suspect: Option<usize>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            suspect: None,
        }
    }
}

/// Writes everything in `plan`, in order, and notes what each batch has written.
///
/// # Errors
/// The first refusal. Nothing in `state` has changed, and the caller undoes what was written.
pub(crate) fn emit(
    connection: &mut Connection,
    state: &State,
    plan: &mut Plan,
) -> Result<(), Failure> {
    let mut inserted = InsertedKeys::default();
    let mut memory = mem::take(&mut plan.binds);
    for index in 0..plan.batches().len() {
        let batch = &plan.batches()[index];
        let arena = state
            .by_model(batch.model)
            .expect("invariant: plans come from arenas");
        let mut writer = BatchWriter {
            connection,
            arena,
            batch,
            memory: &mut memory,
            absent: Vec::new(),
        };
        let mut written = Written::default();
        inserted
            .check(arena, batch)
            .and_then(|()| {
                if batch.facts.gives_values || plan.takes_keys() {
                    assign_values((state, arena), (plan, batch), &mut written)
                } else {
                    Ok(())
                }
            })
            .and_then(|()| writer.run(&mut written))
            .map_err(|error| writer.failure(error, index))?;
        inserted.note((arena, batch), &written, &plan.batches()[index + 1..]);
        if !written.is_as_given() {
            plan.batches_mut()[index].written = written;
        }
    }
    plan.binds = memory;
    Ok(())
}

/// The rows of one batch, on their way.
pub(super) struct BatchWriter<'a> {
    pub(super) connection: &'a mut Connection,
    pub(super) arena: &'a dyn AnyArena,
    pub(super) batch: &'a Batch,
    /// For the binds of a prepared loop.
    pub(super) memory: &'a mut Vec<ValueRef<'static>>,
    /// The rows that did not match, where the database may have deleted rows along with others.
    pub(super) absent: Vec<u32>,
}

impl BatchWriter<'_> {
    fn run(&mut self, rows: &mut Written) -> Result<()> {
        match &self.batch.kind {
            BatchKind::Insert {
                columns,
                fetched,
                generated,
            } => {
                let fetched = self.insert(rows, (columns, fetched), *generated)?;
                return self.read_back(rows, &fetched);
            }
            BatchKind::Update { set, .. }
            | BatchKind::Attach { set }
            | BatchKind::Detach { set, .. } => self.change(rows, set)?,
            BatchKind::Delete { .. } => {
                self.change(rows, &[])?;
                self.check_absent()?;
            }
        }
        self.read_back(rows, &[])
    }

    /// Refuses rows that did not match and are still there.
    fn check_absent(&mut self) -> Result<()> {
        let absent = mem::take(&mut self.absent);
        match still_there(self.connection, self.arena, &absent)? {
            Some(slot) => Err(stale(self.arena, slot)),
            None => Ok(()),
        }
    }

    /// Notes what the database has made of the rows: the columns that it has filled in, and those in which it may
    /// have something else than what was bound.
    #[inline]
    fn read_back(&mut self, rows: &mut Written, fetched: &[usize]) -> Result<()> {
        if fetched.is_empty() && self.batch.read_back.is_empty() {
            return Ok(());
        }
        self.fetch(rows, fetched)
    }

    fn fetch(&mut self, rows: &mut Written, fetched: &[usize]) -> Result<()> {
        let (arena, batch) = (self.arena, self.batch);
        let positions = [fetched, &batch.read_back].concat();
        let key = |(row, slot): (usize, &u32)| {
            let key = batch.def.primary_key.iter();
            let value = |position| arena.written_value((*slot, row), rows, position).to_value();
            key.map(|position| value(*position)).collect()
        };
        let keys: Vec<Vec<Value>> = batch.slots.iter().enumerate().map(key).collect();
        let mut take = |row: usize, values: Vec<Value>| {
            rows.store((row, keys.len()), positions.iter().copied().zip(values));
        };
        fetch(self.connection, arena, &keys, &positions, &mut take)
    }

    #[cold]
    fn failure(&mut self, error: Error, index: usize) -> Failure {
        if may_be_altered(error.kind()) {
            self.connection.forget_tables();
        }
        let is_one_of_many = error.is_stale_data() && self.batch.slots.len() > 1;
        let is_delete = matches!(self.batch.kind, BatchKind::Delete { .. });
        let is_blocked = is_delete && error.is_foreign_key_violation();
        let known = self.connection.dialect().capabilities();
        let error = place(error, self.batch.def, known);
        Failure {
            error: match &self.batch.early {
                Some(early) => early.explain(error),
                None => error,
            },
            suspect: (is_one_of_many || is_blocked).then_some(index),
        }
    }
}

/// Whether an error of this kind may come from a table that was altered since the engine has learned of it.
fn may_be_altered(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UndefinedTable
            | ErrorKind::UndefinedColumn
            | ErrorKind::Database
            | ErrorKind::Decode
            | ErrorKind::Usage
    )
}

/// A violated constraint with what the batch's own model knows of it, where other models map the same table.
#[cold]
fn place(error: Error, def: &'static ModelDef, known: &Capabilities) -> Error {
    if !error.is_constraint_violation() {
        return error;
    }
    let sql = error.sql().unwrap_or_default().to_owned();
    let statement = (sql.as_str(), known.lexical_rules);
    complete(error, statement, &[&def.schema], known.identifier_limit)
}
