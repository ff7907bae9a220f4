//! The SQL of SQLite, word for word, without a database. The other dialect crates have the same tests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_sqlite::SqliteDialect;
use orm_core::error::{ErrorKind, Result};
use orm_core::schema::{Action, Check, Column, Default, ForeignKey, Index, Metadata, Rule, Table};
use orm_core::sql::{
    Dialect, IsolationLevel, SqlWriter, TransactionOptions, ddl, write_batch_delete,
    write_batch_insert, write_batch_update, write_delete, write_expr, write_insert, write_select,
    write_update,
};
use orm_core::stmt::{
    Aggregate, ArithmeticOp, BatchColumn, BatchDelete, BatchInsert, BatchRows, BatchUpdate,
    CompareOp, Delete, Direction, Expr, Insert, Join, JoinKind, Like, LikeKind, Limit, Order,
    Projection, Select, Source, Update,
};
use orm_core::types::{EnumType, Type};
use orm_core::value::{Value, ValueRef};

/// The text and the number of binds.
fn written<'a>(write: impl FnOnce(&mut SqlWriter<'a>) -> Result<()>) -> (String, usize) {
    let mut w = SqlWriter::new(&SqliteDialect);
    write(&mut w).unwrap();
    let (text, binds) = w.finish();
    (text, binds.len())
}

fn expr(expr: &Expr) -> String {
    written(|w| write_expr(w, expr)).0
}

fn column(name: &'static str) -> Expr {
    Expr::column("t", name)
}

fn int(value: i64) -> Expr {
    Expr::Value(Value::Int(value))
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn source(table: &'static str, alias: Option<&'static str>) -> Source {
    Source {
        table: table.into(),
        alias: alias.map(Into::into),
    }
}

fn aggregate(function: Aggregate, expr: Option<Expr>, ty: Type) -> Expr {
    Expr::Aggregate {
        function,
        expr: expr.map(Box::new),
        distinct: false,
        ty,
    }
}

#[test]
fn select_with_everything() {
    let count = || aggregate(Aggregate::Count, Some(Expr::column("p", "id")), Type::Int64);
    let select = Select {
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
            on: Expr::compare(
                CompareOp::Eq,
                Expr::column("p", "author_id"),
                Expr::column("users", "id"),
            ),
        }],
        filter: vec![
            Expr::compare(
                CompareOp::Eq,
                Expr::column("users", "name"),
                Expr::Value(text("a")),
            ),
            Expr::Or(vec![
                Expr::IsNull {
                    expr: Box::new(Expr::column("users", "email")),
                    negated: false,
                },
                Expr::compare(CompareOp::Gt, Expr::column("users", "age"), int(18)),
            ]),
        ],
        group_by: vec![Expr::column("users", "id")],
        having: vec![Expr::compare(CompareOp::Ge, count(), int(3))],
        order_by: vec![Order {
            expr: Expr::column("users", "name"),
            direction: Direction::Descending,
        }],
        limit: Some(Limit::Rows(10)),
        offset: Some(20),
    };
    let expected = r#"SELECT DISTINCT "users"."id", "users"."name", COUNT("p"."id") AS "posts" FROM "users" LEFT JOIN "posts" AS "p" ON "p"."author_id" = "users"."id" WHERE "users"."name" = ? AND ("users"."email" IS NULL OR "users"."age" > ?) GROUP BY "users"."id" HAVING COUNT("p"."id") >= ? ORDER BY "users"."name" DESC LIMIT ? OFFSET ?"#;
    assert_eq!(
        written(|w| write_select(w, &select)),
        (expected.to_owned(), 5)
    );
}

#[test]
fn limit_and_offset() {
    let limited = |limit, offset| Select {
        columns: vec![Projection::Expr(column("a"))],
        from: Some(source("t", None)),
        limit,
        offset,
        ..Select::default()
    };
    let select = limited(Some(Limit::Fixed(1)), None);
    let expected = r#"SELECT "a" FROM "t" LIMIT 1"#;
    assert_eq!(
        written(|w| write_select(w, &select)),
        (expected.to_owned(), 0)
    );
    let select = limited(None, Some(7));
    let expected = r#"SELECT "a" FROM "t" LIMIT -1 OFFSET ?"#;
    assert_eq!(
        written(|w| write_select(w, &select)),
        (expected.to_owned(), 1)
    );
}

