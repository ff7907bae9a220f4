//! Unique values, keys included, that one row of a flush gives up and another takes.
//!
//! Used by `dependencies.rs`. Each is an edge; whether the usual order has it anyway is seen there.

use orm_core::value::ValueRef;

use super::graph::{Edge, Why};
use super::pending::Pending;
use super::schedule::Kind;
use super::table_order::Numbering;
use crate::mapping::ModelDef;
use crate::state::{CaseFolded, KeyMap, KeyTuple};

/// The rows that take unique values, each with the one that it takes them from.
pub(super) fn hand_overs(tables: &[Pending<'_>], numbering: &Numbering) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        for columns in unique_sets(table.arena.def()) {
            let set = UniqueSet {
                table,
                columns,
                number: &|kind, place| numbering.of(index, kind, place),
            };
            set.hand_overs(&mut edges);
        }
    }
    edges
}

/// The columns of a unique constraint, and the rows of its table.
struct UniqueSet<'p, 's> {
    table: &'p Pending<'s>,
    columns: &'static [usize],
    number: &'p dyn Fn(Kind, usize) -> usize,
}

impl<'s> UniqueSet<'_, 's> {
    fn hand_overs(&self, edges: &mut Vec<Edge>) {
        let moving = self.moving();
        let (deleting, added) = (&self.table.deleting, &self.table.added);
        let (giving, taking) = (deleting.len() + moving.len(), added.len() + moving.len());
        let is_alone = moving.len() == 1 && giving + taking == 2;
        if giving == 0 || taking == 0 || is_alone {
            return;
        }
        let freed = self.freed(&moving);
        let mut take = |kind, place: usize, slot: u32| {
            let value = folded(self.table.new_key(slot, self.columns));
            let node = (self.number)(kind, place);
            if let Some(needs) = value.and_then(|value| freed.get(&value).copied()) {
                let why = Why::Value;
                edges.push(Edge { node, needs, why });
            }
        };
        for (place, slot) in added.iter().enumerate() {
            take(Kind::Insert, place, *slot);
        }
        for place in moving {
            take(Kind::Update, place, self.table.changed[place].slot);
        }
    }

    /// The changed rows that get other values in these columns.
    fn moving(&self) -> Vec<usize> {
        let changed = self.table.changed.iter().enumerate();
        let moves = changed.filter(|(_, row)| row.touches(self.columns));
        moves.map(|(place, _)| place).collect()
    }

    /// The values that rows give up.
    fn freed(&self, moving: &[usize]) -> KeyMap<CaseFolded<ValueRef<'s>>, usize> {
        let mut freed = KeyMap::default();
        let mut free = |kind, place: usize, slot: u32| {
            if let Some(value) = folded(self.table.old_key(slot, self.columns)) {
                freed.insert(value, (self.number)(kind, place));
            }
        };
        for (place, slot) in self.table.deleting.iter().enumerate() {
            free(Kind::Delete, place, *slot);
        }
        for place in moving {
            free(Kind::Update, *place, self.table.changed[*place].slot);
        }
        freed
    }
}

/// Without regard to case, since to some databases it doesn't count: at worst, rows are put in an order that they
/// don't need.
fn folded<V>(value: Option<KeyTuple<V>>) -> Option<CaseFolded<V>> {
    value.map(CaseFolded)
}

fn unique_sets(def: &'static ModelDef) -> impl Iterator<Item = &'static [usize]> {
    let uniques = def.uniques.iter().map(|unique| unique.columns);
    std::iter::once(def.primary_key).chain(uniques)
}
