//! UPDATE … FROM and DELETE … USING over derived tables and common table expressions.

use crate::*;
use orm::query::recursive;

/// The number of posts of each author who has more than `least`.
macro_rules! totals {
    ($least:expr) => {
        select((Post.author_id, count(Post.id)))
            .group_by(Post.author_id)
            .having(count(Post.id).gt($least))
    };
}

#[test]
fn updates() {
    let totals = totals!(2).as_table("totals");
    let (author, posts) = totals.columns();
    golden!(
        "a derived table",
        update(User)
            .from(&totals)
            .set(User.name, "busy")
            .filter(author.eq(User.id))
            .filter(posts.lt(9)),
        [
            r#"UPDATE "users" SET "name" = ? FROM (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id" HAVING COUNT("id") > ?) AS "totals" WHERE "totals"."c0" = "users"."id" AND "totals"."c1" < ?"#,
            r#"UPDATE "users" SET "name" = $1 FROM (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id" HAVING COUNT("id") > $2) AS "totals" WHERE "totals"."c0" = "users"."id" AND "totals"."c1" < $3"#,
            "UPDATE `users`, (SELECT `author_id` AS `c0`, COUNT(`id`) AS `c1` FROM `posts` GROUP BY `author_id` HAVING COUNT(`id`) > ?) AS `totals` SET `users`.`name` = ? WHERE `totals`.`c0` = `users`.`id` AND `totals`.`c1` < ?",
        ]
    );
    let totals = totals!(2).cte("totals");
    let (author, posts) = totals.columns();
    let change = update(User)
        .from(&totals)
        .from(Tag)
        .set(User.name, Tag.label)
        .filter(author.eq(User.id))
        .filter(Tag.id.eq(posts));
    golden!(
        "a common table expression beside a table",
        &change,
        [
            r#"WITH "totals" AS (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id" HAVING COUNT("id") > ?) UPDATE "users" SET "name" = text_store("tags"."label", 50) FROM "totals" INNER JOIN "tags" ON 1 = 1 WHERE "totals"."c0" = "users"."id" AND "tags"."id" = "totals"."c1""#,
            r#"WITH "totals" AS (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id" HAVING COUNT("id") > $1) UPDATE "users" SET "name" = "tags"."label" FROM "totals" INNER JOIN "tags" ON 1 = 1 WHERE "totals"."c0" = "users"."id" AND "tags"."id" = "totals"."c1""#,
            "WITH `totals` AS (SELECT `author_id` AS `c0`, COUNT(`id`) AS `c1` FROM `posts` GROUP BY `author_id` HAVING COUNT(`id`) > ?) UPDATE `users`, `totals` INNER JOIN `tags` ON 1 = 1 SET `users`.`name` = `tags`.`label` WHERE `totals`.`c0` = `users`.`id` AND `tags`.`id` = `totals`.`c1`",
        ]
    );
    let error = change.to_sql(&MysqlDialect::MariaDb).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert!(error.message().contains("WITH before UPDATE"), "{error}");
    assert!(error.hint().unwrap().contains("as_table"), "{error:?}");
}

#[test]
fn deletes() {
    let totals = totals!(2).as_table("totals");
    let (author, posts) = totals.columns();
    golden!(
        "a derived table",
        delete(User)
            .using(&totals)
            .filter(author.eq(User.id))
            .filter(posts.lt(9)),
        [
            r#"DELETE FROM "users" WHERE EXISTS (SELECT 1 FROM (SELECT "posts"."author_id" AS "c0", COUNT("posts"."id") AS "c1" FROM "posts" GROUP BY "posts"."author_id" HAVING COUNT("posts"."id") > ?) AS "totals" WHERE "totals"."c0" = "users"."id" AND "totals"."c1" < ?)"#,
            r#"DELETE FROM "users" USING (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id" HAVING COUNT("id") > $1) AS "totals" WHERE "totals"."c0" = "users"."id" AND "totals"."c1" < $2"#,
            "DELETE FROM `users` USING `users`, (SELECT `author_id` AS `c0`, COUNT(`id`) AS `c1` FROM `posts` GROUP BY `author_id` HAVING COUNT(`id`) > ?) AS `totals` WHERE `totals`.`c0` = `users`.`id` AND `totals`.`c1` < ?",
        ]
    );
    let team = recursive("team", select(User.id).filter(User.id.eq(1)), |team| {
        select(User.id).join_on(&team, User.boss_id.eq(team.columns()))
    });
    let member = team.columns();
    golden!(
        "a recursive common table expression",
        delete(Post).using(&team).filter(member.eq(Post.author_id)),
        [
            r#"WITH RECURSIVE "team" AS (SELECT "id" AS "c0" FROM "users" WHERE "id" = ? UNION ALL SELECT "users"."id" FROM "users" INNER JOIN "team" ON "users"."boss_id" = "team"."c0") DELETE FROM "posts" WHERE EXISTS (SELECT 1 FROM "team" WHERE "team"."c0" = "posts"."author_id")"#,
            r#"WITH RECURSIVE "team" AS (SELECT "id" AS "c0" FROM "users" WHERE "id" = $1 UNION ALL SELECT "users"."id" FROM "users" INNER JOIN "team" ON "users"."boss_id" = "team"."c0") DELETE FROM "posts" USING "team" WHERE "team"."c0" = "posts"."author_id""#,
            "WITH RECURSIVE `team` AS (SELECT `id` AS `c0` FROM `users` WHERE `id` = ? UNION ALL SELECT `users`.`id` FROM `users` INNER JOIN `team` ON `users`.`boss_id` = `team`.`c0`) DELETE FROM `posts` USING `posts`, `team` WHERE `team`.`c0` = `posts`.`author_id`",
        ]
    );
}

