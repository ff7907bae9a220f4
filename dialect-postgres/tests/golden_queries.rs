//! The SQL of PostgreSQL beyond plain statements: set operations, common table expressions,
//! windows, upserts and their like, and the refusal of what it lacks. The header of `golden.rs` holds here, too.

use dialect_postgres::PostgresDialect;
use orm_core::stmt::SetOperator;
use orm_core::testing::golden::expressions::int;
use orm_core::testing::golden::{self, HasText, queries, refuse_on, writes};
use orm_core::value::Value;

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    golden::check(&PostgresDialect, statement, expected);
}

#[track_caller]
fn refuse(statement: &impl HasText, feature: &str) {
    refuse_on(&PostgresDialect, statement, feature);
}

#[test]
fn set_operations() {
    check(
        &queries::set_operation(SetOperator::Union, false),
        r#"SELECT "a" FROM "t" UNION SELECT "a" FROM "u""#,
    );
    check(
        &queries::set_operation(SetOperator::Intersect, true),
        r#"SELECT "a" FROM "t" INTERSECT ALL SELECT "a" FROM "u""#,
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
        r#"(SELECT "a" FROM "t" UNION ALL SELECT "a" FROM "u") INTERSECT (SELECT "a" FROM "t" ORDER BY "a" ASC LIMIT $1) ORDER BY "a" DESC LIMIT $2"#,
    );
}

#[test]
fn common_table_expressions() {
    check(
        &queries::cte(),
        r#"WITH "small" AS (SELECT "a" FROM "t" WHERE "a" < $1) SELECT "a" FROM "small""#,
    );
    check(
        &queries::recursive_cte(),
        r#"WITH RECURSIVE "numbers"("n") AS (SELECT $1::int8 UNION ALL SELECT "n" + $2::int8 FROM "numbers" WHERE "n" < $3) SELECT "n" FROM "numbers""#,
    );
}

#[test]
fn values() {
    check(
        &queries::values(),
        "VALUES ($1::int8, $2::text), ($3::int8, $4::text)",
    );
    check(
        &queries::join_of_values(),
        r#"SELECT "t"."id", "v"."name" FROM "t" INNER JOIN (VALUES ($1::int8, $2::text), ($3::int8, $4::text)) AS "v"("number", "name") ON "v"."number" = "t"."id" ORDER BY "t"."id" ASC"#,
    );
}

#[test]
fn sources() {
    check(
        &queries::lateral(),
        r#"SELECT "t"."id", "best"."a" FROM "t" LEFT JOIN LATERAL (SELECT "u"."a" FROM "u" WHERE "u"."id" = "t"."id" ORDER BY "u"."a" DESC LIMIT $1) AS "best" ON 1 = 1"#,
    );
    check(
        &queries::table_function("generate_series", vec![int(1), int(3)]),
        r#"SELECT * FROM generate_series($1::int8, $2::int8) AS "f""#,
    );
}

#[test]
fn window_functions() {
    check(
        &queries::windows(),
        r#"SELECT CAST(SUM("a") OVER (PARTITION BY "b" ORDER BY "id" ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS int8) AS "total", ROW_NUMBER() OVER (ORDER BY "id" ASC) AS "number" FROM "t" ORDER BY "id" ASC"#,
    );
}

#[test]
fn rows_of_values() {
    let rows = vec![vec![Value::Int(1), Value::Int(2)]; 3];
    check(&queries::in_rows(vec![]), "1 = 0");
    check(
        &queries::in_rows(rows),
        r#"("a", "b") IN (($1, $2), ($3, $4), ($5, $6), ($7, $8))"#,
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
        r#"CASE WHEN "a" > $1 THEN $2::int8 ELSE "a" + $3::int8 END"#,
    );
    check(
        &queries::case_of(),
        r#"CASE "a" WHEN $1::int8 THEN $2::int8 WHEN $3::int8 THEN $4::int8 END"#,
    );
}

