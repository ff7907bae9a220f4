//! Upserts, and RETURNING of all statements that write.

use orm::ErrorKind;
use orm::query::Insert;

use crate::*;

/// A second unique key beside the generated one, a version and a column that updates set.
#[derive(Model, Clone, Debug)]
#[orm(table = "items", unique(shop, code))]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    name: String,
    shop: i32,
    code: i32,
    hits: i32,
    #[orm(version)]
    version: i32,
}

fn item() -> Insert<'static, Item> {
    insert(Item).values(Item::builder().name("lamp").shop(1).code(2).hits(3))
}

fn label() -> Insert<'static, Tag> {
    insert(Tag).values(Tag::builder().id(1).label("x"))
}

#[test]
fn upserts() {
    golden!(
        "do update",
        label()
            .on_conflict(Tag.id)
            .do_update(|new| [Tag.label.to(new.label)]),
        [
            r#"INSERT INTO "tags" ("id", "label") VALUES (?, ?) ON CONFLICT ("id") DO UPDATE SET "label" = excluded."label""#,
            r#"INSERT INTO "tags" ("id", "label") VALUES ($1, $2) ON CONFLICT ("id") DO UPDATE SET "label" = excluded."label""#,
            "INSERT INTO `tags` (`id`, `label`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `tags`.`label` = VALUES(`label`)",
        ]
    );
    golden!(
        "do nothing",
        label().on_conflict(Tag.id).do_nothing(),
        [
            r#"INSERT INTO "tags" ("id", "label") VALUES (?, ?) ON CONFLICT ("id") DO NOTHING"#,
            r#"INSERT INTO "tags" ("id", "label") VALUES ($1, $2) ON CONFLICT ("id") DO NOTHING"#,
            "INSERT INTO `tags` (`id`, `label`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `tags`.`id` = `tags`.`id`",
        ]
    );
    golden!(
        "any conflict",
        label().skip_conflicts(),
        [
            r#"INSERT INTO "tags" ("id", "label") VALUES (?, ?) ON CONFLICT DO NOTHING"#,
            r#"INSERT INTO "tags" ("id", "label") VALUES ($1, $2) ON CONFLICT DO NOTHING"#,
            "INSERT INTO `tags` (`id`, `label`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `tags`.`id` = `tags`.`id`",
        ]
    );
    golden!(
        "all columns, beside another unique key",
        item().on_conflict(Item.name).do_update_all(),
        [
            r#"INSERT INTO "items" ("name", "shop", "code", "hits", "version") VALUES (?, ?, ?, ?, ?) ON CONFLICT ("name") DO UPDATE SET "shop" = excluded."shop", "code" = excluded."code", "hits" = excluded."hits", "version" = CASE WHEN "items"."version" < 2147483647 THEN "items"."version" + ? ELSE abs(-9223372036854775807 - ("items"."version" > 0)) END"#,
            r#"INSERT INTO "items" ("name", "shop", "code", "hits", "version") VALUES ($1, $2, $3, $4, $5) ON CONFLICT ("name") DO UPDATE SET "shop" = excluded."shop", "code" = excluded."code", "hits" = excluded."hits", "version" = "items"."version" + $6::int8"#,
            "INSERT INTO `items` (`name`, `shop`, `code`, `hits`, `version`) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE `items`.`shop` = CASE WHEN `items`.`name` = VALUES(`name`) THEN VALUES(`shop`) ELSE (SELECT NULL UNION ALL SELECT NULL) END, `items`.`code` = VALUES(`code`), `items`.`hits` = VALUES(`hits`), `items`.`version` = `items`.`version` + ?",
        ]
    );
    golden!(
        "conditions and old values",
        item()
            .on_conflict((Item.code, Item.shop))
            .do_update(|new| [
                Item.hits.to(Item.hits + new.hits),
                Item.name.to("desk"),
                Item.version.to(7)
            ])
            .filter_new(|new| Item.hits.lt(new.hits))
            .filter(Item.shop.gt(4)),
        [
            r#"INSERT INTO "items" ("name", "shop", "code", "hits", "version") VALUES (?, ?, ?, ?, ?) ON CONFLICT ("shop", "code") DO UPDATE SET "hits" = integer_store("items"."hits" + excluded."hits", 32), "name" = ?, "version" = ? WHERE "items"."hits" < excluded."hits" AND "items"."shop" > ?"#,
            r#"INSERT INTO "items" ("name", "shop", "code", "hits", "version") VALUES ($1, $2, $3, $4, $5) ON CONFLICT ("shop", "code") DO UPDATE SET "hits" = "items"."hits" + excluded."hits", "name" = $6, "version" = $7 WHERE "items"."hits" < excluded."hits" AND "items"."shop" > $8"#,
            "INSERT INTO `items` (`name`, `shop`, `code`, `hits`, `version`) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE `items`.`name` = CASE WHEN `items`.`shop` = VALUES(`shop`) AND `items`.`code` = VALUES(`code`) THEN CASE WHEN `items`.`hits` < VALUES(`hits`) AND `items`.`shop` > ? THEN ? ELSE `items`.`name` END ELSE (SELECT NULL UNION ALL SELECT NULL) END, `items`.`version` = CASE WHEN `items`.`hits` < VALUES(`hits`) AND `items`.`shop` > ? THEN ? ELSE `items`.`version` END, `items`.`hits` = CASE WHEN `items`.`hits` < VALUES(`hits`) AND `items`.`shop` > ? THEN `items`.`hits` + VALUES(`hits`) ELSE `items`.`hits` END",
        ]
    );
    golden!(
        "of many",
        insert(Tag)
            .values((1..3).map(|id| Tag {
                id,
                label: "x".into()
            }))
            .on_conflict(Tag.id)
            .do_update(|new| [Tag.label.to(new.label)]),
        [
            r#"INSERT INTO "tags" ("id", "label") VALUES (?, ?), (?, ?) ON CONFLICT ("id") DO UPDATE SET "label" = excluded."label""#,
            r#"INSERT INTO "tags" ("id", "label") SELECT * FROM UNNEST($1::int8[], $2::text[]) ON CONFLICT ("id") DO UPDATE SET "label" = excluded."label""#,
            "INSERT INTO `tags` (`id`, `label`) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE `tags`.`label` = VALUES(`label`)",
        ]
    );
}

