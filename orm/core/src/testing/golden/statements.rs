//! Statements with expressions, and how transactions begin. Those of a flush are in `batches.rs`.

use crate::sql::{IsolationLevel, TransactionOptions};
use crate::stmt::{
    Aggregate, CompareOp, Delete, Direction, Expr, Insert, Join, JoinKind, Limit, Name, Order,
    Projection, RowLock, Select, Source, Update,
};
use crate::types::Type;
use crate::value::Value;

use super::expressions::{aggregate_of, column, eq, int, is_null, one_more, text};

/// A table in FROM.
pub fn source(table: &'static str, alias: Option<&'static str>) -> Source {
    Source {
        table: table.into(),
        alias: alias.map(Into::into),
    }
}

/// A query with every clause and 5 binds.
pub fn select_with_everything() -> Select {
    let count = || aggregate_of(Aggregate::Count, Expr::column("p", "id"), Type::Int64);
    let user = |name: &'static str| Expr::column("users", name);
    let adult = Expr::compare(CompareOp::Gt, user("age"), int(18));
    Select {
        distinct: true,
        columns: vec![
            Projection::Columns {
                source: "users".into(),
                names: &["id", "name"],
            },
            Projection::Labelled(count(), "posts".into()),
        ],
        from: Some(source("users", None)),
        joins: vec![Join {
            kind: JoinKind::Left,
            source: source("posts", Some("p")),
            on: eq(Expr::column("p", "author_id"), user("id")),
        }],
        filter: vec![
            eq(user("name"), Expr::Value(text("a"))),
            Expr::Or(vec![is_null(user("email")), adult]),
        ],
        group_by: vec![user("id")],
        having: vec![Expr::compare(CompareOp::Ge, count(), int(3))],
        order_by: vec![Order {
            expr: user("name"),
            direction: Direction::Descending,
        }],
        limit: Some(Limit::Rows(10)),
        offset: Some(20),
        lock: None,
    }
}

/// A query of a page that locks its rows.
pub fn locked() -> Select {
    Select {
        lock: Some(RowLock::Update),
        ..offset_alone()
    }
}

/// The first row, as text and not as a bind.
pub fn first() -> Select {
    Select {
        limit: Some(Limit::Fixed(1)),
        ..select()
    }
}

/// All rows but some, which not every database can say without a limit.
pub fn offset_alone() -> Select {
    Select {
        offset: Some(7),
        ..select()
    }
}

fn select() -> Select {
    Select {
        columns: vec![Projection::Expr(column("a"))],
        from: Some(source("t", None)),
        ..Select::default()
    }
}

/// Two rows in one statement.
pub fn insert_two_rows() -> Insert {
    let rows = vec![vec![int(1), int(2)], vec![int(3), int(4)]];
    insert(vec!["a".into(), "b".into()], rows)
}

/// A row of defaults alone.
pub fn insert_defaults() -> Insert {
    insert(vec![], vec![])
}

/// A row whose key comes back.
pub fn insert_returning() -> Insert {
    Insert {
        returning: vec!["id".into()],
        ..insert(vec!["a".into()], vec![vec![int(1)]])
    }
}

fn insert(columns: Vec<Name>, rows: Vec<Vec<Expr>>) -> Insert {
    Insert {
        table: "t".into(),
        columns,
        rows,
        returning: vec![],
    }
}

/// A value and an expression, set by condition.
pub fn update() -> Update {
    Update {
        table: "t".into(),
        set: vec![
            ("a".into(), Expr::Value(Value::Null)),
            ("b".into(), one_more("b")),
        ],
        filter: vec![eq(column("id"), int(7))],
    }
}

/// A delete by condition.
pub fn delete() -> Delete {
    Delete {
        table: "t".into(),
        filter: vec![eq(column("id"), int(7))],
    }
}

/// An update whose value and condition read the table itself: as a single value, by IN, and in a query that
/// looks at the row around it.
pub fn update_by_own_table() -> Update {
    let query = |columns, alias, filter: Vec<Expr>| {
        Box::new(Select {
            columns,
            from: Some(source("t", alias)),
            filter,
            ..Select::default()
        })
    };
    let column = |source: &'static str, name: &'static str| Expr::column(source, name);
    let largest = aggregate_of(Aggregate::Max, column("u", "a"), Type::Int64);
    let of_row = eq(column("u", "b"), column("t", "b"));
    let ids = vec![Projection::Expr(column("t", "id"))];
    Update {
        table: "t".into(),
        set: vec![(
            "a".into(),
            Expr::Subquery(query(vec![Projection::Expr(largest)], Some("u"), vec![])),
        )],
        filter: vec![
            Expr::InSelect {
                expr: Box::new(column("t", "id")),
                select: query(ids, None, vec![eq(column("t", "a"), int(7))]),
                negated: true,
            },
            Expr::Exists(query(vec![], Some("u"), vec![of_row])),
        ],
    }
}

/// A transaction that will write.
pub fn writes() -> TransactionOptions {
    TransactionOptions::new().writes()
}

/// A transaction that only reads, at the strictest level.
pub fn reads_only() -> TransactionOptions {
    TransactionOptions::new()
        .read_only()
        .isolation(IsolationLevel::Serializable)
}
