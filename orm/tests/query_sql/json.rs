//! JSON documents: columns, paths, conditions, and changes of single keys.

use orm::schema::{Column, Literal, ServerDefault, Table};
use orm::sql::ddl;
use orm::types::Type;
use serde_json::{Value, json};

use crate::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "docs")]
struct Doc {
    #[orm(primary_key)]
    id: i64,
    extra: Option<Value>,
}

#[test]
fn columns_of_documents() {
    let default = ServerDefault::Literal(Literal::Text("{}".into()));
    let table = Table::new("docs")
        .column(Column::new("extra", Type::Json).nullable())
        .column(Column::new("meta", Type::Json).server_default(default));
    let create = |dialect: &dyn Dialect| {
        let sql = ddl::create_table(dialect, &table, &[]).unwrap();
        let columns = sql
            .split_once('\n')
            .unwrap()
            .1
            .rsplit_once("\n)")
            .unwrap()
            .0;
        columns.replace("    ", "")
    };
    assert_eq!(
        create(&SqliteDialect),
        "\"extra\" TEXT CHECK (json_valid(\"extra\")),\n\"meta\" TEXT CHECK (json_valid(\"meta\")) NOT NULL DEFAULT '{}'"
    );
    assert_eq!(
        create(&PostgresDialect),
        "\"extra\" JSONB,\n\"meta\" JSONB NOT NULL DEFAULT '{}'"
    );
    for dialect in [MysqlDialect::MySql, MysqlDialect::MariaDb] {
        assert_eq!(
            create(&dialect),
            "`extra` JSON,\n`meta` JSON NOT NULL DEFAULT ('{}')"
        );
    }
    let indexed = table.unique(["extra"]);
    assert!(ddl::create_table(&MysqlDialect::MySql, &indexed, &[]).is_err());
}

/// A column that has another type than documents of its own choice.
#[derive(Model, Clone, Debug)]
#[orm(table = "old_docs")]
struct OldDoc {
    #[orm(primary_key)]
    id: i64,
    #[orm(sql_type(postgres = "JSON", mysql = "LONGTEXT"))]
    extra: Option<Value>,
}

#[test]
fn columns_of_another_type_are_cast() {
    golden!(
        "where an operator needs a document",
        select((OldDoc.extra, OldDoc.extra.at("a").at("b").json()))
            .filter(OldDoc.extra.is_not_null()),
        [
            r#"SELECT "extra", (CAST("extra" AS TEXT) -> ?) FROM "old_docs" WHERE CAST("extra" AS TEXT) IS NOT NULL"#,
            r#"SELECT "extra", (CAST("extra" AS jsonb) -> $1::text -> $2::text) FROM "old_docs" WHERE CAST("extra" AS jsonb) IS NOT NULL"#,
            "SELECT `extra`, JSON_EXTRACT(CAST(`extra` AS JSON), ?) FROM `old_docs` WHERE CAST(`extra` AS JSON) IS NOT NULL",
        ]
    );
    golden!(
        "not where it is set",
        update(OldDoc).set(OldDoc.extra, json!({})),
        [
            r#"UPDATE "old_docs" SET "extra" = ?"#,
            r#"UPDATE "old_docs" SET "extra" = $1"#,
            "UPDATE `old_docs` SET `extra` = ?",
        ]
    );
}

