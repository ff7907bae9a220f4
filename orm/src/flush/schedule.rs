//! Determines when each row of a flush is written: in the usual order, unless an edge of the graph requires another
//! place.
//!
//! Pure, like `graph.rs`. `dependencies.rs` finds the edges, and `batches.rs` groups rows into statements.

use super::graph::{Acyclic, Edge, Graph, Why, without_cycles};
use super::row_node::{RowKind, RowNode};

/// When the rows of a flush are written.
#[derive(Debug)]
pub(super) struct Schedule {
    /// The rows with edges, in the usual order, and the junctions between them.
    pub(super) nodes: Vec<RowNode>,
    pub(super) graph: Graph,
    /// The rows that take a unique value which its row gives up only later.
    pub(super) early: Vec<RowNode>,
    /// The slot of each node, and how many others it comes after in it.
    turns: Vec<(usize, usize)>,
}

/// When a row is written: its slot, how many others it comes after in it, and its place in the usual order. Only
/// rows of one slot may share a statement out of turn.
pub(super) type Turn = (usize, usize, RowNode);

/// Each step of the usual order has three slots: for rows that must be written before those of the step, for the
/// step's own, and for those of earlier steps that have to wait for these.
const SLOTS: usize = 3;

/// Orders the nodes. A row that needs an inserted or updated one of a later step waits for it; a delete that
/// another row needs is done just before that one, together with what the delete needs in turn. Within a slot,
/// rows are in the order of the nodes as far as their edges allow.
pub(super) fn schedule(nodes: Vec<RowNode>, edges: Vec<Edge<usize>>) -> Schedule {
    let Acyclic {
        graph,
        order,
        unmet,
    } = without_cycles(nodes.len(), edges);
    let mut slots: Vec<usize> = nodes.iter().map(usual_slot).collect();
    for node in &order {
        wait(&nodes, &graph, *node, &mut slots);
    }
    for node in order.iter().rev() {
        hurry(&nodes, &graph, *node, &mut slots);
    }
    let mut turns: Vec<(usize, usize)> = slots.into_iter().map(|slot| (slot, 0)).collect();
    for node in order {
        let needed = graph.needs(node).iter().map(|edge| turns[edge.needs]);
        let same_slot = needed.filter(|(slot, _)| *slot == turns[node].0);
        turns[node].1 = same_slot.map(|(_, depth)| depth + 1).max().unwrap_or(0);
    }
    let swaps = unmet.iter().filter(|edge| edge.why == Why::Value);
    let early = swaps.map(|edge| nodes[edge.node]).collect();
    Schedule {
        nodes,
        graph,
        early,
        turns,
    }
}

impl Schedule {
    /// The number of a row in the graph, if it has edges.
    pub(super) fn node(&self, row: RowNode) -> Option<usize> {
        self.nodes.binary_search(&row).ok()
    }

    pub(super) fn turn(&self, row: RowNode) -> Turn {
        let node = self.node(row);
        let (slot, depth) = node.map_or((usual_slot(&row), 0), |node| self.turns[node]);
        (slot, depth, row)
    }

    /// All rows in the order in which they are written, and what the graph has beside them.
    pub(super) fn order(&self, rows: impl Iterator<Item = RowNode>) -> Vec<Turn> {
        let nodes = self.nodes.iter().copied();
        let own = nodes.filter(|node| node.kind.is_of_graph());
        let mut turns: Vec<Turn> = rows.chain(own).map(|row| self.turn(row)).collect();
        turns.sort_unstable();
        turns
    }
}

fn usual_slot(row: &RowNode) -> usize {
    let slot = match row.kind {
        RowKind::Detach => 0,
        RowKind::Attach => 2,
        RowKind::Update | RowKind::Insert | RowKind::Delete | RowKind::Junction => 1,
    };
    row.step * SLOTS + slot
}

/// Puts a node off until what it needs is written. Deletes come to it, instead.
fn wait(nodes: &[RowNode], graph: &Graph, node: usize, slots: &mut [usize]) {
    for edge in graph.needs(node) {
        let needed = slots[edge.needs];
        let slot = match (nodes[node].kind, nodes[edge.needs].kind) {
            (_, RowKind::Delete) => continue,
            // After all of the step's own, so that these stay together.
            (RowKind::Update | RowKind::Attach, RowKind::Insert) if needed > slots[node] => {
                needed / SLOTS * SLOTS + 2
            }
            _ => needed,
        };
        slots[node] = slots[node].max(slot);
    }
}

/// Makes what a node needs be written before it.
fn hurry(nodes: &[RowNode], graph: &Graph, node: usize, slots: &mut [usize]) {
    for edge in graph.needs(node) {
        let is_delete = |node: usize| nodes[node].kind == RowKind::Delete;
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

    use super::RowKind::{Delete as DELETE, Insert as INSERT, Update as UPDATE};

    fn check(nodes: &[(RowKind, usize)], edges: &[(usize, usize, Why)], expected: &[usize]) {
        let row = |(place, (kind, step)): (usize, &(RowKind, usize))| RowNode {
            step: *step,
            table: 0,
            place,
            kind: *kind,
        };
        let rows: Vec<RowNode> = nodes.iter().enumerate().map(row).collect();
        let edge = |(node, needs, why): &(usize, usize, Why)| Edge {
            node: *node,
            needs: *needs,
            why: *why,
        };
        let schedule = schedule(rows.clone(), edges.iter().map(edge).collect());
        let is_row = |row: &RowNode| row.kind != RowKind::Junction;
        let order = schedule.order(rows.into_iter().filter(is_row));
        let order: Vec<usize> = order.iter().map(|(_, _, row)| row.place).collect();
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
        let rows = [
            (UPDATE, 0),
            (UPDATE, 0),
            (DELETE, 1),
            (RowKind::Junction, 1),
        ];
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
