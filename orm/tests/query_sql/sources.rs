//! Derived tables, common table expressions, VALUES and LATERAL.

use orm::ErrorKind;
use orm::query::{recursive, values};

use crate::*;

#[test]
fn derived_tables() {
    let totals = select((Post.author_id, count(Post.id)))
        .filter(Post.title.ne("x"))
        .group_by(Post.author_id)
        .as_table("totals");
    let (author, posts) = totals.columns();
    golden!(
        "a joined derived table",
        select((User.name, posts))
            .join_on(&totals, author.eq(User.id))
            .filter(posts.gt(2))
            .order_by(posts.desc()),
        [
            r#"SELECT "users"."name", "totals"."c1" FROM "users" INNER JOIN (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" WHERE "title" <> ? GROUP BY "author_id") AS "totals" ON "totals"."c0" = "users"."id" WHERE "totals"."c1" > ? ORDER BY "totals"."c1" DESC"#,
            r#"SELECT "users"."name", "totals"."c1" FROM "users" INNER JOIN (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" WHERE "title" <> $1 GROUP BY "author_id") AS "totals" ON "totals"."c0" = "users"."id" WHERE "totals"."c1" > $2 ORDER BY "totals"."c1" DESC"#,
            "SELECT `users`.`name`, `totals`.`c1` FROM `users` INNER JOIN (SELECT `author_id` AS `c0`, COUNT(`id`) AS `c1` FROM `posts` WHERE `title` <> ? GROUP BY `author_id`) AS `totals` ON `totals`.`c0` = `users`.`id` WHERE `totals`.`c1` > ? ORDER BY `totals`.`c1` DESC",
        ]
    );
    golden!(
        "an aggregate of aggregates",
        select((max(posts), count_all())).from(&totals),
        [
            r#"SELECT MAX("totals"."c1"), COUNT(*) FROM (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" WHERE "title" <> ? GROUP BY "author_id") AS "totals""#,
            r#"SELECT MAX("totals"."c1"), COUNT(*) FROM (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" WHERE "title" <> $1 GROUP BY "author_id") AS "totals""#,
            "SELECT MAX(`totals`.`c1`), COUNT(*) FROM (SELECT `author_id` AS `c0`, COUNT(`id`) AS `c1` FROM `posts` WHERE `title` <> ? GROUP BY `author_id`) AS `totals`",
        ]
    );
    let labels = select(Tag.label)
        .union(select(User.name))
        .order_by(Tag.label);
    let labels = labels.limit(3).as_table("labels");
    golden!(
        "a set operation as a table",
        select(labels.columns()).from(&labels),
        [
            r#"SELECT "labels"."c0" FROM (SELECT "label" AS "c0" FROM "tags" UNION SELECT "name" FROM "users" ORDER BY "c0" ASC LIMIT ?) AS "labels""#,
            r#"SELECT "labels"."c0" FROM (SELECT "label" AS "c0" FROM "tags" UNION SELECT "name" FROM "users" ORDER BY "c0" ASC LIMIT $1) AS "labels""#,
            "SELECT `labels`.`c0` FROM (SELECT `label` AS `c0` FROM `tags` UNION SELECT `name` FROM `users` ORDER BY `c0` ASC LIMIT ?) AS `labels`",
        ]
    );
}

#[test]
fn entities_of_derived_tables() {
    let some = select(Tag).order_by(Tag.label).limit(2).as_entity(Tag);
    golden!(
        "under the name of the table",
        select(Tag).from(&some).filter(Tag.id.gt(1)),
        [
            r#"SELECT "tags"."id", "tags"."label" FROM (SELECT "id", "label" FROM "tags" ORDER BY "label" ASC LIMIT ?) AS "tags" WHERE "tags"."id" > ?"#,
            r#"SELECT "tags"."id", "tags"."label" FROM (SELECT "id", "label" FROM "tags" ORDER BY "label" ASC LIMIT $1) AS "tags" WHERE "tags"."id" > $2"#,
            "SELECT `tags`.`id`, `tags`.`label` FROM (SELECT `id`, `label` FROM `tags` ORDER BY `label` ASC LIMIT ?) AS `tags` WHERE `tags`.`id` > ?",
        ]
    );
    let top = Tag.alias("top");
    let tags = select(Tag).limit(2).as_entity(top);
    golden!(
        "under an alias",
        select((PostTag.post_id, top)).join_on(&tags, PostTag.tag_id.eq(top.id)),
        [
            r#"SELECT "post_tags"."post_id", "top"."id", "top"."label" FROM "post_tags" INNER JOIN (SELECT "id", "label" FROM "tags" LIMIT ?) AS "top" ON "post_tags"."tag_id" = "top"."id""#,
            r#"SELECT "post_tags"."post_id", "top"."id", "top"."label" FROM "post_tags" INNER JOIN (SELECT "id", "label" FROM "tags" LIMIT $1) AS "top" ON "post_tags"."tag_id" = "top"."id""#,
            "SELECT `post_tags`.`post_id`, `top`.`id`, `top`.`label` FROM `post_tags` INNER JOIN (SELECT `id`, `label` FROM `tags` LIMIT ?) AS `top` ON `post_tags`.`tag_id` = `top`.`id`",
        ]
    );
}

