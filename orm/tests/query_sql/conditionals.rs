//! CASE and NULLIF.

use crate::*;

#[test]
fn choices() {
    golden!(
        "CASE with ELSE",
        select(
            case()
                .when(User.logins.lt(1), "new")
                .when(User.active, User.name)
                .otherwise("gone")
        ),
        [
            r#"SELECT CASE WHEN "logins" < ? THEN ? WHEN "active" = ? THEN "name" ELSE ? END FROM "users""#,
            r#"SELECT CASE WHEN "logins" < $1 THEN $2::text WHEN "active" = $3 THEN "name" ELSE $4::text END FROM "users""#,
            "SELECT CASE WHEN `logins` < ? THEN ? WHEN `active` = ? THEN `name` ELSE ? END FROM `users`",
        ]
    );
    golden!(
        "CASE without ELSE in WHERE",
        select(User.id).filter(case().when(User.active, User.logins + 1).end().gt(7)),
        [
            r#"SELECT "id" FROM "users" WHERE CASE WHEN "active" = ? THEN "logins" + ? END > ?"#,
            r#"SELECT "id" FROM "users" WHERE CASE WHEN "active" = $1 THEN "logins" + $2::int8 END > $3"#,
            "SELECT `id` FROM `users` WHERE CASE WHEN `active` = ? THEN `logins` + ? END > ?",
        ]
    );
    golden!(
        "CASE in ORDER BY",
        select(User.id).order_by(case().when(User.email.is_null(), 1).otherwise(0).desc()),
        [
            r#"SELECT "id" FROM "users" ORDER BY CASE WHEN "email" IS NULL THEN ? ELSE ? END DESC"#,
            r#"SELECT "id" FROM "users" ORDER BY CASE WHEN "email" IS NULL THEN $1::int8 ELSE $2::int8 END DESC"#,
            "SELECT `id` FROM `users` ORDER BY CASE WHEN `email` IS NULL THEN ? ELSE ? END DESC",
        ]
    );
    golden!(
        "CASE in an aggregate",
        select(sum(case().when(User.active, 1).otherwise(0))),
        [
            r#"SELECT SUM(CASE WHEN "active" = ? THEN ? ELSE ? END) FROM "users""#,
            r#"SELECT CAST(SUM(CASE WHEN "active" = $1 THEN $2::int8 ELSE $3::int8 END) AS int8) FROM "users""#,
            "SELECT (SUM(CASE WHEN `active` = ? THEN ? ELSE ? END) DIV 1) FROM `users`",
        ]
    );
    golden!(
        "CASE in SET",
        update(User).set(
            User.role,
            case()
                .when(User.logins.gt(100), Role::Admin)
                .otherwise(User.role)
        ),
        [
            r#"UPDATE "users" SET "role" = CASE WHEN "logins" > ? THEN ? ELSE "role" END"#,
            r#"UPDATE "users" SET "role" = CASE WHEN "logins" > $1 THEN $2::text ELSE "role" END"#,
            "UPDATE `users` SET `role` = CASE WHEN `logins` > ? THEN ? ELSE `role` END",
        ]
    );
}

#[test]
fn nulls() {
    golden!(
        "NULLIF",
        select(User.email.nullif("").coalesce(User.name.nullif(""))),
        [
            r#"SELECT COALESCE(NULLIF("email", ?), NULLIF("name", ?)) FROM "users""#,
            r#"SELECT COALESCE(NULLIF("email", $1::text), NULLIF("name", $2::text)) FROM "users""#,
            "SELECT COALESCE(NULLIF(`email`, ?), NULLIF(`name`, ?)) FROM `users`",
        ]
    );
}

#[test]
fn a_nullable_value_makes_the_choice_nullable() {
    fn is_text(_: &Select<orm::query::Expr<String>>) {}
    fn may_be_text(_: &Select<orm::query::Expr<Option<String>>>) {}
    is_text(&select(case().when(User.active, "a").otherwise(User.name)));
    may_be_text(&select(case().when(User.active, "a").otherwise(User.email)));
    may_be_text(&select(case().when(User.active, User.email).otherwise("a")));
    may_be_text(&select(
        case()
            .when(User.active, "a")
            .when(User.active, Null)
            .otherwise("b"),
    ));
    may_be_text(&select(case().when(User.active, "a").end()));
}
