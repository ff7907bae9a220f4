//! Statements that write more than rows of values: upserts, INSERT from a query, other tables, an order, and lists of
//! what is returned. The tables are those of `queries.rs`.

use crate::stmt::{
    ArithmeticOp, Conflict, ConflictAction, ConflictTarget, Delete, Direction, Expr, FromItem,
    Insert, InsertSource, Limit, Order, Projection, Select, Update,
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
