//! INSERT, UPDATE and DELETE.

use crate::*;

#[test]
fn writes() {
    golden!(
        "update",
        update(User)
            .set(User.name, "ada")
            .set(User.email, None::<String>)
            .set(User.logins, User.logins + 1)
            .filter(User.id.eq(7)),
        [
            r#"UPDATE "users" SET "name" = ?, "email" = ?, "logins" = integer_store("logins" + ?, 32) WHERE "id" = ?"#,
            r#"UPDATE "users" SET "name" = $1, "email" = $2, "logins" = "logins" + $3::int8 WHERE "id" = $4"#,
            "UPDATE `users` SET `name` = ?, `email` = ?, `logins` = `logins` + ? WHERE `id` = ?",
        ]
    );
    golden!(
        "update of every row",
        update(User).set_all([User.active.to(true), User.email.to(Null)]),
        [
            r#"UPDATE "users" SET "active" = ?, "email" = ?"#,
            r#"UPDATE "users" SET "active" = $1, "email" = $2"#,
            "UPDATE `users` SET `active` = ?, `email` = ?",
        ]
    );
    golden!(
        "update by a subquery",
        update(User)
            .set(User.active, false)
            .filter(!exists(select(Post).filter(Post.author_id.eq(User.id)))),
        [
            r#"UPDATE "users" SET "active" = ? WHERE NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))"#,
            r#"UPDATE "users" SET "active" = $1 WHERE NOT (EXISTS (SELECT 1 FROM "posts" WHERE "posts"."author_id" = "users"."id"))"#,
            "UPDATE `users` SET `active` = ? WHERE NOT (EXISTS (SELECT 1 FROM `posts` WHERE `posts`.`author_id` = `users`.`id`))",
        ]
    );
    golden!(
        "delete",
        delete(User).filter(User.id.in_([1, 2])),
        [
            r#"DELETE FROM "users" WHERE "id" IN (?, ?)"#,
            r#"DELETE FROM "users" WHERE "id" = ANY($1)"#,
            "DELETE FROM `users` WHERE `id` IN (?, ?)",
        ]
    );
    golden!(
        "delete of every row",
        delete(User),
        [r#"DELETE FROM "users""#, "DELETE FROM `users`",]
    );
    golden!(
        "insert of one builder",
        insert(Tag).values(Tag::builder().label("x")),
        [
            r#"INSERT INTO "tags" ("label") VALUES (?)"#,
            r#"INSERT INTO "tags" ("label") VALUES ($1)"#,
            "INSERT INTO `tags` (`label`) VALUES (?)",
        ]
    );
    golden!(
        "insert of an explicit key",
        insert(Tag).values(Tag {
            id: 7,
            label: "x".into()
        }),
        [
            r#"INSERT INTO "tags" ("id", "label") VALUES (?, ?)"#,
            r#"INSERT INTO "tags" ("id", "label") VALUES ($1, $2)"#,
            "INSERT INTO `tags` (`id`, `label`) VALUES (?, ?)",
        ]
    );
    golden!(
        "insert of many",
        insert(Tag).values((0..3).map(|_| Tag::builder().label("x"))),
        [
            r#"INSERT INTO "tags" ("label") VALUES (?), (?), (?)"#,
            r#"INSERT INTO "tags" ("label") SELECT * FROM UNNEST($1::text[])"#,
            "INSERT INTO `tags` (`label`) VALUES (?), (?), (?)",
        ]
    );
    golden!(
        "insert of links",
        insert(PostTag).values(&[
            PostTag {
                post_id: 1,
                tag_id: 2
            },
            PostTag {
                post_id: 1,
                tag_id: 3
            }
        ]),
        [
            r#"INSERT INTO "post_tags" ("post_id", "tag_id") VALUES (?, ?), (?, ?)"#,
            r#"INSERT INTO "post_tags" ("post_id", "tag_id") SELECT * FROM UNNEST($1::int8[], $2::int8[])"#,
            "INSERT INTO `post_tags` (`post_id`, `tag_id`) VALUES (?, ?), (?, ?)",
        ]
    );
    golden!(
        "raw",
        raw("SELECT ':no' FROM t WHERE a = :a AND b IN :b AND c IN :none AND d = :a")
            .bind("a", 1)
            .bind_list("b", ["x", "y"])
            .bind_list("none", [0; 0]),
        [
            "SELECT ':no' FROM t WHERE a = ? AND b IN (?, ?) AND c IN (SELECT v FROM (SELECT NULL AS v) AS list WHERE 1 = 0) AND d = ?",
            "SELECT ':no' FROM t WHERE a = $1 AND b IN ($2, $3) AND c IN (SELECT v FROM (SELECT CAST(NULL AS int4) AS v) AS list WHERE 1 = 0) AND d = $4",
            "SELECT ':no' FROM t WHERE a = ? AND b IN (?, ?) AND c IN (SELECT v FROM (SELECT NULL AS v) AS list WHERE 1 = 0) AND d = ?",
        ]
    );
}

#[test]
fn mariadb_hands_back_what_mysql_can_not() {
    let statement = insert(Tag)
        .values([Tag::builder().label("x")])
        .returning(Tag.label);
    assert_eq!(
        statement.to_sql(&MysqlDialect::MariaDb).unwrap(),
        "INSERT INTO `tags` (`label`) VALUES (?) RETURNING `label`"
    );
    let error = statement.to_sql(&MysqlDialect::MySql).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert!(error.message().contains("mysql"), "{error}");
}

#[test]
fn writes_in_an_order() {
    let change = update(Post)
        .set(Post.title, "x")
        .filter(Post.author_id.eq(7))
        .order_by((Post.title, Post.id.desc()))
        .limit(10);
    let gone = delete(Post).order_by(Post.id).limit(3);
    for dialect in [MysqlDialect::MySql, MysqlDialect::MariaDb] {
        assert_eq!(
            change.to_sql(&dialect).unwrap(),
            "UPDATE `posts` SET `title` = ? WHERE `author_id` = ? ORDER BY `title` ASC, `id` DESC LIMIT ?"
        );
        assert_eq!(
            gone.to_sql(&dialect).unwrap(),
            "DELETE FROM `posts` ORDER BY `id` ASC LIMIT ?"
        );
        assert_eq!(
            gone.to_sql_with_literals(&dialect).unwrap(),
            "DELETE FROM `posts` ORDER BY `id` ASC LIMIT 3"
        );
    }
    let dialects: [&dyn Dialect; 2] = [&SqliteDialect, &PostgresDialect];
    for text in dialects.map(|dialect| [change.to_sql(dialect), gone.to_sql(dialect)]) {
        for error in text.map(Result::unwrap_err) {
            assert!(error.is_unsupported(), "{error}");
            assert!(error.message().contains("ORDER BY and LIMIT"), "{error}");
        }
    }
    // The list of tables has no order.
    let joined = delete(Post).using(User).filter(User.id.eq(Post.author_id));
    let error = joined.limit(1).to_sql(&MysqlDialect::MySql).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    // A column of another table is found before the dialect is asked.
    let other = delete(Post).order_by(User.id).to_sql(&MysqlDialect::MySql);
    assert_eq!(other.unwrap_err().kind(), orm::ErrorKind::Usage);
}

#[test]
fn truncates() {
    golden!(
        "truncate",
        truncate(Post),
        [
            r#"DELETE FROM "posts""#,
            r#"TRUNCATE TABLE "posts""#,
            "TRUNCATE TABLE `posts`",
        ]
    );
    golden!(
        "truncate that restarts the keys",
        truncate(Post).restart_identity(),
        [
            r#"DELETE FROM "posts"; DELETE FROM sqlite_sequence WHERE name = 'posts'"#,
            r#"TRUNCATE TABLE "posts" RESTART IDENTITY"#,
            "TRUNCATE TABLE `posts`",
        ]
    );
    let all = truncate(User).restart_identity().cascade();
    assert_eq!(
        all.to_sql(&PostgresDialect).unwrap(),
        r#"TRUNCATE TABLE "users" RESTART IDENTITY CASCADE"#
    );
    let dialects: [&dyn Dialect; 2] = [&SqliteDialect, &MysqlDialect::MySql];
    for error in dialects.map(|dialect| all.to_sql(dialect).unwrap_err()) {
        assert!(error.is_unsupported(), "{error}");
    }
}

#[test]
fn a_printed_delete_is_the_one_that_is_sent() {
    let statement = delete(Post).using(User).filter(User.id.eq(Post.author_id));
    for dialect in [&SqliteDialect as &dyn Dialect, &PostgresDialect] {
        let printed = statement.to_sql_with_literals(dialect).unwrap();
        assert_eq!(printed, statement.to_sql(dialect).unwrap());
    }
}
