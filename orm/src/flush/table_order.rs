//! The usual order of a flush: tables by their foreign keys, and in each table updates before inserts, so that unique
//! values are freed first; deletes last, children first.
//!
//! It is correct unless foreign keys are circular, or rows exchange unique values: then `dependencies.rs` and
//! `schedule.rs` order those rows, starting from this order.

use super::graph::{Edge, Graph, Why};
use super::pending::Pending;
use super::row_node::RowKind;
use crate::mapping::ReferenceDef;

/// Puts tables, which are sorted by name, in the usual order: parents before children, and those that refer to each
/// other in a circle as one group; otherwise by name, so that the order depends on the models alone.
pub(super) fn put_in_order(tables: &mut [Pending<'_>]) {
    if let [table] = &*tables
        && table.arena.def().references.is_empty()
    {
        // As it is.
        return;
    }
    let edges = edges(tables);
    if edges.is_empty() {
        for (index, table) in tables.iter_mut().enumerate() {
            (table.index, table.group) = (index, index);
        }
        return;
    }
    let groups = Graph::new(tables.len(), &edges).components();
    for (table, group) in tables.iter_mut().zip(&groups) {
        table.group = *group;
    }
    for edge in edges {
        tables[edge.node].is_circular |= groups[edge.node] == groups[edge.needs];
    }
    tables.sort_by_key(|table| table.group);
    for (index, table) in tables.iter_mut().enumerate() {
        table.index = index;
    }
}

/// Whether rows of the two tables may refer to each other in a circle, of which some come or go.
pub(super) fn in_circle(tables: &[Pending<'_>], child: usize, parent: usize) -> bool {
    let group = tables[child].group;
    if group != tables[parent].group {
        return false;
    }
    let of_group = || tables.iter().filter(|table| table.group == group);
    let comes_or_goes = |table: &Pending<'_>| table.len() > table.work(RowKind::Update).len();
    of_group().any(|table| table.is_circular)
        && of_group().any(comes_or_goes)
        && of_group().map(Pending::len).sum::<usize>() > 1
}

fn edges(tables: &[Pending<'_>]) -> Vec<Edge<usize>> {
    let mut edges = Vec::new();
    for (node, table) in tables.iter().enumerate() {
        for reference in table.arena.def().references {
            let edge = |needs| Edge {
                node,
                needs,
                why: Why::Order,
            };
            edges.extend(targets(tables, reference).map(edge));
        }
    }
    edges
}

/// The indices of the table that a foreign key refers to: one for each model of that table.
pub(super) fn targets(
    tables: &[Pending<'_>],
    reference: &ReferenceDef,
) -> impl Iterator<Item = usize> {
    let name = (reference.target)().table;
    let of_it = move |(index, table): (usize, &Pending<'_>)| {
        (table.arena.def().table == name).then_some(index)
    };
    tables.iter().enumerate().filter_map(of_it)
}
