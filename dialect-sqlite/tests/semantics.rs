//! The statements of the golden tests that only SQLite can judge: do they find what they promise?

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_sqlite::{SqliteDialect, SqliteDriver};
use orm_core::driver::{Connection, Driver};
use orm_core::schema::{Column, Literal, Schema, ServerDefault, Table};
use orm_core::sql::{Dialect, SqlWriter, ddl, write_query};
use orm_core::stmt::{Expr, FromItem, Like, LikeKind, Projection, Query, Select};
use orm_core::testing::with;
use orm_core::types::Type;
use orm_core::value::{BatchValues, Value, ValueRef};

fn memory() -> Box<dyn Connection> {
    SqliteDriver::memory().connect().unwrap()
}

fn first_column(connection: &mut dyn Connection, sql: &str, binds: &[ValueRef<'_>]) -> Vec<Value> {
    let mut found = Vec::new();
    let each = connection.query(sql, binds, &mut |row| {
        found.push(row.get(0)?.to_value());
        Ok(())
    });
    each.unwrap();
    found
}

fn select(filter: Expr) -> Query {
    let select = with(
        Select::new(
            vec![Projection::Expr(Expr::column("t", "a"))],
            FromItem::table("t"),
        ),
        |it| it.filter = vec![filter].into(),
    );
    select.into()
}

fn like(kind: LikeKind, needle: &str, pattern: &str) -> Expr {
    Expr::Like(Box::new(Like::new(
        Expr::column("t", "a"),
        kind,
        Value::Text(needle.into()),
        Value::Text(pattern.into()),
    )))
}

fn found(connection: &mut dyn Connection, filter: Expr) -> Vec<String> {
    let select = select(filter);
    let mut w = SqlWriter::new(&SqliteDialect);
    write_query(&mut w, &select).unwrap();
    let (sql, binds) = w.finish();
    let values = first_column(connection, &sql, &binds);
    let texts = values.into_iter().map(|value| match value {
        Value::Text(text) => text,
        other => panic!("{other:?}"),
    });
    texts.collect()
}

#[test]
fn searches_count_case_unless_told_not_to() {
    let mut connection = memory();
    connection.control("CREATE TABLE t (a TEXT)").unwrap();
    for text in ["Grüße", "grüße", "100%", "100x", "a\0Z", "Z\0a", "ß"] {
        let binds = [ValueRef::Text(text)];
        let sql = "INSERT INTO t VALUES (?)";
        connection.execute(sql, &binds).unwrap();
    }
    connection.control("INSERT INTO t VALUES (NULL)").unwrap();
    let mut check = |kind, needle: &str, expected: &[&str]| {
        let escaped = needle.replace('%', "\\%");
        let filter = like(kind, needle, &format!("%{escaped}%"));
        assert_eq!(
            found(connection.as_mut(), filter),
            expected,
            "{kind:?} {needle}"
        );
    };
    check(LikeKind::Contains, "ü", &["Grüße", "grüße"]);
    check(LikeKind::Contains, "G", &["Grüße"]);
    check(LikeKind::Contains, "0%", &["100%"]);
    check(LikeKind::Contains, "\0", &["a\0Z", "Z\0a"]);
    check(LikeKind::StartsWith, "g", &["grüße"]);
    check(LikeKind::StartsWith, "a\0Z", &["a\0Z"]);
    check(LikeKind::StartsWith, "r", &[]);
    check(LikeKind::EndsWith, "ße", &["Grüße", "grüße"]);
    check(LikeKind::EndsWith, "E", &[]);
    check(LikeKind::EndsWith, "\0a", &["Z\0a"]);
    check(LikeKind::EndsWith, "longer than any of the texts", &[]);
    check(LikeKind::ContainsIgnoreCase, "G", &["Grüße", "grüße"]);
    check(LikeKind::ContainsIgnoreCase, "0%", &["100%"]);
}

/// All texts of at most `length` of these characters.
fn texts(alphabet: &[&str], length: usize) -> Vec<Value> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..length {
        let longer = last
            .iter()
            .flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}")));
        last = longer.collect();
        all.extend(last.iter().cloned());
    }
    all.into_iter().map(Value::Text).collect()
}

