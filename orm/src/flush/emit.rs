//! Runs a plan: what each batch writes, with keys and versions collected.
//!
//! Reads entities and changes none of them. Inserting is `query/bulk/`, shared with `insert(…)`;
//! updates and deletes are sent by `send.rs`; what the database fills in or changes is read back in
//! `fetch.rs`.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::violation::complete;
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use super::batch::{Batch, BatchKind, Plan, Written};
use super::fetch::fetch;
use super::key_defaults::key_defaults;
use super::linked::LinkedColumns;
use super::replaced::InsertedKeys;
use super::stale::{stale, still_there};
use crate::engine::{Connection, StatementKind};
use crate::mapping::ModelDef;
use crate::query::{BulkInsert, check_length, check_references, insert_rows};
use crate::state::{AnyArena, Inserted, State, Updated};

/// Why a flush failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// The batch whose rows were not all matched, where the statement can't tell which: after the
    /// rollback they are looked at one by one.
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

/// Writes everything in `plan`, in order.
///
/// # Errors
/// The first refusal. Nothing in `state` has changed, and the caller undoes what was written.
pub(crate) fn emit(
    connection: &mut Connection,
    state: &State,
    plan: &Plan,
) -> Result<Vec<Written>, Failure> {
    let mut written = Vec::with_capacity(plan.batches.len());
    let mut inserted = InsertedKeys::default();
    for (index, batch) in plan.batches.iter().enumerate() {
        let arena = state
            .by_model(batch.model)
            .expect("invariant: plans come from arenas");
        let mut writer = BatchWriter {
            connection,
            arena,
            batch,
            linked: LinkedColumns::resolve(state, batch, &written),
        };
        let checked = inserted.check(arena, batch);
        let result = checked.and_then(|()| writer.run());
        if let Ok(Written::Inserted(rows)) = &result {
            inserted.note(arena, rows, &plan.batches[index + 1..]);
        }
        written.push(result.map_err(|error| writer.failure(error, index))?);
    }
    Ok(written)
}

/// The rows of one batch, on their way.
pub(super) struct BatchWriter<'a> {
    pub(super) connection: &'a mut Connection,
    pub(super) arena: &'a dyn AnyArena,
    pub(super) batch: &'a Batch,
    linked: LinkedColumns,
}

