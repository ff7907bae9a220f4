//! Unique values, keys included, that one row of a flush gives up and another takes: which deletes must
//! go first for that, and in which order updates must go.

use std::collections::{HashMap, HashSet};

use orm_core::schema::Action;
use orm_core::schema::sort::Edge;
use orm_core::value::ValueRef;

use super::cascade;
use super::order::{Row, refer_to_added, stable_order, targets};
use super::work::{Table, tuple};
use crate::mapping::{ColumnSet, ModelDef, ReferenceDef};
use crate::state::{AnyArena, Inserted};

/// The deletes that go before everything else: those that free a value which an added or changed row
/// takes, and those of rows that refer to them, since children must go before their parents.
pub(super) fn early_deletes(tables: &[Table<'_>]) -> HashSet<Row> {
    let mut early = HashSet::new();
    for (index, table) in tables.iter().enumerate() {
        early.extend(freed_for_others(table).map(|slot| Row { table: index, slot }));
    }
    if !early.is_empty() {
        add_children(tables, &mut early);
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

/// Adds the rows to delete that refer to one of `early`, and those that refer to them.
fn add_children(tables: &[Table<'_>], early: &mut HashSet<Row>) {
    let mut referring = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let references = table.arena.def().references.iter();
        let deletes = |_: &&ReferenceDef| !table.deleting.is_empty();
        referring.extend(
            references
                .filter(deletes)
                .map(|r| Referring::new(tables, index, r)),
        );
    }
    let mut found: Vec<Row> = early.iter().copied().collect();
    while let Some(parent) = found.pop() {
        for referring in &referring {
            let children = referring.children_of(tables, parent);
            found.extend(children.iter().filter(|child| early.insert(**child)));
        }
    }
}

/// The rows to delete of a table by what one of its foreign keys holds.
struct Referring {
    /// The indices of the tables referred to.
    parents: Vec<usize>,
    columns: &'static [usize],
    children: HashMap<Key, Vec<Row>>,
}

impl Referring {
    fn new(tables: &[Table<'_>], index: usize, reference: &ReferenceDef) -> Self {
        let table = &tables[index];
        let mut children: HashMap<Key, Vec<Row>> = HashMap::new();
        for slot in table.deleting.iter().copied() {
            if let Some(key) = old_key(table.arena, slot, reference.columns) {
                let row = Row { table: index, slot };
                children.entry(key).or_default().push(row);
            }
        }
        Self {
            parents: targets(tables, reference).collect(),
            columns: reference.target_columns,
            children,
        }
    }

    fn children_of(&self, tables: &[Table<'_>], parent: Row) -> &[Row] {
        if !self.parents.contains(&parent.table) {
            return &[];
        }
        let key = old_key(tables[parent.table].arena, parent.slot, self.columns);
        let children = key.and_then(|key| self.children.get(&key));
        children.map_or(&[], Vec::as_slice)
    }
}

/// The changed rows that go even before the `early` deletes: those that leave a parent which is deleted, or the
/// database would refuse the delete, and those that it may take along, or they would be gone before their UPDATE.
/// One that waits for something else stays behind: for a new parent that this flush adds, or for a unique value
/// that the deletes free. So does one that the database only makes refer to nothing.
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
    let parents = early.iter().map(|row| tables[row.table].arena.def().table);
    let reached = cascade::reached(parents);
    for (index, table) in tables.iter().enumerate() {
        let mut waiting = refer_to_added(tables, index, &added);
        let of_table = |slot: u32| Row { table: index, slot };
        for slot in moving(tables, table, early) {
            if !waiting.contains(&slot) {
                leaving.insert(of_table(slot));
            }
        }
        if reached.contains(&table.arena.def().table) {
            waiting.extend(taking_freed(table, index, early));
            let free = table.changed.iter().map(|row| row.slot);
            leaving.extend(with_givers(table, &waiting, free).map(of_table));
        }
    }
    leaving
}

/// The changed rows of a table whose foreign key leaves one of `early`.
fn moving(tables: &[Table<'_>], table: &Table<'_>, early: &HashSet<Row>) -> Vec<u32> {
    let references = table.arena.def().references.iter();
    let mut moving = Vec::new();
    for reference in references.filter(|reference| !is_set(reference)) {
        let parents = keys_of(tables, early, reference);
        let moved = table.changed.iter().filter(|row| {
            let moves = reference.columns.iter().any(|c| row.columns.contains(*c));
            moves && refers(table, row.slot, reference, &parents)
        });
        moving.extend(moved.map(|row| row.slot));
    }
    moving
}

/// The changed rows of a table that take a unique value which one of `early` frees.
fn taking_freed(table: &Table<'_>, index: usize, early: &HashSet<Row>) -> HashSet<u32> {
    let arena = table.arena;
    let mut taking = HashSet::new();
    for columns in unique_sets(arena.def()) {
        let old = |slot: u32| folded(columns.iter().map(|column| arena.old_value(slot, *column)));
        let own = early.iter().filter(|row| row.table == index);
        let freed: HashSet<String> = own.filter_map(|row| old(row.slot)).collect();
        let takes = takers(table, columns)
            .filter(|(_, new)| new.as_ref().is_some_and(|new| freed.contains(new)));
        taking.extend(takes.map(|(slot, _)| slot));
    }
    taking
}

/// Those of `slots` that don't wait. Of rows that hand unique values on, all wait if one does.
fn with_givers<'t>(
    table: &Table<'_>,
    waiting: &'t HashSet<u32>,
    slots: impl Iterator<Item = u32> + 't,
) -> impl Iterator<Item = u32> + 't {
    let chained: HashSet<u32> = chain(table)
        .rows
        .iter()
        .map(|row| table.changed[*row].slot)
        .collect();
    let chain_waits = chained.iter().any(|slot| waiting.contains(slot));
    slots.filter(move |slot| !(waiting.contains(slot) || chain_waits && chained.contains(slot)))
}

/// The changed rows that refer to one of `early`, with the columns that the database sets by itself when
/// that one goes: there, the old values are gone before the row's own UPDATE.
pub(super) fn emptied(tables: &[Table<'_>], early: &HashSet<Row>) -> HashMap<Row, Vec<usize>> {
    let mut emptied: HashMap<Row, Vec<usize>> = HashMap::new();
    if early.is_empty() {
        return emptied;
    }
    for (index, table) in tables.iter().enumerate() {
        for reference in table.arena.def().references.iter().filter(|r| is_set(r)) {
            let parents = keys_of(tables, early, reference);
            for changed in &table.changed {
                let slot = changed.slot;
                if refers(table, slot, reference, &parents) {
                    let columns = emptied.entry(Row { table: index, slot }).or_default();
                    columns.extend(reference.columns);
                }
            }
        }
    }
    emptied
}

/// Whether the database sets the foreign key when the parent goes.
fn is_set(reference: &ReferenceDef) -> bool {
    matches!(reference.on_delete, Action::SetNull | Action::SetDefault)
}

/// What a foreign key holds that refers to one of `rows`.
fn keys_of(tables: &[Table<'_>], rows: &HashSet<Row>, reference: &ReferenceDef) -> HashSet<Key> {
    let parents: Vec<usize> = targets(tables, reference).collect();
    let columns = reference.target_columns;
    let own = rows.iter().filter(|row| parents.contains(&row.table));
    own.filter_map(|row| old_key(tables[row.table].arena, row.slot, columns))
        .collect()
}

/// Whether a row refers to one of `parents`, as far as the database knows.
fn refers(table: &Table<'_>, slot: u32, reference: &ReferenceDef, parents: &HashSet<Key>) -> bool {
    !parents.is_empty()
        && old_key(table.arena, slot, reference.columns).is_some_and(|key| parents.contains(&key))
}

/// What rows are looked up by. Most keys are single integers, which need no text.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Int(i64),
    Other(String),
}

/// The values that the database has in these columns; `None` if one is NULL.
pub(super) fn old_key(arena: &dyn AnyArena, slot: u32, columns: &[usize]) -> Option<Key> {
    if let [column] = columns
        && let ValueRef::Int(key) = arena.old_value(slot, *column)
    {
        return Some(Key::Int(key));
    }
    let values = columns.iter().map(|column| arena.old_value(slot, *column));
    tuple(values).map(Key::Other)
}

/// The primary key of a row that was just inserted.
pub(super) fn key_of(arena: &dyn AnyArena, row: &Inserted) -> Option<Key> {
    let def = arena.def();
    if let (Some(generated), [position]) = (row.generated, def.primary_key)
        && def.generated == Some(*position)
    {
        return Some(Key::Int(generated));
    }
    let filled = |position: usize| {
        let found = row.filled.iter().find(|(filled, _)| *filled == position);
        found.map(|(_, value)| value.as_ref())
    };
    let value =
        |position: &usize| filled(*position).unwrap_or_else(|| arena.value(row.slot, *position));
    match def.primary_key {
        [position] => match value(position) {
            ValueRef::Int(key) => Some(Key::Int(key)),
            other => tuple(std::iter::once(other)).map(Key::Other),
        },
        positions => tuple(positions.iter().map(value)).map(Key::Other),
    }
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
    std::iter::once(def.primary_key).chain(uniques)
}
