//! Parts of queries that some databases write in words of their own, or lack: LIMIT by an expression, lists in FROM, hints,
//! frames of fractions, and aggregates of all values. Over the tables of `queries.rs`.

use crate::stmt::{
    Aggregate, AggregateCall, ArithmeticOp, Direction, Expr, Frame, FrameBound, FrameUnit,
    FromItem, Hint, IndexHint, IndexHintKind, Limit, LimitBy, ListSource, Order, Projection, Query,
    Select, Source, Window,
};
use crate::types::Type;
use crate::value::Value;

use super::expressions::{aggregate, arithmetic, column, int, ints};
use super::statements::select;

fn twice(rows: i64) -> Expr {
    arithmetic(ArithmeticOp::Mul, int(2), int(rows))
}

/// Both numbers are computed.
pub fn limited_by() -> Query {
    Query {
        limit_by: Some(Box::new(LimitBy {
            limit: Some(twice(5)),
            offset: Some(twice(10)),
        })),
        ..select().into()
    }
}

/// The number of LIMIT is a value, or the rows equal to the last one are returned as well.
pub fn offset_by(with_ties: bool) -> Query {
    Query {
        order_by: vec![Order::new(column("a"), Direction::Ascending)],
        limit: Some(Limit::Rows(3)),
        with_ties,
        limit_by: Some(Box::new(LimitBy {
            limit: None,
            offset: Some(twice(10)),
        })),
        ..select().into()
    }
}

/// The values of a list.
pub fn list_source(ty: Type) -> Query {
    let list = ListSource {
        values: ints(3).into(),
        ty,
    };
    let item = FromItem::new(Source::List(Box::new(list))).alias("list");
    Select::new(vec![Projection::Expr(Expr::column("list", "c0"))], item).into()
}

/// A query with a hint for each database.
pub fn hinted() -> Query {
    let select = Select {
        hints: vec![
            Hint::new("mysql", "NO_ICP(t)"),
            Hint::new("postgres", "SeqScan(t)"),
            Hint::new("postgres", "Parallel(t 2)"),
        ],
        distinct: true,
        ..select()
    };
    select.into()
}

/// A table with what is said of its indexes.
pub fn indexed(kind: IndexHintKind, names: &[&'static str]) -> Query {
    let mut item = FromItem::table("t").alias("x");
    let names = names.iter().map(|name| (*name).into()).collect();
    item.index_hint = Some(IndexHint { kind, names });
    Select::new(vec![Projection::Expr(Expr::column("x", "a"))], item).into()
}

/// The number of rows that differ by so much at most.
pub fn frame_of(bound: FrameBound) -> Expr {
    let frame = Frame {
        unit: FrameUnit::Range,
        start: bound,
        end: FrameBound::CurrentRow,
        exclude: None,
    };
    Expr::Over {
        call: Box::new(aggregate(Aggregate::Count, Type::Int64)),
        window: Box::new(Window {
            order_by: vec![Order::new(column("a"), Direction::Ascending)],
            frame: Some(frame),
            ..Window::default()
        }),
    }
}

/// An aggregate of all values of a type, with an order or without one.
pub fn collected(function: Aggregate, ty: Type, is_ordered: bool) -> Expr {
    let mut call = AggregateCall::new(function, Some(column("a")), ty);
    if function == Aggregate::JsonObject {
        call.other = Some(column("b"));
    }
    if is_ordered {
        call.order_by = vec![Order::new(column("id"), Direction::Descending)];
    }
    Expr::Aggregate(Box::new(call))
}

/// An aggregate of the values of some rows.
pub fn collected_where() -> Expr {
    let mut call = AggregateCall::new(Aggregate::JsonArray, Some(column("a")), Type::Int64);
    call.filter = Some(Expr::Value(Value::Bool(true)));
    Expr::Aggregate(Box::new(call))
}
