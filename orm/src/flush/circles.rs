//! Opens circles of rows that depend on each other: determines which foreign keys are left out of the order, so that each
//! row can be written after those that it refers to, and after those whose unique values it takes.
//!
//! Used by `dependencies.rs`; what is sent for such a key is in `post_update.rs`. A circle that can't be opened at a foreign
//! key is left to the database if it has a unique value: `early_value.rs` explains the error.

use std::collections::{BTreeMap, HashMap, HashSet};

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::Action;

use super::early_value::EarlyValues;
use super::graph::{Edge, Graph, Why, numbered};
use super::pending::Pending;
use super::row_node::{RowKind, RowNode};
use super::shared_columns::has_shared_columns;
use super::table_order::targets;
use crate::mapping::{ModelDef, ReferenceDef};

/// A foreign key by which one row of the flush needs another one.
#[derive(Clone, Copy)]
pub(super) struct Referring {
    pub(super) edge: Edge<RowNode>,
    pub(super) reference: &'static ReferenceDef,
    pub(super) when: When,
}

/// When a row has the foreign key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// From its INSERT or UPDATE on: what it references is written before.
    After,
    /// Until its UPDATE or DELETE: what it references is deleted afterwards.
    Before,
    /// From its INSERT or UPDATE on, until what it references is deleted.
    Between,
}

/// What a foreign key that is left out of the order has until its row refers to the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interim {
    Null,
    /// That of the database, in an UPDATE.
    Old,
}

/// How many times the circle of a row is opened at that row alone. A circle that is still there has many rows, and is
/// opened at all of them at once.
const ROUNDS: usize = 4;

impl Referring {
    /// The row that has the foreign key.
    pub(super) fn child(&self) -> RowNode {
        match self.when {
            When::After => self.edge.node,
            When::Before | When::Between => self.edge.needs,
        }
    }

    fn key(&self) -> (RowNode, &'static [usize]) {
        (self.child(), self.reference.columns)
    }

    /// Whether the database itself follows when the parent is deleted first.
    pub(super) fn is_followed(&self) -> bool {
        let follows = !matches!(
            self.reference.on_delete,
            Action::NoAction | Action::Restrict
        );
        self.child().kind == RowKind::Delete && follows
    }

    /// Whether an UPDATE of its own writes the foreign key.
    pub(super) fn needs_statement(&self) -> bool {
        !self.is_followed() && self.when != When::Between
    }
}

/// The columns of a foreign key that become NULL to make it reference nothing.
pub(super) fn nullable(
    def: &'static ModelDef,
    reference: &'static ReferenceDef,
) -> impl Iterator<Item = usize> {
    let columns = reference.columns.iter().copied();
    columns.filter(|column| def.columns[*column].nullable && !def.is_key(*column))
}

/// The dependencies that are left.
struct Circles<'c, 's> {
    tables: &'c [Pending<'s>],
    /// Those by foreign keys.
    referring: &'c mut Vec<Referring>,
    /// Those by unique values and changed keys.
    others: Vec<Edge<RowNode>>,
    /// The changed rows that reference a row to delete until then, by that foreign key.
    leaving: HashSet<(RowNode, &'static [usize])>,
    opened: Vec<Referring>,
    /// Those of circles that the database decides about.
    kept: Vec<Referring>,
    early: EarlyValues,
}

