//! What a flush has to write: units of rows of one table, one kind and one column set, in order.

use std::collections::{HashMap, HashSet};

use orm_core::error::{Error, ErrorKind, Result};

use super::cascade;
use super::order::{self, Group, Row};
use super::unique;
use super::unit::{Plan, Unit, UnitKind};
use super::work::{Table, gather};
use crate::mapping::{ColumnSet, ModelDef};
use crate::state::{Changed, State};

/// Plans the flush of everything in `state`. With `optimistic`, an UPDATE also matches the old values of the
/// columns that it sets, unless the model has a version.
///
/// Tables go by foreign keys, parents first; in each, updates before inserts, so that a unique value
/// that an update frees can be taken; deletes go last, children first, except those that free a unique
/// value for a row of the same flush: they go first, behind updates that leave them. Where rows of a table, or of a circle of tables,
/// refer to each other, each row has its own place.
///
/// # Errors
/// `Usage` if the key of a persistent entity was changed.
pub(crate) fn plan(state: &State, optimistic: bool) -> Result<Plan> {
    let mut tables = gather(state);
    tables.iter().try_for_each(check_keys)?;
    let groups = order::groups(&mut tables);
    let early = unique::early_deletes(&tables);
    let leaving = unique::leaving(&tables, &early);
    let deleting = tables.iter().filter(|table| !table.deleting.is_empty());
    let mut planner = Planner {
        tables: &tables,
        cascaded: cascade::reached(deleting.map(|table| table.arena.def().table)),
        emptied: unique::emptied(&tables, &early),
        optimistic,
        units: Vec::new(),
    };
    if !leaving.is_empty() {
        for index in 0..tables.len() {
            planner.updates(index, |slot| leaving.contains(&row(index, slot)));
        }
    }
    for group in groups.iter().rev() {
        planner.deletes(group, |row| early.contains(row));
    }
    for group in &groups {
        planner.writes(group, &leaving);
    }
    for group in groups.iter().rev() {
        planner.deletes(group, |row| !early.contains(row));
    }
    Ok(Plan {
        units: planner.units,
    })
}

fn check_keys(table: &Table<'_>) -> Result<()> {
    let def = table.arena.def();
    let key = def.primary_key.iter().copied();
    let changed = |position: &usize| {
        table
            .changed
            .iter()
            .any(|row| row.columns.contains(*position))
    };
    match key.into_iter().find(changed) {
        Some(position) => Err(key_changed(def, position)),
        None => Ok(()),
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
    .with_hint("put the old key back; to give the row another one, delete it and add a new one")
}

struct Planner<'s> {
    tables: &'s [Table<'s>],
    /// The columns of changed rows that early deletes make the database set.
    emptied: HashMap<Row, Vec<usize>>,
    /// The tables of which deletes of this flush may take rows along.
    cascaded: Vec<&'static str>,
    optimistic: bool,
    units: Vec<Unit>,
}

