//! ORDER BY with places for NULLs and collations, DISTINCT ON, WITH TIES, and literals instead of binds.

use orm::query::Collation;

use crate::*;

#[test]
fn places_of_nulls() {
    golden!(
        "NULLS FIRST",
        select(User.id).order_by(User.email.asc().nulls_first()),
        [
            r#"SELECT "id" FROM "users" ORDER BY "email" ASC NULLS FIRST"#,
            r#"SELECT "id" FROM "users" ORDER BY "email" ASC NULLS FIRST"#,
            "SELECT `id` FROM `users` ORDER BY `email` ASC",
        ]
    );
    golden!(
        "NULLS LAST",
        select(User.id).order_by((User.email.asc().nulls_last(), User.id.desc())),
        [
            r#"SELECT "id" FROM "users" ORDER BY "email" ASC NULLS LAST, "id" DESC"#,
            r#"SELECT "id" FROM "users" ORDER BY "email" ASC NULLS LAST, "id" DESC"#,
            "SELECT `id` FROM `users` ORDER BY `email` IS NULL, `email` ASC, `id` DESC",
        ]
    );
    golden!(
        "NULLS FIRST of an expression with a value, in descending order",
        select(User.id).order_by((User.boss_id + 1).desc().nulls_first()),
        [
            r#"SELECT "id" FROM "users" ORDER BY "boss_id" + ? DESC NULLS FIRST"#,
            r#"SELECT "id" FROM "users" ORDER BY "boss_id" + $1::int8 DESC NULLS FIRST"#,
            "SELECT `id` FROM `users` ORDER BY (`boss_id` + ?) IS NULL DESC, `boss_id` + ? DESC",
        ]
    );
}

/// PostgreSQL would take the column for the selected text.
#[test]
fn columns_beside_expressions_of_their_name() {
    golden!(
        "ORDER BY the column of a cast",
        select(User.logins.cast::<String>()).order_by((User.logins, User.id)),
        [
            r#"SELECT CAST("users"."logins" AS TEXT) FROM "users" ORDER BY "users"."logins" ASC, "users"."id" ASC"#,
            r#"SELECT CAST("users"."logins" AS text) FROM "users" ORDER BY "users"."logins" ASC, "users"."id" ASC"#,
            "SELECT CAST(`users`.`logins` AS CHAR) FROM `users` ORDER BY `users`.`logins` ASC, `users`.`id` ASC",
        ]
    );
    golden!(
        "ORDER BY another column",
        select(User.logins.cast::<String>()).order_by(User.id),
        [
            r#"SELECT CAST("logins" AS TEXT) FROM "users" ORDER BY "id" ASC"#,
            r#"SELECT CAST("logins" AS text) FROM "users" ORDER BY "id" ASC"#,
            "SELECT CAST(`logins` AS CHAR) FROM `users` ORDER BY `id` ASC",
        ]
    );
}

#[test]
fn collations() {
    golden!(
        "bytes",
        select(User.id)
            .filter(User.name.collate(Collation::Binary).gt("a"))
            .order_by(User.name.collate(Collation::Binary).desc()),
        [
            r#"SELECT "id" FROM "users" WHERE ("name" COLLATE BINARY) > ? ORDER BY "name" COLLATE BINARY DESC"#,
            r#"SELECT "id" FROM "users" WHERE ("name" COLLATE "C") > $1 ORDER BY "name" COLLATE "C" DESC"#,
            "SELECT `id` FROM `users` WHERE (`name` COLLATE utf8mb4_0900_bin) > ? ORDER BY `name` COLLATE utf8mb4_0900_bin DESC",
        ]
    );
    golden!(
        "a name",
        select(User.id).order_by(User.name.collate("a \"b\"")),
        [
            r#"SELECT "id" FROM "users" ORDER BY "name" COLLATE "a ""b""" ASC"#,
            r#"SELECT "id" FROM "users" ORDER BY "name" COLLATE "a ""b""" ASC"#,
            "SELECT `id` FROM `users` ORDER BY `name` COLLATE `a \"b\"` ASC",
        ]
    );
}

