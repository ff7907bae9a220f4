//! Relations in conditions.

use super::*;

/// Handles of two entities, whose keys no text has.
fn users() -> [Ref<User>; 2] {
    let engine = Engine::connect("sqlite://").expect("SQLite is in this process");
    let mut session = Session::new(&engine);
    ["ada", "bob"].map(|name| {
        let user = User::builder().name(name).logins(0).score(0.0).active(true);
        session.add(user.role(Role::Member))
    })
}

#[test]
fn relations_beside_entities() {
    let [ada, bob] = users();
    let posts = |condition: Predicate| select(Post.id).filter(condition);
    let people = |condition: Predicate| select(User.id).filter(condition);
    golden!(
        "eq",
        posts(Post.author.eq(ada)),
        [
            r#"SELECT "id" FROM "posts" WHERE "author_id" = ?"#,
            r#"SELECT "id" FROM "posts" WHERE "author_id" = $1"#,
            "SELECT `id` FROM `posts` WHERE `author_id` = ?",
        ]
    );
    golden!(
        "ne of a required relation",
        posts(Post.author.ne(ada)),
        [
            r#"SELECT "id" FROM "posts" WHERE "author_id" <> ?"#,
            r#"SELECT "id" FROM "posts" WHERE "author_id" <> $1"#,
            "SELECT `id` FROM `posts` WHERE `author_id` <> ?",
        ]
    );
    golden!(
        "ne of an optional relation",
        people(User.boss.ne(ada)),
        [
            r#"SELECT "id" FROM "users" WHERE NOT ("boss_id" IS ?)"#,
            r#"SELECT "id" FROM "users" WHERE NOT ("boss_id" IS NOT DISTINCT FROM $1)"#,
            "SELECT `id` FROM `users` WHERE NOT (`boss_id` <=> ?)",
        ]
    );
    golden!(
        "in",
        posts(Post.author.in_([ada, bob])),
        [
            r#"SELECT "id" FROM "posts" WHERE "author_id" IN (?, ?)"#,
            r#"SELECT "id" FROM "posts" WHERE "author_id" = ANY($1)"#,
            "SELECT `id` FROM `posts` WHERE `author_id` IN (?, ?)",
        ]
    );
    golden!(
        "not in of an optional relation",
        people(User.boss.not_in([ada, bob])),
        [
            r#"SELECT "id" FROM "users" WHERE "boss_id" NOT IN (?, ?) OR "boss_id" IS NULL"#,
            r#"SELECT "id" FROM "users" WHERE "boss_id" <> ALL($1) OR "boss_id" IS NULL"#,
            "SELECT `id` FROM `users` WHERE `boss_id` NOT IN (?, ?) OR `boss_id` IS NULL",
        ]
    );
    golden!(
        "is null",
        people(User.boss.is_null() | User.boss.is_not_null()),
        [
            r#"SELECT "id" FROM "users" WHERE "boss_id" IS NULL OR "boss_id" IS NOT NULL"#,
            "SELECT `id` FROM `users` WHERE `boss_id` IS NULL OR `boss_id` IS NOT NULL",
        ]
    );
    golden!(
        "of an alias",
        select(User.id)
            .join(Post.alias("other"))
            .filter(Post.alias("other").author.eq(ada)),
        [
            r#"SELECT "users"."id" FROM "users" INNER JOIN "posts" AS "other" ON "other"."author_id" = "users"."id" WHERE "other"."author_id" = ?"#,
            r#"SELECT "users"."id" FROM "users" INNER JOIN "posts" AS "other" ON "other"."author_id" = "users"."id" WHERE "other"."author_id" = $1"#,
            "SELECT `users`.`id` FROM `users` INNER JOIN `posts` AS `other` ON `other`.`author_id` = `users`.`id` WHERE `other`.`author_id` = ?",
        ]
    );
    golden!(
        "of statements that write",
        delete(Post).filter(Post.author.eq(ada)),
        [
            r#"DELETE FROM "posts" WHERE "author_id" = ?"#,
            r#"DELETE FROM "posts" WHERE "author_id" = $1"#,
            "DELETE FROM `posts` WHERE `author_id` = ?",
        ]
    );
}

