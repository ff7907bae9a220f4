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
