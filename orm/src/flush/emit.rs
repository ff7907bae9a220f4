//! Runs a plan: what each unit writes, with keys and versions collected.
//!
//! Reads entities and changes none of them. Inserting is `query/bulk/`, shared with `insert(…)`;
//! updates and deletes are sent by `send.rs`; what the database fills in or changes is read back in
//! `fetch.rs`.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::violation::complete;
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use super::fetch::fetch;
use super::key_defaults::key_defaults;
use super::replaced::InsertedKeys;
use super::stale::{stale, still_there};
use super::unit::{Plan, Unit, UnitKind};
use crate::engine::{Connection, StatementKind};
use crate::mapping::ModelDef;
use crate::query::{BulkInsert, check_length, check_references, insert_rows};
use crate::state::{AnyArena, Inserted, State, Updated};

/// What was written by one unit of the plan.
#[derive(Debug)]
pub(crate) enum Written {
    Inserted(Vec<Inserted>),
    Updated(Vec<Updated>),
    Deleted,
}

/// Why a flush failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    /// The unit whose rows were not all matched, where the statement can't tell which: after the
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
    let mut written = Vec::with_capacity(plan.units.len());
    let mut inserted = InsertedKeys::default();
    for (index, unit) in plan.units.iter().enumerate() {
        let arena = state
            .by_model(unit.model)
            .expect("invariant: plans come from arenas");
        let mut rows = Rows {
            connection,
            arena,
            unit,
        };
        let result = inserted.check(arena, unit).and_then(|()| match &unit.kind {
            UnitKind::Insert {
                columns,
                fetched,
                generated,
            } => rows
                .insert(columns, fetched, *generated)
                .map(Written::Inserted),
            UnitKind::Update { set, guard, swaps } => {
                let updated = rows.update(set, guard).map(Written::Updated);
                updated.map_err(|error| if *swaps { explain_swap(error) } else { error })
            }
            UnitKind::Delete { guard, cascaded } => {
                rows.delete(guard, *cascaded).map(|()| Written::Deleted)
            }
        });
        if let Ok(Written::Inserted(rows)) = &result {
            inserted.note(arena, rows, &plan.units[index + 1..]);
        }
        written.push(result.map_err(|error| {
            if may_be_altered(error.kind()) {
                rows.connection.forget_tables();
            }
            let batch = error.is_stale_data() && unit.slots.len() > 1;
            let limit = rows.connection.dialect().capabilities().identifier_limit;
            Failure {
                error: place(error, unit.def, limit),
                suspect: batch.then_some(index),
            }
        })?);
    }
    Ok(written)
}

/// The rows of one unit, on their way.
pub(super) struct Rows<'a> {
    pub(super) connection: &'a mut Connection,
    pub(super) arena: &'a dyn AnyArena,
    pub(super) unit: &'a Unit,
}

