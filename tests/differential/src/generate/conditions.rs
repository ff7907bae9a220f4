//! Conditions.

use orm::stmt::CompareOp;

use super::Generator;
use super::queries::Place;
use crate::tree::{Kind, Node, Op, Query, Search};

const COMPARISONS: &[CompareOp] = &[
    CompareOp::Eq,
    CompareOp::Ne,
    CompareOp::Lt,
    CompareOp::Le,
    CompareOp::Gt,
    CompareOp::Ge,
];

/// Regular expressions that mean the same to each engine.
const REGEXES: &[&str] = &[
    "a", "^a", "b$", "^[a-c]+$", "(?i)^A", "a.b", "x|z", "[0-9]{2}", "^$", "a?b", "\\\\", "\\.",
];

impl Generator {
    pub(super) fn condition(&mut self, depth: usize) -> Node {
        let depth = depth - 1;
        match self.rng.below(20) {
            0..6 => self.comparison(depth),
            6..8 => {
                let kind = if self.rng.percent(10) {
                    Kind::Truth
                } else {
                    self.kind()
                };
                let args = vec![self.node(kind, depth)];
                let negated = self.rng.percent(50);
                Node::new(Kind::Truth, Op::IsNull(negated), args)
            }
            8 => {
                let kind = self.kind();
                let args = (0..3).map(|_| self.node(kind, depth)).collect();
                Node::new(Kind::Truth, Op::Between, args)
            }
            9 | 10 => self.in_list(depth),
            11 => self.in_query(depth),
            12 => self.exists(),
            13 => self.quantified(depth),
            14 | 15 => self.search(depth),
            _ => self.junction(depth),
        }
    }

    fn comparison(&mut self, depth: usize) -> Node {
        let kind = if self.rng.percent(10) {
            Kind::Truth
        } else {
            self.kind()
        };
        let op = match (kind, self.rng.below(10)) {
            (_, 0) => CompareOp::Same,
            (_, 1) => CompareOp::Distinct,
            (Kind::Truth, 2..6) => CompareOp::Eq,
            (Kind::Truth, _) => CompareOp::Ne,
            _ => *self.rng.pick(COMPARISONS),
        };
        let args = vec![self.node(kind, depth), self.node(kind, depth)];
        Node::new(Kind::Truth, Op::Compare(op), args)
    }

    fn in_list(&mut self, depth: usize) -> Node {
        let kind = self.kind();
        let mut args = vec![self.node(kind, depth)];
        for _ in 0..self.rng.below(5) {
            args.push(self.value_literal(kind));
        }
        let negated = self.rng.percent(40);
        Node::new(Kind::Truth, Op::In(negated), args)
    }

    fn in_query(&mut self, depth: usize) -> Node {
        if !self.has_room() {
            return self.in_list(depth);
        }
        let kind = self.kind();
        let args = vec![self.node(kind, depth)];
        let query = self.rows(kind);
        let negated = self.rng.percent(40);
        Node::new(Kind::Truth, Op::InQuery(negated, Box::new(query)), args)
    }

    /// The query of IN, ANY and ALL.
    fn rows(&mut self, kind: Kind) -> Query {
        let is_time = matches!(kind, Kind::Date | Kind::Moment);
        self.subquery(&[kind], if is_time { Place::Rows } else { Place::List })
    }

    fn exists(&mut self) -> Node {
        if !self.has_room() {
            return self.leaf(Kind::Truth);
        }
        let kind = *self.rng.pick(&[Kind::Small, Kind::Int, Kind::Text]);
        let query = self.subquery(&[kind], Place::List);
        let exists = Node::new(Kind::Truth, Op::Exists(Box::new(query)), Vec::new());
        if self.rng.percent(40) {
            Node::new(Kind::Truth, Op::Not, vec![exists])
        } else {
            exists
        }
    }

    fn quantified(&mut self, depth: usize) -> Node {
        if !self.has_room() {
            return self.comparison(depth);
        }
        let kind = self.kind();
        let args = vec![self.node(kind, depth)];
        let query = self.rows(kind);
        let op = *self.rng.pick(COMPARISONS);
        let every = self.rng.percent(50);
        Node::new(
            Kind::Truth,
            Op::Quantified(op, every, Box::new(query)),
            args,
        )
    }

    fn search(&mut self, depth: usize) -> Node {
        const PATTERNS: &[&str] = &[
            "%", "_", "a%", "%b", "%\\%%", "a\\_b", "_b%", "A%", "", "%a%b%", "__", "\\\\%", "%😀%",
        ];
        let search = *self.rng.pick(&[
            Search::Contains,
            Search::StartsWith,
            Search::EndsWith,
            Search::IContains,
            Search::IStartsWith,
            Search::IEndsWith,
            Search::IEq,
            Search::Like,
            Search::NotLike,
            Search::ILike,
            Search::Matches,
        ]);
        let needle = match search {
            Search::Like | Search::NotLike | Search::ILike => (*self.rng.pick(PATTERNS)).to_owned(),
            Search::Matches => (*self.rng.pick(REGEXES)).to_owned(),
            _ => crate::data::text(&mut self.rng),
        };
        let args = vec![self.node(Kind::Text, depth)];
        Node::new(Kind::Truth, Op::Search(search, needle), args)
    }

    fn junction(&mut self, depth: usize) -> Node {
        let (op, arguments) = match self.rng.below(6) {
            0 | 1 => (Op::And, 2),
            2 | 3 => (Op::Or, 2),
            4 => (Op::Not, 1),
            _ => (Op::IsTrue(self.rng.percent(50)), 1),
        };
        let args = (0..arguments)
            .map(|_| self.node(Kind::Truth, depth))
            .collect();
        Node::new(Kind::Truth, op, args)
    }
}
