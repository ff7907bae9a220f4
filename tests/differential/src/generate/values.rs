//! Expressions of numbers, texts, dates and times.

use super::Generator;
use crate::tree::{Kind, Node, Op};

impl Generator {
    pub(super) fn value(&mut self, kind: Kind, depth: usize) -> Node {
        if self.rng.percent(25) {
            return self.choice(kind, depth);
        }
        match kind {
            Kind::Small => self.small(depth),
            Kind::Int => self.int(depth),
            Kind::Decimal => self.decimal(depth),
            Kind::Float => self.float(depth),
            Kind::Text => self.text(depth),
            Kind::Date | Kind::Moment | Kind::Truth => self.choice(kind, depth),
        }
    }

    fn nodes(&mut self, kinds: &[Kind], depth: usize) -> Vec<Node> {
        kinds
            .iter()
            .map(|kind| self.node(*kind, depth - 1))
            .collect()
    }

    /// What every kind has.
    fn choice(&mut self, kind: Kind, depth: usize) -> Node {
        let op = match self.rng.below(12) {
            0..3 => Op::Coalesce,
            3..5 => Op::NullIf,
            5 => Op::Greatest,
            6 => Op::Least,
            7..10 => return self.case(kind, depth),
            _ => return self.scalar(kind),
        };
        let args = self.nodes(&[kind, kind], depth);
        Node::new(kind, op, args)
    }

    fn case(&mut self, kind: Kind, depth: usize) -> Node {
        let mut args = Vec::new();
        for _ in 0..=self.rng.below(2) {
            args.push(self.node(Kind::Truth, depth - 1));
            args.push(self.node(kind, depth - 1));
        }
        if self.rng.percent(60) {
            args.push(self.node(kind, depth - 1));
        }
        Node::new(kind, Op::Case, args)
    }

    fn small(&mut self, depth: usize) -> Node {
        let kind = Kind::Small;
        let (op, kinds): (_, &[Kind]) = match self.rng.below(14) {
            0 => (Op::Length, &[Kind::Text]),
            1 => (Op::OctetLength, &[Kind::Text]),
            2 => (Op::Position, &[Kind::Text, Kind::Text]),
            3 => (Op::Cast, &[Kind::Truth]),
            4 => (Op::Sign, &[Kind::Int]),
            5 => (Op::Sign, &[Kind::Float]),
            6 => (Op::Sign, &[Kind::Small]),
            _ => return self.whole(kind, depth),
        };
        let args = self.nodes(kinds, depth);
        Node::new(kind, op, args)
    }

    fn int(&mut self, depth: usize) -> Node {
        let kind = Kind::Int;
        let from = match self.rng.below(8) {
            0..2 => Kind::Small,
            2 => Kind::Float,
            _ => return self.whole(kind, depth),
        };
        let args = self.nodes(&[from], depth);
        Node::new(kind, Op::Cast, args)
    }

    /// What integers of every width have.
    fn whole(&mut self, kind: Kind, depth: usize) -> Node {
        let op = match self.rng.below(13) {
            0..2 => Op::Add,
            2..4 => Op::Sub,
            4..6 => Op::Mul,
            6 => Op::Div,
            7 => Op::Rem,
            8 => Op::Neg,
            9 => Op::Abs,
            10 => Op::BitAnd,
            11 => Op::BitOr,
            _ => Op::BitXor,
        };
        let args = match op {
            Op::Neg | Op::Abs => self.nodes(&[kind], depth),
            _ => self.nodes(&[kind, kind], depth),
        };
        Node::new(kind, op, args)
    }

    fn decimal(&mut self, depth: usize) -> Node {
        let kind = Kind::Decimal;
        let op = match self.rng.below(8) {
            0..2 => Op::Add,
            2..4 => Op::Sub,
            4..6 => Op::Mul,
            6 => Op::Neg,
            _ => Op::RoundDigits(u8::try_from(self.rng.below(4)).unwrap_or_default()),
        };
        let args = match op {
            Op::Neg | Op::RoundDigits(_) => self.nodes(&[kind], depth),
            _ => self.nodes(&[kind, kind], depth),
        };
        Node::new(kind, op, args)
    }

    fn float(&mut self, depth: usize) -> Node {
        use Kind::{Float, Int, Small};
        let (op, kinds): (_, &[Kind]) = match self.rng.below(13) {
            0 => (Op::Add, &[Float, Float]),
            1 => (Op::Sub, &[Float, Float]),
            2 => (Op::Mul, &[Float, Float]),
            3 => (Op::Div, &[Float, Float]),
            4 => (Op::Neg, &[Float]),
            5 => (Op::Abs, &[Float]),
            6 => (Op::Ceil, &[Float]),
            7 => (Op::Floor, &[Float]),
            8 => (Op::Round, &[Float]),
            9 => (Op::Sqrt, &[Float]),
            10 | 11 => (Op::Cast, &[Small]),
            _ => (Op::Cast, &[Int]),
        };
        let args = self.nodes(kinds, depth);
        Node::new(Float, op, args)
    }

    fn text(&mut self, depth: usize) -> Node {
        let kind = Kind::Text;
        let plain = match self.rng.below(16) {
            0 => Op::Lower,
            1 => Op::Upper,
            2 => Op::Trim,
            3 => Op::TrimStart,
            4 => Op::TrimEnd,
            5 => Op::Reverse,
            6..9 => {
                let args = self.nodes(&[kind, kind], depth);
                return Node::new(kind, Op::Concat, args);
            }
            9 => {
                let args = self.nodes(&[kind, kind, kind], depth);
                return Node::new(kind, Op::Replace, args);
            }
            10 => {
                let from = if self.rng.percent(50) {
                    Kind::Int
                } else {
                    Kind::Small
                };
                let args = self.nodes(&[from], depth);
                return Node::new(kind, Op::Cast, args);
            }
            _ => return self.cut(depth),
        };
        let args = self.nodes(&[kind], depth);
        Node::new(kind, plain, args)
    }

    /// Functions of text with numbers.
    fn cut(&mut self, depth: usize) -> Node {
        let mut args = self.nodes(&[Kind::Text], depth);
        let is_computed = self.rng.percent(15);
        args.push(if is_computed {
            self.node(Kind::Small, depth - 1)
        } else {
            self.count(-2, 6)
        });
        let fill = |it: &mut Self| (*it.rng.pick(&["", " ", "x", "ab", "é😀"])).to_owned();
        let op = match self.rng.below(8) {
            0..2 => {
                let length = self.count(-1, 5);
                args.push(length);
                Op::Substr
            }
            2 => Op::Substr,
            3 => Op::Left,
            4 => Op::Right,
            5 => Op::PadStart(fill(self)),
            6 => Op::PadEnd(fill(self)),
            _ => Op::Repeat,
        };
        Node::new(Kind::Text, op, args)
    }
}
