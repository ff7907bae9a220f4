//! Finds the dependencies between the rows of a flush: by foreign keys, links, unique values and deletes.
//!
//! Used by `plan.rs`. Needed only where the usual order may be wrong: among tables with circular foreign keys, and if
//! a row takes a unique value that another row gives up later or in the same step. The graph contains the rows that
//! the usual order would write too late, and those that move with them.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use orm_core::error::Result;
use orm_core::schema::Action;
use orm_core::value::ValueRef;

use super::circles::{self, Referring, When};
use super::early_value::EarlyValue;
use super::graph::{Edge, Graph, Why, numbered};
use super::key_change::is_moved;
use super::linked_key::{given_key, linked_key, stored_key};
use super::pending::Pending;
use super::post_update::PostUpdates;
use super::reached_tables;
use super::row_node::{RowKind, RowNode};
use super::schedule::{Schedule, schedule};
use super::table_order::{in_circle, targets};
use crate::mapping::{ModelDef, ReferenceDef};
use crate::state::{CaseFolded, KeyMap, KeyTuple, RowId, State};

/// The order in which the rows of a flush are written that isn't the usual one.
pub(super) struct RowOrder {
    pub(super) schedule: Schedule,
    /// The columns of changed rows that deletes before them make the database set.
    pub(super) emptied: HashMap<RowNode, Vec<usize>>,
    /// The foreign keys that UPDATEs of their own write.
    pub(super) post_updates: PostUpdates,
    /// The rows that take unique values before others give them up.
    pub(super) early: HashMap<RowNode, Arc<EarlyValue>>,
}

/// The order of the rows, if the usual one doesn't do.
///
/// # Errors
/// `Usage` for rows that refer to each other in a circle by foreign keys that can't be NULL.
#[inline]
pub(super) fn row_order<'s>(
    state: &'s State,
    tables: &[Pending<'s>],
) -> Result<Option<Box<RowOrder>>> {
    let is_alone = tables.iter().map(Pending::len).sum::<usize>() < 2;
    if is_alone && !tables.iter().any(may_refer_to_itself) {
        return Ok(None);
    }
    order_of_several(state, tables)
}

#[inline(never)]
fn order_of_several<'s>(state: &'s State, tables: &[Pending<'s>]) -> Result<Option<Box<RowOrder>>> {
    let mut dependencies = Dependencies {
        state,
        tables,
        edges: Vec::new(),
        referring: Vec::new(),
        emptying: Vec::new(),
    };
    dependencies.unique_values();
    let mut hand_overs = dependencies.edges.iter();
    // Rows of one step may share a statement, whose order is the database's.
    let hands_over = hand_overs.any(|edge| edge.needs.step >= edge.node.step)
        || tables.iter().any(|table| moves_keys(tables, table));
    let in_circle = |child, parent| in_circle(tables, child, parent);
    let has_circle = |table| in_circle(table, table) || may_refer_to_itself(&tables[table]);
    if !hands_over && !(0..tables.len()).any(has_circle) {
        return Ok(None);
    }
    dependencies.references(|child, parent| {
        hands_over
            || in_circle(child, parent)
            || child == parent && may_refer_to_itself(&tables[child])
    });
    dependencies.links();
    if hands_over {
        dependencies.taken_along();
    }
    dependencies.order()
}

/// Whether keys change that other rows of the flush may reference.
fn moves_keys(tables: &[Pending<'_>], table: &Pending<'_>) -> bool {
    let def = table.arena.def();
    !table.touched.is_empty()
        && tables.iter().any(|child| {
            let mut references = child.arena.def().references.iter();
            references.any(|reference| is_moved(def, reference, &table.touched))
        })
}

/// Whether a row that is to be inserted may take its own key by a relation, or one that is to be deleted has it.
#[inline]
fn may_refer_to_itself(table: &Pending<'_>) -> bool {
    table.is_circular && refers_to_itself(table)
}

fn refers_to_itself(table: &Pending<'_>) -> bool {
    let def = table.arena.def();
    let own = |reference: &&'static ReferenceDef| {
        (reference.target)().table == def.table && is_detached(def, reference)
    };
    let refers = |row: RowNode| {
        let mut own = def.references.iter().filter(own);
        own.any(|reference| {
            let key = table.old_key(row, reference.columns);
            key.is_some() && key == table.old_key(row, reference.target_columns)
        })
    };
    table.arena.has_links() && !table.work(RowKind::Insert).is_empty()
        || table.rows(RowKind::Delete).any(refers)
}