impl Rows<'_> {
    fn insert(
        &mut self,
        columns: &[usize],
        fetched: &[usize],
        generated: Option<usize>,
    ) -> Result<Vec<Inserted>> {
        let (arena, unit) = (self.arena, self.unit);
        let version = unit.def.version;
        let row = |slot: &u32| Inserted {
            slot: *slot,
            generated: None,
            filled: Vec::new(),
            stored: Vec::new(),
        };
        let mut rows: Vec<Inserted> = unit.slots.iter().map(row).collect();
        // What a default makes of the key can't be looked up by the key: it is asked for first, and then given.
        let is_key = |position: &usize| unit.def.is_key(*position);
        let (made, fetched): (Vec<usize>, Vec<usize>) = fetched.iter().partition(|p| is_key(p));
        let keys = match made.as_slice() {
            [] => Vec::new(),
            made => key_defaults(self.connection, arena, &unit.slots, made)?,
        };
        let columns = [columns, &made].concat();
        let value = |row: usize, position: usize| match arena.value(unit.slots[row], position) {
            // Versions count from 1; 0 is a version that nobody has set.
            ValueRef::Int(0) if version == Some(position) => ValueRef::Int(1),
            value => match made.iter().position(|made| *made == position) {
                Some(index) => keys[row][index].as_ref(),
                None => value,
            },
        };
        let bulk = BulkInsert {
            def: unit.def,
            model: unit.model,
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
            misfits |= !fits(&unit.def.columns[position].ty, key);
            rows[row].generated = Some(key);
        };
        insert_rows(self.connection, &bulk, &value, Some(&mut take))?;
        if misfits {
            return Err(out_of_range(unit.def, position, "the generated key"));
        }
        self.fill(rows, &fetched)
    }

    /// Notes what was filled in beside the key.
    fn fill(&mut self, mut rows: Vec<Inserted>, fetched: &[usize]) -> Result<Vec<Inserted>> {
        if let Some(position) = self.unit.def.version {
            let unset =
                |row: &&mut Inserted| self.arena.value(row.slot, position) == ValueRef::Int(0);
            for row in rows.iter_mut().filter(unset) {
                row.filled.push((position, Value::Int(1)));
            }
        }
        let read_back = &self.unit.read_back;
        if fetched.is_empty() && read_back.is_empty() {
            return Ok(rows);
        }
        let keys: Vec<_> = rows.iter().map(|row| key_of(self.arena, row)).collect();
        let positions = [fetched, read_back].concat();
        let mut take = |row: usize, mut values: Vec<Value>| {
            let stored = values.split_off(fetched.len());
            rows[row].filled.extend(fetched.iter().copied().zip(values));
            rows[row].stored = read_back.iter().copied().zip(stored).collect();
        };
        fetch(self.connection, self.arena, &keys, &positions, &mut take)?;
        Ok(rows)
    }

    fn update(&mut self, set: &[usize], guard: &[usize]) -> Result<Vec<Updated>> {
        let (arena, unit) = (self.arena, self.unit);
        let version = unit.def.version;
        let mut rows: Vec<Updated> = unit
            .slots
            .iter()
            .map(|slot| updated(arena, *slot))
            .collect::<Result<_>>()?;
        let guard = self.guards(guard);
        let text = self.text(StatementKind::Update, set, &guard)?;
        let width = set.len() + unit.def.primary_key.len() + guard.columns.len();
        let fill = |row: usize, binds: &mut Vec<_>| {
            let slot = unit.slots[row];
            for position in set {
                let value = match rows[row].version {
                    Some(next) if Some(*position) == version => ValueRef::Int(next),
                    _ => arena.value(slot, *position),
                };
                check_length(unit.def, *position, value)?;
                check_references(unit.def, *position, value)?;
                binds.push(value);
            }
            guard.fill(arena, (row, slot), binds);
            Ok(())
        };
        self.write((&text, width, &guard), &fill, None)?;
        self.read_back(&mut rows)?;
        Ok(rows)
    }

    /// Notes what the database has made of the values.
    fn read_back(&mut self, rows: &mut [Updated]) -> Result<()> {
        let (arena, positions) = (self.arena, &self.unit.read_back);
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
            rows[row].stored = positions.iter().copied().zip(values).collect();
        };
        fetch(self.connection, arena, &keys, positions, &mut take)
    }

    fn delete(&mut self, guard: &[usize], cascaded: bool) -> Result<()> {
        let (arena, unit) = (self.arena, self.unit);
        let guard = self.guards(guard);
        let text = self.text(StatementKind::Delete, &[], &guard)?;
        let width = unit.def.primary_key.len() + guard.columns.len();
        let fill = |row: usize, binds: &mut Vec<_>| {
            guard.fill(arena, (row, unit.slots[row]), binds);
            Ok(())
        };
        let mut absent = cascaded.then(Vec::new);
        self.write((&text, width, &guard), &fill, absent.as_mut())?;
        let absent = absent.unwrap_or_default();
        match still_there(self.connection, arena, &absent)? {
            Some(slot) => Err(stale(arena, slot)),
            None => Ok(()),
        }
    }
}

/// The key of an inserted row.
fn key_of(arena: &dyn AnyArena, row: &Inserted) -> Vec<Value> {
    let filled = |position: usize| row.filled.iter().find(|(filled, _)| *filled == position);
    let value = |position: &usize| match row.generated {
        Some(generated) if arena.def().generated == Some(*position) => Value::Int(generated),
        _ => match filled(*position) {
            Some((_, value)) => value.clone(),
            None => arena.value(row.slot, *position).to_value(),
        },
    };
    arena.def().primary_key.iter().map(value).collect()
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

/// A violated constraint with what the unit's own model knows of it, where other models map the same table.
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
