//! The dialect's SQL on the server: what the golden tests write must mean what it should.

use orm_core::driver::Connection;
use orm_core::error::ErrorKind;
use orm_core::schema::{Column, Literal, Rule, Schema, ServerDefault, Table};
use orm_core::sql::{Dialect, ddl, write_insert, write_query};
use orm_core::stmt::{
    Aggregate, AggregateCall, BatchColumn, BatchRows, Expr, FromItem, Like, LikeKind, Projection,
    Query, Select,
};
use orm_core::testing::golden::batches;
use orm_core::testing::with;
use orm_core::types::{EnumType, Type};
use orm_core::value::{Value, ValueRef};

use super::support::{Scratch, collation, control, dialect, execute, integer, rows, run, value};

fn count(filter: Expr) -> Query {
    let select = with(
        Select::new(
            vec![Projection::Expr(Expr::Aggregate(Box::new(
                AggregateCall::new(Aggregate::Count, None, Type::Int64),
            )))],
            FromItem::table("t"),
        ),
        |it| it.filter = vec![filter].into(),
    );
    select.into()
}

fn counted(connection: &mut dyn Connection, filter: Expr) -> i64 {
    let select = count(filter);
    let found = run(connection, |w| write_query(w, &select));
    match found.unwrap_or_else(|error| panic!("{error}"))[0][0] {
        Value::Int(number) => number,
        ref other => panic!("a count is {other:?}"),
    }
}

fn like(column: &'static str, kind: LikeKind, needle: &str, pattern: &str) -> Expr {
    Expr::Like(Box::new(Like::new(
        Expr::column("t", column),
        kind,
        Value::Text(needle.into()),
        Value::Text(pattern.into()),
    )))
}

#[test]
fn searches_count_case_in_columns_of_any_collation() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    let create = format!(
        "CREATE TABLE t (a VARCHAR(20) COLLATE {}, b VARCHAR(20) COLLATE utf8mb4_general_ci, \
             c VARCHAR(20) CHARACTER SET latin1)",
        collation(connection)
    );
    let insert = "INSERT INTO t VALUES ('Café 100%', 'Café 100%', 'Café 100%'), \
                      ('a\\\\b', 'a\\\\b', 'a\\\\b')";
    control(connection, &[&create, insert]);
    for column in ["a", "b", "c"] {
        let cases = [
            (LikeKind::Contains, "Café", "%Café%", 1),
            (LikeKind::Contains, "café", "%café%", 0),
            (LikeKind::Contains, "Cafe", "%Cafe%", 0),
            (LikeKind::StartsWith, "Ca", "Ca%", 1),
            (LikeKind::StartsWith, "ca", "ca%", 0),
            (LikeKind::EndsWith, "0%", "%0\\%", 1),
            (LikeKind::EndsWith, "1%", "%1\\%", 0),
            (LikeKind::Contains, "\\", "%\\\\%", 1),
            (LikeKind::Contains, "_", "%\\_%", 0),
            (LikeKind::Pattern, "", "C_f_ ___\\%", 1),
            (LikeKind::ContainsIgnoreCase, "CAFÉ", "%CAFÉ%", 1),
            (LikeKind::ContainsIgnoreCase, "CAFE", "%CAFE%", 0),
        ];
        for (kind, needle, pattern, expected) in cases {
            let found = counted(connection, like(column, kind, needle, pattern));
            assert_eq!(found, expected, "{column} {kind:?} {needle}");
        }
    }
}

#[test]
fn a_search_by_the_start_uses_the_index() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let table = Table::new("t")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(Column::new("a", Type::Text).length(20))
        .primary_key(["id"])
        .index(["a"]);
    let tables = [&table];
    for sql in ddl::create_all(dialect(connection.as_ref()), &tables).expect("a table") {
        control(connection.as_mut(), &[&sql]);
    }
    let fill = "INSERT INTO t (a) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900) \
                SELECT CONCAT('k', i) FROM n";
    control(connection.as_mut(), &[fill, "ANALYZE TABLE t"]);
    let filter = like("a", LikeKind::StartsWith, "k12", "k12%");
    let select = count(filter);
    // MySQL 9 explains as a tree by default; MariaDB has the table alone.
    let explain = match connection.server() {
        "mariadb" => "EXPLAIN ",
        _ => "EXPLAIN FORMAT=TRADITIONAL ",
    };
    let plan = run(connection.as_mut(), |w| {
        w.push(explain);
        write_query(w, &select)
    });
    let plan = plan.expect("a plan");
    let range = Value::Text("range".into());
    assert!(plan.concat().contains(&range), "{plan:?}");
}