#[test]
fn subqueries_have_their_own_with() {
    let busy = totals!(2).cte("busy");
    let (author, _) = busy.columns();
    let authors = || select(author).from(&busy);
    let change = update(User)
        .set(User.active, false)
        .filter(User.id.in_(authors()));
    golden!(
        "IN of a common table expression",
        &change,
        [
            r#"UPDATE "users" SET "active" = ? WHERE "id" IN (WITH "busy" AS (SELECT "posts"."author_id" AS "c0", COUNT("posts"."id") AS "c1" FROM "posts" GROUP BY "posts"."author_id" HAVING COUNT("posts"."id") > ?) SELECT "busy"."c0" FROM "busy")"#,
            r#"UPDATE "users" SET "active" = $1 WHERE "id" IN (WITH "busy" AS (SELECT "posts"."author_id" AS "c0", COUNT("posts"."id") AS "c1" FROM "posts" GROUP BY "posts"."author_id" HAVING COUNT("posts"."id") > $2) SELECT "busy"."c0" FROM "busy")"#,
            "UPDATE `users` SET `active` = ? WHERE `id` IN (WITH `busy` AS (SELECT `posts`.`author_id` AS `c0`, COUNT(`posts`.`id`) AS `c1` FROM `posts` GROUP BY `posts`.`author_id` HAVING COUNT(`posts`.`id`) > ?) SELECT `busy`.`c0` FROM `busy`)",
        ]
    );
    // MariaDB has it there, too.
    assert_eq!(
        change.to_sql(&MysqlDialect::MariaDb).unwrap(),
        change.to_sql(&MysqlDialect::MySql).unwrap()
    );
    assert!(
        delete(User)
            .filter(User.id.in_(authors()))
            .to_sql(&MysqlDialect::MariaDb)
            .unwrap()
            .starts_with("DELETE FROM `users` WHERE `id` IN (WITH `busy` AS (")
    );
}

