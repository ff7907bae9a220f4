//! The SQL of SQLite, word for word, without a database. The other dialect crates have the same tests over
//! the same statements, which are in `orm_core::testing::golden`.

use dialect_sqlite::SqliteDialect;
use orm_core::error::ErrorKind;
use orm_core::schema::{Column, Schema, Table};
use orm_core::sql::{Dialect, IsolationLevel, SqlWriter, TransactionOptions, ddl, write_expr};
use orm_core::stmt::BatchRows::{Arrays, Rows};
use orm_core::stmt::{Aggregate, LikeKind};
use orm_core::testing::golden::batches::{self, NAME, VERSION};
use orm_core::testing::golden::expressions::{
    aggregate, call, cast, count_all, count_distinct, distinct, ints, is_in, like, not_in,
    one_more, same, text, two_conditions, two_values,
};
use orm_core::testing::golden::{self, HasText, statements, tables, written};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    golden::check(&SqliteDialect, statement, expected);
}

#[test]
fn select_with_everything() {
    check(
        &statements::select_with_everything(),
        r#"SELECT DISTINCT "users"."id", "users"."name", COUNT("p"."id") AS "posts" FROM "users" LEFT JOIN "posts" AS "p" ON "p"."author_id" = "users"."id" WHERE "users"."name" = ? AND ("users"."email" IS NULL OR "users"."age" > ?) GROUP BY "users"."id" HAVING COUNT("p"."id") >= ? ORDER BY "users"."name" DESC LIMIT ? OFFSET ?"#,
    );
}