/// Whether a row that refers to itself by this foreign key has it set to NULL before it is deleted: InnoDB does not delete
/// it otherwise.
fn is_detached(def: &'static ModelDef, reference: &'static ReferenceDef) -> bool {
    matches!(reference.on_delete, Action::NoAction | Action::Restrict)
        && circles::nullable(def, reference).next().is_some()
}

struct Dependencies<'p, 's> {
    state: &'s State,
    tables: &'p [Pending<'s>],
    edges: Vec<Edge<RowNode>>,
    /// The edges of foreign keys.
    referring: Vec<Referring>,
    emptying: Vec<Emptying>,
}

/// A changed row and a delete that makes the database set columns of it.
struct Emptying {
    changed: RowNode,
    deleted: RowNode,
    columns: &'static [usize],
}

/// A row with its values in some columns; `None` if one is NULL.
type Keyed<K> = (RowNode, Option<K>);

type KeyValues<'s> = KeyTuple<ValueRef<'s>>;

impl<'s> Dependencies<'_, 's> {
    /// Rows that take unique values, keys included, come after those that give them up.
    fn unique_values(&mut self) {
        for (index, table) in self.tables.iter().enumerate() {
            let sets = unique_sets(table.arena.def());
            for columns in sets.filter(|columns| table.gives_up(columns)) {
                let taken = self.arriving(index, columns);
                let taken = taken.map(|(row, key)| {
                    let key = linked_key(self.state, table, (row, columns), key, given_key);
                    folded((row, key))
                });
                let given = self.leaving(index, columns).map(folded);
                for (row, needs) in pairs(taken, given) {
                    self.edge(row, needs, Why::Value);
                }
            }
        }
    }

    fn references(&mut self, wanted: impl Fn(usize, usize) -> bool) {
        for (child, table) in self.tables.iter().enumerate() {
            for reference in table.arena.def().references {
                for parent in targets(self.tables, reference) {
                    if wanted(child, parent) {
                        self.come(child, parent, reference);
                        self.pass(child, parent, reference);
                        self.go(child, parent, reference);
                        self.leave(child, parent, reference);
                    }
                }
            }
        }
    }

    /// Rows that will refer to others come after these.
    fn come(&mut self, child: usize, parent: usize, reference: &'static ReferenceDef) {
        let children = self.arriving(child, reference.columns);
        let parents = self.arriving(parent, reference.target_columns);
        for (child, parent) in pairs(children, parents) {
            // One statement may write a row that refers to itself.
            if child != parent {
                self.refer((child, parent), (Why::Order, When::After), reference);
            }
        }
    }

    /// Rows that will refer to others which are deleted come before, if ON DELETE does something to them.
    fn pass(&mut self, child: usize, parent: usize, reference: &'static ReferenceDef) {
        let is_kept = matches!(reference.on_delete, Action::NoAction | Action::Restrict);
        if is_kept || !self.tables[parent].has_deletes() {
            return;
        }
        let children = self.arriving(child, reference.columns);
        let (table, columns) = (&self.tables[child], reference.columns);
        let children = children.map(|(row, key)| {
            let key = linked_key(self.state, table, (row, columns), key, stored_key);
            (row, key)
        });
        let parents = self.deleted(parent, reference.target_columns);
        for (child, deleted) in pairs(children, parents) {
            self.refer((deleted, child), (Why::Order, When::Between), reference);
        }
    }

    /// Rows that refer to others in the database leave before these go.
    fn go(&mut self, child: usize, parent: usize, reference: &'static ReferenceDef) {
        let children = self.leaving(child, reference.columns);
        let parents = self.deleted(parent, reference.target_columns);
        let def = self.tables[child].arena.def();
        for (child, deleted) in pairs(children, parents) {
            match (child.kind, reference.on_delete) {
                (RowKind::Update, Action::SetNull | Action::SetDefault) => {
                    self.emptying.push(Emptying {
                        changed: child,
                        deleted,
                        columns: reference.columns,
                    });
                }
                _ if deleted != child || is_detached(def, reference) => {
                    self.refer((deleted, child), (Why::Order, When::Before), reference);
                }
                _ => {}
            }
        }
    }

    /// Rows that reference others whose keys change are written before, unless they get the new key, too. In a circle the
    /// database may change their foreign keys first, which they are then not matched by.
    fn leave(&mut self, child: usize, parent: usize, reference: &'static ReferenceDef) {
        let moving = self.moving(parent, reference.target_columns);
        let target = &self.tables[parent];
        let parents = moving.map(|row| (row, target.old_key(row, reference.target_columns)));
        let table = &self.tables[child];
        let children = table
            .rows(RowKind::Update)
            .chain(table.rows(RowKind::Delete));
        let children = children.map(|row| (row, table.old_key(row, reference.columns)));
        for (child, parent) in pairs(children, parents) {
            let touches = table.work(child.kind)[child.place].touches(reference.columns);
            let new = table.new_key(child, reference.columns);
            let arrives = child.kind == RowKind::Update
                && touches
                && new == target.new_key(parent, reference.target_columns);
            let def = table.arena.def();
            let mut columns = reference.columns.iter();
            let follows = !matches!(reference.on_update, Action::NoAction | Action::Restrict);
            let may_follow = follows
                && child.kind == RowKind::Update
                && !columns.any(|column| def.is_key(*column));
            if arrives || may_follow {
                self.emptying.push(Emptying {
                    changed: child,
                    deleted: parent,
                    columns: reference.columns,
                });
            }
            if !arrives && child != parent {
                let why = if may_follow { Why::Guard } else { Why::Order };
                self.edge(parent, child, why);
            }
        }
    }

    fn rows_of_all(&self, kind: RowKind) -> impl Iterator<Item = RowNode> {
        self.tables.iter().flat_map(move |table| table.rows(kind))
    }

    /// The changed rows of a table that get other values in these columns.
    fn moving(&self, table: usize, columns: &'static [usize]) -> impl Iterator<Item = RowNode> {
        let table = &self.tables[table];
        let rows = table.rows(RowKind::Update);
        rows.filter(|row| table.work(RowKind::Update)[row.place].touches(columns))
    }

    /// The rows of a table that get values in these columns, with those.
    fn arriving(
        &self,
        table: usize,
        columns: &'static [usize],
    ) -> impl Iterator<Item = Keyed<KeyValues<'s>>> {
        let rows = self.moving(table, columns);
        let rows = rows.chain(self.tables[table].rows(RowKind::Insert));
        rows.map(move |row| (row, self.tables[table].new_key(row, columns)))
    }

    /// The rows of a table that give up their values in these columns, with those.
    fn leaving(
        &self,
        table: usize,
        columns: &'static [usize],
    ) -> impl Iterator<Item = Keyed<KeyValues<'s>>> {
        let moving = self.moving(table, columns);
        let moving = moving.map(move |row| (row, self.tables[table].old_key(row, columns)));
        self.deleted(table, columns).chain(moving)
    }

    /// The deleted rows of a table, with their values in these columns.
    fn deleted(
        &self,
        table: usize,
        columns: &'static [usize],
    ) -> impl Iterator<Item = Keyed<KeyValues<'s>>> {
        let rows = self.tables[table].rows(RowKind::Delete);
        rows.map(move |row| (row, self.tables[table].old_key(row, columns)))
    }

    /// Rows that are linked to added ones come after these.
    fn links(&mut self) {
        if !self.tables.iter().any(|table| table.arena.has_links()) {
            return;
        }
        let id = |row: RowNode| {
            let table = &self.tables[row.table];
            let (model, slot) = (table.model, table.slot(row));
            RowId { model, slot }
        };
        let rows = self.rows_of_all(RowKind::Insert);
        let rows = rows.chain(self.rows_of_all(RowKind::Update));
        let written: HashMap<RowId, RowNode> = rows.map(|row| (id(row), row)).collect();
        let updated = self.rows_of_all(RowKind::Update);
        let rows: Vec<RowNode> = updated.chain(self.rows_of_all(RowKind::Insert)).collect();
        for node in rows {
            for link in self.tables[node.table].arena.links(id(node).slot) {
                let needed = link.row().and_then(|row| written.get(&row).copied());
                let is_needed = |needs: &RowNode| {
                    let row = &self.tables[needs.table].work(needs.kind)[needs.place];
                    let columns = link.reference.target_columns;
                    match needs.kind {
                        // The row is there, but may not have its key yet.
                        RowKind::Update => row.touches(columns),
                        _ => *needs != node || row.touches(columns),
                    }
                };
                if let Some(needs) = needed.filter(is_needed) {
                    self.refer((node, needs), (Why::Key, When::After), link.reference);
                }
            }
        }
    }

    /// A row comes after another one because of a foreign key.
    fn refer(
        &mut self,
        (node, needs): (RowNode, RowNode),
        (why, when): (Why, When),
        reference: &'static ReferenceDef,
    ) {
        let edge = Edge { node, needs, why };
        self.referring.push(Referring {
            edge,
            reference,
            when,
        });
    }

    /// Changed rows that the database may take along are to be written before: by cascades over any number of
    /// tables, which is why it isn't known which ones they are.
    fn taken_along(&mut self) {
        for parent in self.tables {
            if !parent.has_deletes() {
                continue;
            }
            let reached = reached_tables::cascade_deleted([parent.arena.def().table]);
            let is_reached = |child: &&Pending<'_>| reached.contains(&child.arena.def().table);
            let children = self.tables.iter().filter(is_reached);
            let changed = children.flat_map(|child| child.rows(RowKind::Update));
            let mut changed = changed.peekable();
            if changed.peek().is_none() {
                continue;
            }
            let junction = parent.row(RowKind::Junction, 0);
            for row in changed {
                self.edge(junction, row, Why::Wish);
            }
            for deleted in parent.rows(RowKind::Delete) {
                self.edge(deleted, junction, Why::Order);
            }
        }
    }

    fn edge(&mut self, node: RowNode, needs: RowNode, why: Why) {
        self.edges.push(Edge { node, needs, why });
    }

    fn order(mut self) -> Result<Option<Box<RowOrder>>> {
        let (opened, values) = circles::open(&mut self.referring, &self.edges, self.tables)?;
        let mut post_updates = PostUpdates::of(opened, self.tables);
        self.edges.append(&mut post_updates.edges);
        let referring = self.referring.iter();
        self.edges.extend(referring.map(|referring| referring.edge));
        let (nodes, edges) = numbered(&unsettled(self.edges));
        if nodes.is_empty() {
            return Ok(None);
        }
        let schedule = schedule(nodes, edges);
        let mut emptied: HashMap<RowNode, Vec<usize>> = HashMap::new();
        for row in self.emptying {
            if schedule.turn(row.deleted) < schedule.turn(row.changed) {
                let columns = emptied.entry(row.changed).or_default();
                columns.extend(row.columns);
            }
        }
        let early = schedule.early.iter().map(|row| (*row, values.of(*row)));
        Ok(Some(Box::new(RowOrder {
            early: early.collect(),
            schedule,
            emptied,
            post_updates,
        })))
    }
}

