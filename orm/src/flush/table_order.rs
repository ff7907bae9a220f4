//! The usual order of a flush: tables by their foreign keys, and in each updates before inserts, so that a unique
//! value that an update frees can be taken; deletes last, children first.
//!
//! It suffices unless tables refer to each other, or to themselves, or rows hand unique values on against it: then
//! `dependencies.rs` and `schedule.rs` order the rows one by one, starting from here.

use orm_core::schema::sort;

use super::graph::{Edge, Graph, Why};
use super::pending::Pending;
use super::schedule::{Kind, Node};
use crate::mapping::ReferenceDef;

/// Tables that are written together: one, or several that refer to each other in a circle.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Indices of the tables, by name.
    pub(super) tables: Vec<usize>,
    /// Whether rows of the group may refer to rows of the group.
    pub(super) circular: bool,
}

/// The tables in groups: parents before children, otherwise by name, so that the order depends on the
/// models alone. Sorts `tables` by name.
pub(super) fn groups(tables: &mut [Pending<'_>]) -> Vec<Group> {
    tables.sort_by_key(|table| table.arena.def().table);
    let edges = edges(tables);
    let single = |table| Group {
        tables: vec![table],
        circular: false,
    };
    if edges.is_empty() {
        return (0..tables.len()).map(single).collect();
    }
    let components = Graph::new(tables.len(), &edges).components();
    // Each component is known by its first table.
    let first = |table: usize| {
        let mut all = components.iter();
        all.position(|component| *component == components[table])
            .unwrap_or(table)
    };
    let mut groups: Vec<Group> = (0..tables.len()).map(single).collect();
    for table in (0..tables.len()).filter(|table| first(*table) != *table) {
        groups[table].tables.clear();
        groups[first(table)].tables.push(table);
    }
    let mut between = Vec::with_capacity(edges.len());
    for edge in edges {
        let (child, parent) = (first(edge.node), first(edge.needs));
        groups[child].circular |= child == parent;
        between.push(sort::Edge { child, parent });
    }
    let order = sort::sort(groups.len(), &between).order.into_iter();
    let groups = order.map(|group| std::mem::take(&mut groups[group]));
    groups.filter(|group| !group.tables.is_empty()).collect()
}

fn edges(tables: &[Pending<'_>]) -> Vec<Edge> {
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

/// A row of a flush.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The table's index.
    pub(super) table: usize,
    pub(super) kind: Kind,
    /// The index in that table's list of rows of that kind.
    pub(super) place: usize,
    /// The step of the usual order.
    pub(super) step: usize,
}

/// The rows of a flush, numbered in the usual order.
pub(super) struct Numbering {
    /// The number of each table's first row of each kind.
    first: Vec<[usize; 3]>,
    pub(super) count: usize,
}

impl Numbering {
    pub(super) fn new(tables: &[Pending<'_>], groups: &[Group]) -> Self {
        let mut first = vec![[0; 3]; tables.len()];
        let mut count = 0;
        for (table, kind, _) in usual(groups) {
            first[table][kind as usize] = count;
            count += length(&tables[table], kind);
        }
        Self { first, count }
    }

    /// The number of a row.
    pub(super) fn of(&self, table: usize, kind: Kind, place: usize) -> usize {
        self.first[table][kind as usize] + place
    }

    /// The rows by their numbers.
    pub(super) fn rows(&self, tables: &[Pending<'_>], groups: &[Group]) -> Vec<Row> {
        let mut rows = Vec::with_capacity(self.count);
        for (table, kind, step) in usual(groups) {
            let places = 0..length(&tables[table], kind);
            rows.extend(places.map(|place| Row {
                table,
                kind,
                place,
                step,
            }));
        }
        rows
    }
}

impl From<&Row> for Node {
    fn from(row: &Row) -> Self {
        Self {
            kind: Some(row.kind),
            step: row.step,
        }
    }
}

/// The tables and kinds in the usual order, each with its step. Tables of one group share their steps.
pub(super) fn usual(groups: &[Group]) -> impl Iterator<Item = (usize, Kind, usize)> {
    let writes = groups.iter().enumerate().flat_map(|(index, group)| {
        let updates = group.all(Kind::Update, 2 * index);
        updates.chain(group.all(Kind::Insert, 2 * index + 1))
    });
    let deletes = groups.iter().rev().enumerate();
    writes
        .chain(deletes.flat_map(|(index, group)| group.all(Kind::Delete, 2 * groups.len() + index)))
}

impl Group {
    fn all(&self, kind: Kind, step: usize) -> impl Iterator<Item = (usize, Kind, usize)> {
        self.tables.iter().map(move |table| (*table, kind, step))
    }
}

fn length(table: &Pending<'_>, kind: Kind) -> usize {
    match kind {
        Kind::Update => table.changed.len(),
        Kind::Insert => table.added.len(),
        Kind::Delete => table.deleting.len(),
    }
}
