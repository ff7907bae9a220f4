//! The SQL of SQLite beyond plain statements: set operations, common table expressions,
//! windows, upserts and their like, and the refusal of what it lacks. The header of `golden.rs` holds here, too.

use dialect_sqlite::SqliteDialect;
use orm_core::stmt::SetOperator;
use orm_core::testing::golden::expressions::int;
use orm_core::testing::golden::{self, HasText, queries, refuse_on, writes};
use orm_core::value::Value;

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    golden::check(&SqliteDialect, statement, expected);
}

#[track_caller]
fn refuse(statement: &impl HasText, feature: &str) {
    refuse_on(&SqliteDialect, statement, feature);
}

#[test]
fn set_operations() {
    check(
        &queries::set_operation(SetOperator::Union, false),
        r#"SELECT "a" FROM "t" UNION SELECT "a" FROM "u""#,
    );
    refuse(
        &queries::set_operation(SetOperator::Intersect, true),
        "INTERSECT ALL",
    );
    check(
        &queries::set_operation(SetOperator::Except, false),
        r#"SELECT "a" FROM "t" EXCEPT SELECT "a" FROM "u""#,
    );
    check(
        &queries::chained_set_operations(),
        r#"SELECT "a" FROM "t" UNION ALL SELECT "a" FROM "u" UNION ALL SELECT "a" FROM "u""#,
    );
    check(
        &queries::nested_set_operations(),
        r#"SELECT * FROM (SELECT "a" FROM "t" UNION ALL SELECT "a" FROM "u") INTERSECT SELECT * FROM (SELECT "a" FROM "t" ORDER BY "a" ASC LIMIT ?) ORDER BY "a" DESC LIMIT ?"#,
    );
}

#[test]
fn common_table_expressions() {
    check(
        &queries::cte(),
        r#"WITH "small" AS (SELECT "a" FROM "t" WHERE "a" < ?) SELECT "a" FROM "small""#,
    );
    check(
        &queries::recursive_cte(),
        r#"WITH RECURSIVE "numbers"("n") AS (SELECT ? UNION ALL SELECT "n" + ? FROM "numbers" WHERE "n" < ?) SELECT "n" FROM "numbers""#,
    );
}

#[test]
fn values() {
    check(&queries::values(), "VALUES (?, ?), (?, ?)");
    check(
        &queries::join_of_values(),
        r#"SELECT "t"."id", "v"."name" FROM "t" INNER JOIN (SELECT NULL AS "number", NULL AS "name" WHERE 1 = 0 UNION ALL VALUES (?, ?), (?, ?)) AS "v" ON "v"."number" = "t"."id" ORDER BY "t"."id" ASC"#,
    );
}

#[test]
fn sources() {
    refuse(&queries::lateral(), "LATERAL");
    check(
        &queries::table_function("generate_series", vec![int(1), int(3)]),
        r#"SELECT * FROM generate_series(?, ?) AS "f""#,
    );
}

#[test]
fn window_functions() {
    check(
        &queries::windows(),
        r#"SELECT SUM("a") OVER (PARTITION BY "b" ORDER BY "id" ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "total", ROW_NUMBER() OVER (ORDER BY "id" ASC) AS "number" FROM "t" ORDER BY "id" ASC"#,
    );
}

#[test]
fn rows_of_values() {
    let rows = vec![vec![Value::Int(1), Value::Int(2)]; 3];
    check(&queries::in_rows(vec![]), "1 = 0");
    check(
        &queries::in_rows(rows),
        r#"("a", "b") IN ((?, ?), (?, ?), (?, ?), (?, ?))"#,
    );
    check(
        &queries::row_in_query(),
        r#"("a", "b") NOT IN (SELECT "u"."id", "u"."a" FROM "u")"#,
    );
}

#[test]
fn subqueries_and_choices() {
    check(
        &queries::scalar_subquery(),
        r#"SELECT "id", (SELECT "u"."a" FROM "u" WHERE "u"."id" = "t"."id") AS "other" FROM "t" ORDER BY "id" ASC"#,
    );
    check(
        &queries::case(),
        r#"CASE WHEN "a" > ? THEN ? ELSE "a" + ? END"#,
    );
    check(
        &queries::case_of(),
        r#"CASE "a" WHEN ? THEN ? WHEN ? THEN ? END"#,
    );
}

