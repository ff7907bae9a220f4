//! The usual order of a flush: tables by their foreign keys, and in each updates before inserts, so that a unique
//! value that an update frees can be taken; deletes last, children first.
//!
//! It suffices unless tables refer to each other, or to themselves, or rows hand unique values on against it: then
//! `dependencies.rs` and `schedule.rs` order the rows one by one that are concerned, starting from here.

use super::graph::{Edge, Graph, Why};
use super::pending::Pending;
use super::row::{Kind, Row};
use crate::mapping::ReferenceDef;

/// The tables of a flush, by their indices, in groups: those that refer to each other in a circle are one.
pub(super) struct TableOrder {
    /// How many tables there are.
    tables: usize,
    /// The group of each table, where any refers to another: else each is its own. Parents have lower ones than
    /// children; otherwise they go by name, so that the order depends on the models alone.
    groups: Vec<usize>,
    /// The groups of which rows may refer to rows of the same group.
    circular: Vec<usize>,
}

impl TableOrder {
    /// The order of `tables`, which are sorted by name.
    pub(super) fn new(tables: &[Pending<'_>]) -> Self {
        let edges = edges(tables);
        let groups = if edges.is_empty() {
            Vec::new()
        } else {
            Graph::new(tables.len(), &edges).components()
        };
        let is_inside = |edge: &&Edge<usize>| groups[edge.node] == groups[edge.needs];
        let inside = edges.iter().filter(is_inside);
        let circular = inside.map(|edge| groups[edge.node]).collect();
        Self {
            tables: tables.len(),
            circular,
            groups,
        }
    }

    fn group(&self, table: usize) -> usize {
        self.groups.get(table).copied().unwrap_or(table)
    }

    pub(super) fn row(&self, table: usize, kind: Kind, place: usize) -> Row {
        let group = self.group(table);
        let step = match kind {
            Kind::Update | Kind::Junction => 2 * group,
            Kind::Insert => 2 * group + 1,
            Kind::Delete => 3 * self.tables - group,
        };
        Row {
            step,
            table,
            place,
            kind,
        }
    }

    /// All rows of the flush in the usual order.
    pub(super) fn rows(&self, tables: &[Pending<'_>]) -> impl Iterator<Item = Row> {
        let mut lists = Vec::with_capacity(tables.len());
        for (index, table) in tables.iter().enumerate() {
            let kinds = [Kind::Update, Kind::Insert, Kind::Delete].into_iter();
            let kinds = kinds.filter(|kind| table.len(*kind) > 0);
            lists.extend(kinds.map(|kind| (self.row(index, kind, 0), table.len(kind))));
        }
        lists.sort_unstable();
        let lists = lists.into_iter();
        lists.flat_map(|(first, length)| (0..length).map(move |place| Row { place, ..first }))
    }

    /// Whether rows of the two tables may refer to each other in a circle, of which some come or go.
    pub(super) fn in_circle(&self, tables: &[Pending<'_>], child: usize, parent: usize) -> bool {
        let group = self.group(child);
        if group != self.group(parent) || !self.circular.contains(&group) {
            return false;
        }
        let of_group = || {
            let tables = tables.iter().enumerate();
            tables.filter_map(|(table, own)| (self.group(table) == group).then_some(own))
        };
        let comes_or_goes = |table: &Pending<'_>| table.rows() > table.changed.len();
        of_group().any(comes_or_goes) && of_group().map(Pending::rows).sum::<usize>() > 1
    }
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