fn within(column: &'static str, list: Vec<Value>) -> Expr {
    Expr::In {
        expr: Box::new(Expr::column("t", column)),
        list: list.into(),
        negated: false,
    }
}

/// `wanted` among so many others that the list becomes one bind.
fn long(wanted: &Value, filler: impl Fn(i64) -> Value) -> Vec<Value> {
    let mut list = vec![wanted.clone()];
    list.extend((0..40_000).map(filler));
    list
}

#[test]
fn long_lists_of_text_compare_as_the_column_does() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    let create = format!(
        "CREATE TABLE t (a VARCHAR(9) COLLATE {}, g VARCHAR(9) COLLATE utf8mb4_general_ci, \
             c VARCHAR(9) COLLATE utf8mb4_unicode_ci, l VARCHAR(9) CHARACTER SET latin1)",
        collation(connection)
    );
    let insert = r#"INSERT INTO t VALUES ('"é\\ ', '"é\\ ', '"é\\ ', '"é\\ ')"#;
    control(connection, &[&create, insert]);
    let cases = [
        (r#""é\ "#, [1, 1, 1, 1]),
        (r#""é\"#, [0, 1, 1, 1]),
        (r#""É\ "#, [0, 1, 1, 1]),
        (r#""ö\ "#, [0, 0, 0, 0]),
    ];
    for (wanted, expected) in cases {
        let wanted = Value::Text(wanted.into());
        let filler = |number: i64| Value::Text(format!("k{number}"));
        let found = ["a", "g", "c", "l"]
            .map(|column| counted(connection, within(column, long(&wanted, filler))));
        assert_eq!(found, expected, "{wanted:?}");
    }
}

#[test]
fn long_lists_of_other_types() {
    let mut uuid = [0; 16];
    (uuid[1], uuid[2], uuid[3], uuid[15]) = (0xFF, 0xC3, 0x28, 1);
    let (date, time) = (19_782, 3_723_000_004);
    let micros = i64::from(date) * 86_400_000_000 + time;
    let cases = [
        ("i", Value::Int(7), Value::Int(8)),
        ("u", Value::Uuid(uuid), Value::Uuid([1; 16])),
        ("u", Value::Bytes(uuid.to_vec()), Value::Bytes(vec![1])),
        ("d", Value::Date(date), Value::Date(1)),
        ("dt", Value::DateTime(micros), Value::DateTime(1)),
        ("tm", Value::Time(time), Value::Time(1)),
        ("f", Value::Float(0.1), Value::Float(0.5)),
        ("b", Value::Bool(true), Value::Bool(false)),
    ];
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    control(
        connection,
        &[
            "CREATE TABLE t (i BIGINT, u BINARY(16), d DATE, dt DATETIME(6), tm TIME(6), \
                 f DOUBLE, b BOOLEAN)",
            "INSERT INTO t VALUES (7, x'00FFC328000000000000000000000001', '2024-02-29', \
                 '2024-02-29 01:02:03.000004', '01:02:03.000004', 0.1, TRUE)",
        ],
    );
    for (column, wanted, other) in &cases {
        let filled = |first| within(column, long(first, |_| other.clone()));
        assert_eq!(
            counted(connection, filled(wanted)),
            1,
            "{column} {wanted:?}"
        );
        assert_eq!(counted(connection, filled(other)), 0, "{column} {other:?}");
        let short = within(column, vec![wanted.clone()]);
        assert_eq!(counted(connection, short), 1, "{column} {wanted:?}");
    }
}

fn aggregate(function: Aggregate, column: &'static str, ty: Type) -> Query {
    let select = Select::new(
        vec![Projection::Expr(Expr::Aggregate(Box::new(
            AggregateCall::new(function, Some(Expr::column("t", column)), ty),
        )))],
        FromItem::table("t"),
    );
    select.into()
}

#[test]
fn sums_are_integers_and_means_are_floats() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    control(connection, &["CREATE TABLE t (i BIGINT, f FLOAT)"]);
    let sum = aggregate(Aggregate::Sum, "i", Type::Int64);
    let mean = aggregate(Aggregate::Avg, "i", Type::Float64);
    assert_eq!(
        run(connection, |w| write_query(w, &sum)).expect("a sum"),
        [[Value::Null]]
    );
    control(
        connection,
        &["INSERT INTO t VALUES (1, 0.5), (2, 0.25), (2, NULL)"],
    );
    assert_eq!(
        run(connection, |w| write_query(w, &sum)).expect("a sum"),
        [[Value::Int(5)]]
    );
    let third = run(connection, |w| write_query(w, &mean)).expect("a mean");
    assert_eq!(third, [[Value::Float(5.0 / 3.0)]]);
    let floats = aggregate(Aggregate::Sum, "f", Type::Float64);
    let found = run(connection, |w| write_query(w, &floats)).expect("a sum");
    assert_eq!(found, [[Value::Float(0.75)]]);
    control(
        connection,
        &["INSERT INTO t VALUES (9223372036854775807, 0)"],
    );
    let error = run(connection, |w| write_query(w, &sum)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error}");
}

#[test]
fn rows_are_counted_by_match_and_keys_are_told() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    control(
        connection,
        &["CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, v INT)"],
    );
    let first = execute(connection, "INSERT INTO t (v) VALUES (1)");
    assert_eq!((first.affected, first.last_insert_id), (1, 1));
    assert_eq!(
        execute(connection, "INSERT INTO t (v) VALUES (2), (3)").affected,
        2
    );
    assert_eq!(
        execute(connection, "UPDATE t SET v = 1 WHERE id = 1").affected,
        1,
        "matched, not changed"
    );
    assert_eq!(
        execute(connection, "UPDATE t SET v = 1 WHERE id = 99").affected,
        0
    );
    execute(connection, "INSERT INTO t (id, v) VALUES (50, 1)");
    let mut seen = Vec::new();
    let binds = [7, 8, 9].map(ValueRef::Int);
    connection
        .execute_each("INSERT INTO t (v) VALUES (?)", 1, &binds, &mut |outcome| {
            seen.push(outcome.last_insert_id);
            Ok(())
        })
        .expect("three rows");
    assert_eq!(seen, [51, 52, 53]);
    let error = connection
        .execute_each("INSERT INTO t (v) VALUES (?)", 1, &binds, &mut |_| {
            Err(orm_core::Error::other("stop"))
        })
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
    assert_eq!(integer(connection, "SELECT COUNT(*) FROM t"), 8);
    assert_eq!(execute(connection, "DELETE FROM t WHERE v > 6").affected, 4);
}

#[test]
fn returning_hands_back_keys_in_the_order_of_the_rows() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    if !dialect(connection.as_ref()).capabilities().insert_returning {
        return;
    }
    let connection = connection.as_mut();
    control(
        connection,
        &[
            "SET auto_increment_increment = 3, auto_increment_offset = 2",
            "CREATE TABLE t (id BIGINT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(9), INDEX (v))",
        ],
    );
    let text = Type::Text;
    let columns = [BatchColumn::new("v", &text)];
    let insert = batches::insert_returning(&columns, BatchRows::Rows(3));
    let mut writer = orm_core::sql::SqlWriter::new(dialect(connection));
    write_insert(&mut writer, &insert).expect("mariadb has returning");
    let (sql, _) = writer.finish();
    let binds = ["c", "a", "b"].map(ValueRef::Text);
    let keys = rows(connection, &sql, &binds).expect("three keys");
    assert_eq!(keys, [[Value::Int(2)], [Value::Int(5)], [Value::Int(8)]]);
    let stored = rows(connection, "SELECT v FROM t ORDER BY id", &[]).expect("three rows");
    assert_eq!(
        stored,
        [
            [Value::Text("c".into())],
            [Value::Text("a".into())],
            [Value::Text("b".into())]
        ]
    );
}