#[test]
fn limit_and_offset() {
    check(&statements::first(), r#"SELECT "a" FROM "t" LIMIT 1"#);
    check(
        &statements::offset_alone(),
        r#"SELECT "a" FROM "t" LIMIT -1 OFFSET ?"#,
    );
}

#[test]
fn row_locks() {
    check(
        &statements::locked(),
        r#"SELECT "a" FROM "t" LIMIT -1 OFFSET ?"#,
    );
}

#[test]
fn in_lists() {
    check(&is_in(vec![]), "1 = 0");
    check(&not_in(vec![]), "1 = 1");
    check(&is_in(ints(1)), r#""a" IN (?)"#);
    check(&not_in(ints(3)), r#""a" NOT IN (?, ?, ?, ?)"#);
    check(
        &is_in(ints(40_000)),
        r#""a" IN (SELECT value FROM json_each(?))"#,
    );
    check(
        &not_in(vec![Value::Uuid([0; 16]); 40_000]),
        r#""a" NOT IN (SELECT unhex(value) FROM json_each(?))"#,
    );
}

#[test]
fn like_kinds() {
    check(&like(LikeKind::Contains), r#"instr("a", ?) > 0"#);
    check(&like(LikeKind::StartsWith), r#"instr("a", ?) = 1"#);
    check(&like(LikeKind::EndsWith), r#"orm_ends_with("a", ?)"#);
    check(
        &like(LikeKind::ContainsIgnoreCase),
        r#"instr(orm_lower("a"), orm_lower(?)) > 0"#,
    );
    check(&like(LikeKind::Pattern), r#"orm_like("a", ?)"#);
    check(&like(LikeKind::Regex), r#""a" REGEXP ?"#);
}

#[test]
fn null_safe_comparison() {
    check(&same(), r#""a" IS ?"#);
    check(&distinct(), r#"NOT ("a" IS "b")"#);
}

#[test]
fn aggregates() {
    check(&count_all(), "COUNT(*)");
    check(&aggregate(Aggregate::Count, Type::Int64), r#"COUNT("a")"#);
    check(&aggregate(Aggregate::Sum, Type::Int64), r#"SUM("a")"#);
    check(&aggregate(Aggregate::Avg, Type::Float64), r#"AVG("a")"#);
    check(&aggregate(Aggregate::Min, Type::Date), r#"MIN("a")"#);
    check(&aggregate(Aggregate::Max, Type::Text), r#"MAX("a")"#);
    check(&count_distinct(), r#"COUNT(DISTINCT "a")"#);
}

#[test]
fn casts_and_typed_binds() {
    check(&cast(Type::Int64), r#"CAST("a" AS INTEGER)"#);
    check(&cast(Type::Float64), r#"CAST("a" AS REAL)"#);
    check(&cast(Type::Text), r#"CAST("a" AS TEXT)"#);
    check(&cast(Type::Timestamp), r#"CAST("a" AS TEXT)"#);
    check(&cast(Type::Uuid), r#"CAST("a" AS BLOB)"#);
    check(&one_more("a"), r#""a" + ?"#);
    check(
        &call("coalesce", vec![text("x"), Value::Null]),
        "coalesce(?, ?)",
    );
    check(&two_values(), "? = ?");
}

#[test]
fn insert_update_delete() {
    check(
        &statements::insert_two_rows(),
        r#"INSERT INTO "t" ("a", "b") VALUES (?, ?), (?, ?)"#,
    );
    check(
        &statements::insert_defaults(),
        r#"INSERT INTO "t" DEFAULT VALUES"#,
    );
    check(
        &statements::insert_returning(),
        r#"INSERT INTO "t" ("a") VALUES (?) RETURNING "id""#,
    );
    check(
        &statements::update(),
        r#"UPDATE "t" SET "a" = ?, "b" = "b" + ? WHERE "id" = ?"#,
    );
    check(
        &statements::update_by_own_table(),
        r#"UPDATE "t" SET "a" = (SELECT MAX("u"."a") FROM "t" AS "u") WHERE "id" NOT IN (SELECT "t"."id" FROM "t" WHERE "t"."a" = ?) AND EXISTS (SELECT 1 FROM "t" AS "u" WHERE "u"."b" = "t"."b")"#,
    );
    check(&statements::delete(), r#"DELETE FROM "t" WHERE "id" = ?"#);
}

#[test]
fn batch_forms() {
    check(
        &batches::insert(&[NAME, VERSION], Rows(2)),
        r#"INSERT INTO "t" ("name", "version") VALUES (?, ?), (?, ?)"#,
    );
    check(
        &batches::insert(&[], Rows(1)),
        r#"INSERT INTO "t" DEFAULT VALUES"#,
    );
    check(
        &batches::update(Rows(1)),
        r#"UPDATE "t" SET "name" = ? WHERE "id" = ? AND "version" IS ?"#,
    );
    check(
        &batches::delete(Rows(1)),
        r#"DELETE FROM "t" WHERE "id" = ? AND "name" = ?"#,
    );
}

#[test]
fn array_forms() {
    let error = written(&SqliteDialect, &batches::insert(&[NAME], Arrays)).unwrap_err();
    assert_eq!(error.message(), "sqlite does not support array binds");
}

#[test]
fn create_table_with_everything() {
    let table = tables::with_everything("NOCASE", "CURRENT_TIMESTAMP");
    let sql = ddl::create_table(&SqliteDialect, &table, &[]).unwrap();
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
fn a_generated_key_without_autoincrement() {
    let id = Column::new("id", Type::Int64)
        .auto_increment()
        .reuses_keys();
    let table = Table::new("t").column(id).primary_key(["id"]);
    assert_eq!(
        ddl::create_table(&SqliteDialect, &table, &[]).unwrap(),
        "CREATE TABLE \"t\" (\n    \"id\" INTEGER NOT NULL,\n    CONSTRAINT \"pk_t\" PRIMARY KEY (\"id\")\n)"
    );
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
fn native_enums() {
    let schema = Schema::new(tables::native_enums()).unwrap();
    let tables: Vec<_> = schema.tables().iter().collect();
    let create = |table: &str| {
        format!(
            r#"CREATE TABLE "{table}" (
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    CONSTRAINT "ck_{table}_size" CHECK ("size" IN ('small', 'it''s'))
)"#
        )
    };
    assert_eq!(
        ddl::create_all(&SqliteDialect, &tables).unwrap(),
        [create("a"), create("b")]
    );
    assert_eq!(
        ddl::drop_all(&SqliteDialect, &tables).unwrap(),
        [r#"DROP TABLE "b""#, r#"DROP TABLE "a""#]
    );
}

#[test]
fn create_index() {
    let table = tables::indexed();
    let sql = ddl::create_index(&SqliteDialect, &table, &table.indexes[0]).unwrap();
    assert_eq!(sql, r#"CREATE INDEX "ix_t_a_b" ON "t" ("a", "b")"#);
    let sql = ddl::create_index(&SqliteDialect, &table, &tables::unique_index()).unwrap();
    assert_eq!(sql, r#"CREATE UNIQUE INDEX "once" ON "t" ("a")"#);
}

#[test]
fn foreign_key_cycle() {
    let schema = Schema::new(tables::cycle()).unwrap();
    let tables: Vec<_> = schema.tables().iter().collect();
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
    // Rows that refer to each other would keep both tables, and rows of other tables would be deleted.
    assert_eq!(
        ddl::drop_script(&SqliteDialect, &tables).unwrap(),
        "PRAGMA foreign_keys = OFF;\n\nBEGIN;\n\nDROP TABLE \"b\";\n\nDROP TABLE \"a\";\n\nCOMMIT;\n\n\
         PRAGMA foreign_keys = ON;\n"
    );
    assert_eq!(
        ddl::drop_script(&SqliteDialect, &tables[..1]).unwrap(),
        "PRAGMA foreign_keys = OFF;\n\nBEGIN;\n\nDROP TABLE \"a\";\n\nCOMMIT;\n\nPRAGMA foreign_keys = ON;\n"
    );
}

#[test]
fn expected_columns_compare_bytes() {
    let update =
        |condition: &str| format!(r#"UPDATE "t" SET "version" = ? WHERE "id" = ? AND {condition}"#);
    let bytewise = batches::stored("text", "TEXT", true);
    let columns = [batches::declared(&Type::Text, &bytewise)];
    let one = batches::expecting(&[VERSION], &columns, Rows(1));
    check(&one, &update(r#""name" IS ?"#));
    // Of another collation, and of a table of which nothing is known.
    let other = batches::stored("text", "TEXT", false);
    for column in [batches::declared(&Type::Text, &other), NAME] {
        check(
            &batches::expecting(&[VERSION], &[column], Rows(1)),
            &update(r#""name" COLLATE BINARY IS ?"#),
        );
    }
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
    assert_eq!(begin(plain), "BEGIN");
    assert_eq!(begin(statements::writes()), "BEGIN IMMEDIATE");
    assert_eq!(
        begin(statements::reads_only()),
        "PRAGMA query_only = TRUE; BEGIN"
    );
    assert_eq!(SqliteDialect.after_end(&plain), None);
    let after = SqliteDialect.after_end(&statements::reads_only());
    assert_eq!(after, Some("PRAGMA query_only = FALSE"));
    let weaker = plain.isolation(IsolationLevel::ReadCommitted);
    let error = SqliteDialect.begin(&weaker).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.message(),
        "sqlite does not support the isolation level READ COMMITTED"
    );
}

#[test]
fn a_known_text_collects_binds_only() {
    let all = two_conditions();
    let mut w = SqlWriter::binds_only(&SqliteDialect);
    write_expr(&mut w, &all).unwrap();
    let expected = vec![ValueRef::Int(1), ValueRef::Int(2)];
    assert_eq!(w.finish(), (String::new(), expected));
}