#[test]
fn common_table_expressions() {
    let active = select((User.id, User.name))
        .filter(User.active)
        .cte("active");
    let (id, name) = active.columns();
    let posts = select((Post.author_id, count(Post.id)))
        .join_on(&active, Post.author_id.eq(id))
        .group_by(Post.author_id)
        .cte("counts");
    let (author, number) = posts.columns();
    golden!(
        "one that uses the other, both in one WITH",
        select((name, number))
            .from(&active)
            .join_on(&posts, author.eq(id))
            .filter(number.gt(1)),
        [
            r#"WITH "active" AS (SELECT "id" AS "c0", "name" AS "c1" FROM "users" WHERE "active" = ?), "counts" AS (SELECT "posts"."author_id" AS "c0", COUNT("posts"."id") AS "c1" FROM "posts" INNER JOIN "active" ON "posts"."author_id" = "active"."c0" GROUP BY "posts"."author_id") SELECT "active"."c1", "counts"."c1" FROM "active" INNER JOIN "counts" ON "counts"."c0" = "active"."c0" WHERE "counts"."c1" > ?"#,
            r#"WITH "active" AS (SELECT "id" AS "c0", "name" AS "c1" FROM "users" WHERE "active" = $1), "counts" AS (SELECT "posts"."author_id" AS "c0", COUNT("posts"."id") AS "c1" FROM "posts" INNER JOIN "active" ON "posts"."author_id" = "active"."c0" GROUP BY "posts"."author_id") SELECT "active"."c1", "counts"."c1" FROM "active" INNER JOIN "counts" ON "counts"."c0" = "active"."c0" WHERE "counts"."c1" > $2"#,
            "WITH `active` AS (SELECT `id` AS `c0`, `name` AS `c1` FROM `users` WHERE `active` = ?), `counts` AS (SELECT `posts`.`author_id` AS `c0`, COUNT(`posts`.`id`) AS `c1` FROM `posts` INNER JOIN `active` ON `posts`.`author_id` = `active`.`c0` GROUP BY `posts`.`author_id`) SELECT `active`.`c1`, `counts`.`c1` FROM `active` INNER JOIN `counts` ON `counts`.`c0` = `active`.`c0` WHERE `counts`.`c1` > ?",
        ]
    );
    let once = active.clone().materialized(true);
    golden!(
        "MATERIALIZED",
        select(name).from(&once),
        [
            r#"WITH "active" AS MATERIALIZED (SELECT "id" AS "c0", "name" AS "c1" FROM "users" WHERE "active" = ?) SELECT "c1" FROM "active""#,
            r#"WITH "active" AS MATERIALIZED (SELECT "id" AS "c0", "name" AS "c1" FROM "users" WHERE "active" = $1) SELECT "c1" FROM "active""#,
            "WITH `active` AS (SELECT `id` AS `c0`, `name` AS `c1` FROM `users` WHERE `active` = ?) SELECT `c1` FROM `active`",
        ]
    );
    golden!(
        "of a set operation",
        select(name)
            .from(&active)
            .union(select(name).from(&active).filter(id.gt(1))),
        [
            r#"WITH "active" AS (SELECT "id" AS "c0", "name" AS "c1" FROM "users" WHERE "active" = ?) SELECT "c1" FROM "active" UNION SELECT "c1" FROM "active" WHERE "c0" > ?"#,
            r#"WITH "active" AS (SELECT "id" AS "c0", "name" AS "c1" FROM "users" WHERE "active" = $1) SELECT "c1" FROM "active" UNION SELECT "c1" FROM "active" WHERE "c0" > $2"#,
            "WITH `active` AS (SELECT `id` AS `c0`, `name` AS `c1` FROM `users` WHERE `active` = ?) SELECT `c1` FROM `active` UNION SELECT `c1` FROM `active` WHERE `c0` > ?",
        ]
    );
    let boss = select(User.id).filter(User.boss_id.is_null());
    let under = recursive("under", boss, |under| {
        select(User.id).join_on(&under, User.boss_id.eq(under.columns()))
    });
    golden!(
        "RECURSIVE",
        select(User.name).join_on(&under, User.id.eq(under.columns())),
        [
            r#"WITH RECURSIVE "under" AS (SELECT "id" AS "c0" FROM "users" WHERE "boss_id" IS NULL UNION ALL SELECT "users"."id" FROM "users" INNER JOIN "under" ON "users"."boss_id" = "under"."c0") SELECT "users"."name" FROM "users" INNER JOIN "under" ON "users"."id" = "under"."c0""#,
            "WITH RECURSIVE `under` AS (SELECT `id` AS `c0` FROM `users` WHERE `boss_id` IS NULL UNION ALL SELECT `users`.`id` FROM `users` INNER JOIN `under` ON `users`.`boss_id` = `under`.`c0`) SELECT `users`.`name` FROM `users` INNER JOIN `under` ON `users`.`id` = `under`.`c0`",
        ]
    );
}