impl Planner<'_> {
    /// Updates and inserts, but for the updates that are done.
    fn writes(&mut self, group: &Group, done: &HashSet<Row>) {
        let mut added = Vec::new();
        for index in &group.tables {
            added.extend(
                self.tables[*index]
                    .added
                    .iter()
                    .map(|slot| row(*index, *slot)),
            );
        }
        let left = |index, slot| !done.contains(&row(index, slot));
        if !group.circular {
            let index = group.tables[0];
            self.updates(index, |slot| left(index, slot));
            return self.inserts(&added);
        }
        let late: Vec<(usize, HashSet<u32>)> = group
            .tables
            .iter()
            .map(|index| (*index, order::refer_to_added(self.tables, *index, &added)))
            .collect();
        for (index, late) in &late {
            self.updates(*index, |slot| !late.contains(&slot) && left(*index, slot));
        }
        self.inserts(&order::parents_first(self.tables, &added));
        for (index, late) in &late {
            self.updates(*index, |slot| late.contains(&slot) && left(*index, slot));
        }
    }

    /// Rows keep their order, so only neighbours share a statement.
    fn inserts(&mut self, rows: &[Row]) {
        let mut last: Option<(usize, ColumnSet)> = None;
        for row in rows {
            let left_out = self.tables[row.table].arena.left_out(row.slot);
            match (&last, self.units.last_mut()) {
                (Some((table, set)), Some(unit)) if *table == row.table && *set == left_out => {
                    unit.slots.push(row.slot);
                }
                _ => {
                    let kind = UnitKind::insert(self.tables[row.table].arena.def(), &left_out);
                    self.push(row.table, row.slot, kind);
                    last = Some((row.table, left_out));
                }
            }
        }
    }

    fn updates(&mut self, index: usize, wanted: impl Fn(u32) -> bool) {
        let changed = &self.tables[index].changed;
        let chain = unique::chain(&self.tables[index]);
        for (place, chained) in chain.rows.iter().enumerate() {
            let row = &changed[*chained];
            if wanted(row.slot) {
                // Each by itself: one statement of many rows may take them in any order.
                let kind = self.update_kind(index, row, place >= chain.placed);
                self.push(index, row.slot, kind);
            }
        }
        let chained: HashSet<usize> = chain.rows.into_iter().collect();
        // The first row of each unit, by what decides its statement: that is quicker to compare for
        // every row than the statement's columns are to list.
        let mut known: Vec<(&ColumnSet, usize)> = Vec::new();
        for (place, row) in changed.iter().enumerate() {
            if !wanted(row.slot) || chained.contains(&place) {
                continue;
            }
            let same = |(columns, _): &&(&ColumnSet, usize)| **columns == row.columns;
            if !self.emptied_of(index, row.slot).is_empty() {
                // By itself: it guards other columns than the rest.
                let kind = self.update_kind(index, row, false);
                self.push(index, row.slot, kind);
            } else if let Some((_, unit)) = known.iter().find(same) {
                self.units[*unit].slots.push(row.slot);
            } else {
                known.push((&row.columns, self.units.len()));
                let kind = self.update_kind(index, row, false);
                self.push(index, row.slot, kind);
            }
        }
    }

    fn deletes(&mut self, group: &Group, wanted: impl Fn(&Row) -> bool) {
        let mut rows = Vec::new();
        for index in &group.tables {
            rows.extend(
                self.tables[*index]
                    .deleting
                    .iter()
                    .map(|slot| row(*index, *slot)),
            );
        }
        rows.retain(wanted);
        if group.circular {
            rows = order::parents_first(self.tables, &rows);
            rows.reverse();
        }
        let mut last = None;
        for row in rows {
            match self.units.last_mut() {
                Some(unit) if last == Some(row.table) => unit.slots.push(row.slot),
                _ => {
                    let kind = self.delete_kind(row.table);
                    self.push(row.table, row.slot, kind);
                }
            }
            last = Some(row.table);
        }
    }

    fn delete_kind(&self, table: usize) -> UnitKind {
        let arena = self.tables[table].arena;
        let guard = arena.def().version.into_iter().collect();
        let cascaded = arena.is_cascaded() || self.cascaded.contains(&arena.def().table);
        UnitKind::Delete { guard, cascaded }
    }

    fn push(&mut self, table: usize, slot: u32, kind: UnitKind) {
        let arena = self.tables[table].arena;
        let (model, def) = (arena.model(), arena.def());
        self.units.push(Unit {
            model,
            def,
            slots: vec![slot],
            kind,
            stored: None,
            read_back: Vec::new(),
        });
    }

    /// What an UPDATE sets and guards. It guards the version where there is one, else the changed columns
    /// themselves, but for those that this very flush makes the database set before.
    fn update_kind(&self, table: usize, row: &Changed, swaps: bool) -> UnitKind {
        let arena = self.tables[table].arena;
        let mut set: Vec<usize> = row.columns.iter().collect();
        let guard = match arena.def().version {
            Some(version) => {
                if !set.contains(&version) {
                    set.push(version);
                }
                vec![version]
            }
            None if self.optimistic => {
                let emptied = self.emptied_of(table, row.slot);
                let kept = |column: &usize| !emptied.contains(column);
                set.iter().copied().filter(kept).collect()
            }
            None => Vec::new(),
        };
        UnitKind::Update { set, guard, swaps }
    }

    fn emptied_of(&self, table: usize, slot: u32) -> &[usize] {
        if self.emptied.is_empty() {
            return &[];
        }
        let emptied = self.emptied.get(&row(table, slot));
        emptied.map_or(&[], Vec::as_slice)
    }
}

fn row(table: usize, slot: u32) -> Row {
    Row { table, slot }
}
