//! Queries that are more than one plain SELECT, over a table `t` with the columns `id`, `a` and `b` and a table `u`
//! with `id` and `a`. Those in one piece are in `statements.rs`.

use crate::stmt::{
    Aggregate, Case, CompareOp, Cte, Direction, Expr, Frame, FrameBound, FrameUnit, FromItem, Join,
    JoinKind, Limit, Lock, LockStrength, LockWait, Order, Projection, Query, QueryBody, Select,
    SetOperation, SetOperator, Source, Values, Window, With,
};
use crate::types::Type;
use crate::value::Value;

use super::expressions::{aggregate, column, eq, int, one_more};
use super::statements::select;

/// In the order of a column of the result.
fn by_label(name: &'static str, direction: Direction) -> Vec<Order> {
    vec![Order::new(Expr::Label(name.into()), direction)]
}

fn by(expr: Expr) -> Vec<Order> {
    vec![Order::new(expr, Direction::Ascending)]
}

/// `SELECT a FROM …`.
fn select_from(item: FromItem) -> Select {
    Select {
        from: Some(item),
        ..select()
    }
}

fn of_u() -> Query {
    let select = Select {
        columns: vec![Projection::Expr(Expr::column("u", "a"))].into(),
        ..select_from(FromItem::table("u"))
    };
    select.into()
}

/// Two queries combined.
pub fn set_operation(operator: SetOperator, all: bool) -> Query {
    combined((operator, all), select().into(), of_u())
}

fn combined((operator, all): (SetOperator, bool), left: Query, right: Query) -> Query {
    let operation = SetOperation {
        operator,
        all,
        left,
        right,
    };
    QueryBody::SetOperation(Box::new(operation)).into()
}

/// Three queries, of which the first two are one for INTERSECT and the last has a limit, in order.
pub fn nested_set_operations() -> Query {
    let union = set_operation(SetOperator::Union, true);
    let last = Query {
        order_by: by(column("a")),
        limit: Some(Limit::Rows(1)),
        ..select().into()
    };
    Query {
        order_by: by_label("a", Direction::Descending),
        limit: Some(Limit::Rows(5)),
        ..combined((SetOperator::Intersect, false), union, last)
    }
}

/// Two queries combined, and a third by the same operator.
pub fn chained_set_operations() -> Query {
    let union = set_operation(SetOperator::Union, true);
    combined((SetOperator::Union, true), union, of_u())
}

/// A query of a common table expression.
pub fn cte() -> Query {
    let cte = Cte {
        name: "small".into(),
        columns: vec![],
        materialized: None,
        query: Select {
            filter: vec![Expr::compare(CompareOp::Lt, column("a"), int(9))].into(),
            ..select()
        }
        .into(),
    };
    let select = Select {
        columns: vec![Projection::Expr(Expr::column("small", "a"))].into(),
        ..select_from(FromItem::new(Source::Cte("small".into())))
    };
    with(false, cte, select)
}

fn with(recursive: bool, cte: Cte, select: Select) -> Query {
    Query {
        with: Some(Box::new(With {
            recursive,
            ctes: vec![cte],
        })),
        ..select.into()
    }
}

/// The numbers from 1 to 5, by recursion.
pub fn recursive_cte() -> Query {
    let n = Expr::column("numbers", "n");
    let first = Select {
        columns: vec![Projection::Expr(int(1))].into(),
        ..Select::default()
    };
    let numbers = || FromItem::new(Source::Cte("numbers".into()));
    let next = Select {
        columns: vec![Projection::Expr(Expr::arithmetic(
            crate::stmt::ArithmeticOp::Add,
            n.clone(),
            int(1),
        ))]
        .into(),
        filter: vec![Expr::compare(CompareOp::Lt, n.clone(), int(5))].into(),
        ..select_from(numbers())
    };
    let cte = Cte {
        name: "numbers".into(),
        columns: vec!["n".into()],
        materialized: None,
        query: combined((SetOperator::Union, true), first.into(), next.into()),
    };
    let select = Select {
        columns: vec![Projection::Expr(n)].into(),
        ..select_from(numbers())
    };
    with(true, cte, select)
}

fn two_rows() -> Values {
    let row = |number, name: &str| vec![int(number), Expr::Value(Value::Text(name.into()))];
    Values {
        rows: vec![row(1, "x"), row(2, "y")],
    }
}

/// Rows of values alone.
pub fn values() -> Query {
    QueryBody::Values(two_rows()).into()
}

/// A table joined with rows of values.
pub fn join_of_values() -> Query {
    let item = FromItem::new(Source::Values(two_rows()))
        .alias_columns("v", vec!["number".into(), "name".into()]);
    let select = Select {
        columns: vec![
            Projection::Expr(column("id")),
            Projection::Expr(Expr::column("v", "name")),
        ]
        .into(),
        joins: vec![Join {
            kind: JoinKind::Inner,
            item,
            on: eq(Expr::column("v", "number"), column("id")),
        }],
        ..select()
    };
    Query {
        order_by: by(column("id")),
        ..select.into()
    }
}

