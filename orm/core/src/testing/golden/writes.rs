//! Statements that write more than rows of values: upserts, INSERT from a query, other tables, an order, and lists of
//! what is returned. The tables are those of `queries.rs`.

use crate::stmt::{
    ArithmeticOp, Conflict, ConflictAction, ConflictTarget, Cte, Delete, Direction, Expr, FromItem,
    Insert, InsertSource, Limit, Order, Projection, Query, Select, Source, Update, With,
};

use super::expressions::{arithmetic, column, eq, int, one_more};

fn insert() -> Insert {
    let rows = vec![vec![int(1), int(5)], vec![int(9), int(6)]];
    Insert::new("t", vec!["id".into(), "a".into()], InsertSource::Rows(rows))
}

/// Adds the new value to the one that is there.
fn add_up() -> ConflictAction {
    let sum = arithmetic(ArithmeticOp::Add, column("a"), Expr::Excluded("a".into()));
    ConflictAction::Update {
        set: vec![("a".into(), sum), ("b".into(), int(0))],
        filter: vec![],
    }
}

fn on_id(action: ConflictAction) -> Conflict {
    Conflict::new(ConflictTarget::Columns(vec!["id".into()]), action)
}

/// Inserts rows, or adds to those that are there.
pub fn upsert() -> Insert {
    Insert {
        conflict: Some(on_id(add_up())),
        ..insert()
    }
}

/// Inserts the rows that are not there.
pub fn insert_missing() -> Insert {
    Insert {
        conflict: Some(on_id(ConflictAction::Nothing)),
        ..insert()
    }
}

/// Inserts rows, or replaces a value in those of which a condition holds.
pub fn upsert_where() -> Insert {
    let action = ConflictAction::Update {
        set: vec![("a".into(), Expr::Excluded("a".into()))],
        filter: vec![eq(column("b"), int(1))],
    };
    Insert {
        conflict: Some(on_id(action)),
        ..insert()
    }
}

/// Inserts rows, or adds to those that are there, of a table with other unique constraints, where a condition holds.
pub fn upsert_guarded() -> Insert {
    let mut insert = upsert();
    if let Some(conflict) = &mut insert.conflict {
        conflict.other_keys = true;
        if let ConflictAction::Update { filter, .. } = &mut conflict.action {
            filter.push(eq(Expr::column("t", "b"), int(1)));
        }
    }
    insert
}

/// Inserts the rows that are not there, of a table with other unique constraints.
pub fn insert_missing_guarded() -> Insert {
    let mut insert = insert_missing();
    if let Some(conflict) = &mut insert.conflict {
        conflict.other_keys = true;
    }
    insert
}

/// A conflict that is named by its constraint.
pub fn upsert_by_constraint() -> Insert {
    Insert {
        conflict: Some(Conflict::new(
            ConflictTarget::Constraint("pk_t".into()),
            ConflictAction::Nothing,
        )),
        ..insert()
    }
}

/// Inserts the rows of a query.
pub fn insert_from_query() -> Insert {
    let select = Select {
        columns: vec![
            Projection::Expr(Expr::column("u", "id")),
            Projection::Expr(Expr::column("u", "a")),
        ]
        .into(),
        from: Some(FromItem::table("u")),
        ..Select::default()
    };
    Insert {
        source: InsertSource::Query(Box::new(select.into())),
        ..insert()
    }
}

/// Inserts the rows of a query, or adds to those that are there.
pub fn upsert_from_query() -> Insert {
    Insert {
        conflict: Some(on_id(add_up())),
        ..insert_from_query()
    }
}

/// A column and an expression of a RETURNING list.
pub fn returned() -> Vec<Projection> {
    vec![
        Projection::Expr(column("id")),
        Projection::Labelled(one_more("a"), "next".into()),
    ]
}

/// Inserts rows and returns a list.
pub fn insert_returning_list() -> Insert {
    Insert {
        returning: returned(),
        ..insert()
    }
}

