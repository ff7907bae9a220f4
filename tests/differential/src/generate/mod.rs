//! Makes random queries from a seed: `queries.rs` the query, the others its expressions.

mod conditions;
mod items;
mod queries;
mod values;

use crate::bounds::fits;
use crate::data;
use crate::exclusions::is_excluded;
use crate::rng::Rng;
use crate::tree::{Column, Kind, Literal, Node, Op, Query};

/// A column, or another expression of a group, that an expression may use.
#[derive(Clone, Debug)]
pub(crate) struct Leaf(Node);

/// The generator.
#[derive(Debug)]
pub(crate) struct Generator {
    rng: Rng,
    next_source: usize,
    /// What an expression may use of its own query.
    local: Vec<Leaf>,
    /// What it may use of those around it.
    outer: Vec<Leaf>,
    /// Whether `local` is about rows. Of groups, subqueries can't use it.
    is_grouped: bool,
    /// How deep the query is inside others.
    level: usize,
}

/// Makes the query of a seed: the first one that has nothing excluded.
pub(crate) fn query(seed: u64) -> Query {
    let mut rng = Rng::new(seed);
    loop {
        let mut generator = Generator {
            rng: Rng::new(rng.bits()),
            next_source: 0,
            local: Vec::new(),
            outer: Vec::new(),
            is_grouped: false,
            level: 0,
        };
        let query = generator.top();
        if !is_excluded(&query) {
            return query;
        }
    }
}

/// The kinds of values. Conditions have none of their operations.
const VALUES: &[Kind] = &[
    Kind::Small,
    Kind::Int,
    Kind::Decimal,
    Kind::Float,
    Kind::Text,
    Kind::Date,
    Kind::Moment,
];

impl Generator {
    fn kind(&mut self) -> Kind {
        *self.rng.pick(VALUES)
    }

    /// An expression, nested so deep at most.
    fn node(&mut self, kind: Kind, depth: usize) -> Node {
        if depth > 0 && !self.rng.percent(25) {
            let made = match kind {
                Kind::Truth => self.condition(depth),
                _ => self.value(kind, depth),
            };
            if fits(&made) {
                return made;
            }
        }
        self.leaf(kind)
    }

    /// A column, or a value.
    fn leaf(&mut self, kind: Kind) -> Node {
        let local = if self.outer.is_empty() || self.rng.percent(75) {
            &self.local
        } else {
            &self.outer
        };
        let found: Vec<&Leaf> = local.iter().filter(|leaf| leaf.0.kind == kind).collect();
        if found.is_empty() || self.rng.percent(20) {
            return self.literal(kind);
        }
        self.rng.pick(&found).0.clone()
    }

    /// A value, or sometimes NULL.
    fn literal(&mut self, kind: Kind) -> Node {
        if self.rng.percent(10) {
            return match kind {
                Kind::Truth => Node::new(kind, Op::IsNull(true), vec![Node::null(Kind::Int)]),
                _ => Node::null(kind),
            };
        }
        self.value_literal(kind)
    }

    /// A value that is not NULL.
    fn value_literal(&mut self, kind: Kind) -> Node {
        let rng = &mut self.rng;
        let literal = match kind {
            Kind::Small => Literal::Small(i32::try_from(rng.range(-3, 9)).unwrap_or_default()),
            Kind::Int if rng.percent(5) => Literal::Int(rng.range(-(1 << 40), 1 << 40)),
            Kind::Int => Literal::Int(rng.range(-3, 12)),
            Kind::Decimal => Literal::Decimal(data::decimal(rng, 4, 2)),
            Kind::Float => Literal::Float(data::float(rng)),
            Kind::Text => Literal::Text(data::text(rng)),
            Kind::Date => Literal::Date(data::date(rng)),
            Kind::Moment => Literal::Moment(data::moment(rng)),
            Kind::Truth => Literal::Truth(rng.percent(50)),
        };
        Node::literal(kind, literal)
    }

    /// A number for lengths and positions.
    fn count(&mut self, low: i64, high: i64) -> Node {
        let number = self.rng.range(low, high);
        Node::literal(
            Kind::Small,
            Literal::Small(i32::try_from(number).unwrap_or_default()),
        )
    }
}

impl Leaf {
    fn column(kind: Kind, column: Column) -> Self {
        Self(Node::new(kind, Op::Column(column), Vec::new()))
    }
}
