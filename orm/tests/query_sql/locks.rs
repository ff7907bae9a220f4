//! Row locks.

use orm::ErrorKind;

use crate::*;

#[test]
fn strengths() {
    golden!(
        "FOR UPDATE",
        select(Tag.label).for_update(),
        [
            r#"SELECT "label" FROM "tags""#,
            r#"SELECT "label" FROM "tags" FOR UPDATE"#,
            "SELECT `label` FROM `tags` FOR UPDATE",
        ]
    );
    golden!(
        "FOR SHARE",
        select(Tag.label).for_share(),
        [
            r#"SELECT "label" FROM "tags""#,
            r#"SELECT "label" FROM "tags" FOR SHARE"#,
            "SELECT `label` FROM `tags` FOR SHARE",
        ]
    );
    golden!(
        "a later lock replaces an earlier one",
        select(Tag.label).for_update().nowait().for_share(),
        [
            r#"SELECT "label" FROM "tags""#,
            r#"SELECT "label" FROM "tags" FOR SHARE"#,
            "SELECT `label` FROM `tags` FOR SHARE",
        ]
    );
    let share = select(Tag.label).for_share().skip_locked();
    assert_eq!(
        share.to_sql(&MysqlDialect::MariaDb).unwrap(),
        "SELECT `label` FROM `tags` LOCK IN SHARE MODE SKIP LOCKED"
    );
}

#[test]
fn waits() {
    golden!(
        "NOWAIT",
        select(Tag.label).for_share().nowait(),
        [
            r#"SELECT "label" FROM "tags""#,
            r#"SELECT "label" FROM "tags" FOR SHARE NOWAIT"#,
            "SELECT `label` FROM `tags` FOR SHARE NOWAIT",
        ]
    );
    golden!(
        "a job queue",
        select(Tag)
            .filter(Tag.label.eq("ready"))
            .order_by(Tag.id)
            .limit(1)
            .for_update()
            .skip_locked(),
        [
            r#"SELECT "id", "label" FROM "tags" WHERE "label" = ? ORDER BY "id" ASC LIMIT ?"#,
            r#"SELECT "id", "label" FROM "tags" WHERE "label" = $1 ORDER BY "id" ASC LIMIT $2 FOR UPDATE SKIP LOCKED"#,
            "SELECT `id`, `label` FROM `tags` WHERE `label` = ? ORDER BY `id` ASC LIMIT ? FOR UPDATE SKIP LOCKED",
        ]
    );
}

#[test]
fn tables() {
    golden!(
        "OF",
        select(Post.title)
            .join(User)
            .for_update()
            .of(Post)
            .skip_locked(),
        [
            r#"SELECT "posts"."title" FROM "posts" INNER JOIN "users" ON "posts"."author_id" = "users"."id""#,
            r#"SELECT "posts"."title" FROM "posts" INNER JOIN "users" ON "posts"."author_id" = "users"."id" FOR UPDATE OF "posts" SKIP LOCKED"#,
            "SELECT `posts`.`title` FROM `posts` INNER JOIN `users` ON `posts`.`author_id` = `users`.`id` FOR UPDATE OF `posts` SKIP LOCKED",
        ]
    );
    golden!(
        "OF an alias and a table",
        {
            let boss = User.alias("boss");
            let both = select(User.id).join_on(boss, User.boss_id.eq(boss.id));
            both.for_share().of(boss).of(User)
        },
        [
            r#"SELECT "users"."id" FROM "users" INNER JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id""#,
            r#"SELECT "users"."id" FROM "users" INNER JOIN "users" AS "boss" ON "users"."boss_id" = "boss"."id" FOR SHARE OF "boss", "users""#,
            "SELECT `users`.`id` FROM `users` INNER JOIN `users` AS `boss` ON `users`.`boss_id` = `boss`.`id` FOR SHARE OF `boss`, `users`",
        ]
    );
}

#[test]
fn what_a_database_lacks_is_unsupported() {
    let refused = |text: orm::Result<String>| {
        let error = text.unwrap_err();
        assert!(error.is_unsupported(), "{error}");
        error.to_string()
    };
    let keys = [
        (select(Tag.id).for_no_key_update(), "FOR NO KEY UPDATE"),
        (select(Tag.id).for_key_share(), "FOR KEY SHARE"),
    ];
    for (query, words) in keys {
        let sql = query.to_sql(&PostgresDialect).unwrap();
        assert_eq!(sql, format!(r#"SELECT "id" FROM "tags" {words}"#));
        for dialect in [&MysqlDialect::MySql, &MysqlDialect::MariaDb] {
            let message = refused(query.to_sql(dialect));
            assert!(message.contains(words), "{message}");
        }
    }
    let of = select(Tag.id).for_update().of(Tag);
    let message = refused(of.to_sql(&MysqlDialect::MariaDb));
    assert!(message.contains("FOR UPDATE OF"), "{message}");
    let nullable = select(User.id).left_join(Post).for_update().of(Post);
    let message = refused(nullable.to_sql(&PostgresDialect));
    assert!(message.contains("nullable side"), "{message}");
    let text = nullable.to_sql(&MysqlDialect::MySql).unwrap();
    assert!(text.ends_with(" FOR UPDATE OF `posts`"), "{text}");
}

#[test]
fn locks_that_make_no_sense_are_refused() {
    for (query, expected) in [
        (
            select(Tag.id).nowait(),
            "NOWAIT needs a lock of rows, and the query has none",
        ),
        (
            select(Tag.id).skip_locked().for_update(),
            "SKIP LOCKED needs a lock of rows, and the query has none",
        ),
        (
            select(Tag.id).of(Tag),
            "OF needs a lock of rows, and the query has none",
        ),
        (
            select(Tag.id).for_update().of(Post),
            "missing FROM entry for posts: the lock of the query is OF posts",
        ),
        (
            select(Tag.id).for_share().of(Tag.alias("other")),
            "missing FROM entry for other: the lock of the query is OF other",
        ),
    ] {
        let error = query.to_sql(&SqliteDialect).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