#[test]
fn writes_stand_in_the_outermost_with() {
    let gone = delete(Post)
        .filter(Post.id.lt(9))
        .returning(Post.author_id)
        .cte("gone");
    let author = gone.columns();
    let change = update(User)
        .from(&gone)
        .set(User.active, false)
        .filter(author.eq(User.id));
    assert_eq!(
        change.to_sql(&PostgresDialect).unwrap(),
        r#"WITH "gone"("c0") AS (DELETE FROM "posts" WHERE "id" < $1 RETURNING "author_id") UPDATE "users" SET "active" = $2 FROM "gone" WHERE "gone"."c0" = "users"."id""#
    );
    // Inside of a derived table it belongs to the statement around it.
    let authors = select(author).from(&gone).distinct().as_table("authors");
    let rows = select(authors.columns()).from(&authors);
    assert_eq!(
        rows.to_sql(&PostgresDialect).unwrap(),
        r#"WITH "gone"("c0") AS (DELETE FROM "posts" WHERE "id" < $1 RETURNING "author_id") SELECT "authors"."c0" FROM (SELECT DISTINCT "c0" AS "c0" FROM "gone") AS "authors""#
    );
    // A verb and a relation that make the query a derived table leave it where it was.
    let users = select(User).join_on(&gone, author.eq(User.id));
    let loaded = users.with(User.posts.joined()).limit(1);
    let text = loaded.to_sql(&PostgresDialect).unwrap();
    assert!(
        text.starts_with(r#"WITH "gone"("c0") AS (DELETE FROM "posts""#),
        "{text}"
    );
    assert_eq!(text.matches("WITH ").count(), 1, "{text}");
    let refused = |text: orm::Result<String>| {
        let error = text.unwrap_err();
        assert_eq!(error.kind(), orm::ErrorKind::Usage, "{error}");
        assert!(error.message().contains("gone writes"), "{error}");
    };
    let inside = || select(author).from(&gone);
    refused(
        select(User)
            .filter(User.id.in_(inside()))
            .to_sql(&PostgresDialect),
    );
    refused(select(User).filter(exists(inside())).to_sql(&SqliteDialect));
    let deleted = delete(User).filter(User.id.in_(inside()));
    refused(deleted.to_sql(&PostgresDialect));
    let changed = change.returning(User.id).cte("changed");
    let rows = select(changed.columns()).from(&changed);
    refused(rows.to_sql(&PostgresDialect));
}

#[test]
fn inserts_of_common_table_expressions() {
    let busy = totals!(2).cte("busy");
    let (author, _) = busy.columns();
    let names = select(User.name).join_on(&busy, author.eq(User.id));
    golden!(
        "WITH is where each dialect has it",
        insert(Tag).from_select(Tag.label, names.clone()),
        [
            r#"INSERT INTO "tags" ("label") WITH "busy" AS (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id" HAVING COUNT("id") > ?) SELECT "users"."name" FROM "users" INNER JOIN "busy" ON "busy"."c0" = "users"."id""#,
            r#"INSERT INTO "tags" ("label") WITH "busy" AS (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id" HAVING COUNT("id") > $1) SELECT "users"."name" FROM "users" INNER JOIN "busy" ON "busy"."c0" = "users"."id""#,
            "INSERT INTO `tags` (`label`) WITH `busy` AS (SELECT `author_id` AS `c0`, COUNT(`id`) AS `c1` FROM `posts` GROUP BY `author_id` HAVING COUNT(`id`) > ?) SELECT `users`.`name` FROM `users` INNER JOIN `busy` ON `busy`.`c0` = `users`.`id`",
        ]
    );
    let both = names.union(select(Post.title).filter(Post.id.lt(3)));
    golden!(
        "of a set operation",
        insert(Tag).from_select(Tag.label, both),
        [
            r#"INSERT INTO "tags" ("label") WITH "busy" AS (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id" HAVING COUNT("id") > ?) SELECT "users"."name" AS "c0" FROM "users" INNER JOIN "busy" ON "busy"."c0" = "users"."id" UNION SELECT "title" FROM "posts" WHERE "id" < ?"#,
            r#"INSERT INTO "tags" ("label") WITH "busy" AS (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id" HAVING COUNT("id") > $1) SELECT "users"."name" AS "c0" FROM "users" INNER JOIN "busy" ON "busy"."c0" = "users"."id" UNION SELECT "title" FROM "posts" WHERE "id" < $2"#,
            "INSERT INTO `tags` (`label`) WITH `busy` AS (SELECT `author_id` AS `c0`, COUNT(`id`) AS `c1` FROM `posts` GROUP BY `author_id` HAVING COUNT(`id`) > ?) SELECT `users`.`name` AS `c0` FROM `users` INNER JOIN `busy` ON `busy`.`c0` = `users`.`id` UNION SELECT `title` FROM `posts` WHERE `id` < ?",
        ]
    );
    let gone = delete(Post)
        .filter(Post.id.lt(9))
        .returning(Post.title)
        .cte("gone");
    let titles = select(gone.columns()).from(&gone);
    let moved = insert(Tag).from_select(Tag.label, titles);
    assert_eq!(
        moved.to_sql(&PostgresDialect).unwrap(),
        r#"WITH "gone"("c0") AS (DELETE FROM "posts" WHERE "id" < $1 RETURNING "title") INSERT INTO "tags" ("label") SELECT "c0" FROM "gone""#
    );
    let new = insert(Tag)
        .from_select(Tag.label, select(Post.title))
        .returning((Tag.id, Tag.label))
        .cte("new");
    let (id, label) = new.columns();
    let rows = select((id, label)).from(&new).order_by(id);
    assert_eq!(
        rows.to_sql(&PostgresDialect).unwrap(),
        r#"WITH "new"("c0", "c1") AS (INSERT INTO "tags" ("label") SELECT "title" FROM "posts" RETURNING "id", "label") SELECT "c0", "c1" FROM "new" ORDER BY "c0" ASC"#
    );
    let lacking: [&dyn Dialect; 3] = [&SqliteDialect, &MysqlDialect::MySql, &MysqlDialect::MariaDb];
    for dialect in lacking {
        for error in [moved.to_sql(dialect), rows.to_sql(dialect)].map(Result::unwrap_err) {
            assert!(error.is_unsupported(), "{error}");
        }
    }
}