#[test]
fn kept_rows() {
    let newest = select(Post.title)
        .distinct_on(Post.author_id)
        .order_by((Post.author_id, Post.id.desc()));
    assert_eq!(
        newest.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT DISTINCT ON ("author_id") "title" FROM "posts" ORDER BY "author_id" ASC, "id" DESC"#
    );
    let parity = select(Post.author_id + 1)
        .distinct_on(Post.author_id + 1)
        .order_by(Post.author_id + 1);
    assert_eq!(
        parity.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT DISTINCT ON ("author_id" + $1::int8) "author_id" + $1::int8 FROM "posts" ORDER BY "author_id" + $1::int8 ASC"#
    );
    let ties = select(User.name)
        .order_by(User.score.desc())
        .limit_with_ties(3)
        .offset(1);
    assert_eq!(
        ties.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT "name" FROM "users" ORDER BY "score" DESC OFFSET $1 ROWS FETCH FIRST $2 ROWS WITH TIES"#
    );
    assert_eq!(
        ties.to_sql(&MysqlDialect::MariaDb).unwrap(),
        "SELECT `name` FROM `users` ORDER BY `score` DESC OFFSET ? ROWS FETCH FIRST ? ROWS WITH TIES"
    );
    for (query, dialect) in [
        (newest.to_sql(&SqliteDialect), "sqlite"),
        (newest.to_sql(&MysqlDialect::MySql), "mysql"),
        (ties.to_sql(&SqliteDialect), "sqlite"),
        (ties.to_sql(&MysqlDialect::MySql), "mysql"),
    ] {
        let error = query.unwrap_err();
        assert!(
            error.is_unsupported() && error.message().contains(dialect),
            "{error}"
        );
    }
}

#[test]
fn literals() {
    let query = select((User.name, User.boss_id + -1))
        .filter(User.name.in_(["a'b", "c\\d"]).and(User.active.eq(true)))
        .limit(2);
    let texts = [
        (
            query.to_sql_with_literals(&SqliteDialect),
            r#"SELECT "name", "boss_id" + (-1) FROM "users" WHERE "name" IN ('a''b', 'c\d') AND "active" = 1 LIMIT 2"#,
        ),
        (
            query.to_sql_with_literals(&PostgresDialect),
            r#"SELECT "name", "boss_id" + (-1)::int8 FROM "users" WHERE "name" = ANY(E'{"a''b","c\\\\d"}') AND "active" = TRUE LIMIT 2"#,
        ),
        (
            query.to_sql_with_literals(&MysqlDialect::MySql),
            r"SELECT `name`, `boss_id` + (-1) FROM `users` WHERE `name` IN ('a''b', 'c\\d') AND `active` = TRUE LIMIT 2",
        ),
    ];
    for (text, expected) in texts {
        assert_eq!(text.unwrap(), expected);
    }
}

#[test]
fn the_order_of_a_model() {
    golden!(
        "a query of entities",
        select(City).filter(City.id.gt(1)),
        [
            r#"SELECT "id", "name" FROM "cities" WHERE "id" > ? ORDER BY "name" DESC, "id" ASC"#,
            r#"SELECT "id", "name" FROM "cities" WHERE "id" > $1 ORDER BY "name" DESC, "id" ASC"#,
            "SELECT `id`, `name` FROM `cities` WHERE `id` > ? ORDER BY `name` DESC, `id` ASC",
        ]
    );
    golden!(
        "of an alias, as a subquery, and left out",
        select((City.alias("c"), count_of())).filter(City.alias("c").id.in_(select(City.id))),
        [
            r#"SELECT "c"."id", "c"."name", (SELECT COUNT(*) FROM "cities") FROM "cities" AS "c" WHERE "c"."id" IN (SELECT "cities"."id" FROM "cities") ORDER BY "c"."name" DESC, "c"."id" ASC"#,
            "SELECT `c`.`id`, `c`.`name`, (SELECT COUNT(*) FROM `cities`) FROM `cities` AS `c` WHERE `c`.`id` IN (SELECT `cities`.`id` FROM `cities`) ORDER BY `c`.`name` DESC, `c`.`id` ASC",
        ]
    );
    golden!(
        "unordered",
        select(City).unordered(),
        [
            r#"SELECT "id", "name" FROM "cities""#,
            "SELECT `id`, `name` FROM `cities`",
        ]
    );
}

fn count_of() -> orm::query::Expr<Option<i64>> {
    scalar(select(count_all()).from(City))
}
