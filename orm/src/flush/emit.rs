//! Runs a plan: one statement or prepared loop a unit, exact row counts, keys and versions collected.
//!
//! Reads entities and changes none of them. Inserting is `query/bulk.rs`, shared with `insert(…)`.

use std::sync::Arc;

use orm_core::driver::Outcome;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{SqlWriter, write_batch_delete, write_batch_update};
use orm_core::stmt::{BatchColumn, BatchDelete, BatchRows, BatchUpdate};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use super::plan::{Plan, Unit, UnitKind};
use crate::engine::{Connection, StatementKey, StatementKind};
use crate::load::get_statement;
use crate::mapping::ModelDef;
use crate::query::{BulkInsert, check_length, check_references, insert_rows};
use crate::state::{AnyArena, Inserted, State, Updated};

/// How many rows of a prepared loop are bound at a time.
const LOOP_ROWS: usize = 256;

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
    pub error: Error,
    /// The unit whose rows were not all matched, where the statement can't tell which: after the
    /// rollback they are looked at one by one.
    pub suspect: Option<usize>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, suspect: None }
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
    for (index, unit) in plan.units.iter().enumerate() {
        let Some(arena) = state.by_model(unit.model) else { continue };
        let mut rows = Rows { connection, arena, unit };
        let result = match &unit.kind {
            UnitKind::Insert { columns, fetched, generated } => {
                rows.insert(columns, fetched, *generated).map(Written::Inserted)
            }
            UnitKind::Update { set, guard } => rows.update(set, guard).map(Written::Updated),
            UnitKind::Delete { guard } => rows.delete(guard).map(|()| Written::Deleted),
        };
        written.push(result.map_err(|error| {
            let batch = error.is_stale_data() && unit.slots.len() > 1;
            Failure { error, suspect: batch.then_some(index) }
        })?);
    }
    Ok(written)
}

/// The rows of one unit, on their way.
struct Rows<'a> {
    connection: &'a mut Connection,
    arena: &'a dyn AnyArena,
    unit: &'a Unit,
}

impl<'a> Rows<'a> {
    fn insert(
        &mut self,
        columns: &[usize],
        fetched: &[usize],
        generated: bool,
    ) -> Result<Vec<Inserted>> {
        let (arena, unit) = (self.arena, self.unit);
        let version = unit.def.version;
        let mut rows: Vec<Inserted> =
            unit.slots.iter().map(|slot| Inserted { slot: *slot, filled: Vec::new() }).collect();
        let value = |row: usize, position: usize| match arena.value(unit.slots[row], position) {
            // Versions count from 1; 0 is a version that nobody has set.
            ValueRef::Int(0) if version == Some(position) => ValueRef::Int(1),
            value => value,
        };
        let bulk = BulkInsert { def: unit.def, model: unit.model, columns, rows: rows.len() };
        let mut misfit = None;
        if let (true, Some(position)) = (generated, unit.def.generated) {
            let mut take = |row: usize, key: i64| {
                if misfit.is_none() && !fits(&unit.def.columns[position].ty, key) {
                    misfit = Some(key_out_of_range(unit.def, position));
                }
                rows[row].filled.push((position, Value::Int(key)));
            };
            insert_rows(self.connection, &bulk, &value, Some(&mut take))?;
        } else {
            insert_rows(self.connection, &bulk, &value, None)?;
        }
        if let Some(misfit) = misfit {
            return Err(misfit);
        }
        if let Some(position) = version {
            for row in &mut rows {
                if arena.value(row.slot, position) == ValueRef::Int(0) {
                    row.filled.push((position, Value::Int(1)));
                }
            }
        }
        if !fetched.is_empty() {
            self.fetch(&mut rows, fetched)?;
        }
        Ok(rows)
    }

