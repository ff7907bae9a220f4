//! Statements that the typed layer has no words for yet, but the tree has: what the golden tests of each dialect pin
//! as text is run here, and must return the same rows on every database that supports it.

use orm::prelude::*;
use orm::sql::InListStyle;
use orm::stmt::{Expr, Projection, Query, SetOperator, Statement};
use orm::value::Value;
use orm_core::testing::golden::expressions::{column, int};
use orm_core::testing::golden::{HasText, queries, statements, writes, written};
use orm_core::testing::with;

use crate::cases;
use crate::database::Db;

cases![
    "statement_tree":
    set_operations (crate::suite::Requires::IntersectExcept),
    common_table_expressions,
    values_are_rows,
    sources_that_look_at_others,
    windows,
    rows_and_choices (crate::suite::Requires::RowValues),
    locks (crate::suite::Requires::ShareLocks),
    upserts (crate::suite::Requires::Upsert),
    inserts_of_queries,
    other_tables,
    queries_beside_the_written_table,
    ordered_writes,
    lists_that_come_back,
];

type Rows = Vec<Vec<Value>>;

/// Whole numbers as a result.
fn ints<const N: usize>(rows: &[[i64; N]]) -> Rows {
    let row = |row: &[i64; N]| row.iter().map(|number| Value::Int(*number)).collect();
    rows.iter().map(row).collect()
}

/// A connection to a database with the tables of the golden statements.
fn tables(db: &Db) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    for sql in [
        "CREATE TABLE t (id BIGINT NOT NULL, a BIGINT, b BIGINT, CONSTRAINT pk_t PRIMARY KEY (id))",
        "CREATE TABLE u (id BIGINT NOT NULL PRIMARY KEY, a BIGINT)",
    ] {
        conn.raw_execute(sql, &[]).unwrap();
    }
    fill(&mut conn);
    conn
}

fn fill(conn: &mut Connection) {
    for sql in [
        "DELETE FROM t",
        "DELETE FROM u",
        "INSERT INTO t VALUES (1, 1, 1)",
        "INSERT INTO t VALUES (2, 2, 1)",
        "INSERT INTO t VALUES (3, 3, 2)",
        "INSERT INTO u VALUES (1, 2)",
        "INSERT INTO u VALUES (2, 20)",
        "INSERT INTO u VALUES (4, 3)",
    ] {
        conn.raw_execute(sql, &[]).unwrap();
    }
}

/// The rows of a statement, or `None` if the dialect refuses it as unsupported, before it is sent.
fn run(conn: &mut Connection, statement: &impl HasText) -> Option<Rows> {
    let (sql, binds) = match written(conn.dialect(), statement) {
        Ok(written) => written,
        Err(error) if error.is_unsupported() => return None,
        Err(error) => panic!("{error:?}"),
    };
    let mut rows = Rows::new();
    let read = conn.raw_query(&sql, &binds, &mut |row| {
        let columns = 0..row.len();
        let values = columns.map(|index| Ok(row.get(index)?.to_value()));
        rows.push(values.collect::<orm::Result<_>>()?);
        Ok(())
    });
    read.unwrap_or_else(|error| panic!("{sql}: {error}"));
    Some(rows)
}

/// What rows are sorted by: their first column, with NULL last.
fn key(row: &[Value]) -> i64 {
    match row.first() {
        Some(Value::Int(number)) => *number,
        _ => i64::MAX,
    }
}

/// Demands rows, or a refusal where the database lacks what the statement needs.
#[track_caller]
fn check(conn: &mut Connection, statement: &impl HasText, supported: bool, expected: &Rows) {
    let expected = supported.then_some(expected);
    assert_eq!(run(conn, statement).as_ref(), expected);
}

/// As [`check`], whatever the order.
#[track_caller]
fn check_set(conn: &mut Connection, statement: &impl HasText, supported: bool, expected: &Rows) {
    let mut found = run(conn, statement);
    if let Some(rows) = &mut found {
        rows.sort_by_key(|row| key(row));
    }
    assert_eq!(found.as_ref(), supported.then_some(expected));
}

/// Runs a statement that writes, and demands what `t` holds afterwards. The tables are then as they were.
#[track_caller]
fn leaves<const N: usize>(
    conn: &mut Connection,
    statement: &impl HasText,
    supported: bool,
    expected: &[[i64; N]],
) {
    match written(conn.dialect(), statement) {
        Ok((sql, binds)) => {
            assert!(supported, "{sql}");
            let done = conn.raw_execute(&sql, &binds);
            done.unwrap_or_else(|error| panic!("{sql}: {error}"));
            let all = raw("SELECT id, COALESCE(a, -1), COALESCE(b, -1) FROM t ORDER BY id");
            let found: Vec<(i64, i64, i64)> = all.all(conn).unwrap();
            let found = found.into_iter().map(|(id, a, b)| [id, a, b]);
            let found: Rows = found.map(|row| row.map(Value::Int).to_vec()).collect();
            assert_eq!(found, ints(expected));
            fill(conn);
        }
        Err(error) => {
            assert!(error.is_unsupported() && !supported, "{error:?}");
        }
    }
}

