//! Rows that are computed in FROM: the elements of JSON arrays, and parts of a table.

use orm::query::{bernoulli, json_elements, system};

use crate::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "docs")]
struct Doc {
    #[orm(primary_key)]
    id: i64,
    tags: Option<serde_json::Value>,
}

#[test]
fn elements_of_arrays() {
    let tags = json_elements("tag", Doc.tags);
    let query = select((Doc.id, tags.position(), tags.element()))
        .cross_join(&tags)
        .filter(tags.element().as_text().eq("a"));
    golden!(
        "the elements of a column",
        &query,
        [
            r#"SELECT "docs"."id", "tag"."key", ("docs"."tags" -> "tag"."key") FROM "docs" CROSS JOIN json_each(CASE WHEN json_type("docs"."tags") = 'array' THEN "docs"."tags" END) AS "tag" WHERE CASE WHEN json_type(("docs"."tags" -> "tag"."key"), ?) = 'text' THEN json_extract(("docs"."tags" -> "tag"."key"), ?) END = ?"#,
            r#"SELECT "docs"."id", ("tag"."key" - 1)::int8, ("docs"."tags" -> ("tag"."key" - 1)) FROM "docs" CROSS JOIN LATERAL generate_series(1, CASE WHEN jsonb_typeof("docs"."tags") = 'array' THEN jsonb_array_length("docs"."tags") END) AS "tag"("key") WHERE CASE WHEN jsonb_typeof(("docs"."tags" -> ("tag"."key" - 1))) = 'string' THEN ("docs"."tags" -> ("tag"."key" - 1)) #>> '{}' END = $1"#,
            "SELECT `docs`.`id`, CAST(`tag`.`key` - 1 AS SIGNED), JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']')) FROM `docs` CROSS JOIN JSON_TABLE(CASE WHEN JSON_TYPE(`docs`.`tags`) = 'ARRAY' COLLATE utf8mb4_bin THEN `docs`.`tags` END, '$[*]' COLUMNS (`key` FOR ORDINALITY)) AS `tag` WHERE CASE WHEN JSON_TYPE(JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']'))) = 'STRING' COLLATE utf8mb4_bin THEN JSON_UNQUOTE(JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']'))) COLLATE utf8mb4_0900_bin END = ?",
        ]
    );
    assert_eq!(
        query.to_sql(&MysqlDialect::MariaDb).unwrap(),
        "SELECT `docs`.`id`, CAST(`tag`.`key` - 1 AS SIGNED), JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']')) FROM `docs` CROSS JOIN JSON_TABLE(CASE WHEN JSON_TYPE(`docs`.`tags`) = 'ARRAY' COLLATE utf8mb4_bin THEN `docs`.`tags` END, '$[*]' COLUMNS (`key` FOR ORDINALITY)) AS `tag` WHERE CASE WHEN JSON_TYPE(JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']'))) = 'STRING' COLLATE utf8mb4_bin THEN JSON_UNQUOTE(JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']'))) COLLATE utf8mb4_nopad_bin END = ?"
    );
    let tags = json_elements("tag", Doc.tags.at("list"));
    golden!(
        "those of a part, and rows without any",
        select((Doc.id, count(tags.position())))
            .left_join_on(&tags, Predicate::all([]))
            .group_by(Doc.id),
        [
            r#"SELECT "docs"."id", COUNT("tag"."key") FROM "docs" LEFT JOIN json_each(CASE WHEN json_type(("docs"."tags" -> ?)) = 'array' THEN ("docs"."tags" -> ?) END) AS "tag" ON 1 = 1 GROUP BY "docs"."id""#,
            r#"SELECT "docs"."id", COUNT(("tag"."key" - 1)::int8) FROM "docs" LEFT JOIN LATERAL generate_series(1, CASE WHEN jsonb_typeof(("docs"."tags" -> $1::text)) = 'array' THEN jsonb_array_length(("docs"."tags" -> $2::text)) END) AS "tag"("key") ON 1 = 1 GROUP BY "docs"."id""#,
            "SELECT `docs`.`id`, COUNT(CAST(`tag`.`key` - 1 AS SIGNED)) FROM `docs` LEFT JOIN JSON_TABLE(CASE WHEN JSON_TYPE(JSON_EXTRACT(`docs`.`tags`, ?)) = 'ARRAY' COLLATE utf8mb4_bin THEN JSON_EXTRACT(`docs`.`tags`, ?) END, '$[*]' COLUMNS (`key` FOR ORDINALITY)) AS `tag` ON 1 = 1 GROUP BY `docs`.`id`",
        ]
    );
    let tags = json_elements("tag", Doc.tags);
    let inner = json_elements("inner", tags.element().at("k"));
    golden!(
        "the elements of elements",
        select(inner.element())
            .from(Doc)
            .cross_join(&tags)
            .cross_join(&inner),
        [
            r#"SELECT ((("docs"."tags" -> "tag"."key") -> ?) -> "inner"."key") FROM "docs" CROSS JOIN json_each(CASE WHEN json_type("docs"."tags") = 'array' THEN "docs"."tags" END) AS "tag" CROSS JOIN json_each(CASE WHEN json_type((("docs"."tags" -> "tag"."key") -> ?)) = 'array' THEN (("docs"."tags" -> "tag"."key") -> ?) END) AS "inner""#,
            r#"SELECT ((("docs"."tags" -> ("tag"."key" - 1)) -> $1::text) -> ("inner"."key" - 1)) FROM "docs" CROSS JOIN LATERAL generate_series(1, CASE WHEN jsonb_typeof("docs"."tags") = 'array' THEN jsonb_array_length("docs"."tags") END) AS "tag"("key") CROSS JOIN LATERAL generate_series(1, CASE WHEN jsonb_typeof((("docs"."tags" -> ("tag"."key" - 1)) -> $2::text)) = 'array' THEN jsonb_array_length((("docs"."tags" -> ("tag"."key" - 1)) -> $3::text)) END) AS "inner"("key")"#,
            "SELECT JSON_EXTRACT(JSON_EXTRACT(JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']')), ?), CONCAT('$[', `inner`.`key` - 1, ']')) FROM `docs` CROSS JOIN JSON_TABLE(CASE WHEN JSON_TYPE(`docs`.`tags`) = 'ARRAY' COLLATE utf8mb4_bin THEN `docs`.`tags` END, '$[*]' COLUMNS (`key` FOR ORDINALITY)) AS `tag` CROSS JOIN JSON_TABLE(CASE WHEN JSON_TYPE(JSON_EXTRACT(JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']')), ?)) = 'ARRAY' COLLATE utf8mb4_bin THEN JSON_EXTRACT(JSON_EXTRACT(`docs`.`tags`, CONCAT('$[', `tag`.`key` - 1, ']')), ?) END, '$[*]' COLUMNS (`key` FOR ORDINALITY)) AS `inner`",
        ]
    );
}

#[test]
fn parts_of_a_table() {
    let tag = Tag.alias("t");
    let (tenth, some) = (bernoulli(Tag, 10.0), system(tag, 0.5).repeatable(7));
    let rows = select(Tag.label).from(tenth).filter(Tag.id.gt(1));
    let joined = select((Post.title, tag.label)).join_on(some, tag.id.eq(Post.id));
    assert_eq!(
        rows.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT "label" FROM "tags" TABLESAMPLE BERNOULLI (10) WHERE "id" > $1"#
    );
    assert_eq!(
        joined.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT "posts"."title", "t"."label" FROM "posts" INNER JOIN "tags" AS "t" TABLESAMPLE SYSTEM (0.5) REPEATABLE (7) ON "t"."id" = "posts"."id""#
    );
    let lacking: [&dyn Dialect; 3] = [&SqliteDialect, &MysqlDialect::MySql, &MysqlDialect::MariaDb];
    for dialect in lacking {
        for error in [rows.to_sql(dialect), joined.to_sql(dialect)].map(Result::unwrap_err) {
            assert!(error.is_unsupported(), "{error}");
            assert!(error.message().contains("TABLESAMPLE"), "{error}");
        }
    }
}
