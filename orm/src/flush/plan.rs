//! What a flush has to write: units of rows of one table, one kind and one column set, in order.

use orm_core::error::{Error, ErrorKind, Result};

use super::order::{self, key_order};
use super::unique;
use crate::mapping::{ColumnSet, ModelDef};
use crate::state::{AnyArena, State};

/// What a flush will do, in order.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub units: Vec<Unit>,
}

/// Rows that are written by the same statement.
#[derive(Debug)]
pub(crate) struct Unit {
    /// The model's number.
    pub model: usize,
    pub def: &'static ModelDef,
    pub slots: Vec<u32>,
    pub kind: UnitKind,
}

/// What is done to the rows of a unit.
#[derive(Debug)]
pub(crate) enum UnitKind {
    Insert {
        /// The columns that are given.
        columns: Vec<usize>,
        /// The columns that the database fills in and a SELECT fetches: server defaults.
        fetched: Vec<usize>,
        /// Whether the database generates the key.
        generated: bool,
    },
    Update {
        /// The columns that are set, the version's included.
        set: Vec<usize>,
        /// The columns whose old values must still be there.
        guard: Vec<usize>,
    },
    Delete {
        guard: Vec<usize>,
    },
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Whether all of it is one statement that touches at most one row, so that it needs no
    /// transaction around it to be atomic.
    pub fn is_single_row(&self) -> bool {
        match self.units.as_slice() {
            [unit] => unit.slots.len() == 1 && !unit.fetches(),
            _ => false,
        }
    }
}

impl Unit {
    fn fetches(&self) -> bool {
        matches!(&self.kind, UnitKind::Insert { fetched, .. } if !fetched.is_empty())
    }
}

/// Plans the flush of everything in `state`.
///
/// Tables go by foreign keys, parents first; in each, updates before inserts, so that a unique value
/// that an update frees can be taken; deletes go last, children first, except those whose unique values
/// are taken by a row of the same flush: they go first.
///
/// # Errors
/// `Usage` if the key of a persistent entity was changed.
pub(crate) fn plan(state: &State) -> Result<Plan> {
    let working: Vec<&dyn AnyArena> = state.arenas().filter(|arena| arena.has_work()).collect();
    let arenas = order::by_reference(&working);
    let early = unique::early_deletes(&arenas);
    let mut plan = Plan::default();
    for (arena, early) in arenas.iter().zip(&early).rev() {
        plan_deletes(&mut plan, *arena, state.epoch, *early);
    }
    for arena in &arenas {
        plan_updates(&mut plan, *arena, state.epoch)?;
        plan_inserts(&mut plan, *arena);
    }
    for (arena, early) in arenas.iter().zip(&early).rev() {
        plan_deletes(&mut plan, *arena, state.epoch, !*early);
    }
    Ok(plan)
}

fn plan_inserts(plan: &mut Plan, arena: &dyn AnyArena) {
    let def = arena.def();
    let mut rows = arena.added().to_vec();
    order::parents_first(arena, &mut rows, |added| added.slot);
    let mut last: Option<(Unit, ColumnSet)> = None;
    for added in rows {
        let generated = def.generated.filter(|position| {
            matches!(arena.value(added.slot, *position), orm_core::value::ValueRef::Int(0))
        });
        let mut left_out = added.unset;
        if let Some(position) = generated {
            left_out.insert(position);
        }
        // Rows keep the order in which they were added, so only neighbours share a statement.
        match &mut last {
            Some((unit, set)) if *set == left_out => unit.slots.push(added.slot),
            _ => {
                plan.units.extend(last.take().map(|(unit, _)| unit));
                let kind = insert_kind(def, &left_out, generated);
                let unit = Unit { model: arena.model(), def, slots: vec![added.slot], kind };
                last = Some((unit, left_out));
            }
        }
    }
    plan.units.extend(last.map(|(unit, _)| unit));
}

fn insert_kind(def: &'static ModelDef, left_out: &ColumnSet, generated: Option<usize>) -> UnitKind {
    let all = 0..def.columns.len();
    UnitKind::Insert {
        columns: all.filter(|position| !left_out.contains(*position)).collect(),
        fetched: left_out.iter().filter(|position| Some(*position) != generated).collect(),
        generated: generated.is_some(),
    }
}

fn plan_updates(plan: &mut Plan, arena: &dyn AnyArena, epoch: u32) -> Result<()> {
    let def = arena.def();
    let mut slots = arena.touched().to_vec();
    slots.sort_by(|a, b| key_order(arena, *a, *b));
    let first = plan.units.len();
    for slot in slots {
        let changes = arena.changes(slot);
        if changes.is_empty() {
            continue;
        }
        check_key(def, &changes)?;
        let (set, guard) = update_columns(arena, slot, changes, epoch);
        let same = plan.units[first..].iter_mut().find(|unit| {
            matches!(&unit.kind, UnitKind::Update { set: s, guard: g } if *s == set && *g == guard)
        });
        match same {
            Some(unit) => unit.slots.push(slot),
            None => plan.units.push(Unit {
                model: arena.model(),
                def,
                slots: vec![slot],
                kind: UnitKind::Update { set, guard },
            }),
        }
    }
    Ok(())
}

/// The columns that an UPDATE sets and those that it guards: the version where there is one; of an
/// entity that was stale when it was touched, else, the changed columns themselves.
fn update_columns(
    arena: &dyn AnyArena,
    slot: u32,
    changes: ColumnSet,
    epoch: u32,
) -> (Vec<usize>, Vec<usize>) {
    let mut set: Vec<usize> = changes.iter().collect();
    match arena.def().version {
        Some(version) => {
            if !set.contains(&version) {
                set.push(version);
            }
            (set, vec![version])
        }
        None if arena.is_stale(slot, epoch) => (set.clone(), set),
        None => (set, Vec::new()),
    }
}

#[cold]
fn key_changed(def: &ModelDef, position: usize) -> Error {
    let column = def.names[position];
    Error::with_message(
        ErrorKind::Usage,
        format!("the primary key of a persistent {} was changed", def.name),
    )
    .with_table(def.table)
    .with_column(column)
    .with_hint("delete the row and add another one")
}

fn check_key(def: &ModelDef, changes: &ColumnSet) -> Result<()> {
    match def.primary_key.iter().find(|position| changes.contains(**position)) {
        Some(position) => Err(key_changed(def, *position)),
        None => Ok(()),
    }
}

fn plan_deletes(plan: &mut Plan, arena: &dyn AnyArena, _epoch: u32, wanted: bool) {
    if !wanted || arena.deleting().is_empty() {
        return;
    }
    let mut slots = arena.deleting().to_vec();
    slots.sort_by(|a, b| key_order(arena, *a, *b));
    order::parents_first(arena, &mut slots, |slot| *slot);
    if order::refers_to_itself(arena.def()) {
        slots.reverse();
    }
    let guard = arena.def().version.into_iter().collect();
    let (model, def) = (arena.model(), arena.def());
    plan.units.push(Unit { model, def, slots, kind: UnitKind::Delete { guard } });
}