#[test]
fn values_at_paths() {
    golden!(
        "a document at a path of keys",
        select(Doc.extra.at("a").at("b").json()),
        [
            r#"SELECT ("extra" -> ?) FROM "docs""#,
            r#"SELECT ("extra" -> $1::text -> $2::text) FROM "docs""#,
            "SELECT JSON_EXTRACT(`extra`, ?) FROM `docs`",
        ]
    );
    golden!(
        "a document at a path with a position",
        select(Doc.extra.at("a").at(0).json()),
        [
            r#"SELECT ("extra" -> ?) FROM "docs""#,
            r#"SELECT jsonb_path_query_first("extra", ('strict ' || $1::text)::jsonpath, '{}', true) FROM "docs""#,
            "SELECT CASE WHEN JSON_TYPE(JSON_EXTRACT(`extra`, ?)) = 'ARRAY' COLLATE utf8mb4_bin AND TRUE THEN JSON_EXTRACT(`extra`, ?) END FROM `docs`",
        ]
    );
    golden!(
        "text",
        select(Doc.id).filter(Doc.extra.at("a").as_text().eq("x")),
        [
            r#"SELECT "id" FROM "docs" WHERE CASE WHEN json_type("extra", ?) = 'text' THEN json_extract("extra", ?) END = ?"#,
            r#"SELECT "id" FROM "docs" WHERE CASE WHEN jsonb_typeof(("extra" -> $1::text)) = 'string' THEN ("extra" -> $2::text) #>> '{}' END = $3"#,
            "SELECT `id` FROM `docs` WHERE CASE WHEN JSON_TYPE(JSON_EXTRACT(`extra`, ?)) = 'STRING' COLLATE utf8mb4_bin THEN JSON_UNQUOTE(JSON_EXTRACT(`extra`, ?)) COLLATE utf8mb4_0900_bin END = ?",
        ]
    );
    golden!(
        "a truth value",
        select(Doc.extra.at("a").as_bool()),
        [
            r#"SELECT CASE WHEN json_type("extra", ?) IN ('true', 'false') THEN json_extract("extra", ?) END FROM "docs""#,
            r#"SELECT CASE WHEN jsonb_typeof(("extra" -> $1::text)) = 'boolean' THEN ("extra" -> $2::text)::bool END FROM "docs""#,
            "SELECT CASE WHEN JSON_TYPE(JSON_EXTRACT(`extra`, ?)) = 'BOOLEAN' COLLATE utf8mb4_bin THEN JSON_UNQUOTE(JSON_EXTRACT(`extra`, ?)) = 'true' COLLATE utf8mb4_bin END FROM `docs`",
        ]
    );
    golden!(
        "an integer",
        select(Doc.extra.as_i64()),
        [
            r#"SELECT CASE WHEN json_type("extra", ?) IN ('integer', 'real') AND json_extract("extra", ?) = CAST(json_extract("extra", ?) AS INTEGER) THEN CAST(json_extract("extra", ?) AS INTEGER) END FROM "docs""#,
            r#"SELECT CASE WHEN jsonb_typeof("extra") = 'number' THEN CASE WHEN "extra"::numeric % 1 = 0 AND "extra"::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN "extra"::int8 END END FROM "docs""#,
            "SELECT CASE WHEN JSON_TYPE(`extra`) IN ('INTEGER' COLLATE utf8mb4_bin, 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CASE WHEN CAST(JSON_UNQUOTE(`extra`) AS DOUBLE) BETWEEN -9223372036854775808e0 AND 9223372036854775808e0 THEN CASE WHEN CAST(JSON_UNQUOTE(`extra`) AS DOUBLE) = CAST(JSON_UNQUOTE(`extra`) AS DECIMAL(65, 0)) AND CAST(JSON_UNQUOTE(`extra`) AS DECIMAL(65, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(CAST(JSON_UNQUOTE(`extra`) AS DECIMAL(65, 0)) AS SIGNED) END END END FROM `docs`",
        ]
    );
    golden!(
        "a float",
        select(Doc.extra.as_f64()),
        [
            r#"SELECT CASE WHEN json_type("extra", ?) IN ('integer', 'real') AND abs(CAST(json_extract("extra", ?) AS REAL)) <= 1.7976931348623157e308 THEN CAST(json_extract("extra", ?) AS REAL) END FROM "docs""#,
            r#"SELECT CASE WHEN jsonb_typeof("extra") = 'number' THEN CASE WHEN abs("extra"::numeric) BETWEEN 5e-324 AND 1.7976931348623157e308 THEN "extra"::float8 WHEN abs("extra"::numeric) < 5e-324 THEN 0 END END FROM "docs""#,
            "SELECT CASE WHEN JSON_TYPE(`extra`) IN ('INTEGER' COLLATE utf8mb4_bin, 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN CAST(JSON_UNQUOTE(`extra`) AS DOUBLE) END FROM `docs`",
        ]
    );
}

