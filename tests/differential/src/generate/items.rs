//! Aggregates, window functions, and functions whose last digits differ: what is selected, and not used elsewhere.

use super::{Generator, VALUES};
use crate::bounds::fits;
use crate::exclusions::has_column;
use crate::tree::{Aggregate, Function, Kind, Node, Op, OrderItem, Window, WindowFunction};

impl Generator {
    /// A function that is not rounded correctly everywhere.
    pub(super) fn approximate(&mut self, depth: usize) -> Node {
        let op = match self.rng.below(3) {
            0 => Op::Exp,
            1 => Op::Ln,
            _ => {
                let exponent = Node::literal(Kind::Float, crate::tree::Literal::Float(2.0));
                let args = vec![self.node(Kind::Float, depth), exponent];
                return Node::new(Kind::Float, Op::Power, args);
            }
        };
        let args = vec![self.node(Kind::Float, depth)];
        Node::new(Kind::Float, op, args)
    }

    /// An aggregate over the rows that `local` is about, or a value if there is none of the kind.
    pub(super) fn aggregate(&mut self, kind: Kind, is_exact: bool) -> Node {
        for _ in 0..4 {
            let made = self.any_aggregate(kind, is_exact);
            if fits(&made) {
                return made;
            }
        }
        Node::new(kind, self.call(Function::Max, false), vec![self.leaf(kind)])
    }

    fn call(&mut self, function: Function, has_filter: bool) -> Op {
        let order = if function == Function::StringAgg {
            self.keys()
        } else {
            Vec::new()
        };
        Op::Aggregate(Aggregate {
            function,
            has_filter,
            order,
        })
    }

    /// The columns that distinguish all rows.
    fn keys(&self) -> Vec<Node> {
        let leaves = self.local.iter().filter(|leaf| is_key(&leaf.0));
        leaves.map(|leaf| leaf.0.clone()).collect()
    }

    /// Whether the rows have an order that is theirs alone.
    pub(super) fn has_keys(&self) -> bool {
        let sources = self.local.iter().filter_map(|leaf| source_of(&leaf.0));
        let mut sources: Vec<usize> = sources.collect();
        sources.dedup();
        self.keys().len() == sources.len() && !sources.is_empty()
    }

    fn any_aggregate(&mut self, kind: Kind, is_exact: bool) -> Node {
        let (function, over) = match (kind, self.rng.below(6)) {
            (Kind::Int, 0) => (Function::CountAll, None),
            (Kind::Int, 1) => (Function::Count, Some(*self.rng.pick(VALUES))),
            (Kind::Int, 2) => (Function::CountDistinct, Some(*self.rng.pick(VALUES))),
            (Kind::Int, 3) => (Function::Sum, Some(Kind::Small)),
            (Kind::Int | Kind::Decimal | Kind::Float, 4) => (Function::Sum, Some(kind)),
            (Kind::Int | Kind::Decimal | Kind::Float, 5) => (Function::SumDistinct, Some(kind)),
            (Kind::Float, 0 | 1) if !is_exact => {
                let over = *self
                    .rng
                    .pick(&[Kind::Small, Kind::Int, Kind::Decimal, Kind::Float]);
                (Function::Avg, Some(over))
            }
            (Kind::Text, 0 | 1) if self.has_keys() => (Function::StringAgg, Some(kind)),
            (Kind::Text, 2) => (Function::StringAggDistinct, Some(kind)),
            (_, 3) => (Function::Min, Some(kind)),
            _ => (Function::Max, Some(kind)),
        };
        let mut args = Vec::new();
        if let Some(over) = over {
            args.push(match (function, self.leaf_column(over)) {
                (Function::StringAgg | Function::StringAggDistinct, Some(column)) => {
                    self.around(column)
                }
                (Function::StringAgg | Function::StringAggDistinct, None) => {
                    return Node::null(kind);
                }
                (Function::CountDistinct, Some(column)) => column,
                _ => self.of_rows(over),
            });
        }
        let has_filter = self.rng.percent(25);
        if has_filter {
            args.push(self.node(Kind::Truth, 1));
        }
        Node::new(kind, self.call(function, has_filter), args)
    }

    /// An expression that is not the same for all rows.
    fn of_rows(&mut self, kind: Kind) -> Node {
        let made = self.node(kind, 1);
        if has_column(&made) {
            return made;
        }
        self.leaf_column(kind).unwrap_or_else(|| Node::null(kind))
    }