/// Takes foreign keys out of `referring` until no circle is left, and returns them. In a circle they are those of the
/// reference that the fewest rows have in it, which the database follows by itself if there is one. A circle without such a
/// key is given up where it has a unique value, of which is returned how it comes about.
///
/// # Errors
/// `Usage` for a circle of foreign keys that are all NOT NULL.
pub(super) fn open(
    referring: &mut Vec<Referring>,
    edges: &[Edge<RowNode>],
    tables: &[Pending<'_>],
) -> Result<(Vec<Referring>, EarlyValues)> {
    let binds = |edge: &&Edge<RowNode>| !edge.why.is_wish() && edge.node != edge.needs;
    let is_change =
        |key: &&Referring| key.when == When::Before && key.child().kind == RowKind::Update;
    let mut circles = Circles {
        tables,
        others: edges.iter().filter(binds).copied().collect(),
        leaving: referring
            .iter()
            .filter(is_change)
            .map(Referring::key)
            .collect(),
        referring,
        opened: Vec::new(),
        kept: Vec::new(),
        early: EarlyValues::default(),
    };
    for round in 0.. {
        if !circles.open(round < ROUNDS)? {
            break;
        }
    }
    circles.referring.append(&mut circles.kept);
    Ok((circles.opened, circles.early))
}

impl Circles<'_, '_> {
    /// Opens each circle at one foreign key, of one row or of all that have it, or gives it up. Returns whether there was any.
    fn open(&mut self, of_row: bool) -> Result<bool> {
        let own = self.referring.iter().map(|referring| referring.edge);
        let edges: Vec<Edge<RowNode>> = own.chain(self.others.iter().copied()).collect();
        let (nodes, numbered) = numbered(&edges);
        let graph = Graph::new(nodes.len(), &numbered);
        let components = graph.components();
        let circle = |edge: &Edge<usize>| {
            let component = components[edge.node];
            (component == components[edge.needs]).then_some(component)
        };
        let circles: Vec<Option<usize>> = numbered.iter().map(circle).collect();
        if circles.iter().all(Option::is_none) {
            return Ok(false);
        }
        let (circles, of_others) = circles.split_at(self.referring.len());
        let best = best(self, circles);
        let keys: HashSet<usize> = circles.iter().copied().flatten().collect();
        let others: HashSet<usize> = of_others.iter().copied().flatten().collect();
        for (edge, circle) in numbered[circles.len()..].iter().zip(of_others) {
            let is_mixed = |circle| !best.contains_key(circle) && keys.contains(circle);
            if edge.why == Why::Value && circle.as_ref().is_some_and(is_mixed) {
                self.early.note(*edge, (&nodes, &graph), self.tables);
            }
        }
        self.give_up(of_others, |circle| !best.contains_key(&circle));
        self.take_out(circles, |circle| match best.get(&circle) {
            Some(best) => Goes::Opened(best, of_row),
            None if others.contains(&circle) => Goes::Not,
            None => Goes::Required,
        })?;
        Ok(true)
    }

    /// Gives up the unique values of circles that can't be opened, or the changed keys of those that have none.
    fn give_up(&mut self, circles: &[Option<usize>], is_closed: impl Fn(usize) -> bool) {
        let values = self.others.iter().zip(circles);
        let values = values.filter(|(edge, _)| edge.why == Why::Value);
        let values: HashSet<usize> = values.filter_map(|(_, circle)| *circle).collect();
        let mut circles = circles.iter();
        let stays = |edge: &Edge<RowNode>, circle: usize| {
            !is_closed(circle) || edge.why != Why::Value && values.contains(&circle)
        };
        self.others.retain(|edge| {
            let circle = circles.next().copied().flatten();
            circle.is_none_or(|circle| stays(edge, circle))
        });
    }

    /// Takes the foreign keys out that open circles, and those of circles that have none.
    fn take_out<'b>(
        &mut self,
        circles: &[Option<usize>],
        goes: impl Fn(usize) -> Goes<'b>,
    ) -> Result<()> {
        let mut required: BTreeMap<usize, Vec<Referring>> = BTreeMap::new();
        let mut left = Vec::with_capacity(self.referring.len());
        for (referring, circle) in std::mem::take(self.referring).into_iter().zip(circles) {
            match circle.map(|circle| (circle, goes(circle))) {
                Some((_, Goes::Opened(best, of_row)))
                    if best.covers(&referring, of_row) && self.interim(&referring).is_some() =>
                {
                    self.opened.push(referring);
                }
                Some((circle, Goes::Required)) => {
                    required.entry(circle).or_default().push(referring);
                }
                _ => left.push(referring),
            }
        }
        *self.referring = left;
        for circle in required.into_values() {
            check(&circle, self.tables)?;
            self.kept.extend(circle);
        }
        Ok(())
    }

    fn interim(&self, referring: &Referring) -> Option<Interim> {
        let is_leaving = self.leaving.contains(&referring.key());
        interim(referring, self.tables).filter(|it| *it == Interim::Null || !is_leaving)
    }
}

/// Whether the foreign keys of a circle are taken out of it.
enum Goes<'b> {
    Opened(&'b Rank, bool),
    Not,
    Required,
}

