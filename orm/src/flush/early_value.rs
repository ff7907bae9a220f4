//! [`EarlyValue`]: a row takes a unique value before another one gives it up, because rows of the flush depend on each other
//! in a circle. The database refuses that, unless it compares the values in another way than the library.
//!
//! Found by `circles.rs`, kept in the batch of the row, and added to the error by `emit.rs`.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use orm_core::error::Error;

use super::graph::{Edge, Graph, Why};
use super::pending::Pending;
use super::reworded::reworded;
use super::row_node::{RowKind, RowNode};
use crate::mapping::key_text;

/// Why a row takes a unique value too early.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EarlyValue {
    /// Rows swap unique values.
    Swap,
    /// The rows of the circle, in words, and the one that gives up the value.
    Circle { rows: String, giver: String },
}

/// How many rows get a description.
const DESCRIBED: usize = 16;

/// Which rows take unique values too early, beside those that swap them.
#[derive(Default)]
pub(super) struct EarlyValues(HashMap<RowNode, Arc<EarlyValue>>);

impl EarlyValues {
    /// Notes the circle that this dependency closes.
    #[cold]
    pub(super) fn note(
        &mut self,
        value: Edge<usize>,
        (nodes, graph): (&[RowNode], &Graph),
        tables: &[Pending<'_>],
    ) {
        if self.0.len() == DESCRIBED {
            return;
        }
        let Some(path) = way(graph, value.needs, value.node) else {
            return;
        };
        let rows = path.iter().chain([&value]).rev();
        let rows = rows.map(|edge| dependency(nodes, edge, tables));
        let circle = EarlyValue::Circle {
            rows: rows.collect::<Vec<String>>().join("; "),
            giver: name(nodes[value.needs], tables),
        };
        self.0.entry(nodes[value.node]).or_insert(Arc::new(circle));
    }

    /// Why this row takes a value too early, as it does.
    pub(super) fn of(&self, row: RowNode) -> Arc<EarlyValue> {
        let known = self.0.get(&row).cloned();
        known.unwrap_or_else(|| Arc::new(EarlyValue::Swap))
    }
}

/// The dependencies by which a node needs another one, the last one first.
fn way(graph: &Graph, from: usize, to: usize) -> Option<Vec<Edge<usize>>> {
    let mut came: HashMap<usize, Edge<usize>> = HashMap::new();
    let mut next = VecDeque::from([from]);
    while let Some(node) = next.pop_front() {
        if node == to {
            break;
        }
        for edge in graph.needs(node) {
            if edge.needs != from && !came.contains_key(&edge.needs) {
                came.insert(edge.needs, *edge);
                next.push_back(edge.needs);
            }
        }
    }
    let mut way = vec![*came.get(&to)?];
    while let Some(edge) = way.last().and_then(|last| came.get(&last.node)) {
        way.push(*edge);
    }
    Some(way)
}

fn dependency(nodes: &[RowNode], edge: &Edge<usize>, tables: &[Pending<'_>]) -> String {
    let (node, needs) = (nodes[edge.node], nodes[edge.needs]);
    let (one, other) = (name(node, tables), name(needs, tables));
    match (edge.why, node.kind) {
        (Why::Value, _) => format!("{one} takes a unique value of {other}"),
        (_, RowKind::Delete) => format!("{other} references {one}, which is deleted"),
        _ if needs.kind == RowKind::Insert => format!("{one} references {other}"),
        _ => format!("{one} is written after {other}"),
    }
}

/// A row, as messages name it.
fn name(row: RowNode, tables: &[Pending<'_>]) -> String {
    let table = &tables[row.table];
    let (def, slot) = (table.arena.def(), table.slot(row));
    let key = def.primary_key.iter();
    if row.kind != RowKind::Insert {
        let key = key_text(key.map(|position| table.arena.old_value(slot, *position)));
        return format!("{} {key}", def.name);
    }
    let omitted = &table.work(row.kind)[row.place].columns;
    if key.clone().any(|position| omitted.contains(*position)) {
        return format!("the new {}", def.name);
    }
    let key = key_text(key.map(|position| table.arena.value(slot, *position)));
    format!("the new {} {key}", def.name)
}

impl EarlyValue {
    /// The error of the row's statement, with the reason if it is that.
    #[cold]
    pub(super) fn explain(&self, error: Error) -> Error {
        if !error.is_unique_violation() {
            return error;
        }
        let Self::Circle { rows, giver } = self else {
            return error.with_hint(
                "flush one of the rows with an interim value first: rows of this flush swap unique values, and the database checks each row separately",
            );
        };
        let table = error.table().unwrap_or_default().to_owned();
        let columns = error.columns().to_vec();
        let message = format!(
            "a unique value of `{table}.{}` is taken before it is given up, since rows of this flush wait for each other: {rows}",
            columns.join(", ")
        );
        let hint = format!(
            "flush in two steps: give {giver} an interim value in `{}` and flush, then make the other changes; or make a foreign key between these rows nullable (an `Option` field)",
            columns.join(", ")
        );
        reworded(error, message)
            .with_table(table)
            .with_columns(columns)
            .with_hint(hint)
    }
}
