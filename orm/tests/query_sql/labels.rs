//! Labels: AS in the select list, and their place in ORDER BY.

use crate::*;

#[test]
fn labels_in_order_by() {
    let next = (User.logins + 1).label("next");
    golden!(
        "an expression",
        select((User.id, next.clone())).order_by((next.desc().nulls_last(), User.id)),
        [
            r#"SELECT "id", "logins" + ? AS "next" FROM "users" ORDER BY "next" DESC NULLS LAST, "id" ASC"#,
            r#"SELECT "id", "logins" + $1::int8 AS "next" FROM "users" ORDER BY "next" DESC NULLS LAST, "id" ASC"#,
            "SELECT `id`, `logins` + ? AS `next` FROM `users` ORDER BY `next` DESC, `id` ASC",
        ]
    );
    let next = (User.logins + 1).label("next");
    golden!(
        "NULLS of it in another place",
        select(next.clone()).order_by(next.asc().nulls_last()),
        [
            r#"SELECT "logins" + ? AS "next" FROM "users" ORDER BY "next" ASC NULLS LAST"#,
            r#"SELECT "logins" + $1::int8 AS "next" FROM "users" ORDER BY "next" ASC NULLS LAST"#,
            "SELECT `logins` + ? AS `next` FROM `users` ORDER BY `next` IS NULL, `next` ASC",
        ]
    );
    let total = sum(User.logins).label("total");
    golden!(
        "an aggregate, in HAVING and ORDER BY",
        select((User.active, total.clone()))
            .group_by(User.active)
            .having(total.clone().gt(3))
            .order_by(total.desc()),
        [
            r#"SELECT "active", SUM("logins") AS "total" FROM "users" GROUP BY "active" HAVING SUM("logins") > ? ORDER BY "total" DESC"#,
            r#"SELECT "active", CAST(SUM("logins") AS int8) AS "total" FROM "users" GROUP BY "active" HAVING CAST(SUM("logins") AS int8) > $1 ORDER BY "total" DESC"#,
            "SELECT `active`, (SUM(`logins`) DIV 1) AS `total` FROM `users` GROUP BY `active` HAVING (SUM(`logins`) DIV 1) > ? ORDER BY `total` DESC",
        ]
    );
}

#[test]
fn labels_beside_columns() {
    golden!(
        "a column of the label's name",
        select((User.id, User.name.lower().label("name"))).order_by(User.name),
        [
            r#"SELECT "users"."id", orm_lower("users"."name") AS "name" FROM "users" ORDER BY "users"."name" ASC"#,
            r#"SELECT "users"."id", LOWER("users"."name") AS "name" FROM "users" ORDER BY "users"."name" ASC"#,
            "SELECT `users`.`id`, LOWER(`users`.`name`) AS `name` FROM `users` ORDER BY `users`.`name` ASC",
        ]
    );
    golden!(
        "a labelled column",
        select(User.name.label("who")).order_by(User.name),
        [
            r#"SELECT "name" AS "who" FROM "users" ORDER BY "name" ASC"#,
            "SELECT `name` AS `who` FROM `users` ORDER BY `name` ASC",
        ]
    );
    let twice = (User.logins * 2).label("x");
    golden!(
        "two of one name",
        select((User.id.label("x"), twice.clone())).order_by(twice),
        [
            r#"SELECT "id" AS "x", "logins" * ? AS "x" FROM "users" ORDER BY "logins" * ? ASC"#,
            r#"SELECT "id" AS "x", "logins" * $1::int8 AS "x" FROM "users" ORDER BY "logins" * $2::int8 ASC"#,
            "SELECT `id` AS `x`, `logins` * ? AS `x` FROM `users` ORDER BY `logins` * ? ASC",
        ]
    );
    let quoted = (User.logins * 2).label("a\"b`c");
    golden!(
        "quotes",
        select(quoted.clone()).order_by(quoted),
        [
            r#"SELECT "logins" * ? AS "a""b`c" FROM "users" ORDER BY "a""b`c" ASC"#,
            r#"SELECT "logins" * $1::int8 AS "a""b`c" FROM "users" ORDER BY "a""b`c" ASC"#,
            "SELECT `logins` * ? AS `a\"b``c` FROM `users` ORDER BY `a\"b``c` ASC",
        ]
    );
}
