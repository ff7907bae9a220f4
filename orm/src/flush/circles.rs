//! Opens circles of rows that refer to each other: determines which foreign keys are left out of the order, so that each
//! row can be written after those that it refers to.
//!
//! Used by `dependencies.rs`; what is sent for such a key is in `post_update.rs`. Circles by unique values are not here:
//! see `graph.rs`.

use std::collections::{BTreeMap, HashMap};

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::Action;

use super::graph::{Edge, Graph, numbered};
use super::pending::Pending;
use super::row_node::{RowKind, RowNode};
use crate::mapping::{ModelDef, ReferenceDef};

/// A foreign key by which one row of the flush needs another one.
#[derive(Clone, Copy)]
pub(super) struct Referring {
    pub(super) edge: Edge<RowNode>,
    pub(super) reference: &'static ReferenceDef,
}

/// How many times the circle of a row is opened at that row alone. A circle that is still there has many rows, and is
/// opened at all of them at once.
const ROUNDS: usize = 4;

impl Referring {
    /// The row that has the foreign key.
    pub(super) fn child(&self) -> RowNode {
        match self.edge.node.kind {
            RowKind::Delete => self.edge.needs,
            _ => self.edge.node,
        }
    }

    /// Whether the database itself follows when the parent is deleted first.
    pub(super) fn is_followed(&self) -> bool {
        let follows = !matches!(
            self.reference.on_delete,
            Action::NoAction | Action::Restrict
        );
        self.child().kind == RowKind::Delete && follows
    }

    /// Whether the foreign key may be left out of the order.
    fn is_optional(&self, tables: &[Pending<'_>]) -> bool {
        let child = self.child();
        match child.kind {
            RowKind::Insert | RowKind::Delete => {
                let def = tables[child.table].arena.def();
                self.is_followed() || nullable(def, self.reference).next().is_some()
            }
            _ => false,
        }
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

/// Takes foreign keys out of `all` until no circle is left, and returns them. In a circle they are those of the reference
/// that the fewest rows have in it, which the database follows by itself if there is one.
///
/// # Errors
/// `Usage` for a circle whose foreign keys are all NOT NULL.
pub(super) fn open(all: &mut Vec<Referring>, tables: &[Pending<'_>]) -> Result<Vec<Referring>> {
    let (mut opened, mut kept) = (Vec::new(), Vec::new());
    for round in 0.. {
        let edges: Vec<Edge<RowNode>> = all.iter().map(|referring| referring.edge).collect();
        let (nodes, numbered) = numbered(&edges);
        let components = Graph::new(nodes.len(), &numbered).components();
        let circle = |edge: &Edge<usize>| {
            let component = components[edge.node];
            (component == components[edge.needs]).then_some(component)
        };
        let circles: Vec<Option<usize>> = numbered.iter().map(circle).collect();
        if circles.iter().all(Option::is_none) {
            break;
        }
        let best = best((all, &circles), tables);
        let mut required: BTreeMap<usize, Vec<Referring>> = BTreeMap::new();
        let mut circles = circles.into_iter();
        all.retain(|referring| {
            let Some(circle) = circles.next().flatten() else {
                return true;
            };
            let Some(best) = best.get(&circle) else {
                required.entry(circle).or_default().push(*referring);
                return false;
            };
            let goes = best.covers(referring, round < ROUNDS) && referring.is_optional(tables);
            if goes {
                opened.push(*referring);
            }
            !goes
        });
        for circle in required.into_values() {
            check(&circle, tables)?;
            kept.extend(circle);
        }
    }
    all.append(&mut kept);
    Ok(opened)
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
fn best(
    (all, circles): (&[Referring], &[Option<usize>]),
    tables: &[Pending<'_>],
) -> HashMap<usize, Rank> {
    let of = |referring: &Referring| (referring.child().table, referring.reference.columns);
    let mut rows: HashMap<(usize, &[usize]), usize> = HashMap::new();
    for referring in all {
        *rows.entry(of(referring)).or_default() += 1;
    }
    let mut best: HashMap<usize, Rank> = HashMap::new();
    for (referring, circle) in all.iter().zip(circles) {
        let Some(circle) = circle.filter(|_| referring.is_optional(tables)) else {
            continue;
        };
        let (table, columns) = of(referring);
        let rank = Rank {
            needs_statement: !referring.is_followed(),
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
