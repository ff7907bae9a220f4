//! Turns a query that is data into a query of the library: `queries.rs` the query, one file for each sort of expression.

pub(crate) mod aggregates;
pub(crate) mod cells;
mod conditions;
mod numbers;
mod queries;
pub(crate) mod shapes;
mod texts;
mod values;

use std::cell::RefCell;
use std::collections::HashMap;

use orm::query::{Derived, Expr};

use crate::tree::{Kind, Node};
use cells::AnyExpr;
use shapes::{DerivedA, DerivedB, DerivedC};

/// What the parts of a statement share: the columns of its sources.
#[derive(Debug, Default)]
pub(crate) struct Env {
    columns: RefCell<HashMap<(usize, usize), AnyExpr>>,
    derived: RefCell<HashMap<usize, AnyDerived>>,
}

/// A derived table.
#[derive(Clone, Debug)]
enum AnyDerived {
    A(Derived<DerivedA>),
    B(Derived<DerivedB>),
    C(Derived<DerivedC>),
}

/// Runs code with the expression of a node, whatever its kind is.
macro_rules! of_any_kind {
    ($env:expr, $node:expr, $expr:ident => $body:expr) => {{
        let node: &crate::tree::Node = $node;
        match node.kind {
            crate::tree::Kind::Small => {
                let $expr = $env.small(node);
                $body
            }
            crate::tree::Kind::Int => {
                let $expr = $env.int(node);
                $body
            }
            crate::tree::Kind::Decimal => {
                let $expr = $env.decimal(node);
                $body
            }
            crate::tree::Kind::Float => {
                let $expr = $env.float(node);
                $body
            }
            crate::tree::Kind::Text => {
                let $expr = $env.text(node);
                $body
            }
            crate::tree::Kind::Date => {
                let $expr = $env.date(node);
                $body
            }
            crate::tree::Kind::Moment => {
                let $expr = $env.moment(node);
                $body
            }
            crate::tree::Kind::Truth => {
                let $expr = $env.truth_value(node);
                $body
            }
        }
    }};
}

pub(crate) use of_any_kind;

impl Env {
    /// The argument of a node. A query that was cut has all that its operations need.
    fn arg(node: &Node, index: usize) -> Node {
        let arg = node.args.get(index);
        arg.cloned().unwrap_or_else(|| Node::null(Kind::Int))
    }

    fn column(&self, source: usize, field: usize) -> Option<AnyExpr> {
        self.columns.borrow().get(&(source, field)).cloned()
    }

    fn truth_value(&self, node: &Node) -> Expr<Option<bool>> {
        self.truth(node).value()
    }
}
