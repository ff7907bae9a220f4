//! RIGHT, FULL and CROSS JOIN.

use orm::ErrorKind;

use crate::*;

#[test]
fn outer_joins() {
    golden!(
        "RIGHT JOIN",
        select((optional(Post.title), User.name))
            .from(Post)
            .right_join(User),
        [
            r#"SELECT "posts"."title", "users"."name" FROM "posts" RIGHT JOIN "users" ON "posts"."author_id" = "users"."id""#,
            "SELECT `posts`.`title`, `users`.`name` FROM `posts` RIGHT JOIN `users` ON `posts`.`author_id` = `users`.`id`",
        ]
    );
    golden!(
        "CROSS JOIN",
        select((User.id, Tag.id)).cross_join(Tag),
        [
            r#"SELECT "users"."id", "tags"."id" FROM "users" CROSS JOIN "tags""#,
            "SELECT `users`.`id`, `tags`.`id` FROM `users` CROSS JOIN `tags`",
        ]
    );
    let full = select((optional(User.id), optional(Post.id))).full_join(User.posts);
    let text = r#"SELECT "users"."id", "posts"."id" FROM "users" FULL JOIN "posts" ON "posts"."author_id" = "users"."id""#;
    assert_eq!(full.to_sql(&SqliteDialect).unwrap(), text);
    assert_eq!(full.to_sql(&PostgresDialect).unwrap(), text);
    for dialect in [MysqlDialect::MySql, MysqlDialect::MariaDb] {
        let error = full.to_sql(&dialect).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("FULL JOIN"), "{error}");
    }
}

#[test]
fn locks_of_outer_joins() {
    golden!(
        "the table on the nullable side of a RIGHT JOIN is not locked on PostgreSQL",
        select((optional(Post.title), User.name))
            .from(Post)
            .right_join(User)
            .for_update(),
        [
            r#"SELECT "posts"."title", "users"."name" FROM "posts" RIGHT JOIN "users" ON "posts"."author_id" = "users"."id""#,
            r#"SELECT "posts"."title", "users"."name" FROM "posts" RIGHT JOIN "users" ON "posts"."author_id" = "users"."id" FOR UPDATE OF "users""#,
            "SELECT `posts`.`title`, `users`.`name` FROM `posts` RIGHT JOIN `users` ON `posts`.`author_id` = `users`.`id` FOR UPDATE",
        ]
    );
    let full = select(optional(User.id)).full_join(Post).for_update();
    let error = full.to_sql(&PostgresDialect).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let totals = select((Post.author_id, count(Post.id))).group_by(Post.author_id);
    let totals = totals.cte("totals");
    let (author, posts) = totals.columns();
    golden!(
        "nor is a query in FROM",
        select((User.name, posts))
            .join_on(&totals, author.eq(User.id))
            .for_update(),
        [
            r#"WITH "totals" AS (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id") SELECT "users"."name", "totals"."c1" FROM "users" INNER JOIN "totals" ON "totals"."c0" = "users"."id""#,
            r#"WITH "totals" AS (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id") SELECT "users"."name", "totals"."c1" FROM "users" INNER JOIN "totals" ON "totals"."c0" = "users"."id" FOR UPDATE OF "users""#,
            "WITH `totals` AS (SELECT `author_id` AS `c0`, COUNT(`id`) AS `c1` FROM `posts` GROUP BY `author_id`) SELECT `users`.`name`, `totals`.`c1` FROM `users` INNER JOIN `totals` ON `totals`.`c0` = `users`.`id` FOR UPDATE",
        ]
    );
}

#[test]
fn an_ambiguous_join_lists_the_foreign_keys() {
    let boss = User.alias("boss");
    let error = select(User).join(boss).to_sql(&SqliteDialect).unwrap_err();
    let text = error.to_string();
    for words in [
        "more than one foreign key connects it with User: User.boss_id, boss.boss_id",
        "join_on(boss, User.boss_id.eq(boss.id)), or join_on(boss, boss.boss_id.eq(User.id))",
    ] {
        assert!(text.contains(words), "{text}");
    }
}
