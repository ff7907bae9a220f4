//! Joins, groups and subqueries.

use crate::*;

#[test]
fn joins() {
    golden!(
        "a join finds its foreign key",
        select((User, Post)).join(Post),
        [
            r#"SELECT "users"."id", "users"."name", "users"."email", "users"."logins", "users"."score", "users"."active", "users"."role", "users"."avatar", "users"."boss_id", "posts"."id", "posts"."author_id", "posts"."title" FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id""#,
            "SELECT `users`.`id`, `users`.`name`, `users`.`email`, `users`.`logins`, `users`.`score`, `users`.`active`, `users`.`role`, `users`.`avatar`, `users`.`boss_id`, `posts`.`id`, `posts`.`author_id`, `posts`.`title` FROM `users` INNER JOIN `posts` ON `posts`.`author_id` = `users`.`id`",
        ]
    );
    golden!(
        "in the other direction, too",
        select((Post.title, User.name)).join(User),
        [
            r#"SELECT "posts"."title", "users"."name" FROM "posts" INNER JOIN "users" ON "posts"."author_id" = "users"."id""#,
            "SELECT `posts`.`title`, `users`.`name` FROM `posts` INNER JOIN `users` ON `posts`.`author_id` = `users`.`id`",
        ]
    );
    golden!(
        "through a third table",
        select((Post.title, Tag.label)).join(PostTag).join(Tag),
        [
            r#"SELECT "posts"."title", "tags"."label" FROM "posts" INNER JOIN "post_tags" ON "post_tags"."post_id" = "posts"."id" INNER JOIN "tags" ON "post_tags"."tag_id" = "tags"."id""#,
            "SELECT `posts`.`title`, `tags`.`label` FROM `posts` INNER JOIN `post_tags` ON `post_tags`.`post_id` = `posts`.`id` INNER JOIN `tags` ON `post_tags`.`tag_id` = `tags`.`id`",
        ]
    );
    golden!(
        "a left join",
        select((User.id, optional(Post))).left_join(Post),
        [
            r#"SELECT "users"."id", "posts"."id", "posts"."author_id", "posts"."title" FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id""#,
            "SELECT `users`.`id`, `posts`.`id`, `posts`.`author_id`, `posts`.`title` FROM `users` LEFT JOIN `posts` ON `posts`.`author_id` = `users`.`id`",
        ]
    );
    golden!(
        "a self-join by alias",
        {
            let boss = User.alias("boss");
            select((User.name, boss.name)).join_on(boss, User.boss_id.eq(boss.id))
        },
        [
            r#"SELECT "users"."name", "boss"."name" FROM "users" INNER JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id""#,
            "SELECT `users`.`name`, `boss`.`name` FROM `users` INNER JOIN `users` AS `boss` ON `users`.`boss_id` = `boss`.`id`",
        ]
    );
    golden!(
        "a left self-join",
        {
            let boss = User.alias("boss");
            select((User.name, optional(boss.name))).left_join_on(boss, User.boss_id.eq(boss.id))
        },
        [
            r#"SELECT "users"."name", "boss"."name" FROM "users" LEFT JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id""#,
            "SELECT `users`.`name`, `boss`.`name` FROM `users` LEFT JOIN `users` AS `boss` ON `users`.`boss_id` = `boss`.`id`",
        ]
    );
    golden!(
        "an alias alone",
        {
            let u = User.alias("u");
            select(u.id).filter(u.name.eq("ada"))
        },
        [
            r#"SELECT "u"."id" FROM "users" AS "u" WHERE "u"."name" = ?"#,
            r#"SELECT "u"."id" FROM "users" AS "u" WHERE "u"."name" = $1"#,
            "SELECT `u`.`id` FROM `users` AS `u` WHERE `u`.`name` = ?",
        ]
    );
}