    /// Reads what the database filled in.
    fn fetch(&mut self, rows: &mut [Inserted], fetched: &[usize]) -> Result<()> {
        let (arena, unit) = (self.arena, self.unit);
        let sql = get_statement(self.connection, unit.def, unit.model)?;
        for row in rows {
            let key: Vec<Value> = unit
                .def
                .primary_key
                .iter()
                .map(|position| {
                    let filled = row.filled.iter().find(|(filled, _)| filled == position);
                    filled.map_or_else(
                        || arena.value(row.slot, *position).to_value(),
                        |(_, value)| value.clone(),
                    )
                })
                .collect();
            let binds: Vec<ValueRef<'_>> = key.iter().map(Value::as_ref).collect();
            let mut filled = Vec::with_capacity(fetched.len());
            self.connection.raw_query(&sql, &binds, &mut |found| {
                for position in fetched {
                    filled.push((*position, found.get(*position)?.to_value()));
                }
                Ok(())
            })?;
            row.filled.append(&mut filled);
        }
        Ok(())
    }

    fn update(&mut self, set: &[usize], guard: &[usize]) -> Result<Vec<Updated>> {
        let (arena, unit) = (self.arena, self.unit);
        let version = unit.def.version;
        let mut rows = Vec::with_capacity(unit.slots.len());
        for slot in &unit.slots {
            let version = match version.map(|position| arena.old_value(*slot, position)) {
                Some(ValueRef::Int(old)) => Some(old.wrapping_add(1)),
                _ => None,
            };
            rows.push(Updated { slot: *slot, version });
            for position in set.iter().filter(|position| Some(**position) != version_position(unit)) {
                let value = arena.value(*slot, *position);
                check_length(unit.def, *position, value)?;
                check_references(unit.def, *position, value)?;
            }
        }
        let text = self.text(StatementKind::Update, set, guard)?;
        let value = |row: usize, column: usize| {
            let slot = unit.slots[row];
            match set.get(column) {
                Some(position) if Some(*position) == version => {
                    rows[row].version.map_or(ValueRef::Null, ValueRef::Int)
                }
                Some(position) => arena.value(slot, *position),
                None => key_or_guard(arena, slot, guard, column - set.len()),
            }
        };
        let width = set.len() + unit.def.primary_key.len() + guard.len();
        self.write(&text, width, &value)?;
        Ok(rows)
    }

    fn delete(&mut self, guard: &[usize]) -> Result<()> {
        let (arena, unit) = (self.arena, self.unit);
        let text = self.text(StatementKind::Delete, &[], guard)?;
        let value = |row: usize, column: usize| key_or_guard(arena, unit.slots[row], guard, column);
        self.write(&text, unit.def.primary_key.len() + guard.len(), &value)
    }

    /// Runs the statement for every row and checks that each matched exactly one.
    fn write(
        &mut self,
        text: &str,
        width: usize,
        value: &dyn Fn(usize, usize) -> ValueRef<'a>,
    ) -> Result<()> {
        let rows = self.unit.slots.len();
        if rows > 1 && self.connection.dialect().capabilities().arrays {
            return self.write_arrays(text, width, value);
        }
        let mut binds = Vec::with_capacity(width * rows.min(LOOP_ROWS));
        for first in (0..rows).step_by(LOOP_ROWS) {
            let chunk = first..rows.min(first + LOOP_ROWS);
            binds.clear();
            for row in chunk {
                binds.extend((0..width).map(|column| value(row, column)));
            }
            let mut row = first;
            let (arena, unit) = (self.arena, self.unit);
            let mut check = |outcome: Outcome| {
                let slot = unit.slots[row];
                row += 1;
                if outcome.affected == 1 { Ok(()) } else { Err(stale(arena, unit, slot)) }
            };
            if rows == 1 {
                check(self.connection.raw_execute(text, &binds)?)?;
            } else {
                self.connection.raw_execute_each(text, width, &binds, &mut check)?;
            }
        }
        Ok(())
    }

    fn write_arrays(
        &mut self,
        text: &str,
        width: usize,
        value: &dyn Fn(usize, usize) -> ValueRef<'a>,
    ) -> Result<()> {
        let rows = self.unit.slots.len();
        let columns: Vec<Vec<ValueRef<'_>>> = (0..width)
            .map(|column| (0..rows).map(|row| value(row, column)).collect())
            .collect();
        let binds: Vec<ValueRef<'_>> = columns.iter().map(|c| ValueRef::Array(c)).collect();
        let outcome = self.connection.raw_execute(text, &binds)?;
        if outcome.affected == rows as u64 {
            return Ok(());
        }
        Err(stale(self.arena, self.unit, self.unit.slots[0]))
    }

