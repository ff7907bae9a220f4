//! Unique values, keys included, that one row of a flush gives up and another takes: which deletes must
//! go first for that, and in which order updates must go.

use std::collections::{HashMap, HashSet};

use orm_core::schema::sort::Edge;
use orm_core::value::ValueRef;

use super::order::{Row, refer_to_added, stable_order, targets};
use super::work::{Table, tuple};
use crate::mapping::{ColumnSet, ModelDef, ReferenceDef};

/// The deletes that go before everything else: those that free a value which an added or changed row
/// takes, and those of rows that refer to them, since children must go before their parents.
pub(super) fn early_deletes(tables: &[Table<'_>]) -> HashSet<Row> {
    let mut early = HashSet::new();
    for (index, table) in tables.iter().enumerate() {
        early.extend(freed_for_others(table).map(|slot| Row { table: index, slot }));
    }
    // Each round finds the children of the last one's rows.
    let mut found = early.len();
    while found > 0 {
        let before = early.len();
        for index in 0..tables.len() {
            add_children(tables, index, &mut early);
        }
        found = early.len() - before;
    }
    early
}

fn freed_for_others<'t>(table: &'t Table<'_>) -> impl Iterator<Item = u32> + 't {
    let arena = table.arena;
    let quiet = table.deleting.is_empty() || (table.added.is_empty() && table.changed.is_empty());
    let sets = unique_sets(arena.def()).filter(move |_| !quiet);
    sets.flat_map(move |columns| {
        let taken: HashSet<String> = takers(table, columns).filter_map(|(_, new)| new).collect();
        let frees = move |slot: &u32| {
            let old = folded(columns.iter().map(|column| arena.old_value(*slot, *column)));
            old.is_some_and(|old| taken.contains(&old))
        };
        table.deleting.iter().copied().filter(frees)
    })
}

/// The rows that will have a value in these columns that they haven't yet, with that value.
fn takers<'t>(
    table: &'t Table<'_>,
    columns: &'t [usize],
) -> impl Iterator<Item = (u32, Option<String>)> + 't {
    let touches = |set: &ColumnSet| columns.iter().any(|c| set.contains(*c));
    let changed = table
        .changed
        .iter()
        .filter(move |row| touches(&row.columns));
    let slots = table
        .added
        .iter()
        .copied()
        .chain(changed.map(|row| row.slot));
    slots.map(|slot| {
        (
            slot,
            folded(
                columns
                    .iter()
                    .map(|column| table.arena.value(slot, *column)),
            ),
        )
    })
}