#[test]
fn in_lists() {
    let is_in = |list: Vec<Value>, negated| Expr::In {
        expr: Box::new(column("a")),
        list,
        negated,
    };
    let ints = |n: i64| (0..n).map(Value::Int).collect::<Vec<_>>();
    assert_eq!(expr(&is_in(vec![], false)), "1 = 0");
    assert_eq!(expr(&is_in(vec![], true)), "1 = 1");
    assert_eq!(expr(&is_in(ints(1), false)), r#""a" IN (?)"#);
    assert_eq!(expr(&is_in(ints(3), true)), r#""a" NOT IN (?, ?, ?, ?)"#);
    let huge = is_in(ints(40_000), false);
    let expected = r#""a" IN (SELECT value FROM json_each(?))"#;
    assert_eq!(written(|w| write_expr(w, &huge)), (expected.to_owned(), 1));
    let huge = is_in(vec![Value::Uuid([0; 16]); 40_000], true);
    let expected = r#""a" NOT IN (SELECT unhex(value) FROM json_each(?))"#;
    assert_eq!(expr(&huge), expected);
}

#[test]
fn like_kinds() {
    let like = |kind| {
        expr(&Expr::Like(Box::new(Like {
            expr: column("a"),
            kind,
            needle: text("x"),
            pattern: text("%x%"),
        })))
    };
    assert_eq!(like(LikeKind::Contains), r#"instr("a", ?) > 0"#);
    assert_eq!(like(LikeKind::StartsWith), r#"instr("a", ?) = 1"#);
    assert_eq!(
        like(LikeKind::EndsWith),
        r#"substr(CAST("a" AS BLOB), -length(CAST(? AS BLOB))) = CAST(? AS BLOB)"#
    );
    assert_eq!(
        like(LikeKind::ContainsIgnoreCase),
        r#""a" LIKE ? ESCAPE '\'"#
    );
    assert_eq!(
        like(LikeKind::Pattern),
        r#""a" GLOB replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(?, '[', '[[]'), '*', '[*]'), '?', '[?]'), '\\', '[b]'), '%', '*'), '_', '?'), '\*', '%'), '\?', '_'), '\', ''), '[b]', '\')"#
    );
}

#[test]
fn null_safe_comparison() {
    let same = Expr::compare(CompareOp::Same, column("a"), int(1));
    assert_eq!(expr(&same), r#""a" IS ?"#);
    let distinct = Expr::compare(CompareOp::Distinct, column("a"), column("b"));
    assert_eq!(expr(&distinct), r#"NOT ("a" IS "b")"#);
}

#[test]
fn aggregates() {
    let of = |function, ty| expr(&aggregate(function, Some(column("a")), ty));
    let count = aggregate(Aggregate::Count, None, Type::Int64);
    assert_eq!(expr(&count), "COUNT(*)");
    assert_eq!(of(Aggregate::Count, Type::Int64), r#"COUNT("a")"#);
    assert_eq!(of(Aggregate::Sum, Type::Int64), r#"SUM("a")"#);
    assert_eq!(of(Aggregate::Avg, Type::Float64), r#"AVG("a")"#);
    assert_eq!(of(Aggregate::Min, Type::Date), r#"MIN("a")"#);
    assert_eq!(of(Aggregate::Max, Type::Text), r#"MAX("a")"#);
    let distinct = Expr::Aggregate {
        function: Aggregate::Count,
        expr: Some(Box::new(column("a"))),
        distinct: true,
        ty: Type::Int64,
    };
    assert_eq!(expr(&distinct), r#"COUNT(DISTINCT "a")"#);
}

#[test]
fn casts_and_typed_binds() {
    let cast = |ty| {
        expr(&Expr::Cast {
            expr: Box::new(column("a")),
            ty,
        })
    };
    assert_eq!(cast(Type::Int64), r#"CAST("a" AS INTEGER)"#);
    assert_eq!(cast(Type::Float64), r#"CAST("a" AS REAL)"#);
    assert_eq!(cast(Type::Text), r#"CAST("a" AS TEXT)"#);
    assert_eq!(cast(Type::Timestamp), r#"CAST("a" AS TEXT)"#);
    assert_eq!(cast(Type::Uuid), r#"CAST("a" AS BLOB)"#);
    let sum = Expr::Arithmetic {
        op: ArithmeticOp::Add,
        left: Box::new(column("a")),
        right: Box::new(int(1)),
    };
    assert_eq!(expr(&sum), r#""a" + ?"#);
}

#[test]
fn insert_update_delete() {
    let insert = |columns: Vec<_>, rows| Insert {
        table: "t".into(),
        columns,
        rows,
        returning: vec![],
    };
    let rows = vec![vec![int(1), int(2)], vec![int(3), int(4)]];
    let two = insert(vec!["a".into(), "b".into()], rows);
    let expected = r#"INSERT INTO "t" ("a", "b") VALUES (?, ?), (?, ?)"#;
    assert_eq!(written(|w| write_insert(w, &two)), (expected.to_owned(), 4));
    let none = insert(vec![], vec![]);
    let expected = r#"INSERT INTO "t" DEFAULT VALUES"#;
    assert_eq!(written(|w| write_insert(w, &none)).0, expected);
    let returning = Insert {
        returning: vec!["id".into()],
        ..insert(vec!["a".into()], vec![vec![int(1)]])
    };
    let mut w = SqlWriter::new(&SqliteDialect);
    write_insert(&mut w, &returning).unwrap();
    assert!(w.finish().0.ends_with(" RETURNING \"id\""));

    let filter = || vec![Expr::compare(CompareOp::Eq, column("id"), int(7))];
    let update = Update {
        table: "t".into(),
        set: vec![
            ("a".into(), Expr::Value(Value::Null)),
            (
                "b".into(),
                Expr::Arithmetic {
                    op: ArithmeticOp::Add,
                    left: Box::new(column("b")),
                    right: Box::new(int(1)),
                },
            ),
        ],
        filter: filter(),
    };
    let expected = r#"UPDATE "t" SET "a" = ?, "b" = "b" + ? WHERE "id" = ?"#;
    assert_eq!(
        written(|w| write_update(w, &update)),
        (expected.to_owned(), 3)
    );
    let delete = Delete {
        table: "t".into(),
        filter: filter(),
    };
    let expected = r#"DELETE FROM "t" WHERE "id" = ?"#;
    assert_eq!(
        written(|w| write_delete(w, &delete)),
        (expected.to_owned(), 1)
    );
}

const ID: BatchColumn<'static> = BatchColumn {
    name: "id",
    ty: &Type::Int64,
};
const NAME: BatchColumn<'static> = BatchColumn {
    name: "name",
    ty: &Type::Text,
};
const VERSION: BatchColumn<'static> = BatchColumn {
    name: "version",
    ty: &Type::Int32,
};

#[test]
fn batch_forms() {
    let insert = |columns, rows| BatchInsert {
        table: "t",
        columns,
        rows,
        returning: None,
    };
    let batch = |insert: BatchInsert<'static>| written(move |w| write_batch_insert(w, &insert)).0;
    assert_eq!(
        batch(insert(&[NAME, VERSION], BatchRows::Rows(2))),
        r#"INSERT INTO "t" ("name", "version") VALUES (?, ?), (?, ?)"#
    );
    assert_eq!(
        batch(insert(&[], BatchRows::Rows(1))),
        r#"INSERT INTO "t" DEFAULT VALUES"#
    );
    let update = BatchUpdate {
        table: "t",
        set: &[NAME],
        key: &[ID],
        guard: &[VERSION],
        rows: BatchRows::Rows(1),
    };
    assert_eq!(
        written(|w| write_batch_update(w, &update)).0,
        r#"UPDATE "t" SET "name" = ? WHERE "id" = ? AND "version" IS ?"#
    );
    let delete = BatchDelete {
        table: "t",
        key: &[ID, NAME],
        guard: &[],
        rows: BatchRows::Rows(1),
    };
    assert_eq!(
        written(|w| write_batch_delete(w, &delete)).0,
        r#"DELETE FROM "t" WHERE "id" = ? AND "name" = ?"#
    );
    let mut w = SqlWriter::new(&SqliteDialect);
    let arrays = insert(&[NAME], BatchRows::Arrays);
    let error = write_batch_insert(&mut w, &arrays).unwrap_err();
    assert_eq!(error.message(), "sqlite does not support array binds");
}

fn colour() -> Type {
    Type::Enum(EnumType {
        name: "colour".into(),
        labels: vec!["red".into(), "green".into()].into(),
    })
}

fn table_with_everything() -> Table {
    let mut owner = ForeignKey::new(
        "things",
        vec!["owner_id".into()],
        "users".into(),
        vec!["id".into()],
    );
    owner.on_delete = Action::Cascade;
    owner.on_update = Action::SetNull;
    let mut collated = Column::new("code", Type::Text).length(8);
    collated.collation = Some("NOCASE".into());
    let mut table = Table::new("things")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(Column::new("owner_id", Type::Int64).nullable())
        .column(Column::new("name", Type::Text).length(50))
        .column(
            Column::new("notes", Type::Text)
                .nullable()
                .default(Default::Value(text("it's"))),
        )
        .column(collated)
        .column(Column::new("done", Type::Bool).default(Default::Value(Value::Bool(false))))
        .column(Column::new("small", Type::Int16))
        .column(Column::new("medium", Type::Int32).default(Default::Value(Value::Int(-1))))
        .column(Column::new("single", Type::Float32))
        .column(Column::new("double", Type::Float64))
        .column(Column::new("data", Type::Bytes))
        .column(Column::new("digest", Type::Bytes).length(32))
        .column(Column::new("day", Type::Date))
        .column(Column::new("hour", Type::Time))
        .column(Column::new("local", Type::DateTime))
        .column(
            Column::new("at", Type::Timestamp).default(Default::Raw("CURRENT_TIMESTAMP".into())),
        )
        .column(Column::new("token", Type::Uuid))
        .column(Column::new("colour", colour()))
        .primary_key(["id"])
        .unique(["owner_id", "name"])
        .check(
            "colour",
            Rule::OneOf {
                column: "colour".into(),
                labels: vec!["red".into(), "green".into()],
            },
        );
    table.checks.push(Check {
        name: "ck_small".into(),
        rule: Rule::Raw("small > 0".into()),
    });
    table.foreign_keys.push(owner);
    table
}

#[test]
fn create_table_with_everything() {
    let sql = ddl::create_table(&SqliteDialect, &table_with_everything(), &[]).unwrap();
    let expected = r#"CREATE TABLE "things" (
    "id" INTEGER NOT NULL,
    "owner_id" INTEGER,
    "name" VARCHAR(50) NOT NULL,
    "notes" TEXT DEFAULT 'it''s',
    "code" VARCHAR(8) COLLATE "NOCASE" NOT NULL,
    "done" BOOLEAN NOT NULL DEFAULT 0,
    "small" INTEGER NOT NULL,
    "medium" INTEGER NOT NULL DEFAULT -1,
    "single" REAL NOT NULL,
    "double" REAL NOT NULL,
    "data" BLOB NOT NULL,
    "digest" BLOB NOT NULL,
    "day" DATE NOT NULL,
    "hour" TIME NOT NULL,
    "local" DATETIME NOT NULL,
    "at" TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "token" BLOB NOT NULL,
    "colour" VARCHAR(5) NOT NULL,
    CONSTRAINT "pk_things" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_things_owner_id_name" UNIQUE ("owner_id", "name"),
    CONSTRAINT "ck_things_colour" CHECK ("colour" IN ('red', 'green')),
    CONSTRAINT "ck_small" CHECK (small > 0),
    CONSTRAINT "fk_things_owner_id_users" FOREIGN KEY ("owner_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE SET NULL
)"#;
    assert_eq!(sql, expected);
}

#[test]
fn auto_increment_is_for_the_only_key_column() {
    let plain = Column::new("n", Type::Int64).auto_increment();
    let table = Table::new("t")
        .column(Column::new("id", Type::Int64))
        .column(plain)
        .primary_key(["id"]);
    let error = ddl::create_table(&SqliteDialect, &table, &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!((error.table(), error.column()), (Some("t"), Some("n")));
}

#[test]
fn create_index() {
    let table = Table::new("t").index(["a", "b"]);
    let sql = ddl::create_index(&SqliteDialect, &table, &table.indexes[0]);
    assert_eq!(sql, r#"CREATE INDEX "ix_t_a_b" ON "t" ("a", "b")"#);
    let unique = Index {
        name: "once".into(),
        columns: vec!["a".into()],
        unique: true,
    };
    let sql = ddl::create_index(&SqliteDialect, &table, &unique);
    assert_eq!(sql, r#"CREATE UNIQUE INDEX "once" ON "t" ("a")"#);
}

#[test]
fn foreign_key_cycle() {
    let table = |name: &'static str, other: &'static str| {
        Table::new(name)
            .column(Column::new("id", Type::Int64))
            .column(Column::new("other", Type::Int64).nullable())
            .primary_key(["id"])
            .foreign_key(["other"], other, ["id"])
    };
    let metadata = Metadata::new(vec![table("a", "b"), table("b", "a")]).unwrap();
    let tables: Vec<_> = metadata.tables().iter().collect();
    let create = |table: &str, other: &str| {
        format!(
            r#"CREATE TABLE "{table}" (
    "id" INTEGER NOT NULL,
    "other" INTEGER,
    CONSTRAINT "pk_{table}" PRIMARY KEY ("id"),
    CONSTRAINT "fk_{table}_other_{other}" FOREIGN KEY ("other") REFERENCES "{other}" ("id")
)"#
        )
    };
    // A reference to a table that is still to come is allowed.
    assert_eq!(
        ddl::create_all(&SqliteDialect, &tables).unwrap(),
        [create("a", "b"), create("b", "a")]
    );
    assert_eq!(
        ddl::drop_all(&SqliteDialect, &tables).unwrap(),
        [r#"DROP TABLE "b""#, r#"DROP TABLE "a""#]
    );
    // Rows that refer to each other would keep both tables.
    assert_eq!(
        ddl::drop_script(&SqliteDialect, &tables).unwrap(),
        "PRAGMA foreign_keys = OFF;\n\nBEGIN;\n\nDROP TABLE \"b\";\n\nDROP TABLE \"a\";\n\nCOMMIT;\n\n\
         PRAGMA foreign_keys = ON;\n"
    );
    assert_eq!(
        ddl::drop_script(&SqliteDialect, &tables[..1]).unwrap(),
        "DROP TABLE \"a\";\n"
    );
}

#[test]
fn quoted_identifiers() {
    let name = |name: &str| {
        let mut w = SqlWriter::new(&SqliteDialect);
        w.ident(name);
        w.finish().0
    };
    assert_eq!(name("or\"der"), r#""or""der""#);
    assert_eq!(name("a`b"), r#""a`b""#);
    assert_eq!(name("select"), r#""select""#);
}

#[test]
fn literals() {
    let literal = |value| SqliteDialect.literal(&value).unwrap();
    assert_eq!(literal(Value::Null), "NULL");
    assert_eq!(literal(Value::Bool(true)), "1");
    assert_eq!(literal(Value::Int(i64::MIN)), "-9223372036854775808");
    assert_eq!(literal(Value::Float(0.1)), "0.1");
    assert_eq!(literal(Value::Float(1e300)), "1e300");
    assert_eq!(literal(Value::Float(f64::NEG_INFINITY)), "-9e999");
    assert_eq!(literal(text("it's a \\ \"b\"")), r#"'it''s a \ "b"'"#);
    assert_eq!(literal(Value::Bytes(vec![0, 171])), "X'00AB'");
    assert_eq!(literal(Value::Date(0)), "'1970-01-01'");
    assert_eq!(literal(Value::Time(1)), "'00:00:00.000001'");
    let at = "'1970-01-01 00:00:00'";
    assert_eq!(literal(Value::DateTime(0)), at);
    assert_eq!(literal(Value::Timestamp(0)), at);
    let uuid = literal(Value::Uuid([1; 16]));
    assert_eq!(uuid, "X'01010101010101010101010101010101'");
    for value in [Value::Float(f64::NAN), text("a\0b")] {
        let error = SqliteDialect.literal(&value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn begin() {
    let begin = |options: TransactionOptions| SqliteDialect.begin(&options).unwrap().join("; ");
    let plain = TransactionOptions::default();
    let writes = TransactionOptions {
        writes: true,
        ..plain
    };
    let read_only = TransactionOptions {
        read_only: true,
        isolation: Some(IsolationLevel::Serializable),
        ..plain
    };
    assert_eq!(begin(plain), "BEGIN");
    assert_eq!(begin(writes), "BEGIN IMMEDIATE");
    assert_eq!(begin(read_only), "PRAGMA query_only = TRUE; BEGIN");
    assert_eq!(SqliteDialect.after_end(&plain), None);
    let after = SqliteDialect.after_end(&read_only);
    assert_eq!(after, Some("PRAGMA query_only = FALSE"));
    let weaker = TransactionOptions {
        isolation: Some(IsolationLevel::ReadCommitted),
        ..plain
    };
    let error = SqliteDialect.begin(&weaker).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.message(),
        "sqlite does not support the isolation level READ COMMITTED"
    );
}

#[test]
fn a_known_text_collects_binds_only() {
    let all = Expr::And(vec![
        Expr::compare(CompareOp::Eq, column("a"), int(1)),
        Expr::compare(CompareOp::Eq, column("b"), int(2)),
    ]);
    let mut w = SqlWriter::binds_only(&SqliteDialect);
    write_expr(&mut w, &all).unwrap();
    let expected = vec![ValueRef::Int(1), ValueRef::Int(2)];
    assert_eq!(w.finish(), (String::new(), expected));
}