#[test]
fn rows_of_values() {
    let prices = values("v", [(1_i64, "one".to_owned()), (2, "two".to_owned())]);
    let (id, word) = prices.columns();
    golden!(
        "VALUES",
        select((Tag.label, word)).join_on(&prices, Tag.id.eq(id)),
        [
            r#"SELECT "tags"."label", "v"."c1" FROM "tags" INNER JOIN (SELECT NULL AS "c0", NULL AS "c1" WHERE 1 = 0 UNION ALL VALUES (?, ?), (?, ?)) AS "v" ON "tags"."id" = "v"."c0""#,
            r#"SELECT "tags"."label", "v"."c1" FROM "tags" INNER JOIN (VALUES ($1::int8, $2::text), ($3::int8, $4::text)) AS "v"("c0", "c1") ON "tags"."id" = "v"."c0""#,
            "SELECT `tags`.`label`, `v`.`c1` FROM `tags` INNER JOIN (VALUES ROW(?, ?), ROW(?, ?)) AS `v`(`c0`, `c1`) ON `tags`.`id` = `v`.`c0`",
        ]
    );
    let none = values("v", Vec::<(i64,)>::new());
    let (id,) = none.columns();
    golden!(
        "no rows",
        select(Tag.label).join_on(&none, Tag.id.eq(id)),
        [
            r#"SELECT "tags"."label" FROM "tags" INNER JOIN (SELECT CAST(? AS INTEGER) AS "c0" WHERE 1 = 0) AS "v" ON "tags"."id" = "v"."c0""#,
            r#"SELECT "tags"."label" FROM "tags" INNER JOIN (SELECT CAST($1 AS int8) AS "c0" WHERE 1 = 0) AS "v" ON "tags"."id" = "v"."c0""#,
            "SELECT `tags`.`label` FROM `tags` INNER JOIN (SELECT CAST(? AS SIGNED) AS `c0` WHERE 1 = 0) AS `v` ON `tags`.`id` = `v`.`c0`",
        ]
    );
}