/// The greatest of each row's followers, by a query in FROM that looks at the row.
pub fn lateral() -> Query {
    let inner = Select {
        columns: vec![Projection::Expr(Expr::column("u", "a"))].into(),
        filter: vec![eq(Expr::column("u", "id"), column("id"))].into(),
        ..select_from(FromItem::table("u"))
    };
    let inner = Query {
        order_by: vec![Order::new(Expr::column("u", "a"), Direction::Descending)],
        limit: Some(Limit::Rows(1)),
        ..inner.into()
    };
    let item = FromItem::new(Source::Query(Box::new(inner)))
        .alias("best")
        .lateral();
    let select = Select {
        columns: vec![
            Projection::Expr(column("id")),
            Projection::Expr(Expr::column("best", "a")),
        ]
        .into(),
        joins: vec![Join {
            kind: JoinKind::Left,
            item,
            on: Expr::And(vec![]),
        }],
        ..select()
    };
    select.into()
}

/// The rows of a function, under an alias.
pub fn table_function(name: &'static str, args: Vec<Expr>) -> Query {
    let function = Source::Function {
        name: name.into(),
        args,
    };
    let select = Select {
        columns: vec![Projection::All].into(),
        ..select_from(FromItem::new(function).alias("f"))
    };
    select.into()
}

/// A running sum, and the number of each row in its part.
pub fn windows() -> Query {
    let frame = Frame {
        unit: FrameUnit::Rows,
        start: FrameBound::UnboundedPreceding,
        end: FrameBound::CurrentRow,
        exclude: None,
    };
    let sum = Expr::Over {
        call: Box::new(aggregate(Aggregate::Sum, Type::Int64)),
        window: Box::new(Window {
            partition_by: vec![column("b")],
            order_by: by(column("id")),
            frame: Some(frame),
            ..Window::default()
        }),
    };
    let number = Expr::Over {
        call: Box::new(Expr::Function {
            name: "ROW_NUMBER".into(),
            args: vec![],
        }),
        window: Box::new(Window {
            order_by: by(column("id")),
            ..Window::default()
        }),
    };
    let select = Select {
        columns: vec![
            Projection::Labelled(sum, "total".into()),
            Projection::Labelled(number, "number".into()),
        ]
        .into(),
        ..select()
    };
    Query {
        order_by: by(column("id")),
        ..select.into()
    }
}

/// Membership of a row in a list of rows.
pub fn in_rows(list: Vec<Vec<Value>>) -> Expr {
    Expr::InRows {
        row: vec![column("a"), column("b")],
        list: list.into(),
        negated: false,
    }
}

/// Membership of a row in what a query yields.
pub fn row_in_query() -> Expr {
    let select = Select {
        columns: vec![
            Projection::Expr(Expr::column("u", "id")),
            Projection::Expr(Expr::column("u", "a")),
        ]
        .into(),
        ..select_from(FromItem::table("u"))
    };
    Expr::InQuery {
        expr: Box::new(Expr::Row(vec![column("a"), column("b")])),
        query: Box::new(select.into()),
        negated: true,
    }
}

/// Each row with a value that is read for it.
pub fn scalar_subquery() -> Query {
    let inner = Select {
        columns: vec![Projection::Expr(Expr::column("u", "a"))].into(),
        filter: vec![eq(Expr::column("u", "id"), column("id"))].into(),
        ..select_from(FromItem::table("u"))
    };
    let inner = Expr::Subquery(Box::new(inner.into()));
    let select = Select {
        columns: vec![
            Projection::Expr(column("id")),
            Projection::Labelled(inner, "other".into()),
        ]
        .into(),
        ..select()
    };
    Query {
        order_by: by(column("id")),
        ..select.into()
    }
}

/// A choice by conditions.
pub fn case() -> Expr {
    Expr::Case(Box::new(Case {
        operand: None,
        branches: vec![(Expr::compare(CompareOp::Gt, column("a"), int(1)), int(10))],
        otherwise: Some(one_more("a")),
    }))
}

/// A choice by a value, without one for all others.
pub fn case_of() -> Expr {
    Expr::Case(Box::new(Case {
        operand: Some(column("a")),
        branches: vec![(int(1), int(10)), (int(2), int(20))],
        otherwise: None,
    }))
}

/// A query that locks its rows.
pub fn locked(lock: Lock) -> Query {
    Query {
        locks: vec![lock],
        ..select().into()
    }
}

/// A lock of one table's rows that passes over those that are locked.
pub fn lock_of() -> Lock {
    Lock {
        strength: LockStrength::Update,
        of: vec!["t".into()],
        wait: LockWait::SkipLocked,
    }
}

/// The rows of a job queue that no other has taken.
pub fn skip_locked() -> Lock {
    Lock {
        wait: LockWait::SkipLocked,
        ..Lock::new(LockStrength::Update)
    }
}

/// A lock against writers that fails at once.
pub fn share() -> Lock {
    Lock {
        wait: LockWait::NoWait,
        ..Lock::new(LockStrength::Share)
    }
}

/// A lock that lets rows be written that refer to these.
pub fn no_key() -> Lock {
    Lock::new(LockStrength::NoKeyUpdate)
}
