//! Statements with expressions, and how transactions begin. Those of a flush are in `batches.rs`.

use crate::sql::{IsolationLevel, TransactionOptions};
use crate::stmt::{
    Aggregate, CompareOp, Delete, Direction, Expr, FromItem, Insert, InsertSource, Join, JoinKind,
    Limit, Lock, LockStrength, Name, Order, Projection, Query, Select, Update,
};
use crate::types::Type;
use crate::value::Value;

use super::expressions::{aggregate_of, column, eq, int, is_null, one_more, text};

/// A table in FROM.
pub fn source(table: &'static str, alias: Option<&'static str>) -> FromItem {
    let item = FromItem::table(table);
    match alias {
        Some(alias) => item.alias(alias),
        None => item,
    }
}

/// A query with every clause and 5 binds.
pub fn select_with_everything() -> Query {
    let count = || aggregate_of(Aggregate::Count, Expr::column("p", "id"), Type::Int64);
    let user = |name: &'static str| Expr::column("users", name);
    let adult = Expr::compare(CompareOp::Gt, user("age"), int(18));
    let select = Select {
        hints: vec![],
        distinct: true,
        columns: vec![
            Projection::Columns {
                source: "users".into(),
                names: &["id", "name"],
            },
            Projection::Labelled(count(), "posts".into()),
        ]
        .into(),
        from: Some(source("users", None)),
        joins: vec![Join {
            kind: JoinKind::Left,
            item: source("posts", Some("p")),
            on: eq(Expr::column("p", "author_id"), user("id")),
        }],
        filter: vec![
            eq(user("name"), Expr::Value(text("a"))),
            Expr::Or(vec![is_null(user("email")), adult]),
        ]
        .into(),
        distinct_on: Vec::new(),
        grouping_sets: None,
        group_by: vec![user("id")],
        having: vec![Expr::compare(CompareOp::Ge, count(), int(3))],
    };
    Query {
        order_by: vec![Order::new(user("name"), Direction::Descending)],
        limit: Some(Limit::Rows(10)),
        offset: Some(20),
        ..select.into()
    }
}

/// A query of a page that locks its rows.
pub fn locked() -> Query {
    Query {
        locks: vec![Lock::new(LockStrength::Update)],
        ..offset_alone()
    }
}

/// The first row, as text and not as a bind.
pub fn first() -> Query {
    Query {
        limit: Some(Limit::Fixed(1)),
        ..select().into()
    }
}

/// OFFSET without LIMIT, which not every database has.
pub fn offset_alone() -> Query {
    Query {
        offset: Some(7),
        ..select().into()
    }
}

/// `SELECT a FROM t`.
pub fn select() -> Select {
    Select {
        columns: vec![Projection::Expr(column("a"))].into(),
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
    Insert::new("t", vec![], InsertSource::Defaults)
}

/// A row whose key comes back.
pub fn insert_returning() -> Insert {
    Insert {
        returning: vec![Projection::Expr(column("id"))],
        ..insert(vec!["a".into()], vec![vec![int(1)]])
    }
}

fn insert(columns: Vec<Name>, rows: Vec<Vec<Expr>>) -> Insert {
    Insert::new("t", columns, InsertSource::Rows(rows))
}

/// A value and an expression, set by condition.
pub fn update() -> Update {
    Update {
        table: "t".into(),
        set: vec![
            ("a".into(), Expr::Value(Value::Null)),
            ("b".into(), one_more("b")),
        ]
        .into(),
        filter: vec![eq(column("id"), int(7))].into(),
        ..Update::default()
    }
}

/// A delete by condition.
pub fn delete() -> Delete {
    Delete {
        table: "t".into(),
        filter: vec![eq(column("id"), int(7))].into(),
        ..Delete::default()
    }
}

/// An update whose value and condition read the table itself: as a single value, by IN, and in a query that
/// looks at the row around it.
pub fn update_by_own_table() -> Update {
    let query = |columns, alias, filter: Vec<Expr>| {
        let select = Select {
            columns,
            from: Some(source("t", alias)),
            filter: filter.into(),
            ..Select::default()
        };
        Box::new(Query::from(select))
    };
    let column = |source: &'static str, name: &'static str| Expr::column(source, name);
    let largest = aggregate_of(Aggregate::Max, column("u", "a"), Type::Int64);
    let of_row = eq(column("u", "b"), column("t", "b"));
    let ids = vec![Projection::Expr(column("t", "id"))];
    Update {
        table: "t".into(),
        set: vec![(
            "a".into(),
            Expr::Subquery(query(
                vec![Projection::Expr(largest)].into(),
                Some("u"),
                vec![],
            )),
        )]
        .into(),
        filter: vec![
            Expr::InQuery {
                expr: Box::new(column("t", "id")),
                query: query(ids.into(), None, vec![eq(column("t", "a"), int(7))]),
                negated: true,
            },
            Expr::Exists(query(vec![].into(), Some("u"), vec![of_row])),
        ]
        .into(),
        ..Update::default()
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
