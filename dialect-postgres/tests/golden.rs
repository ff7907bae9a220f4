//! The SQL of PostgreSQL, word for word, without a database. The other dialect crates have the same tests over
//! the same statements, which are in `orm_core::testing::golden`.

use dialect_postgres::PostgresDialect;
use orm_core::error::ErrorKind;
use orm_core::schema::{Keeps, Schema};
use orm_core::sql::{Dialect, SqlWriter, TransactionOptions, ddl, write_copy, write_expr};
use orm_core::stmt::BatchRows::{Arrays, Rows};
use orm_core::stmt::{Aggregate, LikeKind};
use orm_core::testing::golden::batches::{self, NAME, VERSION};
use orm_core::testing::golden::expressions::{
    aggregate, call, cast, count_all, count_distinct, distinct, ints, is_in, like, not_in,
    one_more, same, text, two_conditions, two_values,
};
use orm_core::testing::golden::{self, HasText, statements, tables};
use orm_core::testing::with;
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    golden::check(&PostgresDialect, statement, expected);
}

#[test]
fn select_with_everything() {
    check(
        &statements::select_with_everything(),
        r#"SELECT DISTINCT "users"."id", "users"."name", COUNT("p"."id") AS "posts" FROM "users" LEFT JOIN "posts" AS "p" ON "p"."author_id" = "users"."id" WHERE "users"."name" = $1 AND ("users"."email" IS NULL OR "users"."age" > $2) GROUP BY "users"."id" HAVING COUNT("p"."id") >= $3 ORDER BY "users"."name" DESC LIMIT $4 OFFSET $5"#,
    );
}