/// A default that the derive has no constant for.
fn literal(dialect: &dyn Dialect, value: &Value) -> ServerDefault {
    let sql = dialect.literal(value).expect("a literal");
    ServerDefault::Raw(sql.into())
}

fn everything(dialect: &dyn Dialect) -> Schema {
    let constant = ServerDefault::Literal;
    let labels = vec!["happy".into(), "it's".into()];
    let labels = EnumType::new("mood".into(), labels.into());
    let a = Table::new("a`b")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(
            Column::new("name", Type::Text)
                .length(50)
                .server_default(constant(Literal::Text("it's \\".into()))),
        )
        .column(
            Column::new("story", Type::Text)
                .server_default(constant(Literal::Text("once \\ '".into()))),
        )
        .column(
            Column::new("raw", Type::Bytes)
                .server_default(literal(dialect, &Value::Bytes(vec![0, 255]))),
        )
        .column(
            Column::new("key", Type::Uuid).server_default(literal(dialect, &Value::Uuid([7; 16]))),
        )
        .column(Column::new("flag", Type::Bool).server_default(constant(Literal::Bool(true))))
        .column(Column::new("rate", Type::Float64).server_default(constant(Literal::Float(1e300))))
        .column(Column::new("day", Type::Date).server_default(literal(dialect, &Value::Date(0))))
        .column(
            Column::new("made", Type::Timestamp)
                .server_default(ServerDefault::Raw("CURRENT_TIMESTAMP(6)".into())),
        )
        .column(
            Column::new("mood", Type::Enum(labels))
                .server_default(constant(Literal::Text("happy".into()))),
        )
        .column(Column::new("other", Type::Int64).nullable())
        .primary_key(["id"])
        .unique(["name"])
        .index(["day", "flag"])
        .check(
            "mood",
            Rule::OneOf {
                column: "mood".into(),
                labels: vec!["happy".into(), "it's".into()],
            },
        )
        .foreign_key(["other"], "b", ["id"]);
    let b = Table::new("b")
        .column(Column::new("id", Type::Int64))
        .column(Column::new("back", Type::Int64).nullable())
        .primary_key(["id"])
        .foreign_key(["back"], "a`b", ["id"]);
    Schema::new(vec![a, b]).expect("two tables")
}

