//! UNION, INTERSECT and EXCEPT.

use orm::ErrorKind;

use crate::*;

#[test]
fn two_queries() {
    golden!(
        "UNION",
        select(User.name)
            .union(select(Tag.label))
            .order_by(User.name.desc())
            .limit(3),
        [
            r#"SELECT "name" FROM "users" UNION SELECT "label" FROM "tags" ORDER BY "name" DESC LIMIT ?"#,
            r#"SELECT "name" FROM "users" UNION SELECT "label" FROM "tags" ORDER BY "name" DESC LIMIT $1"#,
            "SELECT `name` FROM `users` UNION SELECT `label` FROM `tags` ORDER BY `name` DESC LIMIT ?",
        ]
    );
    golden!(
        "INTERSECT of joined queries",
        select(User.id)
            .join(Post)
            .intersect(select(Post.author_id).filter(Post.title.eq("x"))),
        [
            r#"SELECT "users"."id" AS "c0" FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id" INTERSECT SELECT "author_id" FROM "posts" WHERE "title" = ?"#,
            r#"SELECT "users"."id" AS "c0" FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id" INTERSECT SELECT "author_id" FROM "posts" WHERE "title" = $1"#,
            "SELECT `users`.`id` AS `c0` FROM `users` INNER JOIN `posts` ON `posts`.`author_id` = `users`.`id` INTERSECT SELECT `author_id` FROM `posts` WHERE `title` = ?",
        ]
    );
    golden!(
        "entities",
        select(Tag).except(select(Tag).filter(Tag.id.eq(1))),
        [
            r#"SELECT "id", "label" FROM "tags" EXCEPT SELECT "id", "label" FROM "tags" WHERE "id" = ?"#,
            r#"SELECT "id", "label" FROM "tags" EXCEPT SELECT "id", "label" FROM "tags" WHERE "id" = $1"#,
            "SELECT `id`, `label` FROM `tags` EXCEPT SELECT `id`, `label` FROM `tags` WHERE `id` = ?",
        ]
    );
}

#[test]
fn parts_of_their_own() {
    golden!(
        "an order and a limit of one query",
        select(Tag.id)
            .order_by(Tag.label)
            .limit(1)
            .union_all(select(User.id)),
        [
            r#"SELECT * FROM (SELECT "id" FROM "tags" ORDER BY "label" ASC LIMIT ?) UNION ALL SELECT "id" FROM "users""#,
            r#"(SELECT "id" FROM "tags" ORDER BY "label" ASC LIMIT $1) UNION ALL SELECT "id" FROM "users""#,
            "(SELECT `id` FROM `tags` ORDER BY `label` ASC LIMIT ?) UNION ALL SELECT `id` FROM `users`",
        ]
    );
    golden!(
        "nested",
        select(Tag.id).except(select(User.id).union(select(Post.id))),
        [
            r#"SELECT "id" FROM "tags" EXCEPT SELECT * FROM (SELECT "id" FROM "users" UNION SELECT "id" FROM "posts")"#,
            r#"SELECT "id" FROM "tags" EXCEPT (SELECT "id" FROM "users" UNION SELECT "id" FROM "posts")"#,
            "SELECT `id` FROM `tags` EXCEPT SELECT * FROM (SELECT `id` FROM `users` UNION SELECT `id` FROM `posts`) AS `inner_query`",
        ]
    );
    golden!(
        "expressions are ordered by the names that they get",
        select((count(Tag.id), Tag.label))
            .group_by(Tag.label)
            .union(select((count(User.id), User.name)).group_by(User.name))
            .order_by(count(Tag.id)),
        [
            r#"SELECT COUNT("id") AS "c0", "label" AS "c1" FROM "tags" GROUP BY "label" UNION SELECT COUNT("id"), "name" FROM "users" GROUP BY "name" ORDER BY "c0" ASC"#,
            r#"SELECT COUNT("id") AS "c0", "label" AS "c1" FROM "tags" GROUP BY "label" UNION SELECT COUNT("id"), "name" FROM "users" GROUP BY "name" ORDER BY "c0" ASC"#,
            "SELECT COUNT(`id`) AS `c0`, `label` AS `c1` FROM `tags` GROUP BY `label` UNION SELECT COUNT(`id`), `name` FROM `users` GROUP BY `name` ORDER BY `c0` ASC",
        ]
    );
    golden!(
        "in a subquery",
        select(User.id).filter(User.id.in_(select(Post.author_id).union(select(Tag.id)))),
        [
            r#"SELECT "id" FROM "users" WHERE "id" IN (SELECT "posts"."author_id" FROM "posts" UNION SELECT "tags"."id" FROM "tags")"#,
            "SELECT `id` FROM `users` WHERE `id` IN (SELECT `posts`.`author_id` FROM `posts` UNION SELECT `tags`.`id` FROM `tags`)",
        ]
    );
}

#[test]
fn what_sqlite_lacks_is_unsupported() {
    let query = select(Tag.id).except_all(select(User.id));
    let error = query.to_sql(&SqliteDialect).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(query.to_sql(&PostgresDialect).is_ok());
}

#[test]
fn mistakes_are_explained() {
    let both = || select(User.name).union(select(Tag.label));
    for (query, words) in [
        (
            both().filter(Tag.id.eq(1)),
            "WHERE are not allowed after UNION",
        ),
        (
            both().distinct(),
            "DISTINCT, GROUP BY and HAVING are not allowed",
        ),
        (
            both().order_by(User.id),
            "must be selected by the first query",
        ),
        (both().for_update(), "FOR UPDATE is not allowed with UNION"),
        (
            select(User.name).union(select(Tag.label).for_update()),
            "in a subquery",
        ),
    ] {
        let error = query.to_sql(&SqliteDialect).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(words), "{error}");
    }
    let many = (0..600).fold(select(Tag.id), |all, _| all.union(select(Tag.id)));
    let error = many.to_sql(&SqliteDialect).unwrap_err();
    assert!(error.to_string().contains("500 levels"), "{error}");
}