fn set_operations(db: &Db) {
    use SetOperator::{Except, Intersect, Union};
    let (conn, can) = (&mut tables(db), db.capabilities());
    for (operator, all, supported, expected) in [
        (Union, false, true, ints(&[[1], [2], [3], [20]])),
        (Union, true, true, ints(&[[1], [2], [2], [3], [3], [20]])),
        (Intersect, false, true, ints(&[[2], [3]])),
        (Intersect, true, can.set_operation_all, ints(&[[2], [3]])),
        (Except, false, true, ints(&[[1]])),
        (Except, true, can.set_operation_all, ints(&[[1]])),
    ] {
        let query = queries::set_operation(operator, all);
        check_set(conn, &query, supported, &expected);
    }
    let chained = queries::chained_set_operations();
    assert_eq!(run(conn, &chained).unwrap().len(), 9);
    check(conn, &queries::nested_set_operations(), true, &ints(&[[1]]));
}

fn common_table_expressions(db: &Db) {
    let conn = &mut tables(db);
    check_set(conn, &queries::cte(), true, &ints(&[[1], [2], [3]]));
    let numbers = ints(&[[1], [2], [3], [4], [5]]);
    check_set(conn, &queries::recursive_cte(), true, &numbers);
}

fn values_are_rows(db: &Db) {
    let conn = &mut tables(db);
    let row = |number, name: &str| vec![Value::Int(number), Value::Text(name.into())];
    let expected = vec![row(1, "x"), row(2, "y")];
    check(conn, &queries::values(), true, &expected);
    check(conn, &queries::join_of_values(), true, &expected);
}

fn sources_that_look_at_others(db: &Db) {
    let (conn, can) = (&mut tables(db), db.capabilities());
    let null = vec![Value::Int(3), Value::Null];
    let expected = [ints(&[[1, 2], [2, 20]]), vec![null]].concat();
    check_set(conn, &queries::lateral(), can.lateral, &expected);
    if can.table_functions && can.in_list == InListStyle::JsonEach {
        let list = Expr::Value(Value::Text("[7, 8]".into()));
        let found = run(conn, &queries::table_function("json_each", vec![list])).unwrap();
        let values: Vec<&Value> = found.iter().map(|row| &row[1]).collect();
        assert_eq!(values, [&Value::Int(7), &Value::Int(8)]);
    } else {
        let series = queries::table_function("generate_series", vec![int(7), int(8)]);
        check(conn, &series, can.table_functions, &ints(&[[7], [8]]));
    }
}

fn windows(db: &Db) {
    let conn = &mut tables(db);
    let expected = ints(&[[1, 1], [3, 2], [3, 3]]);
    let frames = db.capabilities().window_frames;
    check(conn, &queries::windows(), frames, &expected);
}

/// The ids of the rows of `t` in which a condition holds.
fn ids(conn: &mut Connection, condition: Expr) -> Rows {
    let select = with(statements::select(), |it| {
        it.columns = vec![Projection::Expr(column("id"))].into();
        it.filter = vec![condition].into();
    });
    let mut rows = run(conn, &Query::from(select)).unwrap();
    rows.sort_by_key(|row| key(row));
    rows
}

fn rows_and_choices(db: &Db) {
    let conn = &mut tables(db);
    let rows = |pairs: &[[i64; 2]]| ints(pairs);
    assert_eq!(ids(conn, queries::in_rows(vec![])), ints::<1>(&[]));
    let found = ids(conn, queries::in_rows(rows(&[[2, 1], [3, 2], [1, 9]])));
    assert_eq!(found, ints(&[[2], [3]]));
    // (2, 20) and the like are no row of t.
    assert_eq!(ids(conn, queries::row_in_query()), ints(&[[1], [2], [3]]));
    let other = [
        ints(&[[1, 2], [2, 20]]),
        vec![vec![Value::Int(3), Value::Null]],
    ]
    .concat();
    check(conn, &queries::scalar_subquery(), true, &other);
    for (case, expected) in [
        (queries::case(), ints(&[[2], [10], [10]])),
        (
            queries::case_of(),
            [ints(&[[10], [20]]), vec![vec![Value::Null]]].concat(),
        ),
    ] {
        let select = with(statements::select(), |it| {
            it.columns = vec![Projection::Expr(case)].into();
        });
        let query = with(Query::from(select), |it| {
            it.order_by = vec![orm::stmt::Order::new(
                column("id"),
                orm::stmt::Direction::Ascending,
            )];
        });
        check(conn, &query, true, &expected);
    }
}