#[test]
fn relations_in_subqueries() {
    golden!(
        "any",
        select(User.id).filter(User.posts.any(Post.title.eq("a"))),
        [
            r#"SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."title" = ?)"#,
            r#"SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id" AND "posts"."title" = $1)"#,
            "SELECT `id` FROM `users` WHERE EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id` AND `posts`.`title` = ?)",
        ]
    );
    golden!(
        "is empty",
        select(User.id).filter(User.posts.is_empty()),
        [
            r#"SELECT "id" FROM "users" WHERE NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))"#,
            "SELECT `id` FROM `users` WHERE NOT (EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id`))",
        ]
    );
    golden!(
        "a relation to the own table",
        select(User.id).filter(User.boss.has(User.boss.has(User.boss_id.gt(User.id)))),
        [
            r#"SELECT "id" FROM "users" WHERE EXISTS (SELECT 1 FROM "users" AS "orm_2" WHERE "users"."boss_id" = "orm_2"."id" AND EXISTS (SELECT 1 FROM "users" AS "orm_1" WHERE "orm_2"."boss_id" = "orm_1"."id" AND "orm_1"."boss_id" > "orm_1"."id"))"#,
            "SELECT `id` FROM `users` WHERE EXISTS (SELECT 1 FROM `users` AS `orm_2` WHERE `users`.`boss_id` = `orm_2`.`id` AND EXISTS (SELECT 1 FROM `users` AS `orm_1` WHERE `orm_2`.`boss_id` = `orm_1`.`id` AND `orm_1`.`boss_id` > `orm_1`.`id`))",
        ]
    );
    golden!(
        "count and get",
        select((Post.id, User.posts.count(), Post.author.get(User.name))).join(Post.author),
        [
            r#"SELECT "posts"."id", (SELECT COUNT(*) FROM "posts" WHERE "posts"."author_id" = "users"."id"), (SELECT "users"."name" FROM "users" WHERE "posts"."author_id" = "users"."id") FROM "posts" INNER JOIN "users" ON "posts"."author_id" = "users"."id""#,
            "SELECT `posts`.`id`, (SELECT COUNT(*) FROM `posts` WHERE `posts`.`author_id` = `users`.`id`), (SELECT `users`.`name` FROM `users` WHERE `posts`.`author_id` = `users`.`id`) FROM `posts` INNER JOIN `users` ON `posts`.`author_id` = `users`.`id`",
        ]
    );
    golden!(
        "of the table that a DELETE writes",
        delete(User).filter(User.boss.has(User.active)),
        [
            r#"DELETE FROM "users" WHERE EXISTS (SELECT 1 FROM "users" AS "orm_1" WHERE "users"."boss_id" = "orm_1"."id" AND "orm_1"."active" = ?)"#,
            r#"DELETE FROM "users" WHERE EXISTS (SELECT 1 FROM "users" AS "orm_1" WHERE "users"."boss_id" = "orm_1"."id" AND "orm_1"."active" = $1)"#,
            "DELETE FROM `users` WHERE EXISTS (SELECT /*+ NO_MERGE(`inner_query`) */ 1 FROM (SELECT 1 FROM `users` AS `orm_1` WHERE `users`.`boss_id` = `orm_1`.`id` AND `orm_1`.`active` = ?) AS `inner_query`)",
        ]
    );
}

#[test]
fn joins_by_relations() {
    golden!(
        "join",
        select((User.name, Post.title)).join(User.posts),
        [
            r#"SELECT "users"."name", "posts"."title" FROM "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id""#,
            "SELECT `users`.`name`, `posts`.`title` FROM `users` INNER JOIN `posts` ON `posts`.`author_id` = `users`.`id`",
        ]
    );
    let boss = User.alias("boss");
    golden!(
        "left join under an alias",
        select((User.name, optional(boss.name))).left_join(User.boss.as_(boss)),
        [
            r#"SELECT "users"."name", "boss"."name" FROM "users" LEFT JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id""#,
            "SELECT `users`.`name`, `boss`.`name` FROM `users` LEFT JOIN `users` AS `boss` ON `users`.`boss_id` = `boss`.`id`",
        ]
    );
}

#[test]
fn aggregates_over_relations() {
    golden!(
        "sum, min, max and avg",
        select((
            User.posts.sum(Post.id),
            User.posts.min(Post.title),
            User.posts.avg(Post.id * 2)
        ))
        .filter(User.posts.max(Post.id).gt(3)),
        [
            r#"SELECT (SELECT SUM("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id"), (SELECT MIN("posts"."title") FROM "posts" WHERE "posts"."author_id" = "users"."id"), (SELECT AVG("posts"."id" * ?) FROM "posts" WHERE "posts"."author_id" = "users"."id") FROM "users" WHERE (SELECT MAX("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id") > ?"#,
            r#"SELECT (SELECT CAST(SUM("posts"."id") AS int8) FROM "posts" WHERE "posts"."author_id" = "users"."id"), (SELECT MIN("posts"."title") FROM "posts" WHERE "posts"."author_id" = "users"."id"), (SELECT CAST(AVG("posts"."id" * $1::int8) AS float8) FROM "posts" WHERE "posts"."author_id" = "users"."id") FROM "users" WHERE (SELECT MAX("posts"."id") FROM "posts" WHERE "posts"."author_id" = "users"."id") > $2"#,
            "SELECT (SELECT (SUM(`posts`.`id`) DIV 1) FROM `posts` WHERE `posts`.`author_id` = `users`.`id`), (SELECT MIN(`posts`.`title`) FROM `posts` WHERE `posts`.`author_id` = `users`.`id`), (SELECT CAST(AVG(`posts`.`id` * ?) AS DOUBLE) FROM `posts` WHERE `posts`.`author_id` = `users`.`id`) FROM `users` WHERE (SELECT MAX(`posts`.`id`) FROM `posts` WHERE `posts`.`author_id` = `users`.`id`) > ?",
        ]
    );
    let boss = User.alias("boss");
    golden!(
        "of an alias, over its own table",
        select((boss.name, boss.boss.get(User.name)))
            .filter(boss.posts.sum(Post.id + boss.id).gt(1)),
        [
            r#"SELECT "boss"."name", (SELECT "users"."name" FROM "users" WHERE "boss"."boss_id" = "users"."id") FROM "users" AS "boss" WHERE (SELECT SUM("posts"."id" + "boss"."id") FROM "posts" WHERE "posts"."author_id" = "boss"."id") > ?"#,
            r#"SELECT "boss"."name", (SELECT "users"."name" FROM "users" WHERE "boss"."boss_id" = "users"."id") FROM "users" AS "boss" WHERE (SELECT CAST(SUM("posts"."id" + "boss"."id") AS int8) FROM "posts" WHERE "posts"."author_id" = "boss"."id") > $1"#,
            "SELECT `boss`.`name`, (SELECT `users`.`name` FROM `users` WHERE `boss`.`boss_id` = `users`.`id`) FROM `users` AS `boss` WHERE (SELECT (SUM(`posts`.`id` + `boss`.`id`) DIV 1) FROM `posts` WHERE `posts`.`author_id` = `boss`.`id`) > ?",
        ]
    );
}
