//! The order of a flush: tables by their foreign keys, rows of one table by references among them.
//!
//! Pure but for reading values out of arenas.

use std::cmp::Ordering;

use orm_core::schema::sort::{Edge, sort};
use orm_core::value::ValueRef;

use crate::mapping::{ModelDef, ReferenceDef};
use crate::state::AnyArena;

/// The arenas by table: parents before children, otherwise by table name, so that the order depends on
/// the models alone.
pub(super) fn by_reference<'a>(arenas: &[&'a dyn AnyArena]) -> Vec<&'a dyn AnyArena> {
    let mut arenas = arenas.to_vec();
    arenas.sort_by_key(|arena| arena.def().table);
    let mut edges = Vec::new();
    for (child, arena) in arenas.iter().enumerate() {
        for reference in arena.def().references {
            let target = (reference.target)().table;
            let parent = arenas.iter().position(|arena| arena.def().table == target);
            edges.extend(parent.map(|parent| Edge { child, parent }));
        }
    }
    sort(arenas.len(), &edges).order.into_iter().map(|index| arenas[index]).collect()
}

/// Whether a row of the table may refer to another row of it.
pub(super) fn refers_to_itself(def: &ModelDef) -> bool {
    own_references(def).next().is_some()
}

fn own_references(def: &ModelDef) -> impl Iterator<Item = &ReferenceDef> {
    def.references.iter().filter(|reference| (reference.target)().table == def.table)
}

/// Sorts rows of a table that refers to itself so that a row comes after the one it refers to; rows
/// that don't refer to each other keep their order. Nothing is done for other tables.
pub(super) fn parents_first<R>(arena: &dyn AnyArena, rows: &mut Vec<R>, slot: impl Fn(&R) -> u32) {
    let def = arena.def();
    if rows.len() < 2 || !refers_to_itself(def) {
        return;
    }
    let slots: Vec<u32> = rows.iter().map(slot).collect();
    let mut edges = Vec::new();
    for reference in own_references(def) {
        let targets = (reference.target_columns)();
        let mut by_key: Vec<usize> = (0..slots.len()).collect();
        by_key.sort_by(|a, b| compare_columns(arena, (slots[*a], &targets), (slots[*b], &targets)));
        for (child, slot) in slots.iter().enumerate() {
            let found = by_key.binary_search_by(|parent| {
                compare_columns(arena, (slots[*parent], &targets), (*slot, reference.columns))
            });
            edges.extend(found.ok().map(|found| Edge { child, parent: by_key[found] }));
        }
    }
    let order = stable_order(slots.len(), &edges);
    let mut taken: Vec<Option<R>> = rows.drain(..).map(Some).collect();
    rows.extend(order.into_iter().filter_map(|index| taken[index].take()));
}

// `sort` looks for the next free node in quadratic time, which suits tables, not rows.
fn stable_order(count: usize, edges: &[Edge]) -> Vec<usize> {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;
    let mut waits_for = vec![0_usize; count];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in edges.iter().filter(|edge| edge.child != edge.parent) {
        waits_for[edge.child] += 1;
        children[edge.parent].push(edge.child);
    }
    let mut free: BinaryHeap<_> = (0..count).filter(|n| waits_for[*n] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(next)) = free.pop() {
        order.push(next);
        for child in &children[next] {
            waits_for[*child] -= 1;
            if waits_for[*child] == 0 {
                free.push(Reverse(*child));
            }
        }
    }
    // What is left is a cycle of rows; the database says whether it can take them in this order.
    order.extend((0..count).filter(|n| waits_for[*n] > 0));
    order
}

/// The order of two rows by their keys as the database has them: also the order of locks.
pub(super) fn key_order(arena: &dyn AnyArena, a: u32, b: u32) -> Ordering {
    let key = arena.def().primary_key;
    key.iter()
        .map(|position| compare(arena.old_value(a, *position), arena.old_value(b, *position)))
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn compare_columns(
    arena: &dyn AnyArena,
    (a, a_columns): (u32, &[usize]),
    (b, b_columns): (u32, &[usize]),
) -> Ordering {
    a_columns
        .iter()
        .zip(b_columns)
        .map(|(left, right)| compare(arena.value(a, *left), arena.value(b, *right)))
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// A total order of values of one column.
pub(super) fn compare(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a, b) {
        (ValueRef::Int(a), ValueRef::Int(b))
        | (ValueRef::Time(a), ValueRef::Time(b))
        | (ValueRef::DateTime(a), ValueRef::DateTime(b))
        | (ValueRef::Timestamp(a), ValueRef::Timestamp(b)) => a.cmp(&b),
        (ValueRef::Text(a), ValueRef::Text(b)) => a.cmp(b),
        (ValueRef::Bytes(a), ValueRef::Bytes(b)) => a.cmp(b),
        (ValueRef::Bool(a), ValueRef::Bool(b)) => a.cmp(&b),
        (ValueRef::Date(a), ValueRef::Date(b)) => a.cmp(&b),
        (ValueRef::Uuid(a), ValueRef::Uuid(b)) => a.cmp(&b),
        (ValueRef::Float(a), ValueRef::Float(b)) => a.total_cmp(&b),
        (a, b) => a.is_null().cmp(&b.is_null()).reverse(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_order_unless_they_refer_to_each_other() {
        let edges = [Edge { child: 0, parent: 2 }, Edge { child: 1, parent: 1 }];
        assert_eq!(stable_order(4, &edges), [1, 2, 0, 3]);
        let cycle = [Edge { child: 0, parent: 1 }, Edge { child: 1, parent: 0 }];
        assert_eq!(stable_order(3, &cycle), [2, 0, 1]);
    }

    #[test]
    fn null_sorts_first() {
        assert_eq!(compare(ValueRef::Null, ValueRef::Int(i64::MIN)), Ordering::Less);
        assert_eq!(compare(ValueRef::Text("b"), ValueRef::Text("a")), Ordering::Greater);
    }
}
