//! A graph of dependencies: its cycles, and a topological order.
//!
//! Pure: nodes are numbers. In `schedule.rs` they are rows, in `table_order.rs` tables. Every pass visits each node
//! and each edge once.

#[cfg(test)]
use std::cell::Cell;

/// `node` comes after `needs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge<N> {
    pub(super) node: N,
    pub(super) needs: N,
    pub(super) why: Why,
}

/// What an edge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The database checks a foreign key. One statement may write both rows, in that order.
    Order,
    /// The row takes what the statement of the other one generates.
    Key,
    /// The row takes a unique value that the other one frees. Given up in a cycle before foreign keys: the database then
    /// names the value.
    Value,
    /// The row may be gone or changed after the other's statement. The first to be given up in a cycle.
    Wish,
    /// The row changes columns by which the other one is matched. Given up in a cycle like a wish: the other row is then
    /// matched without these columns.
    Guard,
}

impl Why {
    pub(super) fn is_wish(self) -> bool {
        matches!(self, Self::Wish | Self::Guard)
    }
}

/// The nodes of these edges in their order, and the edges between their numbers.
pub(super) fn numbered<N: Copy + Ord>(edges: &[Edge<N>]) -> (Vec<N>, Vec<Edge<usize>>) {
    let ends = edges.iter().flat_map(|edge| [edge.node, edge.needs]);
    let mut nodes: Vec<N> = ends.collect();
    nodes.sort_unstable();
    nodes.dedup();
    let number = |end| nodes.partition_point(|node| *node < end);
    let numbered = edges.iter().map(|edge| Edge {
        node: number(edge.node),
        needs: number(edge.needs),
        why: edge.why,
    });
    let numbered = numbered.collect();
    (nodes, numbered)
}

/// Edges by the node that needs.
#[derive(Debug)]
pub(super) struct Graph {
    /// Where the edges of each node begin; one more, for where the last ones end.
    starts: Vec<usize>,
    edges: Vec<Edge<usize>>,
    #[cfg(test)]
    steps: Cell<usize>,
}