#[test]
fn what_a_dialect_lacks_is_refused() {
    let circular = item()
        .on_conflict(Item.name)
        .do_update(|_| [Item.hits.to(Item.shop), Item.shop.to(Item.hits)]);
    assert!(circular.to_sql(&PostgresDialect).is_ok());
    let error = circular.to_sql(&MysqlDialect::MySql).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("hits, shop"), "{error}");
    let back = label().on_conflict(Tag.id).do_update_all().returning(Tag);
    assert!(
        back.to_sql(&MysqlDialect::MySql)
            .unwrap_err()
            .is_unsupported()
    );
    assert_eq!(
        back.to_sql(&MysqlDialect::MariaDb).unwrap(),
        "INSERT INTO `tags` (`id`, `label`) VALUES (?, ?) ON DUPLICATE KEY UPDATE `tags`.`label` = VALUES(`label`) RETURNING `id`, `label`"
    );
}

/// Compares the text of a statement that returns rows in SQLite's, PostgreSQL's and MariaDB's words.
#[track_caller]
fn returning(to_sql: &dyn Fn(&dyn Dialect) -> orm::Result<String>, expected: [Option<&str>; 3]) {
    let dialects: [&dyn Dialect; 3] = [&SqliteDialect, &PostgresDialect, &MysqlDialect::MariaDb];
    for (dialect, expected) in dialects.into_iter().zip(expected) {
        match (to_sql(dialect), expected) {
            (Ok(sql), Some(expected)) => assert_eq!(sql, expected, "{}", dialect.name()),
            (sql, _) => assert!(sql.is_err_and(|error| error.is_unsupported())),
        }
    }
    let mysql = to_sql(&MysqlDialect::MySql);
    assert!(mysql.is_err_and(|error| error.is_unsupported()));
}

