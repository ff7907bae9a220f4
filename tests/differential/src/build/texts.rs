//! Functions of text.

use orm::query::Expr;

use super::Env;
use crate::tree::{Kind, Node, Op};

impl Env {
    pub(super) fn text(&self, node: &Node) -> Expr<Option<String>> {
        let arg = |index| self.text(&Self::arg(node, index));
        let count = |index| self.small(&Self::arg(node, index));
        match &node.op {
            Op::Lower => arg(0).lower(),
            Op::Upper => arg(0).upper(),
            Op::Trim => arg(0).trim(),
            Op::TrimStart => arg(0).ltrim(),
            Op::TrimEnd => arg(0).rtrim(),
            Op::Substr if node.args.len() > 2 => arg(0).substr(count(1), count(2)),
            Op::Substr => arg(0).substr_from(count(1)),
            Op::Left => arg(0).left(count(1)),
            Op::Right => arg(0).right(count(1)),
            Op::Replace => arg(0).replace(arg(1), arg(2)),
            Op::Repeat => arg(0).repeat(count(1)),
            Op::Reverse => arg(0).reverse(),
            Op::PadStart(fill) => arg(0).lpad(count(1), fill),
            Op::PadEnd(fill) => arg(0).rpad(count(1), fill),
            Op::Concat => arg(0).concat(arg(1)),
            Op::Cast => match node.args.first().map(|it| it.kind) {
                Some(Kind::Int) => self.int(&node.args[0]).cast::<String>(),
                _ => count(0).cast::<String>(),
            },
            Op::Aggregate(it) => self.text_aggregate(node, it),
            _ => self.any_text(node),
        }
    }
}