#[test]
fn a_pattern_means_the_same_as_in_a_like_that_counts_case() {
    let select = select(like(LikeKind::Pattern, "", ""));
    let mut w = SqlWriter::new(&SqliteDialect);
    write_query(&mut w, &select).unwrap();
    let sql = w.finish().0;
    let glob = sql
        .strip_prefix(r#"SELECT "a" FROM "t" WHERE "#)
        .expect("the shape of the query")
        .replace("\"a\"", "texts.value")
        .replace(", ?)", ", patterns.value)");

    let patterns = texts(&["a", "A", "%", "_", r"\", "[", "]", "*", "?", "^"], 4);
    let haystack = texts(&["a", "%", r"\", "[", "*", "b"], 2);
    let mut connection = memory();
    connection
        .control("PRAGMA case_sensitive_like = ON")
        .unwrap();
    // Where a pattern ends within an escape the databases differ: an error, nothing, or a backslash.
    let sql = format!(
        "SELECT patterns.value || ' on ' || texts.value FROM json_each(?) patterns, json_each(?) texts \
         WHERE rtrim(patterns.value, '\\') = patterns.value \
         AND ({glob}) IS NOT (texts.value LIKE patterns.value ESCAPE '\\')"
    );
    let binds = [
        ValueRef::Batch(BatchValues::Owned(&patterns)),
        ValueRef::Batch(BatchValues::Owned(&haystack)),
    ];
    let wrong = first_column(connection.as_mut(), &sql, &binds);
    assert_eq!(wrong, []);
}

#[test]
fn long_lists_find_their_members() {
    let mut connection = memory();
    connection.control("CREATE TABLE t (a)").unwrap();
    let mut check = |wanted: &Value, list: Vec<Value>| {
        connection
            .execute("INSERT INTO t VALUES (?)", &[wanted.as_ref()])
            .unwrap();
        let select = select(Expr::In {
            expr: Box::new(Expr::column("t", "a")),
            list: list.into(),
            negated: false,
        });
        let mut w = SqlWriter::new(&SqliteDialect);
        write_query(&mut w, &select).unwrap();
        let (sql, binds) = w.finish();
        assert_eq!(binds.len(), 1);
        let found = first_column(connection.as_mut(), &sql, &binds);
        assert_eq!(found.len(), 1, "{wanted:?}");
        connection.execute("DELETE FROM t", &[]).unwrap();
    };
    check(&Value::Int(-1), vec![Value::Int(-1); 20_000]);
    check(
        &Value::Text("'\"ß".into()),
        vec![Value::Text("'\"ß".into()); 20_000],
    );
    check(
        &Value::Uuid([200; 16]),
        vec![Value::Uuid([200; 16]); 20_000],
    );
    check(&Value::Bytes(vec![1]), vec![Value::Bytes(vec![1]); 20_000]);
    check(
        &Value::Text("a\0b".into()),
        vec![Value::Text("a\0b".into()); 20_000],
    );
    check(&Value::Time(3), vec![Value::Time(3); 20_000]);
    check(&Value::Timestamp(-3), vec![Value::Timestamp(-3); 20_000]);
    check(&Value::Float(1e300), vec![Value::Float(1e300); 20_000]);
    check(&Value::Date(3), vec![Value::Date(3); 20_000]);
    check(&Value::Bool(true), vec![Value::Bool(true); 20_000]);
    check(&Value::Float(0.1), vec![Value::Float(0.1); 20_000]);
}

#[test]
fn literals_equal_their_binds() {
    let mut connection = memory();
    let values = [
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Int(i64::MAX),
        Value::Float(0.1),
        Value::Float(f64::MIN_POSITIVE),
        Value::Float(f64::MAX),
        Value::Float(f64::NEG_INFINITY),
        Value::Text("it's \\ \"b\"".into()),
        Value::Bytes(vec![0, 255]),
        Value::Date(-700_000),
        Value::Time(1),
        Value::Timestamp(-1),
        Value::Uuid([200; 16]),
    ];
    for value in values {
        let literal = SqliteDialect.literal(&value).unwrap();
        let sql = format!("SELECT ? = {literal} AND typeof({literal}) = typeof(?)");
        let binds = [value.as_ref(), value.as_ref()];
        let equal = first_column(connection.as_mut(), &sql, &binds);
        assert_eq!(equal, [Value::Int(1)], "{literal}");
    }
}

#[test]
fn created_tables_work_and_never_use_a_key_twice() {
    let at = ServerDefault::Raw("CURRENT_TIMESTAMP".into());
    let smallest = ServerDefault::Literal(Literal::Int(i64::MIN));
    let table = Table::new("or\"der")
        .column(Column::new("id", Type::Int32).auto_increment())
        .column(Column::new("n", Type::Int64).server_default(smallest))
        .column(Column::new("at", Type::Timestamp).server_default(at))
        .column(Column::new("parent", Type::Int32).nullable())
        .primary_key(["id"])
        .foreign_key(["parent"], "or\"der", ["id"])
        .index(["n"]);
    let schema = Schema::new(vec![table]).unwrap();
    let tables: Vec<_> = schema.tables().iter().collect();
    let mut connection = memory();
    for statement in ddl::create_all(&SqliteDialect, &tables).unwrap() {
        connection.control(&statement).unwrap();
    }
    let insert = r#"INSERT INTO "or""der" DEFAULT VALUES"#;
    assert_eq!(connection.execute(insert, &[]).unwrap().last_insert_id, 1);
    connection.execute(r#"DELETE FROM "or""der""#, &[]).unwrap();
    assert_eq!(connection.execute(insert, &[]).unwrap().last_insert_id, 2);
    let n = first_column(connection.as_mut(), r#"SELECT n FROM "or""der""#, &[]);
    assert_eq!(n, [Value::Int(i64::MIN)]);

    let names = first_column(connection.as_mut(), SqliteDialect.list_tables(), &[]);
    assert_eq!(names, [Value::Text("or\"der".into())]);
    for statement in ddl::drop_all(&SqliteDialect, &tables).unwrap() {
        connection.control(&statement).unwrap();
    }
}

#[test]
fn counts_are_those_of_the_statement_itself() {
    let mut connection = SqliteDriver::memory().connect().unwrap();
    let mut affected = |sql: &str| connection.execute(sql, &[]).unwrap();
    affected("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
    assert_eq!(affected("/* x */ INSERT INTO t (a) VALUES (1)").affected, 1);
    let second = affected("-- x\nINSERT INTO t (a) VALUES (2)");
    assert_eq!((second.affected, second.last_insert_id), (1, 2));
    for (sql, rows) in [
        ("WITH q AS (SELECT 1) SELECT * FROM q", 0),
        ("/* x */ UPDATE t SET a = 3", 2),
        ("CREATE TABLE u (a)", 0),
        ("CREATE TABLE v AS SELECT * FROM t", 0),
        (
            "WITH q AS (SELECT 1) UPDATE t SET a = 4 WHERE id IN (SELECT * FROM q)",
            1,
        ),
        ("UPDATE t SET a = 5 WHERE id = 99", 0),
        ("SELECT * FROM t", 0),
        ("DELETE FROM t", 2),
    ] {
        assert_eq!(affected(sql).affected, rows, "{sql}");
    }
}