#[test]
fn laterals() {
    let last = select(Post.title).filter(Post.author_id.eq(User.id));
    let last = last.order_by(Post.id.desc()).limit(1).as_table("last");
    let query = select((User.name, optional(last.columns()))).left_join_lateral(&last);
    assert_eq!(
        query.to_sql(&MysqlDialect::MySql).unwrap(),
        "SELECT `users`.`name`, `last`.`c0` FROM `users` LEFT JOIN LATERAL (SELECT `posts`.`title` AS `c0` FROM `posts` WHERE `posts`.`author_id` = `users`.`id` ORDER BY `posts`.`id` DESC LIMIT ?) AS `last` ON 1 = 1"
    );
    assert_eq!(
        query.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT "users"."name", "last"."c0" FROM "users" LEFT JOIN LATERAL (SELECT "posts"."title" AS "c0" FROM "posts" WHERE "posts"."author_id" = "users"."id" ORDER BY "posts"."id" DESC LIMIT $1) AS "last" ON 1 = 1"#
    );
    let inner = select((User.name, last.columns()))
        .join_lateral(&last)
        .filter(last.columns().ne("x"));
    assert_eq!(
        inner.to_sql(&MysqlDialect::MySql).unwrap(),
        "SELECT `users`.`name`, `last`.`c0` FROM `users` INNER JOIN LATERAL (SELECT `posts`.`title` AS `c0` FROM `posts` WHERE `posts`.`author_id` = `users`.`id` ORDER BY `posts`.`id` DESC LIMIT ?) AS `last` ON 1 = 1 WHERE `last`.`c0` <> ?"
    );
    assert_eq!(
        inner.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT "users"."name", "last"."c0" FROM "users" INNER JOIN LATERAL (SELECT "posts"."title" AS "c0" FROM "posts" WHERE "posts"."author_id" = "users"."id" ORDER BY "posts"."id" DESC LIMIT $1) AS "last" ON 1 = 1 WHERE "last"."c0" <> $2"#
    );
    let lacking: [&dyn Dialect; 2] = [&SqliteDialect, &MysqlDialect::MariaDb];
    for dialect in lacking {
        for error in [query.to_sql(dialect), inner.to_sql(dialect)].map(Result::unwrap_err) {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains("LATERAL"), "{error}");
        }
    }
}

#[test]
fn mistakes_are_explained() {
    let totals = select((Post.author_id, count(Post.id))).group_by(Post.author_id);
    let totals = totals.as_table("totals");
    let (author, posts) = totals.columns();
    let wrong = |name: &str| select(Tag.label).as_table(name.to_owned());
    let users = || select(User.id).cte("users");
    let other = select(Tag.id).cte("some");
    let some = select(User.id).cte("some");
    let fault = |query: Select<_>, words: &str| {
        let query: Select<orm::mapping::Column<User, String>> = query;
        let error = query.to_sql(&SqliteDialect).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(words), "{error}");
    };
    let base = || select(User.name);
    fault(base().filter(posts.gt(1)), "missing FROM entry for totals");
    fault(
        base()
            .join_on(&totals, author.eq(User.id))
            .join_on(&totals, author.eq(1)),
        "more than once",
    );
    fault(base().cross_join(wrong("")), "empty name");
    fault(base().cross_join(wrong("orm_1")), "reserved");
    fault(
        base().cross_join(users().alias("u")),
        "WITH query name users is the name of a table",
    );
    fault(
        base().cross_join(&some).cross_join(other.alias("b")),
        "WITH query name some is specified more than once",
    );
    fault(
        base().cross_join(totals.clone().materialized(true)),
        "MATERIALIZED",
    );
    let locked = select(Post.id).for_update().as_table("locked");
    fault(
        base().cross_join(&locked),
        "FOR UPDATE is not allowed in a subquery",
    );
    let broken = select(Post.id).filter(Tag.id.eq(1)).as_table("broken");
    fault(base().cross_join(&broken), "missing FROM entry for tags");
    let beside = select(Post.id)
        .filter(Post.author_id.eq(User.id))
        .as_table("beside");
    fault(base().cross_join(&beside), "missing FROM entry for users");
    fault(
        base().from(select(User).entity_cte(User)),
        "can't have the name of the table of User",
    );
    let error = select((author, posts)).to_sql(&SqliteDialect).unwrap_err();
    assert!(error.to_string().contains(".from(&totals)"), "{error}");
    let required = select((User.id, posts)).left_join_on(&totals, author.eq(User.id));
    let error = required.to_sql(&SqliteDialect).unwrap_err();
    assert!(error.to_string().contains("optional(totals)"), "{error}");
    let ungrouped = select((author, count_all())).from(&totals);
    let error = ungrouped.to_sql(&SqliteDialect).unwrap_err();
    assert!(error.to_string().contains("GROUP BY"), "{error}");
}