    /// A window function over rows that have keys.
    pub(super) fn window(&mut self, kind: Kind, is_exact: bool) -> Node {
        use WindowFunction::{
            Avg, Count, CountAll, CumeDist, DenseRank, First, Lag, Last, Lead, Max, Min, Nth,
            Ntile, PercentRank, Rank, RowNumber, Sum,
        };
        let number = u32::try_from(self.rng.range(1, 3)).unwrap_or(1);
        let (function, over) = match (kind, self.rng.below(12)) {
            (Kind::Int, 0) => (RowNumber, None),
            (Kind::Int, 1) => (Rank, None),
            (Kind::Int, 2) => (DenseRank, None),
            (Kind::Int, 3) => (Ntile(number), None),
            (Kind::Int, 4) => (CountAll, None),
            (Kind::Int, 5) => (Count, Some(*self.rng.pick(VALUES))),
            (Kind::Int, 6) => (Sum, Some(Kind::Small)),
            (Kind::Float, 0) if !is_exact => (PercentRank, None),
            (Kind::Float, 1) if !is_exact => (CumeDist, None),
            (Kind::Float, 2 | 3) if !is_exact => (
                Avg,
                Some(*self.rng.pick(&[Kind::Small, Kind::Decimal, Kind::Float])),
            ),
            (Kind::Int | Kind::Float | Kind::Decimal, 7) => (Sum, Some(kind)),
            (_, 8) => (Min, Some(kind)),
            (_, 9) => (Max, Some(kind)),
            (_, 10) => (First, Some(kind)),
            (_, 11) => (Last, Some(kind)),
            (_, 0..=2) => (Lag(number), Some(kind)),
            (_, 3..=5) => (Lead(number), Some(kind)),
            _ => (Nth(number), Some(kind)),
        };
        let args = over.map(|kind| self.node(kind, 1)).into_iter().collect();
        let window = self.over(function);
        Node::new(kind, Op::Window(Box::new(window)), args)
    }

    fn over(&mut self, function: WindowFunction) -> Window {
        let partition = if self.rng.percent(50) {
            let kind = self.kind();
            vec![self.leaf_column(kind)].into_iter().flatten().collect()
        } else {
            Vec::new()
        };
        let mut order = Vec::new();
        for node in self.keys() {
            order.push(self.order_item(node));
        }
        let mut order = self.rng.shuffled(order);
        if self.rng.percent(40) {
            let kind = self.kind();
            if let Some(node) = self.leaf_column(kind) {
                let item = self.order_item(node);
                order.insert(0, item);
            }
        }
        let takes_frame = !matches!(
            function,
            WindowFunction::RowNumber
                | WindowFunction::Rank
                | WindowFunction::DenseRank
                | WindowFunction::PercentRank
                | WindowFunction::CumeDist
                | WindowFunction::Ntile(_)
                | WindowFunction::Lag(_)
                | WindowFunction::Lead(_)
        );
        let frame = (takes_frame && self.rng.percent(50)).then(|| {
            let start = [None, Some(-2), Some(-1), Some(0)][self.rng.below(4)];
            let end = [None, Some(0), Some(1), Some(2)][self.rng.below(4)];
            (start, end)
        });
        Window {
            function,
            partition,
            order,
            frame,
        }
    }

    fn order_item(&mut self, node: Node) -> OrderItem {
        OrderItem {
            node,
            descending: self.rng.percent(40),
            nulls_first: self.rng.percent(50),
        }
    }

    /// A column of the query itself.
    pub(super) fn leaf_column(&mut self, kind: Kind) -> Option<Node> {
        let found = self.local.iter().filter(|leaf| leaf.0.kind == kind);
        let found: Vec<Node> = found.map(|leaf| leaf.0.clone()).collect();
        (!found.is_empty()).then(|| self.rng.pick(&found).clone())
    }
}

/// Whether it is the unique column of a table. Derived tables have none, and their columns begin with 1.
fn is_key(node: &Node) -> bool {
    matches!(&node.op, Op::Column(column) if column.field == 0 && column.most.to_bits() == super::queries::KEY.to_bits())
}

fn source_of(node: &Node) -> Option<usize> {
    match &node.op {
        Op::Column(column) => Some(column.source),
        _ => None,
    }
}