#[test]
fn limit_and_offset() {
    check(&statements::first(), r#"SELECT "a" FROM "t" LIMIT 1"#);
    check(
        &statements::offset_alone(),
        r#"SELECT "a" FROM "t" OFFSET $1"#,
    );
}

#[test]
fn row_locks() {
    check(
        &statements::locked(),
        r#"SELECT "a" FROM "t" OFFSET $1 FOR UPDATE"#,
    );
}

#[test]
fn in_lists() {
    check(&is_in(vec![]), "1 = 0");
    check(&not_in(vec![]), "1 = 1");
    check(&is_in(ints(1)), r#""a" = ANY($1)"#);
    check(&not_in(ints(3)), r#""a" <> ALL($1)"#);
    check(&is_in(ints(100_000)), r#""a" = ANY($1)"#);
}

#[test]
fn like_kinds() {
    check(&like(LikeKind::Contains), r#""a" LIKE $1"#);
    check(&like(LikeKind::StartsWith), r#""a" LIKE $1"#);
    check(&like(LikeKind::EndsWith), r#""a" LIKE $1"#);
    check(&like(LikeKind::ContainsIgnoreCase), r#""a" ILIKE $1"#);
    check(&like(LikeKind::Pattern), r#""a" LIKE $1"#);
}

#[test]
fn null_safe_comparison() {
    check(&same(), r#""a" IS NOT DISTINCT FROM $1"#);
    check(&distinct(), r#"NOT ("a" IS NOT DISTINCT FROM "b")"#);
}

#[test]
fn aggregates() {
    check(&count_all(), "COUNT(*)");
    check(&aggregate(Aggregate::Count, Type::Int64), r#"COUNT("a")"#);
    check(
        &aggregate(Aggregate::Sum, Type::Int64),
        r#"CAST(SUM("a") AS int8)"#,
    );
    check(
        &aggregate(Aggregate::Avg, Type::Float64),
        r#"CAST(AVG("a") AS float8)"#,
    );
    check(&aggregate(Aggregate::Min, Type::Date), r#"MIN("a")"#);
    check(&aggregate(Aggregate::Max, Type::Text), r#"MAX("a")"#);
    check(&count_distinct(), r#"COUNT(DISTINCT "a")"#);
}

#[test]
fn casts_and_typed_binds() {
    check(&cast(Type::Int64), r#"CAST("a" AS int8)"#);
    check(&cast(Type::Float64), r#"CAST("a" AS float8)"#);
    check(&cast(Type::Text), r#"CAST("a" AS text)"#);
    check(&cast(Type::Timestamp), r#"CAST("a" AS timestamptz)"#);
    check(&cast(Type::Uuid), r#"CAST("a" AS uuid)"#);
    check(&one_more("a"), r#""a" + $1::int8"#);
    check(
        &call("coalesce", vec![text("x"), Value::Null]),
        "coalesce($1::text, $2)",
    );
    check(&two_values(), "$1::int8 = $2");
}

#[test]
fn insert_update_delete() {
    check(
        &statements::insert_two_rows(),
        r#"INSERT INTO "t" ("a", "b") VALUES ($1, $2), ($3, $4)"#,
    );
    check(
        &statements::insert_defaults(),
        r#"INSERT INTO "t" DEFAULT VALUES"#,
    );
    check(
        &statements::insert_returning(),
        r#"INSERT INTO "t" ("a") VALUES ($1) RETURNING "id""#,
    );
    check(
        &statements::update(),
        r#"UPDATE "t" SET "a" = $1, "b" = "b" + $2::int8 WHERE "id" = $3"#,
    );
    check(
        &statements::update_by_own_table(),
        r#"UPDATE "t" SET "a" = (SELECT MAX("u"."a") FROM "t" AS "u") WHERE "id" NOT IN (SELECT "t"."id" FROM "t" WHERE "t"."a" = $1) AND EXISTS (SELECT 1 FROM "t" AS "u" WHERE "u"."b" = "t"."b")"#,
    );
    check(&statements::delete(), r#"DELETE FROM "t" WHERE "id" = $1"#);
}

#[test]
fn batch_forms() {
    check(
        &batches::insert(&[NAME, VERSION], Rows(2)),
        r#"INSERT INTO "t" ("name", "version") VALUES ($1, $2), ($3, $4)"#,
    );
    check(
        &batches::insert(&[], Rows(1)),
        r#"INSERT INTO "t" DEFAULT VALUES"#,
    );
    check(
        &batches::update(Rows(1)),
        r#"UPDATE "t" SET "name" = $1 WHERE "id" = $2 AND "version" IS NOT DISTINCT FROM $3"#,
    );
    check(
        &batches::delete(Rows(1)),
        r#"DELETE FROM "t" WHERE "id" = $1 AND "name" = $2"#,
    );
}

#[test]
fn array_forms() {
    check(
        &batches::insert(&[NAME, VERSION], Arrays),
        r#"INSERT INTO "t" ("name", "version") SELECT * FROM UNNEST($1::text[], $2::int4[])"#,
    );
    check(
        &batches::insert_returning(&[NAME, VERSION], Arrays),
        r#"INSERT INTO "t" ("name", "version") SELECT p.c0, p.c1 FROM UNNEST($1::text[], $2::int4[]) WITH ORDINALITY AS p(c0, c1, n) ORDER BY p.n RETURNING "id""#,
    );
    check(
        &batches::insert_returning(&[], Arrays),
        r#"INSERT INTO "t" DEFAULT VALUES RETURNING "id""#,
    );
    check(
        &batches::update(Arrays),
        r#"UPDATE "t" SET "name" = v.c0 FROM UNNEST($1::text[], $2::int8[], $3::int4[]) AS v(c0, c1, c2) WHERE "t"."id" = v.c1 AND "t"."version" IS NOT DISTINCT FROM v.c2"#,
    );
    // The rows never take the table's own name.
    let delete = with(batches::delete(Arrays), |it| it.table = "v");
    check(
        &delete,
        r#"DELETE FROM "v" USING UNNEST($1::int8[], $2::text[]) AS w(c0, c1) WHERE "v"."id" = w.c0 AND "v"."name" = w.c1"#,
    );
}

#[test]
fn array_forms_that_count_their_rows() {
    let update = with(batches::update(Arrays), |it| it.checked = true);
    check(
        &update,
        r#"WITH written AS (UPDATE "t" SET "name" = v.c0 FROM UNNEST($1::text[], $2::int8[], $3::int4[]) AS v(c0, c1, c2) WHERE "t"."id" = v.c1 AND "t"."version" IS NOT DISTINCT FROM v.c2 RETURNING 1) SELECT CASE WHEN count(*) <> cardinality($1) THEN ('orm: not all rows of the batch, but ' || count(*))::date END FROM written"#,
    );
    let delete = with(batches::delete(Arrays), |it| it.checked = true);
    check(
        &delete,
        r#"WITH written AS (DELETE FROM "t" USING UNNEST($1::int8[], $2::text[]) AS v(c0, c1) WHERE "t"."id" = v.c0 AND "t"."name" = v.c1 RETURNING 1) SELECT CASE WHEN count(*) <> cardinality($1) THEN ('orm: not all rows of the batch, but ' || count(*))::date END FROM written"#,
    );
}

#[test]
fn create_table_with_everything() {
    let table = tables::with_everything("C", "CURRENT_TIMESTAMP");
    let sql = ddl::create_table(&PostgresDialect, &table, &[]).unwrap();
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
fn native_enums() {
    let schema = Schema::new(tables::native_enums()).unwrap();
    let tables: Vec<_> = schema.tables().iter().collect();
    let create = |table: &str| {
        format!(
            r#"CREATE TABLE "{table}" (
    "size" "size" NOT NULL DEFAULT 'small'
)"#
        )
    };
    assert_eq!(
        ddl::create_all(&PostgresDialect, &tables).unwrap(),
        [
            r#"CREATE TYPE "size" AS ENUM ('small', 'it''s')"#.to_owned(),
            create("a"),
            create("b"),
        ]
    );
    assert_eq!(
        ddl::drop_all(&PostgresDialect, &tables).unwrap(),
        [
            r#"DROP TABLE "b""#,
            r#"DROP TABLE "a""#,
            r#"DROP TYPE "size""#
        ]
    );
}

#[test]
fn create_index() {
    let table = tables::indexed();
    let sql = ddl::create_index(&PostgresDialect, &table, &table.indexes[0]).unwrap();
    assert_eq!(sql, r#"CREATE INDEX "ix_t_a_b" ON "t" ("a", "b")"#);
    let sql = ddl::create_index(&PostgresDialect, &table, &tables::unique_index()).unwrap();
    assert_eq!(sql, r#"CREATE UNIQUE INDEX "once" ON "t" ("a")"#);
}

#[test]
fn foreign_key_cycle() {
    let schema = Schema::new(tables::cycle()).unwrap();
    let tables: Vec<_> = schema.tables().iter().collect();
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
fn expected_columns_compare_bytes() {
    let cases = [
        (
            &Type::Text,
            batches::stored("text", "text", true),
            r#""name" IS NOT DISTINCT FROM $3"#,
        ),
        (
            &Type::Text,
            batches::stored("varchar", "varchar(9)", false),
            r#""name" COLLATE "C" IS NOT DISTINCT FROM $3"#,
        ),
        (
            &Type::Text,
            batches::stored("bpchar", "character(9)", true),
            r#""name" COLLATE "C" IS NOT DISTINCT FROM $3::bpchar"#,
        ),
        (
            &Type::Text,
            batches::stored("jsonb", "jsonb", true),
            r#""name"::text COLLATE "C" IS NOT DISTINCT FROM $3::jsonb::text"#,
        ),
        (
            &Type::Int64,
            batches::stored("numeric", "numeric(10,2)", true),
            r#""name"::text COLLATE "C" IS NOT DISTINCT FROM $3::numeric(10,2)::text"#,
        ),
        (
            &Type::Float32,
            batches::stored("float8", "double precision", true),
            r#""name"::float4 IS NOT DISTINCT FROM $3::float4"#,
        ),
    ];
    for (ty, stored, expected) in cases {
        let columns = [batches::declared(ty, &stored)];
        let expected = format!(r#"UPDATE "t" SET "name" = $1 WHERE "id" = $2 AND {expected}"#);
        check(&batches::expecting(&[NAME], &columns, Rows(1)), &expected);
    }
    // Of a table of which nothing is known.
    check(
        &batches::expecting(&[VERSION], &[NAME], Rows(1)),
        r#"UPDATE "t" SET "version" = $1 WHERE "id" = $2 AND "name"::text COLLATE "C" IS NOT DISTINCT FROM $3::text"#,
    );
}

#[test]
fn large_values_are_compared_by_their_digest() {
    let stored = batches::stored("text", "text", true);
    let columns = [batches::declared(&Type::Text, &stored)];
    let mut update = batches::expecting(&[VERSION], &columns, Arrays);
    update.digest = true;
    check(
        &update,
        r#"UPDATE "t" SET "version" = v.c0 FROM UNNEST($1::int4[], $2::int8[], $3::text[]) AS v(c0, c1, c2) WHERE "t"."id" = v.c1 AND (octet_length(convert_to("t"."name"::text, 'UTF8')) || ':' || encode(sha256(convert_to("t"."name"::text, 'UTF8')), 'hex')) IS NOT DISTINCT FROM v.c2::text"#,
    );
    let digest = PostgresDialect.digest(ValueRef::Text("abc")).unwrap();
    assert_eq!(
        digest,
        "3:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(PostgresDialect.digest(ValueRef::Null), None);
}

#[test]
fn arrays_become_the_types_of_their_columns() {
    let (mood, number) = (
        batches::stored("mood", "mood", true),
        batches::stored("numeric", "numeric(10,2)", true),
    );
    let columns = [
        batches::declared(&Type::Text, &mood),
        batches::declared(&Type::Int64, &number),
    ];
    check(
        &batches::insert(&columns, Arrays),
        r#"INSERT INTO "t" ("name", "name") SELECT p.c0::mood, p.c1 FROM UNNEST($1::text[], $2::numeric[]) AS p(c0, c1)"#,
    );
    check(
        &batches::expecting(&columns[..1], &columns[..1], Arrays),
        r#"UPDATE "t" SET "name" = v.c0::mood FROM UNNEST($1::text[], $2::int8[], $3::text[]) AS v(c0, c1, c2) WHERE "t"."id" = v.c1 AND "t"."name"::text COLLATE "C" IS NOT DISTINCT FROM v.c2::mood::text"#,
    );
}

#[test]
fn what_a_column_keeps() {
    let keeps = |base: &str, size: Option<i64>, ty: &Type, length: Option<u32>| {
        let mut column = batches::stored(base, base, true);
        column.size = size;
        PostgresDialect.keeps(&column, ty, length)
    };
    assert_eq!(
        keeps("timestamptz", None, &Type::Timestamp, None),
        Keeps::All
    );
    assert_eq!(
        keeps("timestamptz", Some(3), &Type::Timestamp, None),
        Keeps::Less
    );
    assert_eq!(keeps("float4", None, &Type::Float64, None), Keeps::Less);
    assert_eq!(keeps("float4", None, &Type::Float32, None), Keeps::All);
    // The catalogue counts the four bytes of the head.
    let varchar = |length| keeps("varchar", Some(24), &Type::Text, length);
    assert_eq!(varchar(None), Keeps::Characters(20));
    assert_eq!(varchar(Some(20)), Keeps::All);
    assert_eq!(keeps("bpchar", Some(9), &Type::Text, None), Keeps::Less);
    assert_eq!(keeps("inet", None, &Type::Text, None), Keeps::Unreadable);
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
    assert_eq!(literal(Value::Int(-1)), "-1");
    let least = literal(Value::Int(i64::MIN));
    assert_eq!(least, "'-9223372036854775808'::int8");
    assert_eq!(literal(Value::Float(0.1)), "0.1::float8");
    assert_eq!(literal(Value::Float(1e300)), "1e300::float8");
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
    let array = vec![text("a'"), Value::Null, text("\"\\")];
    assert_eq!(literal(Value::Array(array)), r#"E'{"a''",NULL,"\\"\\\\"}'"#);
    for value in [text("a\0b"), Value::Array(vec![text("a\0b")])] {
        let error = PostgresDialect.literal(&value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn begin() {
    let begin = |options: TransactionOptions| PostgresDialect.begin(&options).unwrap().concat();
    let plain = TransactionOptions::default();
    assert_eq!(begin(plain), "BEGIN");
    assert_eq!(begin(statements::writes()), "BEGIN");
    let expected = "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY";
    assert_eq!(begin(statements::reads_only()), expected);
}

#[test]
fn a_known_text_collects_binds_only() {
    let all = two_conditions();
    let mut w = SqlWriter::binds_only(&PostgresDialect);
    write_expr(&mut w, &all).unwrap();
    let expected = vec![ValueRef::Int(1), ValueRef::Int(2)];
    assert_eq!(w.finish(), (String::new(), expected));
}

#[test]
fn copies() {
    let mut w = SqlWriter::new(&PostgresDialect);
    write_copy(&mut w, "t", ["id", "a\"b"]).unwrap();
    assert_eq!(w.finish().0, r#"COPY "t" ("id", "a""b") FROM STDIN"#);
}