/// What a foreign key has in the meantime if it is left out of the order; `None` if it can't be.
pub(super) fn interim(referring: &Referring, tables: &[Pending<'_>]) -> Option<Interim> {
    let (child, reference) = (referring.child(), referring.reference);
    let table = &tables[child.table];
    let def = table.arena.def();
    let may_be_null = nullable(def, reference).next().is_some();
    let is_null = match (referring.when, child.kind) {
        (When::Before, RowKind::Delete) => referring.is_followed() || may_be_null,
        (When::Before, _) => return None,
        // As the database makes it.
        (When::Between, _) => may_be_null && is_set_null(def, reference),
        (When::After, _) => may_be_null,
    };
    let row = &table.work(child.kind)[child.place];
    if child.kind != RowKind::Update {
        return is_null.then_some(Interim::Null);
    }
    if row.has_sql {
        return None;
    }
    let is_unique = || {
        let mut uniques = def.uniques.iter().flat_map(|unique| unique.columns);
        uniques.any(|column| reference.columns.contains(column))
    };
    let has_key = || reference.columns.iter().any(|column| def.is_key(*column));
    let is_moved = || {
        let mut targets = targets(tables, reference);
        targets.any(|target| {
            let mut columns = reference.target_columns.iter();
            columns.any(|column| tables[target].touched.contains(*column))
        })
    };
    let may_stay = || {
        referring.when == When::After
            && !(row.has_unread
                || has_key()
                || is_unique()
                || is_moved()
                || has_shared_columns(def))
    };
    // Another foreign key would be changed as well.
    let is_whole =
        || nullable(def, reference).count() == reference.columns.len() && !has_shared_columns(def);
    if is_null && is_whole() {
        Some(Interim::Null)
    } else {
        may_stay().then_some(Interim::Old)
    }
}

/// Whether ON DELETE makes a foreign key NULL.
fn is_set_null(def: &'static ModelDef, reference: &'static ReferenceDef) -> bool {
    match reference.on_delete {
        Action::SetNull => true,
        Action::SetDefault => {
            let mut columns = reference.columns.iter();
            columns.all(|column| def.columns[*column].server_default.is_none())
        }
        _ => false,
    }
}

/// Which foreign key of a circle goes: the least of them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    needs_statement: bool,
    /// How many rows have it.
    rows: usize,
    table: usize,
    columns: &'static [usize],
    child: RowNode,
}

impl Rank {
    /// Whether that is one of the row, or of any row.
    fn covers(&self, referring: &Referring, of_row: bool) -> bool {
        let child = referring.child();
        (child.table, referring.reference.columns) == (self.table, self.columns)
            && (!of_row || child == self.child)
    }
}

/// The foreign key to leave out of each circle that has one.
fn best(of_all: &Circles<'_, '_>, circles: &[Option<usize>]) -> HashMap<usize, Rank> {
    let all = &*of_all.referring;
    let of = |referring: &Referring| (referring.child().table, referring.reference.columns);
    let mut rows: HashMap<(usize, &[usize]), usize> = HashMap::new();
    for referring in all {
        *rows.entry(of(referring)).or_default() += 1;
    }
    let mut best: HashMap<usize, Rank> = HashMap::new();
    for (referring, circle) in all.iter().zip(circles) {
        let Some(circle) = circle.filter(|_| of_all.interim(referring).is_some()) else {
            continue;
        };
        let (table, columns) = of(referring);
        let rank = Rank {
            needs_statement: referring.needs_statement(),
            rows: rows[&(table, columns)],
            table,
            columns,
            child: referring.child(),
        };
        match best.get(&circle) {
            Some(known) if *known <= rank => {}
            _ => {
                best.insert(circle, rank);
            }
        }
    }
    best
}

/// Refuses a circle of rows that come or go. In one with a changed row, the database decides.
fn check(circle: &[Referring], tables: &[Pending<'_>]) -> Result<()> {
    let ends = circle
        .iter()
        .flat_map(|referring| [referring.edge.node, referring.edge.needs]);
    if ends.into_iter().any(|row| row.kind == RowKind::Update) {
        return Ok(());
    }
    Err(required(circle, tables))
}

#[cold]
fn required(circle: &[Referring], tables: &[Pending<'_>]) -> Error {
    let (mut models, mut keys) = (Vec::new(), Vec::new());
    for referring in circle {
        let def = tables[referring.child().table].arena.def();
        let columns: Vec<&str> = referring
            .reference
            .columns
            .iter()
            .map(|column| def.names[*column])
            .collect();
        let key = format!("`{}.{}`", def.table, columns.join(", "));
        if !models.contains(&def.name) {
            models.push(def.name);
        }
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let message = format!(
        "rows of {} refer to each other in a circle, and their foreign keys are NOT NULL: {}",
        models.join(" and "),
        keys.join(" and ")
    );
    let table = tables[circle[0].child().table].arena.def().table;
    Error::with_message(ErrorKind::Usage, message)
        .with_table(table)
        .with_hint("make one of these foreign keys nullable (an `Option` field): the flush then sets it by an UPDATE after the INSERTs, or to NULL before the DELETEs")
}
