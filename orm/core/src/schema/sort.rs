//! The order of tables by their foreign keys: parents first, deterministic, with cycles reported.
//!
//! Used by DDL scripts, `create_all` and `drop_all`, and by the flush. Pure: no database, no SQL.

/// Represents a reference between two nodes: `child` must come after `parent`. Both are indexes into a list of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The referencing node.
    pub child: usize,
    /// The referenced node.
    pub parent: usize,
}

/// Holds nodes in an order in which parents precede children where possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    /// Every node once.
    pub order: Vec<usize>,
    /// The indexes of the edges that point backwards in `order`, since they belong to a cycle. References of a node
    /// to itself are not included.
    pub cyclic: Vec<usize>,
}

/// Sorts `count` nodes topologically. Among nodes without unplaced parents, the lowest index comes first. In a cycle,
/// the node with the fewest unplaced parents, then the lowest index, comes first.
///
/// ```
/// use orm_core::schema::sort::{Edge, sort};
/// let edges = [Edge { child: 0, parent: 2 }, Edge { child: 2, parent: 2 }];
/// assert_eq!(sort(3, &edges).order, [1, 2, 0]);
/// ```
pub fn sort(count: usize, edges: &[Edge]) -> Sorted {
    let mut waits_for = vec![0_usize; count];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in edges.iter().filter(|edge| edge.child != edge.parent) {
        waits_for[edge.child] += 1;
        children[edge.parent].push(edge.child);
    }
    let mut order = Vec::with_capacity(count);
    let mut placed = vec![false; count];
    while order.len() < count {
        let Some(next) = (0..count)
            .filter(|n| !placed[*n])
            .min_by_key(|n| (waits_for[*n], *n))
        else {
            break;
        };
        placed[next] = true;
        order.push(next);
        for child in &children[next] {
            waits_for[*child] = waits_for[*child].saturating_sub(1);
        }
    }
    Sorted {
        cyclic: backward(&order, edges),
        order,
    }
}

fn backward(order: &[usize], edges: &[Edge]) -> Vec<usize> {
    let mut rank = vec![0_usize; order.len()];
    for (position, node) in order.iter().enumerate() {
        rank[*node] = position;
    }
    let points_back = |edge: &Edge| rank[edge.parent] > rank[edge.child];
    (0..edges.len())
        .filter(|i| points_back(&edges[*i]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(count: usize, edges: &[(usize, usize)], order: &[usize], cyclic: &[usize]) {
        let edges: Vec<_> = edges
            .iter()
            .map(|&(child, parent)| Edge { child, parent })
            .collect();
        let sorted = sort(count, &edges);
        assert_eq!(
            (sorted.order.as_slice(), sorted.cyclic.as_slice()),
            (order, cyclic)
        );
    }

    #[test]
    fn sorts_by_reference_then_by_index() {
        check(0, &[], &[], &[]);
        check(3, &[], &[0, 1, 2], &[]);
        check(3, &[(0, 1), (1, 2)], &[2, 1, 0], &[]);
        check(4, &[(1, 3), (2, 3)], &[0, 3, 1, 2], &[]);
        check(2, &[(0, 1), (0, 1)], &[1, 0], &[]);
    }

    #[test]
    fn reports_cycles_and_ignores_self_references() {
        check(1, &[(0, 0)], &[0], &[]);
        check(2, &[(0, 1), (1, 0)], &[0, 1], &[0]);
        check(3, &[(0, 1), (1, 2), (2, 0)], &[0, 2, 1], &[0]);
    }
}