fn locks(db: &Db) {
    let (conn, can) = (&mut tables(db), db.capabilities());
    let all = ints(&[[1], [2], [3]]);
    for (lock, supported) in [
        (queries::skip_locked(), true),
        (queries::share(), true),
        (queries::lock_of(), can.lock_of || !can.row_locks),
        (queries::no_key(), can.key_locks || !can.row_locks),
    ] {
        conn.begin().unwrap();
        check_set(conn, &queries::locked(lock), supported, &all);
        conn.rollback().unwrap();
    }
    if !can.row_locks {
        return;
    }
    // A row that another transaction holds is passed over.
    let mut other = db.other_connection();
    other.begin().unwrap();
    let sql = "SELECT id FROM t WHERE id = 2 FOR UPDATE";
    other.raw_query(sql, &[], &mut |_| Ok(())).unwrap();
    conn.begin().unwrap();
    let free = queries::locked(queries::skip_locked());
    check_set(conn, &free, true, &ints(&[[1], [3]]));
    conn.rollback().unwrap();
    other.rollback().unwrap();
}

fn upserts(db: &Db) {
    let (conn, can) = (&mut tables(db), db.capabilities());
    let added = [[1, 6, 0], [2, 2, 1], [3, 3, 2], [9, 6, -1]];
    leaves(conn, &writes::upsert(), true, &added);
    let missing = [[1, 1, 1], [2, 2, 1], [3, 3, 2], [9, 6, -1]];
    leaves(conn, &writes::insert_missing(), true, &missing);
    let replaced = [[1, 5, 1], [2, 2, 1], [3, 3, 2], [9, 6, -1]];
    leaves(conn, &writes::upsert_where(), true, &replaced);
    let added = [[1, 6, 0], [2, 2, 1], [3, 3, 2], [9, 6, -1]];
    leaves(conn, &writes::upsert_guarded(), true, &added);
    let guarded = writes::insert_missing_guarded();
    leaves(conn, &guarded, true, &missing);
    let named = writes::upsert_by_constraint();
    leaves(conn, &named, can.named_conflicts, &missing);
    let of_query = [[1, 3, 0], [2, 22, 0], [3, 3, 2], [4, 3, -1]];
    leaves(conn, &writes::upsert_from_query(), true, &of_query);
}

fn inserts_of_queries(db: &Db) {
    let conn = &mut tables(db);
    conn.raw_execute("DELETE FROM t", &[]).unwrap();
    let insert = Statement::Insert(writes::insert_from_query());
    leaves(conn, &insert, true, &[[1, 2, -1], [2, 20, -1], [4, 3, -1]]);
}

fn other_tables(db: &Db) {
    use orm::sql::OtherTables::Unsupported;
    let (conn, can) = (&mut tables(db), db.capabilities());
    let update = Statement::Update(writes::update_from());
    let updated = [[1, 2, 1], [2, 20, 1], [3, 3, 2]];
    leaves(conn, &update, can.update_from != Unsupported, &updated);
    let delete = Statement::Delete(writes::delete_using());
    leaves(conn, &delete, can.delete_using != Unsupported, &[[3, 3, 2]]);
}

fn queries_beside_the_written_table(db: &Db) {
    use orm::sql::OtherTables::Unsupported;
    let (conn, can) = (&mut tables(db), db.capabilities());
    let (has_from, has_using) = (
        can.update_from != Unsupported,
        can.delete_using != Unsupported,
    );
    let updated = [[1, 3, 1], [2, 2, 1], [3, 3, 2]];
    let update = Statement::Update(writes::update_from_query());
    leaves(conn, &update, has_from, &updated);
    let update = Statement::Update(writes::update_with());
    leaves(conn, &update, has_from && can.with_before_writes, &updated);
    let left = [[2, 2, 1], [3, 3, 2]];
    let delete = Statement::Delete(writes::delete_using_query());
    leaves(conn, &delete, has_using, &left);
    let delete = Statement::Delete(writes::delete_with());
    leaves(conn, &delete, can.with_before_writes, &left);
}

fn ordered_writes(db: &Db) {
    let (conn, can) = (&mut tables(db), db.capabilities());
    let updated = [[1, 1, 1], [2, 2, 1], [3, 0, 2]];
    leaves(conn, &writes::update_last(), can.ordered_writes, &updated);
    let deleted = [[1, 1, 1], [2, 2, 1]];
    leaves(conn, &writes::delete_last(), can.ordered_writes, &deleted);
}

fn lists_that_come_back(db: &Db) {
    let (conn, can) = (&mut tables(db), db.capabilities());
    conn.raw_execute("DELETE FROM t WHERE id = 1", &[]).unwrap();
    let insert = writes::insert_returning_list();
    check(
        conn,
        &insert,
        can.insert_returning && can.insert_binds > 1,
        &ints(&[[1, 6], [9, 7]]),
    );
    fill(conn);
    let update = writes::update_returning();
    check(conn, &update, can.update_returning, &ints(&[[1, 1]]));
    fill(conn);
    let delete = writes::delete_returning();
    check(conn, &delete, can.delete_returning, &ints(&[[1, 2]]));
}