#[test]
fn conditions_on_documents() {
    golden!(
        "equality",
        select(Doc.id).filter(Doc.extra.eq(json!({"a": 1}))),
        [
            r#"SELECT "id" FROM "docs" WHERE orm_json_equals("extra", ?)"#,
            r#"SELECT "id" FROM "docs" WHERE "extra" = $1::jsonb"#,
            "SELECT `id` FROM `docs` WHERE `extra` = CAST(? AS JSON)",
        ]
    );
    golden!(
        "null-safe equality",
        select(Doc.id).filter(Doc.extra.same_as(json!([]))),
        [
            r#"SELECT "id" FROM "docs" WHERE COALESCE(orm_json_equals("extra", ?), "extra" IS NULL AND ? IS NULL)"#,
            r#"SELECT "id" FROM "docs" WHERE "extra" IS NOT DISTINCT FROM $1::jsonb"#,
            "SELECT `id` FROM `docs` WHERE `extra` <=> CAST(? AS JSON)",
        ]
    );
    golden!(
        "a key",
        select(Doc.id).filter(Doc.extra.has_key("a")),
        [
            r#"SELECT "id" FROM "docs" WHERE ("extra" -> ?) IS NOT NULL"#,
            r#"SELECT "id" FROM "docs" WHERE ("extra" -> $1::text) IS NOT NULL"#,
            "SELECT `id` FROM `docs` WHERE JSON_EXTRACT(`extra`, ?) IS NOT NULL",
        ]
    );
    golden!(
        "the null of JSON, and that of SQL",
        select(Doc.id).filter(Doc.extra.is_json_null() | Doc.extra.is_null()),
        [
            r#"SELECT "id" FROM "docs" WHERE json_type("extra", ?) IS 'null' OR "extra" IS NULL"#,
            r#"SELECT "id" FROM "docs" WHERE jsonb_typeof("extra") IS NOT DISTINCT FROM 'null' OR "extra" IS NULL"#,
            "SELECT `id` FROM `docs` WHERE JSON_TYPE(`extra`) <=> 'NULL' COLLATE utf8mb4_bin OR `extra` IS NULL",
        ]
    );
    golden!(
        "containment",
        select(Doc.id).filter(Doc.extra.contains(json!({"a": 1}))),
        [
            r#"SELECT "id" FROM "docs" WHERE orm_json_contains("extra", ?)"#,
            r#"SELECT "id" FROM "docs" WHERE "extra" @> $1::jsonb"#,
            "SELECT `id` FROM `docs` WHERE CASE WHEN `extra` IS NOT NULL THEN COALESCE(JSON_TYPE(`extra`) <=> 'OBJECT' COLLATE utf8mb4_bin AND JSON_EXTRACT(`extra`, ?) = CAST(? AS JSON), FALSE) END",
        ]
    );
    golden!(
        "an element of an array",
        select(Doc.id).filter(Doc.extra.contains("x")),
        [
            r#"SELECT "id" FROM "docs" WHERE orm_json_contains("extra", ?)"#,
            r#"SELECT "id" FROM "docs" WHERE "extra" @> $1::jsonb"#,
            "SELECT `id` FROM `docs` WHERE CASE WHEN `extra` IS NOT NULL THEN COALESCE((JSON_TYPE(`extra`) <=> 'ARRAY' COLLATE utf8mb4_bin AND JSON_OVERLAPS(`extra`, CAST(? AS JSON))) OR `extra` = CAST(? AS JSON), FALSE) END",
        ]
    );
    golden!(
        "the length of an array",
        select(Doc.extra.array_length()),
        [
            r#"SELECT CASE WHEN json_type("extra", ?) = 'array' THEN json_array_length("extra", ?) END FROM "docs""#,
            r#"SELECT CASE WHEN jsonb_typeof("extra") = 'array' THEN jsonb_array_length("extra")::int8 END FROM "docs""#,
            "SELECT CASE WHEN JSON_TYPE(`extra`) = 'ARRAY' COLLATE utf8mb4_bin THEN JSON_LENGTH(`extra`) END FROM `docs`",
        ]
    );
    let nested = select(Doc.id).filter(Doc.extra.contains(json!([[1]])));
    assert!(nested.to_sql(&PostgresDialect).is_ok());
    assert!(nested.to_sql(&MysqlDialect::MariaDb).is_err());
}

#[test]
fn changes_of_keys() {
    golden!(
        "a key is set",
        update(Doc).set(Doc.extra, Doc.extra.with("a", 1)),
        [
            r#"UPDATE "docs" SET "extra" = json_set("extra", ?, json(?))"#,
            r#"UPDATE "docs" SET "extra" = CASE WHEN jsonb_typeof("extra") = 'object' THEN jsonb_set("extra", ARRAY[$1::text], $2::jsonb) ELSE "extra" END"#,
            "UPDATE `docs` SET `extra` = JSON_SET(`extra`, ?, CAST(? AS JSON))",
        ]
    );
    golden!(
        "a key is removed",
        update(Doc).set(Doc.extra, Doc.extra.without("a")),
        [
            r#"UPDATE "docs" SET "extra" = json_remove("extra", ?)"#,
            r#"UPDATE "docs" SET "extra" = CASE WHEN jsonb_typeof("extra") = 'object' THEN "extra" - $1::text ELSE "extra" END"#,
            "UPDATE `docs` SET `extra` = JSON_REMOVE(`extra`, ?)",
        ]
    );
}

#[test]
fn documents_are_text_on_mariadb() {
    let sql = |condition: Predicate| {
        let query = select(Doc.id).filter(condition);
        query.to_sql(&MysqlDialect::MariaDb).unwrap()
    };
    assert_eq!(
        sql(Doc.extra.eq(json!(1))),
        "SELECT `id` FROM `docs` WHERE CASE WHEN (`extra`) IS NOT NULL THEN JSON_EQUALS(`extra`, ?) END"
    );
    assert_eq!(
        sql(Doc.extra.same_as(json!(1))),
        "SELECT `id` FROM `docs` WHERE COALESCE(CASE WHEN (`extra`) IS NOT NULL THEN JSON_EQUALS(`extra`, ?) END, (`extra`) IS NULL AND ? IS NULL)"
    );
    let set = update(Doc).set(Doc.extra, Doc.extra.with("a", 1));
    assert_eq!(
        set.to_sql(&MysqlDialect::MariaDb).unwrap(),
        "UPDATE `docs` SET `extra` = JSON_SET(`extra`, ?, JSON_EXTRACT(?, '$'))"
    );
}