#[test]
fn row_locks() {
    check(
        &queries::locked(queries::lock_of()),
        r#"SELECT "a" FROM "t" FOR UPDATE OF "t" SKIP LOCKED"#,
    );
    check(
        &queries::locked(queries::skip_locked()),
        r#"SELECT "a" FROM "t" FOR UPDATE SKIP LOCKED"#,
    );
    check(
        &queries::locked(queries::share()),
        r#"SELECT "a" FROM "t" FOR SHARE NOWAIT"#,
    );
    check(
        &queries::locked(queries::no_key()),
        r#"SELECT "a" FROM "t" FOR NO KEY UPDATE"#,
    );
}

#[test]
fn upserts() {
    check(
        &writes::upsert(),
        r#"INSERT INTO "t" ("id", "a") VALUES ($1, $2), ($3, $4) ON CONFLICT ("id") DO UPDATE SET "a" = "t"."a" + excluded."a", "b" = $5"#,
    );
    check(
        &writes::insert_missing(),
        r#"INSERT INTO "t" ("id", "a") VALUES ($1, $2), ($3, $4) ON CONFLICT ("id") DO NOTHING"#,
    );
    check(
        &writes::upsert_where(),
        r#"INSERT INTO "t" ("id", "a") VALUES ($1, $2), ($3, $4) ON CONFLICT ("id") DO UPDATE SET "a" = excluded."a" WHERE "t"."b" = $5"#,
    );
    check(
        &writes::upsert_by_constraint(),
        r#"INSERT INTO "t" ("id", "a") VALUES ($1, $2), ($3, $4) ON CONFLICT ON CONSTRAINT "pk_t" DO NOTHING"#,
    );
    check(
        &writes::upsert_from_query(),
        r#"INSERT INTO "t" ("id", "a") SELECT "id", "a" FROM "u" ON CONFLICT ("id") DO UPDATE SET "a" = "t"."a" + excluded."a", "b" = $1"#,
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
        r#"INSERT INTO "t" ("id", "a") VALUES ($1, $2), ($3, $4) RETURNING "id", "a" + $5::int8 AS "next""#,
    );
}

#[test]
fn other_tables() {
    check(
        &writes::update_from(),
        r#"UPDATE "t" SET "a" = "u"."a" FROM "u" WHERE "u"."id" = "t"."id""#,
    );
    check(
        &writes::delete_using(),
        r#"DELETE FROM "t" USING "u" WHERE "u"."id" = "t"."id""#,
    );
}

#[test]
fn queries_beside_the_written_table() {
    check(
        &writes::update_from_query(),
        r#"UPDATE "t" SET "a" = "s"."c1" FROM (SELECT "id" AS "c0", "a" + $1::int8 AS "c1" FROM "u" WHERE "a" = $2) AS "s" WHERE "s"."c0" = "t"."id""#,
    );
    check(
        &writes::delete_using_query(),
        r#"DELETE FROM "t" USING (SELECT "id" AS "c0", "a" + $1::int8 AS "c1" FROM "u" WHERE "a" = $2) AS "s" WHERE "s"."c0" = "t"."id""#,
    );
    check(
        &writes::update_with(),
        r#"WITH "s" AS (SELECT "id" AS "c0", "a" + $1::int8 AS "c1" FROM "u" WHERE "a" = $2) UPDATE "t" SET "a" = "s"."c1" FROM "s" WHERE "s"."c0" = "t"."id""#,
    );
    check(
        &writes::delete_with(),
        r#"WITH "s" AS (SELECT "id" AS "c0", "a" + $1::int8 AS "c1" FROM "u" WHERE "a" = $2) DELETE FROM "t" WHERE "id" IN (SELECT "s"."c0" FROM "s")"#,
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
        r#"UPDATE "t" SET "a" = $1 WHERE "id" = $2 RETURNING "id", "a" + $3::int8 AS "next""#,
    );
    check(
        &writes::delete_returning(),
        r#"DELETE FROM "t" WHERE "id" = $1 RETURNING "id", "a" + $2::int8 AS "next""#,
    );
}