#[test]
fn lists_that_come_back() {
    let statement = label().returning((Tag.label, Tag.id + 1));
    returning(
        &|dialect| statement.to_sql(dialect),
        [
            Some(r#"INSERT INTO "tags" ("id", "label") VALUES (?, ?) RETURNING "label", "id" + ?"#),
            Some(
                r#"INSERT INTO "tags" ("id", "label") VALUES ($1, $2) RETURNING "label", "id" + $3::int8"#,
            ),
            Some("INSERT INTO `tags` (`id`, `label`) VALUES (?, ?) RETURNING `label`, `id` + ?"),
        ],
    );
    let many = (0..2).map(|_| Tag::builder().label("x"));
    let statement = insert(Tag).values(many).returning(Tag);
    returning(
        &|dialect| statement.to_sql(dialect),
        [
            Some(r#"INSERT INTO "tags" ("label") VALUES (?), (?) RETURNING "id", "label""#),
            Some(
                r#"INSERT INTO "tags" ("label") SELECT p.c0 FROM UNNEST($1::text[]) WITH ORDINALITY AS p(c0, n) ORDER BY p.n RETURNING "id", "label""#,
            ),
            Some("INSERT INTO `tags` (`label`) VALUES (?), (?) RETURNING `id`, `label`"),
        ],
    );
    let statement = update(Tag)
        .set(Tag.label, "y")
        .filter(Tag.id.eq(1))
        .returning((Tag, Tag.id * 2));
    returning(
        &|dialect| statement.to_sql(dialect),
        [
            Some(
                r#"UPDATE "tags" SET "label" = ? WHERE "id" = ? RETURNING "id", "label", "id" * ?"#,
            ),
            Some(
                r#"UPDATE "tags" SET "label" = $1 WHERE "id" = $2 RETURNING "id", "label", "id" * $3::int8"#,
            ),
            None,
        ],
    );
    let statement = delete(Tag).filter(Tag.id.eq(1)).returning(Tag.label);
    returning(
        &|dialect| statement.to_sql(dialect),
        [
            Some(r#"DELETE FROM "tags" WHERE "id" = ? RETURNING "label""#),
            Some(r#"DELETE FROM "tags" WHERE "id" = $1 RETURNING "label""#),
            Some("DELETE FROM `tags` WHERE `id` = ? RETURNING `label`"),
        ],
    );
}

#[test]
fn other_tables_and_queries() {
    let other = Tag.alias("other");
    golden!(
        "update from two tables",
        update(Post)
            .from(User)
            .from(other)
            .set(Post.title, User.name)
            .filter(User.id.eq(Post.author_id))
            .filter(other.id.eq(Post.id))
            .filter(other.id.ne(7)),
        [
            r#"UPDATE "posts" SET "title" = "users"."name" FROM "users" INNER JOIN "tags" AS "other" ON 1 = 1 WHERE "users"."id" = "posts"."author_id" AND "other"."id" = "posts"."id" AND "other"."id" <> ?"#,
            r#"UPDATE "posts" SET "title" = "users"."name" FROM "users" INNER JOIN "tags" AS "other" ON 1 = 1 WHERE "users"."id" = "posts"."author_id" AND "other"."id" = "posts"."id" AND "other"."id" <> $1"#,
            "UPDATE `posts`, `users` INNER JOIN `tags` AS `other` ON 1 = 1 SET `posts`.`title` = `users`.`name` WHERE `users`.`id` = `posts`.`author_id` AND `other`.`id` = `posts`.`id` AND `other`.`id` <> ?",
        ]
    );
    golden!(
        "delete using",
        delete(Post).using(User).filter(User.id.eq(Post.author_id)),
        [
            r#"DELETE FROM "posts" WHERE EXISTS (SELECT 1 FROM "users" WHERE "users"."id" = "posts"."author_id")"#,
            r#"DELETE FROM "posts" USING "users" WHERE "users"."id" = "posts"."author_id""#,
            "DELETE FROM `posts` USING `posts`, `users` WHERE `users`.`id` = `posts`.`author_id`",
        ]
    );
    golden!(
        "insert of a query",
        insert(Tag).from_select(
            (Tag.id, Tag.label),
            select((Post.id + 5, Post.title)).limit(3)
        ),
        [
            r#"INSERT INTO "tags" ("id", "label") SELECT integer_store("id" + ?, 64), "title" FROM "posts" LIMIT ?"#,
            r#"INSERT INTO "tags" ("id", "label") SELECT "id" + $1::int8, "title" FROM "posts" LIMIT $2"#,
            "INSERT INTO `tags` (`id`, `label`) SELECT `id` + ?, `title` FROM `posts` LIMIT ?",
        ]
    );
    golden!(
        "insert of defaults",
        insert(Tag).defaults(),
        [
            r#"INSERT INTO "tags" DEFAULT VALUES"#,
            "INSERT INTO `tags` () VALUES ()",
        ]
    );
    let tags = [1, 2].map(|id| Tag {
        id,
        label: "x".into(),
    });
    golden!(
        "update of many",
        update_many(Tag).rows(&tags).set(Tag.label),
        [
            r#"UPDATE "tags" SET "label" = ? WHERE "id" = ?"#,
            r#"UPDATE "tags" SET "label" = v.c0 FROM UNNEST($1::text[], $2::int8[]) AS v(c0, c1) WHERE "tags"."id" = v.c1"#,
            "UPDATE `tags` FORCE INDEX (PRIMARY) SET `label` = CASE `id` WHEN ? THEN ? WHEN ? THEN ? ELSE `label` END WHERE `id` IN (?, ?)",
        ]
    );
}