fn same_id() -> Vec<Expr> {
    vec![eq(Expr::column("u", "id"), column("id"))]
}

/// Sets a column to that of another table.
pub fn update_from() -> Update {
    Update {
        table: "t".into(),
        set: vec![("a".into(), Expr::column("u", "a"))].into(),
        from: Some(FromItem::table("u")),
        filter: same_id().into(),
        ..Update::default()
    }
}

/// Deletes the rows that another table has.
pub fn delete_using() -> Delete {
    Delete {
        table: "t".into(),
        using: Some(FromItem::table("u")),
        filter: same_id().into(),
        ..Delete::default()
    }
}

/// Rows of another table, with one more than its column.
fn successors() -> Query {
    let select = Select {
        columns: vec![
            Projection::Labelled(Expr::column("u", "id"), "c0".into()),
            Projection::Labelled(one_more_of_u(), "c1".into()),
        ]
        .into(),
        from: Some(FromItem::table("u")),
        filter: vec![eq(Expr::column("u", "a"), int(2))].into(),
        ..Select::default()
    };
    select.into()
}

fn one_more_of_u() -> Expr {
    arithmetic(ArithmeticOp::Add, Expr::column("u", "a"), int(1))
}

fn same_first() -> Vec<Expr> {
    vec![eq(Expr::column("s", "c0"), column("id"))]
}

/// Sets a column to that of a derived table.
pub fn update_from_query() -> Update {
    Update {
        set: vec![("a".into(), Expr::column("s", "c1"))].into(),
        from: Some(FromItem::new(Source::Query(Box::new(successors()))).alias("s")),
        filter: same_first().into(),
        ..update_from()
    }
}

/// Sets a column to that of a common table expression.
pub fn update_with() -> Update {
    Update {
        with: Some(Box::new(With::new(vec![Cte::new("s", successors())]))),
        from: Some(FromItem::new(Source::Cte("s".into()))),
        ..update_from_query()
    }
}

/// Deletes the rows that a derived table has.
pub fn delete_using_query() -> Delete {
    Delete {
        using: update_from_query().from,
        filter: same_first().into(),
        ..delete_using()
    }
}

/// Deletes the rows that a common table expression has.
pub fn delete_with() -> Delete {
    let in_query = Expr::InQuery {
        expr: Box::new(column("id")),
        query: Box::new(ids_of_s().into()),
        negated: false,
    };
    Delete {
        with: update_with().with,
        using: None,
        filter: vec![in_query].into(),
        ..delete_using()
    }
}

fn ids_of_s() -> Select {
    let ids = vec![Projection::Expr(Expr::column("s", "c0"))];
    Select::new(ids, FromItem::new(Source::Cte("s".into())))
}

fn last() -> Vec<Order> {
    vec![Order::new(column("id"), Direction::Descending)]
}

/// Sets a column of the last row.
pub fn update_last() -> Update {
    Update {
        table: "t".into(),
        set: vec![("a".into(), int(0))].into(),
        order_by: last(),
        limit: Some(Limit::Rows(1)),
        ..Update::default()
    }
}

/// Deletes the last row.
pub fn delete_last() -> Delete {
    Delete {
        table: "t".into(),
        order_by: last(),
        limit: Some(Limit::Rows(1)),
        ..Delete::default()
    }
}

/// Sets a column of one row and returns a list.
pub fn update_returning() -> Update {
    Update {
        table: "t".into(),
        set: vec![("a".into(), int(0))].into(),
        filter: vec![eq(column("id"), int(1))].into(),
        returning: returned(),
        ..Update::default()
    }
}

/// Deletes one row and returns a list.
pub fn delete_returning() -> Delete {
    Delete {
        table: "t".into(),
        filter: vec![eq(column("id"), int(1))].into(),
        returning: returned(),
        ..Delete::default()
    }
}
