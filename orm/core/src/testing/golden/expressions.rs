//! Expressions over the columns `a` and `b` of a table `t`, and the pieces that the statements are made of.

use crate::stmt::{Aggregate, AggregateCall, ArithmeticOp, CompareOp, Expr, Like, LikeKind};
use crate::types::Type;
use crate::value::Value;

/// A column of `t`.
pub fn column(name: &'static str) -> Expr {
    Expr::column("t", name)
}

/// A number as a bind.
pub fn int(value: i64) -> Expr {
    Expr::Value(Value::Int(value))
}

/// `count` numbers from 0.
pub fn ints(count: i64) -> Vec<Value> {
    (0..count).map(Value::Int).collect()
}

/// A text.
pub fn text(value: &str) -> Value {
    Value::Text(value.into())
}

/// `left = right`
pub fn eq(left: Expr, right: Expr) -> Expr {
    Expr::compare(CompareOp::Eq, left, right)
}

/// An arithmetic operation.
pub fn arithmetic(op: ArithmeticOp, left: Expr, right: Expr) -> Expr {
    Expr::arithmetic(op, left, right)
}

/// `expr IS NULL`
pub fn is_null(expr: Expr) -> Expr {
    Expr::IsNull {
        expr: Box::new(expr),
        negated: false,
    }
}

/// `a` among values.
pub fn is_in(list: Vec<Value>) -> Expr {
    Expr::In {
        expr: Box::new(column("a")),
        list: list.into(),
        negated: false,
    }
}

/// `a` not among values.
pub fn not_in(list: Vec<Value>) -> Expr {
    Expr::In {
        expr: Box::new(column("a")),
        list: list.into(),
        negated: true,
    }
}

/// A search for `x` in `a`.
pub fn like(kind: LikeKind) -> Expr {
    Expr::Like(Box::new(Like {
        expr: column("a"),
        kind,
        needle: text("x"),
        pattern: text("%x%"),
    }))
}

/// `a` is 1, null-safely.
pub fn same() -> Expr {
    Expr::compare(CompareOp::Same, column("a"), int(1))
}

/// `a` and `b` differ, null-safely.
pub fn distinct() -> Expr {
    Expr::compare(CompareOp::Distinct, column("a"), column("b"))
}

/// An aggregate over `a` that yields a `ty`.
pub fn aggregate(function: Aggregate, ty: Type) -> Expr {
    aggregate_of(function, column("a"), ty)
}

/// An aggregate over an expression.
pub fn aggregate_of(function: Aggregate, expr: Expr, ty: Type) -> Expr {
    Expr::Aggregate(Box::new(AggregateCall::new(function, Some(expr), ty)))
}

/// How many rows.
pub fn count_all() -> Expr {
    Expr::Aggregate(Box::new(AggregateCall::new(
        Aggregate::Count,
        None,
        Type::Int64,
    )))
}

/// How many different values `a` has.
pub fn count_distinct() -> Expr {
    let mut call = AggregateCall::new(Aggregate::Count, Some(column("a")), Type::Int64);
    call.distinct = true;
    Expr::Aggregate(Box::new(call))
}

/// `a` as another type.
pub fn cast(ty: Type) -> Expr {
    Expr::Cast {
        expr: Box::new(column("a")),
        ty,
    }
}

/// `name` and 1 more.
pub fn one_more(name: &'static str) -> Expr {
    arithmetic(ArithmeticOp::Add, column(name), int(1))
}

/// A call with binds alone.
pub fn call(name: &'static str, args: Vec<Value>) -> Expr {
    Expr::Function {
        name: name.into(),
        args: args.into_iter().map(Expr::Value).collect(),
    }
}

/// A comparison of two binds.
pub fn two_values() -> Expr {
    eq(int(1), int(2))
}

/// Two conditions, on `a` and on `b`.
pub fn two_conditions() -> Expr {
    Expr::And(vec![eq(column("a"), int(1)), eq(column("b"), int(2))])
}