    fn text(&mut self, kind: StatementKind, set: &[usize], guard: &[usize]) -> Result<Arc<str>> {
        let dialect = self.connection.dialect();
        let arrays = self.unit.slots.len() > 1 && dialect.capabilities().arrays;
        let rows = if arrays { BatchRows::Arrays } else { BatchRows::Rows(1) };
        let key = StatementKey {
            dialect: dialect.name(),
            model: self.unit.model,
            kind,
            columns: set.to_vec(),
            guard: guard.to_vec(),
            rows: usize::from(!arrays),
        };
        let def = self.unit.def;
        self.connection.statement(&key, || {
            let mut w = SqlWriter::new(dialect);
            let (table, key) = (def.table, batch_columns(def, def.primary_key));
            let (set, guard) = (batch_columns(def, set), batch_columns(def, guard));
            if kind == StatementKind::Update {
                let (set, key, guard) = (&set, &key, &guard);
                write_batch_update(&mut w, &BatchUpdate { table, set, key, guard, rows })?;
            } else {
                let (key, guard) = (&key, &guard);
                write_batch_delete(&mut w, &BatchDelete { table, key, guard, rows })?;
            }
            Ok(w.finish().0)
        })
    }
}

fn version_position(unit: &Unit) -> Option<usize> {
    unit.def.version
}

fn batch_columns(def: &'static ModelDef, positions: &[usize]) -> Vec<BatchColumn<'static>> {
    let column = |position: &usize| &def.columns[*position];
    positions.iter().map(column).map(|c| BatchColumn { name: c.name, ty: &c.ty }).collect()
}

fn key_or_guard<'a>(
    arena: &'a dyn AnyArena,
    slot: u32,
    guard: &[usize],
    column: usize,
) -> ValueRef<'a> {
    let key = arena.def().primary_key;
    let position = key.get(column).or_else(|| guard.get(column - key.len()));
    position.map_or(ValueRef::Null, |position| arena.old_value(slot, *position))
}

fn fits(ty: &Type, key: i64) -> bool {
    match ty {
        Type::Int16 => i16::try_from(key).is_ok(),
        Type::Int32 => i32::try_from(key).is_ok(),
        _ => true,
    }
}

#[cold]
fn key_out_of_range(def: &ModelDef, position: usize) -> Error {
    Error::with_message(ErrorKind::OutOfRange, "the generated key is out of range for its field")
        .with_table(def.table)
        .with_column(def.names[position])
        .with_hint("make the field an i64")
}

/// The error of a row that was not there as expected.
#[cold]
fn stale(arena: &dyn AnyArena, unit: &Unit, slot: u32) -> Error {
    let key = unit.def.primary_key.iter().map(|position| arena.old_value(slot, *position));
    let key: Vec<String> = key.map(key_text).collect();
    Error::with_message(
        ErrorKind::StaleData,
        format!(
            "the {} with the key {} was changed or deleted by somebody else",
            unit.def.name,
            key.join(", ")
        ),
    )
    .with_table(unit.def.table)
    .with_hint("refresh it, decide anew, and flush again")
}

fn key_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Int(key) => key.to_string(),
        ValueRef::Text(key) => format!("{key:?}"),
        other => other.to_json(),
    }
}

/// Looks at the rows of a batch that did not match as a whole, after its rollback, and names the first
/// that is gone or changed; `error` if each is as expected by now.
pub(crate) fn find_stale(
    connection: &mut Connection,
    state: &State,
    unit: &Unit,
    error: Error,
) -> Error {
    let Some(arena) = state.by_model(unit.model) else { return error };
    let (UnitKind::Update { guard, .. } | UnitKind::Delete { guard }) = &unit.kind else {
        return error;
    };
    let Ok(sql) = get_statement(connection, unit.def, unit.model) else { return error };
    for slot in &unit.slots {
        let key = unit.def.primary_key.iter().map(|position| arena.old_value(*slot, *position));
        let binds: Vec<ValueRef<'_>> = key.collect();
        let mut intact = false;
        let looked = connection.raw_query(&sql, &binds, &mut |row| {
            intact = true;
            for position in guard {
                intact &= row.get(*position)?.is_same(arena.old_value(*slot, *position));
            }
            Ok(())
        });
        if looked.is_ok() && !intact {
            return stale(arena, unit, *slot);
        }
    }
    error
}
