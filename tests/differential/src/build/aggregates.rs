//! Aggregates and window functions.

use orm::query::{
    Expr, FrameBound, Order, OrderList, Orderable, Window, cume_dist, dense_rank, first_value, lag,
    last_value, lead, nth_value, ntile, percent_rank, rank, row_number, string_agg,
    string_agg_distinct, sum_distinct, window,
};
use orm::{DbType, avg, count, count_all, count_distinct, max, min, sum};

use super::{Env, of_any_kind};
use crate::tree::{self, Bound, Function, Kind, Node, Op, OrderItem, WindowFunction};

impl Env {
    /// An aggregate with the FILTER of its node.
    pub(super) fn filtered<T: DbType>(&self, node: &Node, aggregate: Expr<T>) -> Expr<T> {
        match (&node.op, node.args.last()) {
            (Op::Aggregate(it), Some(filter)) if it.has_filter => {
                aggregate.filter(self.truth(filter))
            }
            _ => aggregate,
        }
    }

    /// COUNT, or a sum of integers.
    pub(super) fn int_aggregate(&self, node: &Node, function: Function) -> Expr<Option<i64>> {
        let over = &Self::arg(node, 0);
        let counted = match function {
            Function::CountAll => count_all(),
            Function::Count => of_any_kind!(self, over, it => count(it)),
            Function::CountDistinct => of_any_kind!(self, over, it => count_distinct(it)),
            Function::Sum if over.kind == Kind::Small => {
                return self.filtered(node, sum(self.small(over)));
            }
            Function::Sum => return self.filtered(node, sum(self.int(over))),
            Function::SumDistinct if over.kind == Kind::Small => {
                return self.filtered(node, sum_distinct(self.small(over)));
            }
            Function::SumDistinct => return self.filtered(node, sum_distinct(self.int(over))),
            _ => return self.any_int(node),
        };
        nullable(self.filtered(node, counted))
    }

    pub(super) fn text_aggregate(&self, node: &Node, it: &tree::Aggregate) -> Expr<Option<String>> {
        let over = self.text(&Self::arg(node, 0));
        let joined = match it.function {
            Function::StringAgg => string_agg(over, ", ", self.orders(&it.order)),
            Function::StringAggDistinct => string_agg_distinct(over, "-"),
            _ => return self.any_text(node),
        };
        self.filtered(node, joined)
    }

    pub(super) fn mean(&self, node: &Node) -> Expr<Option<f64>> {
        let over = &Self::arg(node, 0);
        let mean = match over.kind {
            Kind::Small => avg(self.small(over)),
            Kind::Int => avg(self.int(over)),
            Kind::Decimal => avg(self.decimal(over)),
            _ => avg(self.float(over)),
        };
        self.filtered(node, mean)
    }

    /// Ascending orders by columns, NULLs first.
    fn orders(&self, nodes: &[Node]) -> Vec<Order> {
        let orders = nodes.iter();
        orders
            .map(|node| of_any_kind!(self, node, it => it.asc().nulls_first()))
            .collect()
    }

    pub(super) fn order(&self, item: &OrderItem) -> Order {
        let order = of_any_kind!(self, &item.node, it => {
            if item.descending { it.desc() } else { it.asc() }
        });
        if item.nulls_first {
            order.nulls_first()
        } else {
            order.nulls_last()
        }
    }

    fn window(&self, it: &tree::Window) -> Window {
        let mut made = window();
        for node in &it.partition {
            made = of_any_kind!(self, node, expr => made.partition_by(expr));
        }
        for item in &it.order {
            made = ordered(made, self.order(item));
        }
        match it.frame {
            Some((start, end)) => made.rows(
                bound(start, FrameBound::UnboundedPreceding),
                bound(end, FrameBound::UnboundedFollowing),
            ),
            None => made,
        }
    }

    /// A window function whose value is one of its operand's.
    pub(super) fn value_over<T>(&self, it: &tree::Window, over: Expr<Option<T>>) -> Expr<Option<T>>
    where
        Option<T>: DbType<Plain = T>,
        T: DbType,
        Expr<Option<T>>: Orderable,
        Expr<Option<T>>: orm::query::IntoExpr<Value = Option<T>>,
    {
        let window = self.window(it);
        match it.function {
            WindowFunction::Lag(rows) => lag(over, rows).over(window),
            WindowFunction::Lead(rows) => lead(over, rows).over(window),
            WindowFunction::First => first_value(over).over(window),
            WindowFunction::Last => last_value(over).over(window),
            WindowFunction::Nth(row) => nth_value(over, row).over(window),
            WindowFunction::Min => min(over).over(window),
            _ => max(over).over(window),
        }
    }

    pub(super) fn int_over(&self, node: &Node, it: &tree::Window) -> Expr<Option<i64>> {
        let over = &Self::arg(node, 0);
        let window = || self.window(it);
        nullable(match it.function {
            WindowFunction::RowNumber => row_number().over(window()),
            WindowFunction::Rank => rank().over(window()),
            WindowFunction::DenseRank => dense_rank().over(window()),
            WindowFunction::Ntile(parts) => ntile(parts).over(window()),
            WindowFunction::CountAll => count_all().over(window()),
            WindowFunction::Count => of_any_kind!(self, over, it => count(it).over(window())),
            WindowFunction::Sum if over.kind == Kind::Small => {
                return sum(self.small(over)).over(window());
            }
            WindowFunction::Sum => return sum(self.int(over)).over(window()),
            _ => return self.any_int(node),
        })
    }

    pub(super) fn float_over(&self, node: &Node, it: &tree::Window) -> Expr<Option<f64>> {
        let over = &Self::arg(node, 0);
        let window = || self.window(it);
        let share = match it.function {
            WindowFunction::PercentRank => percent_rank().over(window()),
            WindowFunction::CumeDist => cume_dist().over(window()),
            WindowFunction::Sum => return sum(self.float(over)).over(window()),
            WindowFunction::Avg => {
                let mean = match over.kind {
                    Kind::Small => avg(self.small(over)),
                    Kind::Int => avg(self.int(over)),
                    Kind::Decimal => avg(self.decimal(over)),
                    _ => avg(self.float(over)),
                };
                return mean.over(window());
            }
            _ => return self.any_float(node),
        };
        share.coalesce(None::<f64>)
    }

    pub(super) fn decimal_over(
        &self,
        node: &Node,
        it: &tree::Window,
    ) -> Expr<Option<rust_decimal::Decimal>> {
        match it.function {
            WindowFunction::Sum => sum(self.decimal(&Self::arg(node, 0))).over(self.window(it)),
            _ => self.any_decimal(node),
        }
    }
}

fn ordered(window: Window, order: impl OrderList) -> Window {
    window.order_by(order)
}

fn bound(bound: Bound, unbounded: FrameBound) -> FrameBound {
    match bound {
        None => unbounded,
        Some(0) => FrameBound::CurrentRow,
        Some(rows) if rows < 0 => FrameBound::Preceding(rows.unsigned_abs()),
        Some(rows) => FrameBound::Following(rows.unsigned_abs()),
    }
}

/// A count as an `Option`.
fn nullable(count: Expr<i64>) -> Expr<Option<i64>> {
    count.coalesce(None::<i64>)
}