impl Graph {
    pub(super) fn new(nodes: usize, edges: &[Edge<usize>]) -> Self {
        let mut starts = vec![0; nodes + 1];
        for edge in edges {
            starts[edge.node + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut sorted = edges.to_vec();
        for edge in edges {
            sorted[next[edge.node]] = *edge;
            next[edge.node] += 1;
        }
        Self {
            starts,
            edges: sorted,
            #[cfg(test)]
            steps: Cell::new(nodes + edges.len()),
        }
    }

    pub(super) fn nodes(&self) -> usize {
        self.starts.len() - 1
    }

    /// What a node needs.
    pub(super) fn needs(&self, node: usize) -> &[Edge<usize>] {
        #[cfg(test)]
        self.steps.set(self.steps.get() + 1);
        &self.edges[self.starts[node]..self.starts[node + 1]]
    }

    /// The number of each node's strongly connected component. What a node needs is in the same component or in
    /// one with a lower number.
    pub(super) fn components(&self) -> Vec<usize> {
        let mut search = Search {
            graph: self,
            seen: vec![NONE; self.nodes()],
            lowest: vec![NONE; self.nodes()],
            component: vec![NONE; self.nodes()],
            counter: 0,
            components: 0,
            open: Vec::new(),
            calls: Vec::new(),
        };
        for node in 0..self.nodes() {
            if search.seen[node] == NONE {
                search.visit(node);
            }
        }
        search.component
    }

    #[cfg(test)]
    pub(super) fn steps(&self) -> usize {
        self.steps.get()
    }
}

const NONE: usize = usize::MAX;

/// Tarjan's search, with a stack of its own instead of the thread's: chains of rows may be long.
struct Search<'g> {
    graph: &'g Graph,
    /// When each node was first seen.
    seen: Vec<usize>,
    /// The first seen node of its component that each node is known to reach.
    lowest: Vec<usize>,
    component: Vec<usize>,
    counter: usize,
    components: usize,
    /// Seen nodes whose component isn't complete.
    open: Vec<usize>,
    /// The nodes on the way down, and how many of their edges are done.
    calls: Vec<(usize, usize)>,
}

impl Search<'_> {
    fn visit(&mut self, root: usize) {
        self.enter(root);
        while let Some((node, done)) = self.calls.last_mut() {
            let node = *node;
            if let Some(edge) = self.graph.needs(node).get(*done) {
                *done += 1;
                if self.seen[edge.needs] == NONE {
                    self.enter(edge.needs);
                } else if self.component[edge.needs] == NONE {
                    self.lowest[node] = self.lowest[node].min(self.seen[edge.needs]);
                }
            } else {
                self.leave(node);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.seen[node] = self.counter;
        self.lowest[node] = self.counter;
        self.counter += 1;
        self.open.push(node);
        self.calls.push((node, 0));
    }

    fn leave(&mut self, node: usize) {
        self.calls.pop();
        if let Some((caller, _)) = self.calls.last() {
            self.lowest[*caller] = self.lowest[*caller].min(self.lowest[node]);
        }
        if self.lowest[node] != self.seen[node] {
            return;
        }
        while let Some(member) = self.open.pop() {
            self.component[member] = self.components;
            if member == node {
                break;
            }
        }
        self.components += 1;
    }
}

/// A graph without cycles.
#[derive(Debug)]
pub(super) struct Acyclic {
    pub(super) graph: Graph,
    /// The nodes, each after what it needs.
    pub(super) order: Vec<usize>,
    /// The edges that were given up, beside wishes: no order has them all.
    pub(super) unmet: Vec<Edge<usize>>,
}

/// Gives up edges until there is no cycle: of each cycle its wishes, or else its unique values, or else the other edges. Of
/// these it is those that point to a node with a higher number, if there are any, so that the nodes of the cycle keep their
/// order.
pub(super) fn without_cycles(nodes: usize, mut edges: Vec<Edge<usize>>) -> Acyclic {
    let mut unmet = Vec::new();
    edges.retain(|edge| edge.node != edge.needs);
    loop {
        let graph = Graph::new(nodes, &edges);
        let component = graph.components();
        let in_cycle = |edge: &Edge<usize>| component[edge.node] == component[edge.needs];
        if !edges.iter().any(in_cycle) {
            let mut order = vec![0; nodes];
            for (node, place) in component.into_iter().enumerate() {
                order[place] = node;
            }
            return Acyclic {
                graph,
                order,
                unmet,
            };
        }
        let goes = first_to_go(edges.iter().filter(|edge| in_cycle(edge)));
        edges.retain(|edge| {
            let goes = in_cycle(edge) && goes(edge);
            if goes && !edge.why.is_wish() {
                unmet.push(*edge);
            }
            !goes
        });
    }
}

/// Which edges of cycles are given up first.
fn first_to_go<'e>(cycles: impl Iterator<Item = &'e Edge<usize>>) -> fn(&Edge<usize>) -> bool {
    let choices: [fn(&Edge<usize>) -> bool; 4] = [
        |edge| edge.why.is_wish(),
        |edge| edge.why == Why::Value && edge.needs > edge.node,
        |edge| edge.why == Why::Value,
        |edge| edge.needs > edge.node,
    ];
    let first = cycles.filter_map(|edge| choices.iter().position(|goes| goes(edge)));
    // Each cycle has an edge to a higher number.
    choices[first.min().unwrap_or(3)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(why: Why, edges: &[(usize, usize)]) -> Vec<Edge<usize>> {
        let edge = |(node, needs): &(usize, usize)| Edge {
            node: *node,
            needs: *needs,
            why,
        };
        edges.iter().map(edge).collect()
    }

    type Pairs = &'static [(usize, usize)];

    #[test]
    fn components_come_after_those_that_they_need() {
        let cases: [(usize, Pairs, &[usize]); 6] = [
            (0, &[], &[]),
            (2, &[], &[0, 1]),
            (3, &[(0, 1), (1, 2)], &[2, 1, 0]),
            (3, &[(0, 1), (1, 0), (2, 2)], &[0, 0, 1]),
            (
                5,
                &[(0, 1), (1, 2), (2, 0), (3, 0), (4, 4)],
                &[0, 0, 0, 1, 2],
            ),
            (4, &[(0, 1), (1, 0), (2, 3), (3, 2), (0, 2)], &[1, 1, 0, 0]),
        ];
        for (nodes, pairs, expected) in cases {
            let graph = Graph::new(nodes, &edges(Why::Order, pairs));
            assert_eq!(graph.components(), expected, "{pairs:?}");
        }
    }

    #[test]
    fn cycles_are_cut_where_the_order_of_the_nodes_is_kept() {
        let cases: [(usize, Pairs, &[usize], Pairs); 4] = [
            (3, &[(0, 2)], &[2, 0, 1], &[]),
            (2, &[(0, 1), (1, 0)], &[0, 1], &[(0, 1)]),
            (2, &[(1, 1)], &[0, 1], &[]),
            (
                4,
                &[(0, 1), (1, 2), (2, 0), (0, 3)],
                &[3, 0, 1, 2],
                &[(0, 1), (1, 2)],
            ),
        ];
        for (nodes, pairs, order, unmet) in cases {
            let acyclic = without_cycles(nodes, edges(Why::Value, pairs));
            assert_eq!(acyclic.order, order, "{pairs:?}");
            assert_eq!(acyclic.unmet, edges(Why::Value, unmet), "{pairs:?}");
        }
    }

    #[test]
    fn wishes_are_given_up_first_and_only_in_cycles() {
        let mut all = edges(Why::Order, &[(0, 1), (1, 2)]);
        all.extend(edges(Why::Wish, &[(2, 0), (2, 3), (0, 4)]));
        let acyclic = without_cycles(5, all);
        assert_eq!(acyclic.unmet, []);
        assert_eq!(acyclic.order, [3, 2, 1, 4, 0]);
    }

    #[test]
    fn unique_values_are_given_up_before_foreign_keys() {
        let mut all = edges(Why::Key, &[(0, 1), (2, 3)]);
        all.extend(edges(Why::Value, &[(1, 0), (2, 0)]));
        let acyclic = without_cycles(4, all);
        assert_eq!(acyclic.unmet, edges(Why::Value, &[(1, 0)]));
        assert_eq!(acyclic.order, [1, 0, 3, 2]);
    }

    #[test]
    fn a_long_chain_takes_as_many_steps_as_it_has_links() {
        let steps = |links: usize| {
            let chain: Vec<_> = (1..=links).map(|node| (node - 1, node)).collect();
            let acyclic = without_cycles(links + 1, edges(Why::Order, &chain));
            assert!(acyclic.order.iter().rev().copied().eq(0..=links));
            acyclic.graph.steps()
        };
        assert!(steps(100_000) <= 100 * steps(1_000));
    }
}
