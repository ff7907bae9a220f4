//! LIMIT by an expression, aggregates of all values, lists in FROM, frames of fractions and hints.

use orm::ErrorKind;
use orm::query::{
    FrameBound, array_agg, force_index, ignore_index, json_array_agg, json_object_agg, raw_expr,
    scalar, unnest, use_index, window,
};

use crate::*;

#[track_caller]
fn unsupported(to_sql: impl Fn(&dyn Dialect) -> orm::Result<String>, dialects: &[&dyn Dialect]) {
    for dialect in dialects {
        let error = to_sql(*dialect).expect_err("it is unsupported");
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
}

const MYSQLS: [&dyn Dialect; 2] = [&MysqlDialect::MySql, &MysqlDialect::MariaDb];

#[test]
fn limits_by_expressions() {
    let two = raw_expr::<i64>(":a * :b", (("a", 1), ("b", 2)));
    let posts = scalar(select(count_all()).from(Post)).coalesce(0);
    let query = select(Tag.id)
        .filter(Tag.label.ne("x"))
        .limit_by(posts)
        .offset_by(two);
    assert_eq!(
        query.to_sql(&SqliteDialect).unwrap(),
        r#"SELECT "id" FROM "tags" WHERE "label" <> ? LIMIT max(COALESCE((SELECT COUNT(*) FROM "posts"), ?), 0) OFFSET max(? * ?, 0)"#
    );
    assert_eq!(
        query.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT "id" FROM "tags" WHERE "label" <> $1 LIMIT GREATEST(COALESCE((SELECT COUNT(*) FROM "posts"), $2::int8), 0) OFFSET GREATEST($3::int8 * $4::int8, 0)"#
    );
    unsupported(|dialect| query.to_sql(dialect), &MYSQLS);
    let two = raw_expr::<i64>("1 + 1", ());
    assert_eq!(
        select(Tag.id)
            .limit(3)
            .offset_by(two)
            .to_sql(&SqliteDialect)
            .unwrap(),
        r#"SELECT "id" FROM "tags" LIMIT ? OFFSET max(1 + 1, 0)"#
    );
}

#[test]
fn aggregates_of_all_values() {
    golden!(
        "without an order",
        select((
            json_array_agg(User.name, ()),
            json_object_agg(User.name, User.logins, ())
        )),
        [
            r#"SELECT NULLIF(json_group_array("name"), '[]'), NULLIF(json_group_object("name", "logins"), '{}') FROM "users""#,
            r#"SELECT jsonb_agg("name"), jsonb_object_agg("name", "logins") FROM "users""#,
            "SELECT JSON_ARRAYAGG(`name`), JSON_OBJECTAGG(`name`, `logins`) FROM `users`",
        ]
    );
    let ordered = select(json_array_agg(User.email, User.id.desc()));
    assert_eq!(
        ordered.to_sql(&MysqlDialect::MariaDb).unwrap(),
        "SELECT JSON_ARRAYAGG(`email` ORDER BY `id` DESC) FROM `users`"
    );
    unsupported(|dialect| ordered.to_sql(dialect), &[&MysqlDialect::MySql]);
    let some = select(json_array_agg(User.id, ()).filter(User.active));
    assert_eq!(
        some.to_sql(&SqliteDialect).unwrap(),
        r#"SELECT NULLIF(json_group_array("id") FILTER (WHERE "active" = ?), '[]') FROM "users""#
    );
    unsupported(|dialect| some.to_sql(dialect), &MYSQLS);
    let arrays = select(array_agg(User.email, (User.name, User.id.desc())).filter(User.active));
    assert_eq!(
        arrays.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT ARRAY_AGG("email" ORDER BY "name" ASC, "id" DESC) FILTER (WHERE "active" = $1) FROM "users""#
    );
    let others: [&dyn Dialect; 3] = [&SqliteDialect, MYSQLS[0], MYSQLS[1]];
    unsupported(|dialect| arrays.to_sql(dialect), &others);
}

#[test]
fn lists_in_from() {
    let names = unnest("names", ["a".to_owned(), "b".to_owned()]);
    let (name,) = names.columns();
    golden!(
        "joined texts",
        select((Tag.id, name))
            .join_on(&names, Tag.label.eq(name))
            .filter(Tag.id.gt(1)),
        [
            r#"SELECT "tags"."id", "names"."c0" FROM "tags" INNER JOIN (SELECT value AS "c0" FROM json_each(?)) AS "names" ON "tags"."label" = "names"."c0" WHERE "tags"."id" > ?"#,
            r#"SELECT "tags"."id", "names"."c0" FROM "tags" INNER JOIN unnest(CAST($1 AS text[])) AS "names"("c0") ON "tags"."label" = "names"."c0" WHERE "tags"."id" > $2"#,
            "SELECT `tags`.`id`, `names`.`c0` FROM `tags` INNER JOIN (SELECT JSON_UNQUOTE(JSON_QUOTE(v)) AS `c0` FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS list) AS `names` ON `tags`.`label` = `names`.`c0` WHERE `tags`.`id` > ?",
        ]
    );
}

#[test]
fn fractions_in_frames() {
    let near = window().order_by(User.score);
    let near = near.range(FrameBound::preceding(0.5), FrameBound::following(1.25));
    golden!(
        "of floats",
        select(count_all().over(near)).from(User),
        [
            r#"SELECT COUNT(*) OVER (ORDER BY "score" ASC RANGE BETWEEN 0.5 PRECEDING AND 1.25 FOLLOWING) FROM "users""#,
            "SELECT COUNT(*) OVER (ORDER BY `score` ASC RANGE BETWEEN 0.5 PRECEDING AND 1.25 FOLLOWING) FROM `users`",
        ]
    );
}

#[test]
fn hints() {
    golden!(
        "of the optimizer",
        select(Tag.id)
            .hint("mysql", "NO_ICP(tags)")
            .hint("postgres", "SeqScan(tags)")
            .filter(Tag.label.eq("x")),
        [
            r#"SELECT "id" FROM "tags" WHERE "label" = ?"#,
            r#"/*+ SeqScan(tags) */ SELECT "id" FROM "tags" WHERE "label" = $1"#,
            "SELECT /*+ NO_ICP(tags) */ `id` FROM `tags` WHERE `label` = ?",
        ]
    );
    golden!(
        "of indexes",
        select(Tag.id).from(force_index(Tag, ["ix_tags_label"])),
        [
            r#"SELECT "id" FROM "tags" INDEXED BY "ix_tags_label""#,
            r#"SELECT "id" FROM "tags""#,
            "SELECT `id` FROM `tags` FORCE INDEX (`ix_tags_label`)",
        ]
    );
    let other = Tag.alias("other");
    golden!(
        "of joined tables",
        select((Tag.id, other.id))
            .from(use_index(Tag, ["a", "b"]))
            .join_on(ignore_index(other, ["c"]), other.label.eq(Tag.label)),
        [
            r#"SELECT "tags"."id", "other"."id" FROM "tags" INNER JOIN "tags" AS "other" ON "other"."label" = "tags"."label""#,
            "SELECT `tags`.`id`, `other`.`id` FROM `tags` USE INDEX (`a`, `b`) INNER JOIN `tags` AS `other` IGNORE INDEX (`c`) ON `other`.`label` = `tags`.`label`",
        ]
    );
}