fn add_children(tables: &[Table<'_>], index: usize, early: &mut HashSet<Row>) {
    let table = &tables[index];
    for reference in table.arena.def().references {
        let parents = keys_of(tables, early, reference);
        let children = table
            .deleting
            .iter()
            .copied()
            .filter(|slot| refers(table, *slot, reference, &parents));
        early.extend(children.map(|slot| Row { table: index, slot }));
    }
}

/// The changed rows that go even before the `early` deletes: those that leave a parent which is deleted,
/// or the database would refuse the delete or take the row along. One whose new parent is only added by
/// this flush has to wait for it all the same.
pub(super) fn leaving(tables: &[Table<'_>], early: &HashSet<Row>) -> HashSet<Row> {
    let mut leaving = HashSet::new();
    if early.is_empty() {
        return leaving;
    }
    let added: Vec<Row> = tables
        .iter()
        .enumerate()
        .flat_map(|(table, work)| {
            work.added
                .iter()
                .map(move |slot| Row { table, slot: *slot })
        })
        .collect();
    for (index, table) in tables.iter().enumerate() {
        let waiting = refer_to_added(tables, index, &added);
        for reference in table.arena.def().references {
            let parents = keys_of(tables, early, reference);
            let moved = table.changed.iter().filter(|row| {
                let moves = reference.columns.iter().any(|c| row.columns.contains(*c));
                moves && refers(table, row.slot, reference, &parents)
            });
            let moved = moved.map(|row| row.slot);
            leaving.extend(
                moved
                    .filter(|slot| !waiting.contains(slot))
                    .map(|slot| Row { table: index, slot }),
            );
        }
    }
    leaving
}

/// What a foreign key holds that refers to one of `rows`.
fn keys_of(tables: &[Table<'_>], rows: &HashSet<Row>, reference: &ReferenceDef) -> HashSet<String> {
    let parents: Vec<usize> = targets(tables, reference).collect();
    let columns = (reference.target_columns)();
    let own = rows.iter().filter(|row| parents.contains(&row.table));
    own.filter_map(|row| old_values(&tables[row.table], row.slot, &columns))
        .collect()
}

/// Whether a row refers to one of `parents`, as far as the database knows.
fn refers(
    table: &Table<'_>,
    slot: u32,
    reference: &ReferenceDef,
    parents: &HashSet<String>,
) -> bool {
    !parents.is_empty()
        && old_values(table, slot, reference.columns).is_some_and(|key| parents.contains(&key))
}

fn old_values(table: &Table<'_>, slot: u32, columns: &[usize]) -> Option<String> {
    let columns = columns.iter();
    tuple(columns.map(|column| table.arena.old_value(slot, *column)))
}

/// Changed rows of a table that take unique values from one another.
pub(super) struct Chain {
    /// Indices of the rows, givers before takers.
    pub(super) rows: Vec<usize>,
    /// How many of them can be put in order. The rest swap values in a circle, or wait for one, which
    /// no database takes: each row is checked by itself.
    pub(super) placed: usize,
}

/// Finds the changed rows of a table that take unique values from one another.
pub(super) fn chain(table: &Table<'_>) -> Chain {
    let mut edges = Vec::new();
    if table.changed.len() > 1 {
        for columns in unique_sets(table.arena.def()) {
            handovers(table, columns, &mut edges);
        }
    }
    if edges.is_empty() {
        return Chain {
            rows: Vec::new(),
            placed: 0,
        };
    }
    let involved: HashSet<usize> = edges
        .iter()
        .flat_map(|edge| [edge.child, edge.parent])
        .collect();
    let (order, placed) = stable_order(table.changed.len(), &edges);
    let of = |rows: &[usize]| -> Vec<usize> {
        rows.iter()
            .copied()
            .filter(|row| involved.contains(row))
            .collect()
    };
    let (mut rows, rest) = (of(&order[..placed]), of(&order[placed..]));
    let placed = rows.len();
    rows.extend(rest);
    Chain { rows, placed }
}

fn handovers(table: &Table<'_>, columns: &[usize], edges: &mut Vec<Edge>) {
    let moving = |row: &usize| {
        columns
            .iter()
            .any(|column| table.changed[*row].columns.contains(*column))
    };
    let rows: Vec<usize> = (0..table.changed.len()).filter(moving).collect();
    let slot = |row: usize| table.changed[row].slot;
    let arena = table.arena;
    let old = |row: usize| folded(columns.iter().map(|c| arena.old_value(slot(row), *c)));
    let new = |row: usize| folded(columns.iter().map(|c| arena.value(slot(row), *c)));
    if rows.len() < 2 {
        return;
    }
    let givers: HashMap<String, usize> = rows
        .iter()
        .filter_map(|row| Some((old(*row)?, *row)))
        .collect();
    for child in rows {
        let giver = new(child).and_then(|value| givers.get(&value).copied());
        edges.extend(
            giver
                .filter(|parent| *parent != child)
                .map(|parent| Edge { child, parent }),
        );
    }
}

/// A unique tuple of values without regard to case, since to some databases it doesn't count: at worst,
/// rows are put in an order that they don't need.
fn folded<'a>(values: impl Iterator<Item = ValueRef<'a>>) -> Option<String> {
    tuple(values).map(|text| text.to_lowercase())
}

fn unique_sets(def: &'static ModelDef) -> impl Iterator<Item = &'static [usize]> {
    let uniques = def.uniques.iter().map(|unique| unique.columns);
    let indexes = def
        .indexes
        .iter()
        .filter(|index| index.unique)
        .map(|index| index.columns);
    std::iter::once(def.primary_key)
        .chain(uniques)
        .chain(indexes)
}