impl BatchWriter<'_> {
    fn run(&mut self) -> Result<Written> {
        match &self.batch.kind {
            BatchKind::Insert {
                columns,
                fetched,
                generated,
            } => self
                .insert(columns, fetched, *generated)
                .map(Written::Inserted),
            BatchKind::Update {
                set,
                expected,
                swaps,
            } => {
                let updated = self.update(set, expected).map(Written::Updated);
                updated.map_err(|error| if *swaps { explain_swap(error) } else { error })
            }
            BatchKind::Delete { expected, cascaded } => {
                self.delete(expected, *cascaded).map(|()| Written::Deleted)
            }
        }
    }

    #[cold]
    fn failure(&mut self, error: Error, index: usize) -> Failure {
        if may_be_altered(error.kind()) {
            self.connection.forget_tables();
        }
        let is_one_of_many = error.is_stale_data() && self.batch.slots.len() > 1;
        let limit = self.connection.dialect().capabilities().identifier_limit;
        Failure {
            error: place(error, self.batch.def, limit),
            suspect: is_one_of_many.then_some(index),
        }
    }

    fn insert(
        &mut self,
        columns: &[usize],
        fetched: &[usize],
        generated: Option<usize>,
    ) -> Result<Vec<Inserted>> {
        let (arena, batch) = (self.arena, self.batch);
        let version = batch.def.version;
        let row = |(row, slot): (usize, &u32)| Inserted {
            slot: *slot,
            generated: None,
            filled: Vec::new(),
            stored: self.linked.row(row),
        };
        let mut rows: Vec<Inserted> = batch.slots.iter().enumerate().map(row).collect();
        // What a default makes of the key can't be looked up by the key: it is asked for first, and then given.
        let is_key = |position: &usize| batch.def.is_key(*position);
        let (made, fetched): (Vec<usize>, Vec<usize>) = fetched.iter().partition(|p| is_key(p));
        let keys = match made.as_slice() {
            [] => Vec::new(),
            made => key_defaults(self.connection, arena, &batch.slots, made)?,
        };
        let columns = [columns, &made].concat();
        let linked = std::mem::take(&mut self.linked);
        let value = |row: usize, position: usize| {
            if let Some(value) = linked.value(row, position) {
                return value;
            }
            match arena.value(batch.slots[row], position) {
                // Versions count from 1; 0 is a version that was not set.
                ValueRef::Int(0) if version == Some(position) => ValueRef::Int(1),
                value => match made.iter().position(|made| *made == position) {
                    Some(index) => keys[row][index].as_ref(),
                    None => value,
                },
            }
        };
        let bulk = BulkInsert {
            def: batch.def,
            model: batch.model,
            columns: &columns,
            rows: rows.len(),
        };
        let Some(position) = generated else {
            insert_rows(self.connection, &bulk, &value, None)?;
            for (row, key) in rows.iter_mut().zip(keys) {
                row.filled.extend(made.iter().copied().zip(key));
            }
            return self.fill(rows, &fetched);
        };
        let mut misfits = false;
        let mut take = |row: usize, key: i64| {
            misfits |= !fits(&batch.def.columns[position].ty, key);
            rows[row].generated = Some(key);
        };
        insert_rows(self.connection, &bulk, &value, Some(&mut take))?;
        if misfits {
            return Err(out_of_range(batch.def, position, "the generated key"));
        }
        self.fill(rows, &fetched)
    }

    /// Notes what was filled in beside the key.
    fn fill(&mut self, mut rows: Vec<Inserted>, fetched: &[usize]) -> Result<Vec<Inserted>> {
        if let Some(position) = self.batch.def.version {
            let unset =
                |row: &&mut Inserted| self.arena.value(row.slot, position) == ValueRef::Int(0);
            for row in rows.iter_mut().filter(unset) {
                row.filled.push((position, Value::Int(1)));
            }
        }
        let read_back = &self.batch.read_back;
        if fetched.is_empty() && read_back.is_empty() {
            return Ok(rows);
        }
        let (arena, key) = (self.arena, self.batch.def.primary_key);
        let key_of = |row: &Inserted| {
            let key = key
                .iter()
                .map(|position| arena.inserted_value(row, *position));
            key.map(ValueRef::to_value).collect()
        };
        let keys: Vec<Vec<Value>> = rows.iter().map(key_of).collect();
        let positions = [fetched, read_back].concat();
        let mut take = |row: usize, mut values: Vec<Value>| {
            let stored = values.split_off(fetched.len());
            rows[row].filled.extend(fetched.iter().copied().zip(values));
            rows[row]
                .stored
                .extend(read_back.iter().copied().zip(stored));
        };
        fetch(self.connection, self.arena, &keys, &positions, &mut take)?;
        Ok(rows)
    }

    fn update(&mut self, set: &[usize], expected: &[usize]) -> Result<Vec<Updated>> {
        let (arena, batch) = (self.arena, self.batch);
        let version = batch.def.version;
        let mut rows: Vec<Updated> = batch
            .slots
            .iter()
            .map(|slot| updated(arena, *slot))
            .collect::<Result<_>>()?;
        let expected = self.expected(expected);
        let text = self.text(StatementKind::Update, set, &expected)?;
        let width = set.len() + batch.def.primary_key.len() + expected.columns.len();
        let linked = std::mem::take(&mut self.linked);
        let fill = |row: usize, binds: &mut Vec<_>| {
            let slot = batch.slots[row];
            for position in set {
                let value = match rows[row].version {
                    Some(next) if Some(*position) == version => ValueRef::Int(next),
                    _ => match linked.value(row, *position) {
                        Some(value) => value,
                        None => arena.value(slot, *position),
                    },
                };
                check_length(batch.def, *position, value)?;
                check_references(batch.def, *position, value)?;
                binds.push(value);
            }
            expected.fill(arena, (row, slot), binds);
            Ok(())
        };
        self.write((&text, width, &expected), &fill, None)?;
        if !linked.is_empty() {
            for (index, row) in rows.iter_mut().enumerate() {
                row.stored = linked.row(index);
            }
        }
        self.read_back(&mut rows)?;
        Ok(rows)
    }

    /// Notes what the database has made of the values.
    fn read_back(&mut self, rows: &mut [Updated]) -> Result<()> {
        let (arena, positions) = (self.arena, &self.batch.read_back);
        if positions.is_empty() {
            return Ok(());
        }
        let key = |row: &Updated| {
            let key = arena.def().primary_key.iter();
            key.map(|position| arena.old_value(row.slot, *position).to_value())
                .collect()
        };
        let keys: Vec<Vec<Value>> = rows.iter().map(key).collect();
        let mut take = |row: usize, values: Vec<Value>| {
            rows[row]
                .stored
                .extend(positions.iter().copied().zip(values));
        };
        fetch(self.connection, arena, &keys, positions, &mut take)
    }

    fn delete(&mut self, expected: &[usize], cascaded: bool) -> Result<()> {
        let (arena, batch) = (self.arena, self.batch);
        let expected = self.expected(expected);
        let text = self.text(StatementKind::Delete, &[], &expected)?;
        let width = batch.def.primary_key.len() + expected.columns.len();
        let fill = |row: usize, binds: &mut Vec<_>| {
            expected.fill(arena, (row, batch.slots[row]), binds);
            Ok(())
        };
        let mut absent = cascaded.then(Vec::new);
        self.write((&text, width, &expected), &fill, absent.as_mut())?;
        let absent = absent.unwrap_or_default();
        match still_there(self.connection, arena, &absent)? {
            Some(slot) => Err(stale(arena, slot)),
            None => Ok(()),
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

/// The outcome of a row's UPDATE, should it match: the version is one more than it was.
fn updated(arena: &dyn AnyArena, slot: u32) -> Result<Updated> {
    let unversioned = Updated {
        slot,
        version: None,
        stored: Vec::new(),
    };
    let Some(position) = arena.def().version else {
        return Ok(unversioned);
    };
    let ValueRef::Int(old) = arena.old_value(slot, position) else {
        return Ok(unversioned);
    };
    let next = old.checked_add(1);
    let version = next.filter(|next| fits(&arena.def().columns[position].ty, *next));
    match version {
        Some(_) => Ok(Updated {
            version,
            ..unversioned
        }),
        None => Err(out_of_range(arena.def(), position, "the next version")),
    }
}

fn fits(ty: &Type, key: i64) -> bool {
    match ty {
        Type::Int16 => i16::try_from(key).is_ok(),
        Type::Int32 => i32::try_from(key).is_ok(),
        _ => true,
    }
}

#[cold]
fn out_of_range(def: &ModelDef, position: usize, what: &str) -> Error {
    Error::with_message(
        ErrorKind::OutOfRange,
        format!("{what} is out of range for its field"),
    )
    .with_table(def.table)
    .with_column(def.names[position])
    .with_hint("make the field an i64")
}

/// A violated constraint with what the batch's own model knows of it, where other models map the same table.
#[cold]
fn place(error: Error, def: &'static ModelDef, limit: usize) -> Error {
    if !error.is_constraint_violation() {
        return error;
    }
    let sql = error.sql().unwrap_or_default().to_owned();
    complete(error, &sql, &[&def.schema], limit)
}

#[cold]
fn explain_swap(error: Error) -> Error {
    if !error.is_unique_violation() {
        return error;
    }
    error.with_hint(
        "rows of this flush swap unique values, and the database checks each row by itself: flush \
         one of them with an interim value first",
    )
}