#[test]
fn groups() {
    golden!(
        "groups and aggregates",
        select((User.name, count(Post.id)))
            .join(Post)
            .group_by(User.name)
            .having(count(Post.id).gt(3))
            .order_by(count(Post.id).desc()),
        [
            r#"SELECT "users"."name", COUNT("posts"."id") FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id" GROUP BY "users"."name" HAVING COUNT("posts"."id") > ? ORDER BY COUNT("posts"."id") DESC"#,
            r#"SELECT "users"."name", COUNT("posts"."id") FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id" GROUP BY "users"."name" HAVING COUNT("posts"."id") > $1 ORDER BY COUNT("posts"."id") DESC"#,
            "SELECT `users`.`name`, COUNT(`posts`.`id`) FROM `users` INNER JOIN `posts` ON `posts`.`author_id` = `users`.`id` GROUP BY `users`.`name` HAVING COUNT(`posts`.`id`) > ? ORDER BY COUNT(`posts`.`id`) DESC",
        ]
    );
    golden!(
        "every aggregate",
        select((
            count_all(),
            count_distinct(User.name),
            sum(User.logins),
            min(User.name),
            max(User.email),
            avg(User.score)
        )),
        [
            r#"SELECT COUNT(*), COUNT(DISTINCT "name"), SUM("logins"), MIN("name"), MAX("email"), AVG("score") FROM "users""#,
            r#"SELECT COUNT(*), COUNT(DISTINCT "name"), CAST(SUM("logins") AS int8), MIN("name"), MAX("email"), CAST(AVG("score") AS float8) FROM "users""#,
            "SELECT COUNT(*), COUNT(DISTINCT `name`), (SUM(`logins`) DIV 1), MIN(`name`), MAX(`email`), CAST(AVG(`score`) AS DOUBLE) FROM `users`",
        ]
    );
    golden!(
        "aggregates alone",
        select(count_all()).from(User),
        [
            r#"SELECT COUNT(*) FROM "users""#,
            "SELECT COUNT(*) FROM `users`",
        ]
    );
    golden!(
        "a model's value groups by its key",
        select((User, count(Post.id)))
            .left_join(Post)
            .group_by(User),
        [
            r#"SELECT "users"."id", "users"."name", "users"."email", "users"."logins", "users"."score", "users"."active", "users"."role", "users"."avatar", "users"."boss_id", COUNT("posts"."id") FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id" GROUP BY "users"."id""#,
            "SELECT `users`.`id`, `users`.`name`, `users`.`email`, `users`.`logins`, `users`.`score`, `users`.`active`, `users`.`role`, `users`.`avatar`, `users`.`boss_id`, COUNT(`posts`.`id`) FROM `users` LEFT JOIN `posts` ON `posts`.`author_id` = `users`.`id` GROUP BY `users`.`id`",
        ]
    );
}

#[test]
fn subqueries() {
    golden!(
        "exists",
        select(User.id).filter(exists(select(Post).filter(Post.author_id.eq(User.id)))),
        [
            r#"SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id")"#,
            "SELECT `id` FROM `users` WHERE EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id`)",
        ]
    );
    golden!(
        "not exists",
        select(User.id).filter(!exists(select(Post.id).filter(Post.author_id.eq(User.id)))),
        [
            r#"SELECT "id" FROM "users" WHERE NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))"#,
            "SELECT `id` FROM `users` WHERE NOT (EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id`))",
        ]
    );
}

#[test]
fn a_query_is_a_value() {
    fn is_value<T: Clone + Send + Sync + std::fmt::Debug + 'static>(_: &T) {}
    let mut query = select(User.id);
    is_value(&query);
    let before = query.to_sql(&SqliteDialect).unwrap();
    for name in ["ada", "grace"] {
        query = query.filter(User.name.ne(name));
    }
    let after = query.to_sql(&SqliteDialect).unwrap();
    assert_eq!(before, r#"SELECT "id" FROM "users""#);
    assert_eq!(
        after,
        r#"SELECT "id" FROM "users" WHERE "name" <> ? AND "name" <> ?"#
    );
    assert_eq!(query.clone().to_sql(&SqliteDialect).unwrap(), after);
    assert_ne!(query.to_sql(&MysqlDialect::MySql).unwrap(), after);
    assert_eq!(query.to_sql(&SqliteDialect).unwrap(), after);
}
