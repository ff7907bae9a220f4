//! What expressions of every kind have: columns, literals, CASE, COALESCE, scalar subqueries, window functions; and dates,
//! which have nothing else.

use chrono::{NaiveDate, NaiveDateTime};
use orm::query::{CaseValue as _, Expr, case, scalar};
use rust_decimal::Decimal;

use super::Env;
use super::cells::AnyExpr;
use crate::tree::{Function, Literal, Node, Op};

macro_rules! common {
    ($($name:ident, $own:ident, $ty:ty, $variant:ident;)+) => {
        impl Env {$(
            /// An expression by what all kinds have.
            pub(super) fn $name(&self, node: &Node) -> Expr<Option<$ty>> {
                let arg = |index| self.$own(&Self::arg(node, index));
                match &node.op {
                    Op::Column(it) => match self.column(it.source, it.field) {
                        Some(AnyExpr::$variant(expr)) => expr,
                        _ => None::<$ty>.into_value(),
                    },
                    Op::Literal(Literal::$variant(value)) => Some(value.clone()).into_value(),
                    Op::Coalesce => arg(0).coalesce(arg(1)),
                    Op::NullIf => arg(0).nullif(arg(1)),
                    Op::Greatest => arg(0).greatest(arg(1)),
                    Op::Least => arg(0).least(arg(1)),
                    Op::Case if node.args.len() > 1 => {
                        let mut cases = case().when(self.truth(&node.args[0]), arg(1));
                        for pair in node.args[2..].chunks_exact(2) {
                            cases = cases.when(self.truth(&pair[0]), self.$own(&pair[1]));
                        }
                        if node.args.len() % 2 == 1 {
                            cases.otherwise(arg(node.args.len() - 1))
                        } else {
                            cases.end()
                        }
                    }
                    Op::Scalar(query) => scalar(self.query::<Expr<Option<$ty>>>(query)),
                    Op::Aggregate(it) => {
                        let least = it.function == Function::Min;
                        self.filtered(node, if least { orm::min(arg(0)) } else { orm::max(arg(0)) })
                    }
                    Op::Window(window) => self.value_over(window, arg(0)),
                    _ => None::<$ty>.into_value(),
                }
            }
        )+}
    };
}

common! {
    any_small, small, i32, Small;
    any_int, int, i64, Int;
    any_decimal, decimal, Decimal, Decimal;
    any_float, float, f64, Float;
    any_text, text, String, Text;
    date, date, NaiveDate, Date;
    moment, moment, NaiveDateTime, Moment;
}