#[test]
fn row_locks() {
    check(
        &queries::locked(queries::lock_of()),
        r#"SELECT "a" FROM "t""#,
    );
    check(
        &queries::locked(queries::skip_locked()),
        r#"SELECT "a" FROM "t""#,
    );
    check(&queries::locked(queries::share()), r#"SELECT "a" FROM "t""#);
    check(
        &queries::locked(queries::no_key()),
        r#"SELECT "a" FROM "t""#,
    );
}

#[test]
fn upserts() {
    check(
        &writes::upsert(),
        r#"INSERT INTO "t" ("id", "a") VALUES (?, ?), (?, ?) ON CONFLICT ("id") DO UPDATE SET "a" = "t"."a" + excluded."a", "b" = ?"#,
    );
    check(
        &writes::insert_missing(),
        r#"INSERT INTO "t" ("id", "a") VALUES (?, ?), (?, ?) ON CONFLICT ("id") DO NOTHING"#,
    );
    check(
        &writes::upsert_where(),
        r#"INSERT INTO "t" ("id", "a") VALUES (?, ?), (?, ?) ON CONFLICT ("id") DO UPDATE SET "a" = excluded."a" WHERE "t"."b" = ?"#,
    );
    refuse(&writes::upsert_by_constraint(), "ON CONFLICT ON CONSTRAINT");
    check(
        &writes::upsert_from_query(),
        r#"INSERT INTO "t" ("id", "a") SELECT * FROM (SELECT "id", "a" FROM "u") WHERE 1 = 1 ON CONFLICT ("id") DO UPDATE SET "a" = "t"."a" + excluded."a", "b" = ?"#,
    );
}

#[test]
fn inserts() {
    check(
        &writes::insert_from_query(),
        r#"INSERT INTO "t" ("id", "a") SELECT "id", "a" FROM "u""#,
    );
    check(
        &writes::insert_returning_list(),
        r#"INSERT INTO "t" ("id", "a") VALUES (?, ?), (?, ?) RETURNING "id", "a" + ? AS "next""#,
    );
}

#[test]
fn other_tables() {
    check(
        &writes::update_from(),
        r#"UPDATE "t" SET "a" = "u"."a" FROM "u" WHERE "u"."id" = "t"."id""#,
    );
    refuse(&writes::delete_using(), "DELETE … USING");
}

#[test]
fn queries_beside_the_written_table() {
    check(
        &writes::update_from_query(),
        r#"UPDATE "t" SET "a" = "s"."c1" FROM (SELECT "id" AS "c0", "a" + ? AS "c1" FROM "u" WHERE "a" = ?) AS "s" WHERE "s"."c0" = "t"."id""#,
    );
    refuse(&writes::delete_using_query(), "DELETE … USING");
    check(
        &writes::update_with(),
        r#"WITH "s" AS (SELECT "id" AS "c0", "a" + ? AS "c1" FROM "u" WHERE "a" = ?) UPDATE "t" SET "a" = "s"."c1" FROM "s" WHERE "s"."c0" = "t"."id""#,
    );
    check(
        &writes::delete_with(),
        r#"WITH "s" AS (SELECT "id" AS "c0", "a" + ? AS "c1" FROM "u" WHERE "a" = ?) DELETE FROM "t" WHERE "id" IN (SELECT "s"."c0" FROM "s")"#,
    );
}

#[test]
fn ordered_writes() {
    refuse(&writes::update_last(), "ORDER BY and LIMIT in UPDATE");
    refuse(&writes::delete_last(), "ORDER BY and LIMIT in DELETE");
}

#[test]
fn returning() {
    check(
        &writes::update_returning(),
        r#"UPDATE "t" SET "a" = ? WHERE "id" = ? RETURNING "id", "a" + ? AS "next""#,
    );
    check(
        &writes::delete_returning(),
        r#"DELETE FROM "t" WHERE "id" = ? RETURNING "id", "a" + ? AS "next""#,
    );
}
