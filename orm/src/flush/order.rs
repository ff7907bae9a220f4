//! The order of a flush: tables by their foreign keys, rows by references among them.
//!
//! Pure but for reading values out of arenas.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap, HashSet};

use orm_core::schema::sort::{Edge, sort};
use orm_core::value::ValueRef;

use super::work::{Table, tuple};
use crate::mapping::ReferenceDef;
use crate::state::AnyArena;

/// Tables that are written together: one, or several that refer to each other in a circle.
pub(super) struct Group {
    /// Indices of the tables, by name.
    pub(super) tables: Vec<usize>,
    /// Whether rows of the group may refer to rows of the group, so that each row has its own place.
    pub(super) circular: bool,
}

/// A row of a flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Row {
    /// The table's index.
    pub(super) table: usize,
    pub(super) slot: u32,
}

/// The tables in groups: parents before children, otherwise by name, so that the order depends on the
/// models alone. Sorts `tables` by name.
pub(super) fn groups(tables: &mut [Table<'_>]) -> Vec<Group> {
    tables.sort_by_key(|table| table.arena.def().table);
    let edges = edges(tables);
    let sorted = sort(tables.len(), &edges);
    let itself = |table: usize| {
        edges
            .iter()
            .any(|edge| edge.child == table && edge.parent == table)
    };
    if sorted.cyclic.is_empty() {
        let single = |table| Group {
            tables: vec![table],
            circular: itself(table),
        };
        return sorted.order.into_iter().map(single).collect();
    }
    let circles = circles(tables.len(), &edges);
    let circle_of = |table: usize| circles.iter().position(|circle| circle.contains(&table));
    let between = edges.iter().filter_map(|edge| {
        Some(Edge {
            child: circle_of(edge.child)?,
            parent: circle_of(edge.parent)?,
        })
    });
    let order = sort(circles.len(), &between.collect::<Vec<_>>()).order;
    let group = |circle: usize| {
        let tables = circles[circle].clone();
        let circular = tables.len() > 1 || itself(tables[0]);
        Group { tables, circular }
    };
    order.into_iter().map(group).collect()
}

fn edges(tables: &[Table<'_>]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (child, table) in tables.iter().enumerate() {
        for reference in table.arena.def().references {
            edges.extend(targets(tables, reference).map(|parent| Edge { child, parent }));
        }
    }
    edges
}

/// The indices of the table that a foreign key refers to: one for each model of that table.
pub(super) fn targets(
    tables: &[Table<'_>],
    reference: &ReferenceDef,
) -> impl Iterator<Item = usize> {
    let name = (reference.target)().table;
    let of_it = move |(index, table): (usize, &Table<'_>)| {
        (table.arena.def().table == name).then_some(index)
    };
    tables.iter().enumerate().filter_map(of_it)
}

/// The nodes that reach each other, as lists. A handful of tables at most, so cubic time does.
fn circles(count: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let mut reaches: HashSet<(usize, usize)> =
        edges.iter().map(|edge| (edge.child, edge.parent)).collect();
    for via in 0..count {
        for from in 0..count {
            for to in 0..count {
                if reaches.contains(&(from, via)) && reaches.contains(&(via, to)) {
                    reaches.insert((from, to));
                }
            }
        }
    }
    let mut circles: Vec<Vec<usize>> = Vec::new();
    for node in 0..count {
        let own = circles.iter_mut().find(|circle| {
            reaches.contains(&(circle[0], node)) && reaches.contains(&(node, circle[0]))
        });
        match own {
            Some(circle) => circle.push(node),
            None => circles.push(vec![node]),
        }
    }
    circles
}

/// Sorts rows so that each comes after those that it refers to; rows that don't refer to each other
/// keep their order. References are the database's, unless a row is not there yet.
pub(super) fn parents_first(tables: &[Table<'_>], rows: &[Row]) -> Vec<Row> {
    let mut edges = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        for reference in table.arena.def().references {
            let parents = lookup(tables, rows, reference);
            for (child, row) in rows
                .iter()
                .enumerate()
                .filter(|(_, row)| row.table == index)
            {
                let key = old_tuple(tables, *row, reference.columns);
                let found = key.and_then(|key| parents.get(&key).copied());
                edges.extend(found.map(|parent| Edge { child, parent }));
            }
        }
    }
    stable_order(rows.len(), &edges)
        .0
        .into_iter()
        .map(|index| rows[index])
        .collect()
}

/// Those of `rows` that a foreign key may refer to, by what it refers to.
fn lookup(tables: &[Table<'_>], rows: &[Row], reference: &ReferenceDef) -> HashMap<String, usize> {
    let parents: Vec<usize> = targets(tables, reference).collect();
    let columns = reference.target_columns;
    let own = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| parents.contains(&row.table));
    own.filter_map(|(index, row)| Some((old_tuple(tables, *row, columns)?, index)))
        .collect()
}

fn old_tuple(tables: &[Table<'_>], row: Row, columns: &[usize]) -> Option<String> {
    let arena = tables[row.table].arena;
    tuple(
        columns
            .iter()
            .map(|column| arena.old_value(row.slot, *column)),
    )
}

/// Sorts nodes so that parents come first and others keep their order, in the time that it takes to
/// look at nodes and edges. Also tells how many could be placed: the rest is a circle, or behind one.
pub(super) fn stable_order(count: usize, edges: &[Edge]) -> (Vec<usize>, usize) {
    let mut waits_for = vec![0_usize; count];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in edges.iter().filter(|edge| edge.child != edge.parent) {
        waits_for[edge.child] += 1;
        children[edge.parent].push(edge.child);
    }
    let mut free: BinaryHeap<_> = (0..count)
        .filter(|n| waits_for[*n] == 0)
        .map(Reverse)
        .collect();
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
    let placed = order.len();
    // The database says whether it can take the rest in this order.
    order.extend((0..count).filter(|n| waits_for[*n] > 0));
    (order, placed)
}

/// Which changed rows of a table are to refer to rows that are added by the same flush.
pub(super) fn refer_to_added(tables: &[Table<'_>], index: usize, added: &[Row]) -> HashSet<u32> {
    let table = &tables[index];
    let mut found = HashSet::new();
    for reference in table.arena.def().references {
        let parents = lookup(tables, added, reference);
        if parents.is_empty() {
            continue;
        }
        found.extend(
            table
                .changed
                .iter()
                .map(|changed| changed.slot)
                .filter(|slot| {
                    let columns = reference.columns.iter();
                    let key = tuple(columns.map(|column| table.arena.value(*slot, *column)));
                    key.is_some_and(|key| parents.contains_key(&key))
                }),
        );
    }
    found
}

/// The order of two rows by their keys as the database has them: also the order of locks.
pub(super) fn key_order(arena: &dyn AnyArena, a: u32, b: u32) -> Ordering {
    let key = arena.def().primary_key;
    key.iter()
        .map(|position| compare(arena.old_value(a, *position), arena.old_value(b, *position)))
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// A total order of values of one column.
fn compare(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
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
        let edges = [
            Edge {
                child: 0,
                parent: 2,
            },
            Edge {
                child: 1,
                parent: 1,
            },
        ];
        assert_eq!(stable_order(4, &edges), (vec![1, 2, 0, 3], 4));
        let cycle = [
            Edge {
                child: 0,
                parent: 1,
            },
            Edge {
                child: 1,
                parent: 0,
            },
        ];
        assert_eq!(stable_order(3, &cycle), (vec![2, 0, 1], 1));
    }

    #[test]
    fn circles_are_found_whole() {
        let edges = [(0, 1), (1, 2), (2, 0), (3, 0), (4, 4)];
        let edges = edges.map(|(child, parent)| Edge { child, parent });
        assert_eq!(circles(5, &edges), [vec![0, 1, 2], vec![3], vec![4]]);
        assert_eq!(circles(2, &[]), [vec![0], vec![1]]);
    }

    #[test]
    fn null_sorts_first() {
        assert_eq!(
            compare(ValueRef::Null, ValueRef::Int(i64::MIN)),
            Ordering::Less
        );
        assert_eq!(
            compare(ValueRef::Text("b"), ValueRef::Text("a")),
            Ordering::Greater
        );
    }
}