/// The rows that have the key of one of `others`, each with that one.
fn pairs<K: Eq + Hash>(
    rows: impl Iterator<Item = Keyed<K>>,
    others: impl Iterator<Item = Keyed<K>>,
) -> Vec<(RowNode, RowNode)> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Vec::new();
    }
    let others = others.filter_map(|(row, key)| Some((key?, row)));
    let others: KeyMap<K, RowNode> = others.collect();
    if others.is_empty() {
        return Vec::new();
    }
    rows.filter_map(|(row, key)| Some((row, *others.get(&key?)?)))
        .collect()
}

/// Without regard to case, since to some databases it doesn't count: at worst, rows are put in an order that they
/// don't need.
fn folded((row, key): Keyed<KeyValues<'_>>) -> Keyed<CaseFolded<ValueRef<'_>>> {
    (row, key.map(CaseFolded))
}

fn unique_sets(def: &'static ModelDef) -> impl Iterator<Item = &'static [usize]> {
    let uniques = def.uniques.iter().map(|unique| unique.columns);
    std::iter::once(def.primary_key).chain(uniques)
}

/// The edges of rows that the usual order doesn't write in time, and of all rows that these reference.
fn unsettled(mut edges: Vec<Edge<RowNode>>) -> Vec<Edge<RowNode>> {
    let (nodes, numbered) = numbered(&edges);
    let mut both = numbered.clone();
    both.extend(numbered.iter().map(|edge| Edge {
        node: edge.needs,
        needs: edge.node,
        why: edge.why,
    }));
    let islands = Graph::new(nodes.len(), &both).components();
    let is_settled = |edge: &Edge<usize>| {
        edge.why == Why::Wish || nodes[edge.needs].step < nodes[edge.node].step
    };
    let unsettled = numbered.iter().filter(|edge| !is_settled(edge));
    let unsettled: HashSet<usize> = unsettled.map(|edge| islands[edge.node]).collect();
    let mut numbered = numbered.iter();
    let is_of_one = |edge: &Edge<usize>| unsettled.contains(&islands[edge.node]);
    edges.retain(|_| numbered.next().is_some_and(is_of_one));
    edges
}
