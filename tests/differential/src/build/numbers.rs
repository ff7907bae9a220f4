//! Numbers: arithmetic, functions and casts.

use orm::query::Expr;
use rust_decimal::Decimal;

use super::Env;
use crate::tree::{Function, Kind, Node, Op};

impl Env {
    pub(super) fn small(&self, node: &Node) -> Expr<Option<i32>> {
        let arg = |index| self.small(&Self::arg(node, index));
        let text = |index| self.text(&Self::arg(node, index));
        match &node.op {
            Op::Add => arg(0) + arg(1),
            Op::Sub => arg(0) - arg(1),
            Op::Mul => arg(0) * arg(1),
            Op::Div => arg(0) / arg(1),
            Op::Rem => arg(0) % arg(1),
            Op::Neg => -arg(0),
            Op::Abs => arg(0).abs(),
            Op::BitAnd => arg(0).bit_and(arg(1)),
            Op::BitOr => arg(0).bit_or(arg(1)),
            Op::BitXor => arg(0).bit_xor(arg(1)),
            Op::Sign => match node.args.first().map(|it| it.kind) {
                Some(Kind::Int) => self.int(&node.args[0]).sign(),
                Some(Kind::Float) => self.float(&node.args[0]).sign(),
                _ => arg(0).sign(),
            },
            Op::Length => text(0).length(),
            Op::OctetLength => text(0).octet_length(),
            Op::Position => text(0).position_of(text(1)),
            Op::Cast => self.truth(&Self::arg(node, 0)).value().cast::<i32>(),
            _ => self.any_small(node),
        }
    }

    pub(super) fn int(&self, node: &Node) -> Expr<Option<i64>> {
        let arg = |index| self.int(&Self::arg(node, index));
        match &node.op {
            Op::Add => arg(0) + arg(1),
            Op::Sub => arg(0) - arg(1),
            Op::Mul => arg(0) * arg(1),
            Op::Div => arg(0) / arg(1),
            Op::Rem => arg(0) % arg(1),
            Op::Neg => -arg(0),
            Op::Abs => arg(0).abs(),
            Op::BitAnd => arg(0).bit_and(arg(1)),
            Op::BitOr => arg(0).bit_or(arg(1)),
            Op::BitXor => arg(0).bit_xor(arg(1)),
            Op::Cast => match node.args.first().map(|it| it.kind) {
                Some(Kind::Float) => self.float(&node.args[0]).cast::<i64>(),
                _ => self.small(&Self::arg(node, 0)).cast::<i64>(),
            },
            Op::Aggregate(it) => self.int_aggregate(node, it.function),
            Op::Window(it) => self.int_over(node, it),
            _ => self.any_int(node),
        }
    }

    pub(super) fn decimal(&self, node: &Node) -> Expr<Option<Decimal>> {
        let arg = |index| self.decimal(&Self::arg(node, index));
        match &node.op {
            Op::Add => arg(0) + arg(1),
            Op::Sub => arg(0) - arg(1),
            Op::Mul => arg(0) * arg(1),
            Op::Neg => -arg(0),
            Op::RoundDigits(digits) => arg(0).round_dp(*digits),
            Op::Aggregate(it) => match it.function {
                Function::Sum => self.filtered(node, orm::sum(arg(0))),
                Function::SumDistinct => self.filtered(node, orm::query::sum_distinct(arg(0))),
                _ => self.any_decimal(node),
            },
            Op::Window(it) => self.decimal_over(node, it),
            _ => self.any_decimal(node),
        }
    }

    pub(super) fn float(&self, node: &Node) -> Expr<Option<f64>> {
        let arg = |index| self.float(&Self::arg(node, index));
        match &node.op {
            Op::Add => arg(0) + arg(1),
            Op::Sub => arg(0) - arg(1),
            Op::Mul => arg(0) * arg(1),
            Op::Div => arg(0) / arg(1),
            Op::Neg => -arg(0),
            Op::Abs => arg(0).abs(),
            Op::Ceil => arg(0).ceil(),
            Op::Floor => arg(0).floor(),
            Op::Round => arg(0).round(),
            Op::Sqrt => arg(0).sqrt(),
            Op::Power => arg(0).power(arg(1)),
            Op::Exp => arg(0).exp(),
            Op::Ln => arg(0).ln(),
            Op::Cast => match node.args.first().map(|it| it.kind) {
                Some(Kind::Int) => self.int(&node.args[0]).cast::<f64>(),
                _ => self.small(&Self::arg(node, 0)).cast::<f64>(),
            },
            Op::Aggregate(it) => match it.function {
                Function::Sum => self.filtered(node, orm::sum(arg(0))),
                Function::SumDistinct => self.filtered(node, orm::query::sum_distinct(arg(0))),
                Function::Avg => self.mean(node),
                _ => self.any_float(node),
            },
            Op::Window(it) => self.float_over(node, it),
            _ => self.any_float(node),
        }
    }
}
