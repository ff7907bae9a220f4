//! When each row of a flush is written: at its place in the usual order, unless an edge of the graph asks for
//! another one.
//!
//! Pure, like `graph.rs`, on which it stands. What the edges are is found out in `dependencies.rs`, and which rows
//! share a statement is decided in `batches.rs`.

use std::collections::HashSet;

use super::graph::{Acyclic, Edge, Graph, Why, without_cycles};

/// What is done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Update,
    Insert,
    Delete,
}

/// A node of the graph: a row, or a junction that stands for many edges.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// `None` for a junction.
    pub(super) kind: Option<Kind>,
    /// The place in the usual order. Nodes are listed by it.
    pub(super) step: usize,
}

/// The order in which the rows of a flush are written.
#[derive(Debug)]
pub(super) struct Schedule {
    /// The nodes in order, each with its slot: only rows of one slot may share a statement out of turn.
    pub(super) order: Vec<(usize, usize)>,
    pub(super) graph: Graph,
    /// The rows that take a unique value which its row gives up only later.
    pub(super) swapping: HashSet<usize>,
}

/// Each step of the usual order has three slots: for rows that must be written before those of the step, for the
/// step's own, and for those of earlier steps that have to wait for these.
const SLOTS: usize = 3;

/// Orders the nodes. A row that needs an inserted or updated one of a later step waits for it; a delete that
/// another row needs is done just before that one, together with what the delete needs in turn. Within a slot,
/// rows are in the order of the nodes as far as their edges allow.
pub(super) fn schedule(nodes: &[Node], edges: Vec<Edge>) -> Schedule {
    let Acyclic {
        graph,
        order,
        unmet,
    } = without_cycles(nodes.len(), edges);
    let mut slots: Vec<usize> = nodes.iter().map(|node| node.step * SLOTS + 1).collect();
    for node in &order {
        wait(nodes, &graph, *node, &mut slots);
    }
    for node in order.iter().rev() {
        hurry(nodes, &graph, *node, &mut slots);
    }
    let mut depths = vec![0; nodes.len()];
    for node in &order {
        let needed = graph.needs(*node).iter().map(|edge| edge.needs);
        let same_slot = needed.filter(|needed| slots[*needed] == slots[*node]);
        depths[*node] = same_slot
            .map(|needed| depths[needed] + 1)
            .max()
            .unwrap_or(0);
    }
    let mut order: Vec<(usize, usize)> = (0..nodes.len()).map(|node| (node, slots[node])).collect();
    order.sort_by_key(|(node, slot)| (*slot, depths[*node]));
    let swaps = |edge: &Edge| edge.why == Why::Value;
    Schedule {
        order,
        graph,
        swapping: unmet
            .into_iter()
            .filter(swaps)
            .map(|edge| edge.node)
            .collect(),
    }
}

/// Puts a node off until what it needs is written. Deletes come to it, instead.
fn wait(nodes: &[Node], graph: &Graph, node: usize, slots: &mut [usize]) {
    for edge in graph.needs(node) {
        let needed = slots[edge.needs];
        let slot = match (nodes[node].kind, nodes[edge.needs].kind) {
            (_, Some(Kind::Delete)) => continue,
            // After all of the step's own, so that these stay together.
            (Some(Kind::Update), Some(Kind::Insert)) if needed > slots[node] => {
                needed / SLOTS * SLOTS + 2
            }
            _ => needed,
        };
        slots[node] = slots[node].max(slot);
    }
}

/// Makes what a node needs be written before it.
fn hurry(nodes: &[Node], graph: &Graph, node: usize, slots: &mut [usize]) {
    for edge in graph.needs(node) {
        let is_delete = |node: usize| nodes[node].kind == Some(Kind::Delete);
        let before_all = is_delete(edge.needs) && !is_delete(node);
        let slot = match slots[node] {
            slot if before_all => slot / SLOTS * SLOTS,
            slot => slot,
        };
        slots[edge.needs] = slots[edge.needs].min(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPDATE: Option<Kind> = Some(Kind::Update);
    const INSERT: Option<Kind> = Some(Kind::Insert);
    const DELETE: Option<Kind> = Some(Kind::Delete);

    fn check(nodes: &[(Option<Kind>, usize)], edges: &[(usize, usize, Why)], expected: &[usize]) {
        let node = |(kind, step): &(Option<Kind>, usize)| Node {
            kind: *kind,
            step: *step,
        };
        let nodes: Vec<Node> = nodes.iter().map(node).collect();
        let edge = |(node, needs, why): &(usize, usize, Why)| Edge {
            node: *node,
            needs: *needs,
            why: *why,
        };
        let schedule = schedule(&nodes, edges.iter().map(edge).collect());
        let order: Vec<usize> = schedule.order.iter().map(|(node, _)| *node).collect();
        assert_eq!(order, expected, "{edges:?}");
    }

    #[test]
    fn rows_keep_their_order_without_edges() {
        check(
            &[(UPDATE, 0), (INSERT, 1), (INSERT, 1), (DELETE, 2)],
            &[],
            &[0, 1, 2, 3],
        );
        check(&[], &[], &[]);
    }

    #[test]
    fn parents_are_inserted_before_children_level_by_level() {
        let rows = [(INSERT, 0); 5];
        let edges = [(0, 3, Why::Key), (1, 0, Why::Key), (2, 4, Why::Order)];
        check(&rows, &edges, &[3, 4, 0, 2, 1]);
    }

    #[test]
    fn an_update_waits_for_the_row_that_it_refers_to() {
        let rows = [
            (UPDATE, 0),
            (UPDATE, 0),
            (INSERT, 1),
            (INSERT, 1),
            (INSERT, 2),
        ];
        check(&rows, &[(0, 3, Why::Key)], &[1, 2, 3, 0, 4]);
    }

    #[test]
    fn a_delete_that_frees_a_value_goes_just_before_the_row_that_takes_it() {
        let rows = [
            (INSERT, 0),
            (INSERT, 1),
            (INSERT, 1),
            (DELETE, 2),
            (DELETE, 3),
            (DELETE, 3),
        ];
        check(&rows, &[(2, 4, Why::Value)], &[0, 4, 1, 2, 3, 5]);
        // With the child that refers to it.
        check(
            &rows,
            &[(2, 4, Why::Value), (4, 3, Why::Order)],
            &[0, 3, 4, 1, 2, 5],
        );
    }

    #[test]
    fn what_leaves_a_deleted_parent_goes_before_it_and_what_that_needs_before_that() {
        // A new parent, another new row that takes a value, a child that moves to the parent, the former parent.
        let rows = [(INSERT, 0), (INSERT, 0), (UPDATE, 1), (DELETE, 2)];
        let edges = [(1, 3, Why::Value), (3, 2, Why::Order), (2, 0, Why::Order)];
        check(&rows, &edges, &[0, 2, 3, 1]);
    }

    #[test]
    fn a_wish_does_not_stand_in_the_way_of_a_need() {
        // Two changed children behind a junction, one of which takes what the delete frees.
        let rows = [(UPDATE, 0), (UPDATE, 0), (DELETE, 1), (None, 1)];
        let edges = [
            (0, 2, Why::Value),
            (2, 3, Why::Order),
            (3, 0, Why::Wish),
            (3, 1, Why::Wish),
        ];
        check(&rows, &edges, &[1, 3, 2, 0]);
    }

    #[test]
    fn rows_that_swap_values_keep_their_order() {
        check(
            &[(UPDATE, 0); 2],
            &[(0, 1, Why::Value), (1, 0, Why::Value)],
            &[0, 1],
        );
    }
}
