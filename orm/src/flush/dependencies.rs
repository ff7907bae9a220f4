//! Which rows of a flush must be written before which others: by foreign keys, links, unique values and deletes.
//!
//! Used by `plan.rs`. Looked for only where the usual order may not do: among tables that refer to each other in a
//! circle, and everywhere once a row takes a unique value that another one gives up later.

use std::collections::HashMap;

use orm_core::schema::Action;
use orm_core::value::ValueRef;

use super::cascade;
use super::graph::{Edge, Why};
use super::pending::Pending;
use super::schedule::{Kind, Node, Schedule, schedule};
use super::table_order::{Group, Numbering, Row, targets};
use super::unique::hand_overs;
use crate::mapping::ReferenceDef;
use crate::state::{KeyMap, KeyTuple, RowId};

/// The rows of a flush, and the order in which they are written.
pub(super) struct RowOrder {
    /// The rows in the usual order.
    pub(super) rows: Vec<Row>,
    pub(super) schedule: Schedule,
    /// The columns of changed rows that deletes before them make the database set, by the number of the row.
    pub(super) emptied: HashMap<usize, Vec<usize>>,
}

/// The order of the rows, if the usual one may not do.
pub(super) fn row_order(tables: &[Pending<'_>], groups: &[Group]) -> Option<RowOrder> {
    let numbering = Numbering::new(tables, groups);
    let handed = hand_overs(tables, &numbering);
    let against_usual = handed.iter().any(|edge| edge.needs > edge.node);
    let circles = groups.iter().filter(|group| is_to_order(tables, group));
    let circles: Vec<&Group> = circles.collect();
    if !against_usual && circles.is_empty() {
        return None;
    }
    let mut dependencies = Dependencies {
        tables,
        numbering: &numbering,
        edges: handed,
        junctions: 0,
        emptying: Vec::new(),
    };
    let in_circle = |child, parent| {
        let mut circles = circles.iter();
        circles.any(|group| group.tables.contains(&child) && group.tables.contains(&parent))
    };
    dependencies.references(|child, parent| against_usual || in_circle(child, parent));
    dependencies.links();
    if against_usual {
        dependencies.taken_along();
    }
    Some(dependencies.order(groups))
}

/// Whether rows of a circle may refer to each other.
fn is_to_order(tables: &[Pending<'_>], group: &Group) -> bool {
    let of_group = || group.tables.iter().map(|index| &tables[*index]);
    let comes_or_goes =
        |table: &Pending<'_>| !(table.added.is_empty() && table.deleting.is_empty());
    group.circular
        && of_group().any(comes_or_goes)
        && of_group().map(Pending::rows).sum::<usize>() > 1
}

struct Dependencies<'p, 's> {
    tables: &'p [Pending<'s>],
    numbering: &'p Numbering,
    edges: Vec<Edge>,
    /// How many nodes there are beside the rows, each for many edges.
    junctions: usize,
    emptying: Vec<Emptying>,
}

/// A changed row and a delete that makes the database set columns of it.
struct Emptying {
    changed: usize,
    deleted: usize,
    columns: &'static [usize],
}

type Rows<'s> = KeyMap<KeyTuple<ValueRef<'s>>, usize>;

impl<'s> Dependencies<'_, 's> {
    fn references(&mut self, wanted: impl Fn(usize, usize) -> bool) {
        for (child, table) in self.tables.iter().enumerate() {
            for reference in table.arena.def().references {
                for parent in targets(self.tables, reference) {
                    if wanted(child, parent) {
                        self.come(child, parent, reference);
                        self.go(child, parent, reference);
                    }
                }
            }
        }
    }

    /// Rows that will refer to others come after these.
    fn come(&mut self, child: usize, parent: usize, reference: &ReferenceDef) {
        let parents = self.coming(parent, reference.target_columns);
        if parents.is_empty() {
            return;
        }
        let table = &self.tables[child];
        let changed = table.changed.iter().enumerate();
        let changed = changed
            .filter(|(_, row)| row.touches(reference.columns))
            .map(|(place, row)| (Kind::Update, place, row.slot));
        let added = table.added.iter().enumerate();
        let added = added.map(|(place, slot)| (Kind::Insert, place, *slot));
        for (kind, place, slot) in changed.chain(added) {
            let key = table.new_key(slot, reference.columns);
            if let Some(parent) = key.and_then(|key| parents.get(&key)) {
                self.edge(self.numbering.of(child, kind, place), *parent, Why::Order);
            }
        }
    }

    /// Rows that refer to others in the database leave before these go.
    fn go(&mut self, child: usize, parent: usize, reference: &'static ReferenceDef) {
        let parents = self.going(parent, reference.target_columns);
        if parents.is_empty() {
            return;
        }
        let table = &self.tables[child];
        let parent_of = |slot| {
            let key = table.old_key(slot, reference.columns)?;
            parents.get(&key).copied()
        };
        for (place, slot) in table.deleting.iter().enumerate() {
            if let Some(parent) = parent_of(*slot) {
                let child = self.numbering.of(child, Kind::Delete, place);
                self.edge(parent, child, Why::Order);
            }
        }
        let changed = table.changed.iter().enumerate();
        for (place, row) in changed.filter(|(_, row)| row.touches(reference.columns)) {
            let Some(deleted) = parent_of(row.slot) else {
                continue;
            };
            let changed = self.numbering.of(child, Kind::Update, place);
            if matches!(reference.on_delete, Action::SetNull | Action::SetDefault) {
                let columns = reference.columns;
                self.emptying.push(Emptying {
                    changed,
                    deleted,
                    columns,
                });
            } else {
                self.edge(deleted, changed, Why::Order);
            }
        }
    }

    /// The rows of a table that get values in these columns.
    fn coming(&self, index: usize, columns: &[usize]) -> Rows<'s> {
        let table = &self.tables[index];
        let mut rows = Rows::default();
        let mut note = |kind, place, slot| {
            if let Some(key) = table.new_key(slot, columns) {
                rows.insert(key, self.numbering.of(index, kind, place));
            }
        };
        for (place, row) in table.changed.iter().enumerate() {
            if row.touches(columns) {
                note(Kind::Update, place, row.slot);
            }
        }
        for (place, slot) in table.added.iter().enumerate() {
            note(Kind::Insert, place, *slot);
        }
        rows
    }

    /// The rows of a table that are deleted.
    fn going(&self, index: usize, columns: &[usize]) -> Rows<'s> {
        let table = &self.tables[index];
        let rows = table.deleting.iter().enumerate();
        rows.filter_map(|(place, slot)| {
            let key = table.old_key(*slot, columns)?;
            Some((key, self.numbering.of(index, Kind::Delete, place)))
        })
        .collect()
    }

    /// Rows that are linked to added ones come after these.
    fn links(&mut self) {
        if !self.tables.iter().any(|table| table.arena.has_links()) {
            return;
        }
        let mut added = HashMap::new();
        for (index, table) in self.tables.iter().enumerate() {
            let model = table.arena.model();
            for (place, slot) in table.added.iter().enumerate() {
                let row = RowId { model, slot: *slot };
                added.insert(row, self.numbering.of(index, Kind::Insert, place));
            }
        }
        for (index, table) in self.tables.iter().enumerate() {
            let changed = table.changed.iter().map(|row| row.slot).enumerate();
            let changed = changed.map(|(place, slot)| (Kind::Update, place, slot));
            let inserted = table.added.iter().copied().enumerate();
            let inserted = inserted.map(|(place, slot)| (Kind::Insert, place, slot));
            for (kind, place, slot) in changed.chain(inserted) {
                let targets = table.arena.links(slot).iter().map(|link| link.target);
                for needs in targets.filter_map(|target| added.get(&target)) {
                    self.edge(self.numbering.of(index, kind, place), *needs, Why::Key);
                }
            }
        }
    }

    /// Changed rows that the database may take along are to be written before: by cascades over any number of
    /// tables, which is why it isn't known which ones they are.
    fn taken_along(&mut self) {
        for (parent, table) in self.tables.iter().enumerate() {
            if table.deleting.is_empty() {
                continue;
            }
            let reached = cascade::reached([table.arena.def().table]);
            let junction = self.numbering.count + self.junctions;
            let edges = self.edges.len();
            for (child, table) in self.tables.iter().enumerate() {
                if reached.contains(&table.arena.def().table) {
                    for place in 0..table.changed.len() {
                        let changed = self.numbering.of(child, Kind::Update, place);
                        self.edge(junction, changed, Why::Wish);
                    }
                }
            }
            if self.edges.len() > edges {
                self.junctions += 1;
                for place in 0..table.deleting.len() {
                    let deleted = self.numbering.of(parent, Kind::Delete, place);
                    self.edge(deleted, junction, Why::Order);
                }
            }
        }
    }

    fn edge(&mut self, node: usize, needs: usize, why: Why) {
        self.edges.push(Edge { node, needs, why });
    }

    fn order(self, groups: &[Group]) -> RowOrder {
        let rows = self.numbering.rows(self.tables, groups);
        let junction = Node {
            kind: None,
            step: 0,
        };
        let mut nodes: Vec<Node> = rows.iter().map(Node::from).collect();
        nodes.resize(rows.len() + self.junctions, junction);
        let schedule = schedule(&nodes, self.edges);
        let mut places = vec![0; nodes.len()];
        for (place, (node, _)) in schedule.order.iter().enumerate() {
            places[*node] = place;
        }
        let mut emptied: HashMap<usize, Vec<usize>> = HashMap::new();
        for row in self.emptying {
            if places[row.deleted] < places[row.changed] {
                let columns = emptied.entry(row.changed).or_default();
                columns.extend(row.columns);
            }
        }
        RowOrder {
            rows,
            schedule,
            emptied,
        }
    }
}