#[test]
fn tables_are_created_and_dropped_with_all_they_have() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    let schema = everything(dialect(connection));
    let tables: Vec<&Table> = schema.tables().iter().collect();
    for sql in ddl::create_all(dialect(connection), &tables).expect("all is supported") {
        connection
            .control(&sql)
            .unwrap_or_else(|error| panic!("{error}"));
    }
    let list = dialect(connection).list_tables();
    let listed = rows(connection, list, &[]).expect("the tables");
    assert_eq!(
        listed,
        [[Value::Text("a`b".into())], [Value::Text("b".into())]]
    );
    execute(connection, "INSERT INTO `a``b` () VALUES ()");
    let found = rows(
        connection,
        "SELECT name, story, raw, `key`, flag, rate, day, mood FROM `a``b`",
        &[],
    );
    let expected = [[
        Value::Text("it's \\".into()),
        Value::Text("once \\ '".into()),
        Value::Bytes(vec![0, 255]),
        Value::Bytes(vec![7; 16]),
        Value::Int(1),
        Value::Float(1e300),
        Value::Date(0),
        Value::Text("happy".into()),
    ]];
    assert_eq!(found.expect("a row"), expected);
    let error = connection
        .execute("UPDATE `a``b` SET mood = 'sad'", &[])
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CheckViolation);
    let collation = value(connection, "SELECT COLLATION(name) FROM `a``b`");
    let Value::Text(collation) = collation else {
        panic!("a collation is a name")
    };
    assert!(collation.ends_with("_bin"), "{collation}");
    for sql in ddl::drop_all(dialect(connection), &tables).expect("short names") {
        connection
            .control(&sql)
            .unwrap_or_else(|error| panic!("{error}"));
    }
    assert!(rows(connection, list, &[]).expect("none").is_empty());
}
