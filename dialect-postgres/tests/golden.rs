//! The SQL of PostgreSQL, word for word, without a database. The other dialect crates have the same tests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_postgres::PostgresDialect;
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
    let mut w = SqlWriter::new(&PostgresDialect);
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
    let expected = r#"SELECT DISTINCT "users"."id", "users"."name", COUNT("p"."id") AS "posts" FROM "users" LEFT JOIN "posts" AS "p" ON "p"."author_id" = "users"."id" WHERE "users"."name" = $1 AND ("users"."email" IS NULL OR "users"."age" > $2) GROUP BY "users"."id" HAVING COUNT("p"."id") >= $3 ORDER BY "users"."name" DESC LIMIT $4 OFFSET $5"#;
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
    let expected = r#"SELECT "a" FROM "t" OFFSET $1"#;
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
    assert_eq!(expr(&is_in(ints(1), false)), r#""a" = ANY($1)"#);
    assert_eq!(expr(&is_in(ints(3), true)), r#""a" <> ALL($1)"#);
    let huge = is_in(ints(100_000), false);
    let expected = r#""a" = ANY($1)"#;
    assert_eq!(written(|w| write_expr(w, &huge)), (expected.to_owned(), 1));
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
    assert_eq!(like(LikeKind::Contains), r#""a" LIKE $1"#);
    assert_eq!(like(LikeKind::StartsWith), r#""a" LIKE $1"#);
    assert_eq!(like(LikeKind::EndsWith), r#""a" LIKE $1"#);
    assert_eq!(like(LikeKind::ContainsIgnoreCase), r#""a" ILIKE $1"#);
    assert_eq!(like(LikeKind::Pattern), r#""a" LIKE $1"#);
}

#[test]
fn null_safe_comparison() {
    let same = Expr::compare(CompareOp::Same, column("a"), int(1));
    assert_eq!(expr(&same), r#""a" IS NOT DISTINCT FROM $1"#);
    let distinct = Expr::compare(CompareOp::Distinct, column("a"), column("b"));
    assert_eq!(expr(&distinct), r#"NOT ("a" IS NOT DISTINCT FROM "b")"#);
}

#[test]
fn aggregates() {
    let of = |function, ty| expr(&aggregate(function, Some(column("a")), ty));
    let count = aggregate(Aggregate::Count, None, Type::Int64);
    assert_eq!(expr(&count), "COUNT(*)");
    assert_eq!(of(Aggregate::Count, Type::Int64), r#"COUNT("a")"#);
    assert_eq!(of(Aggregate::Sum, Type::Int64), r#"CAST(SUM("a") AS int8)"#);
    assert_eq!(
        of(Aggregate::Avg, Type::Float64),
        r#"CAST(AVG("a") AS float8)"#
    );
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
    assert_eq!(cast(Type::Int64), r#"CAST("a" AS int8)"#);
    assert_eq!(cast(Type::Float64), r#"CAST("a" AS float8)"#);
    assert_eq!(cast(Type::Text), r#"CAST("a" AS text)"#);
    assert_eq!(cast(Type::Timestamp), r#"CAST("a" AS timestamptz)"#);
    assert_eq!(cast(Type::Uuid), r#"CAST("a" AS uuid)"#);
    let sum = Expr::Arithmetic {
        op: ArithmeticOp::Add,
        left: Box::new(column("a")),
        right: Box::new(int(1)),
    };
    assert_eq!(expr(&sum), r#""a" + $1::int8"#);
    let call = Expr::Function {
        name: "coalesce".into(),
        args: vec![Expr::Value(text("x")), Expr::Value(Value::Null)],
    };
    assert_eq!(expr(&call), "coalesce($1::text, $2)");
    let both = Expr::compare(CompareOp::Eq, int(1), int(2));
    assert_eq!(expr(&both), "$1::int8 = $2");
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
    let expected = r#"INSERT INTO "t" ("a", "b") VALUES ($1, $2), ($3, $4)"#;
    assert_eq!(written(|w| write_insert(w, &two)), (expected.to_owned(), 4));
    let none = insert(vec![], vec![]);
    let expected = r#"INSERT INTO "t" DEFAULT VALUES"#;
    assert_eq!(written(|w| write_insert(w, &none)).0, expected);
    let returning = Insert {
        returning: vec!["id".into()],
        ..insert(vec!["a".into()], vec![vec![int(1)]])
    };
    let expected = r#"INSERT INTO "t" ("a") VALUES ($1) RETURNING "id""#;
    assert_eq!(written(|w| write_insert(w, &returning)).0, expected);

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
    let expected = r#"UPDATE "t" SET "a" = $1, "b" = "b" + $2::int8 WHERE "id" = $3"#;
    assert_eq!(
        written(|w| write_update(w, &update)),
        (expected.to_owned(), 3)
    );
    let delete = Delete {
        table: "t".into(),
        filter: filter(),
    };
    let expected = r#"DELETE FROM "t" WHERE "id" = $1"#;
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
        r#"INSERT INTO "t" ("name", "version") VALUES ($1, $2), ($3, $4)"#
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
        r#"UPDATE "t" SET "name" = $1 WHERE "id" = $2 AND "version" IS NOT DISTINCT FROM $3"#
    );
    let delete = BatchDelete {
        table: "t",
        key: &[ID, NAME],
        guard: &[],
        rows: BatchRows::Rows(1),
    };
    assert_eq!(
        written(|w| write_batch_delete(w, &delete)).0,
        r#"DELETE FROM "t" WHERE "id" = $1 AND "name" = $2"#
    );
}

#[test]
fn array_forms() {
    let insert = |columns, returning| BatchInsert {
        table: "t",
        columns,
        rows: BatchRows::Arrays,
        returning,
    };
    let batch = |insert: BatchInsert<'static>| written(move |w| write_batch_insert(w, &insert)).0;
    assert_eq!(
        batch(insert(&[NAME, VERSION], None)),
        r#"INSERT INTO "t" ("name", "version") SELECT * FROM UNNEST($1::text[], $2::int4[])"#
    );
    assert_eq!(
        batch(insert(&[NAME, VERSION], Some("id"))),
        r#"INSERT INTO "t" ("name", "version") SELECT p.c0, p.c1 FROM UNNEST($1::text[], $2::int4[]) WITH ORDINALITY AS p(c0, c1, n) ORDER BY p.n RETURNING "id""#
    );
    assert_eq!(
        batch(insert(&[], Some("id"))),
        r#"INSERT INTO "t" DEFAULT VALUES RETURNING "id""#
    );
    let update = BatchUpdate {
        table: "t",
        set: &[NAME],
        key: &[ID],
        guard: &[VERSION],
        rows: BatchRows::Arrays,
    };
    assert_eq!(
        written(|w| write_batch_update(w, &update)).0,
        r#"UPDATE "t" SET "name" = v.c0 FROM UNNEST($1::text[], $2::int8[], $3::int4[]) AS v(c0, c1, c2) WHERE "t"."id" = v.c1 AND "t"."version" IS NOT DISTINCT FROM v.c2"#
    );
    // The rows never take the table's own name.
    let delete = BatchDelete {
        table: "v",
        key: &[ID, NAME],
        guard: &[],
        rows: BatchRows::Arrays,
    };
    assert_eq!(
        written(|w| write_batch_delete(w, &delete)).0,
        r#"DELETE FROM "v" USING UNNEST($1::int8[], $2::text[]) AS w(c0, c1) WHERE "v"."id" = w.c0 AND "v"."name" = w.c1"#
    );
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
    collated.collation = Some("C".into());
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
    let sql = ddl::create_table(&PostgresDialect, &table_with_everything(), &[]).unwrap();
    let expected = r#"CREATE TABLE "things" (
    "id" BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    "owner_id" BIGINT,
    "name" VARCHAR(50) NOT NULL,
    "notes" TEXT DEFAULT 'it''s',
    "code" VARCHAR(8) COLLATE "C" NOT NULL,
    "done" BOOLEAN NOT NULL DEFAULT FALSE,
    "small" SMALLINT NOT NULL,
    "medium" INTEGER NOT NULL DEFAULT -1,
    "single" REAL NOT NULL,
    "double" DOUBLE PRECISION NOT NULL,
    "data" BYTEA NOT NULL,
    "digest" BYTEA NOT NULL,
    "day" DATE NOT NULL,
    "hour" TIME NOT NULL,
    "local" TIMESTAMP NOT NULL,
    "at" TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "token" UUID NOT NULL,
    "colour" VARCHAR(5) NOT NULL,
    CONSTRAINT "pk_things" PRIMARY KEY ("id"),
    CONSTRAINT "uq_things_owner_id_name" UNIQUE ("owner_id", "name"),
    CONSTRAINT "ck_things_colour" CHECK ("colour" IN ('red', 'green')),
    CONSTRAINT "ck_small" CHECK (small > 0),
    CONSTRAINT "fk_things_owner_id_users" FOREIGN KEY ("owner_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE SET NULL
)"#;
    assert_eq!(sql, expected);
}

#[test]
fn create_index() {
    let table = Table::new("t").index(["a", "b"]);
    let sql = ddl::create_index(&PostgresDialect, &table, &table.indexes[0]);
    assert_eq!(sql, r#"CREATE INDEX "ix_t_a_b" ON "t" ("a", "b")"#);
    let unique = Index {
        name: "once".into(),
        columns: vec!["a".into()],
        unique: true,
    };
    let sql = ddl::create_index(&PostgresDialect, &table, &unique);
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
    let create = |table: &str| {
        format!(
            r#"CREATE TABLE "{table}" (
    "id" BIGINT NOT NULL,
    "other" BIGINT,
    CONSTRAINT "pk_{table}" PRIMARY KEY ("id")"#
        )
    };
    let second = r#",
    CONSTRAINT "fk_b_other_a" FOREIGN KEY ("other") REFERENCES "a" ("id")"#;
    let later = r#"ALTER TABLE "a" ADD CONSTRAINT "fk_a_other_b" FOREIGN KEY ("other") REFERENCES "b" ("id")"#;
    assert_eq!(
        ddl::create_all(&PostgresDialect, &tables).unwrap(),
        [
            create("a") + "\n)",
            create("b") + second + "\n)",
            later.to_owned()
        ]
    );
    assert_eq!(
        ddl::drop_all(&PostgresDialect, &tables).unwrap(),
        [
            r#"ALTER TABLE "a" DROP CONSTRAINT "fk_a_other_b""#,
            r#"DROP TABLE "b""#,
            r#"DROP TABLE "a""#
        ]
    );
}

#[test]
fn quoted_identifiers() {
    let name = |name: &str| {
        let mut w = SqlWriter::new(&PostgresDialect);
        w.ident(name);
        w.finish().0
    };
    assert_eq!(name("or\"der"), r#""or""der""#);
    assert_eq!(name("a`b"), r#""a`b""#);
    assert_eq!(name("select"), r#""select""#);
}

#[test]
fn literals() {
    let literal = |value| PostgresDialect.literal(&value).unwrap();
    assert_eq!(literal(Value::Null), "NULL");
    assert_eq!(literal(Value::Bool(true)), "TRUE");
    assert_eq!(literal(Value::Int(i64::MIN)), "-9223372036854775808");
    assert_eq!(literal(Value::Float(0.1)), "0.1");
    assert_eq!(literal(Value::Float(1e300)), "1e300");
    let endless = literal(Value::Float(f64::NEG_INFINITY));
    assert_eq!(endless, "'-Infinity'::float8");
    assert_eq!(literal(Value::Float(f64::NAN)), "'NaN'::float8");
    let quoted = literal(text("it's a \\ \"b\""));
    assert_eq!(quoted, r#"E'it''s a \\ "b"'"#);
    let bytes = literal(Value::Bytes(vec![0, 171]));
    assert_eq!(bytes, r"E'\\x00ab'::bytea");
    assert_eq!(literal(Value::Date(0)), "'1970-01-01'::date");
    assert_eq!(literal(Value::Time(1)), "'00:00:00.000001'::time");
    let local = literal(Value::DateTime(0));
    assert_eq!(local, "'1970-01-01 00:00:00'::timestamp");
    let at = literal(Value::Timestamp(0));
    assert_eq!(at, "'1970-01-01 00:00:00+00'::timestamptz");
    let uuid = literal(Value::Uuid([1; 16]));
    assert_eq!(uuid, "'01010101-0101-0101-0101-010101010101'::uuid");
    let error = PostgresDialect.literal(&text("a\0b")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn begin() {
    let begin = |options: TransactionOptions| PostgresDialect.begin(&options).unwrap().concat();
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
    assert_eq!(begin(writes), "BEGIN");
    let expected = "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY";
    assert_eq!(begin(read_only), expected);
}

#[test]
fn a_known_text_collects_binds_only() {
    let all = Expr::And(vec![
        Expr::compare(CompareOp::Eq, column("a"), int(1)),
        Expr::compare(CompareOp::Eq, column("b"), int(2)),
    ]);
    let mut w = SqlWriter::binds_only(&PostgresDialect);
    write_expr(&mut w, &all).unwrap();
    let expected = vec![ValueRef::Int(1), ValueRef::Int(2)];
    assert_eq!(w.finish(), (String::new(), expected));
}
