//! The portable functions, casts and searches that ignore case.

use crate::*;

#[test]
fn functions_of_text() {
    golden!(
        "names",
        select((
            User.name.lower(),
            User.name.trim(),
            User.name.ltrim(),
            User.name.rtrim(),
            User.name.length(),
            User.email.octet_length(),
            User.name.reverse(),
        )),
        [
            r#"SELECT orm_lower("name"), trim("name"), ltrim("name"), rtrim("name"), char_length("name"), length(CAST("email" AS BLOB)), reverse("name") FROM "users""#,
            r#"SELECT LOWER("name"), TRIM("name"), LTRIM("name"), RTRIM("name"), CHAR_LENGTH("name"), OCTET_LENGTH("email"), REVERSE("name") FROM "users""#,
            "SELECT LOWER(`name`), TRIM(`name`), LTRIM(`name`), RTRIM(`name`), CHAR_LENGTH(`name`), OCTET_LENGTH(`email`), REVERSE(`name`) FROM `users`",
        ]
    );
    golden!(
        "counts that are values",
        select((
            User.name.substr(1, 3),
            User.name.left(2),
            User.name.lpad(8, "*"),
            User.name.lpad(8, ""),
        )),
        [
            r#"SELECT orm_substr("name", ?, ?), orm_left("name", ?), lpad("name", ?, ?), orm_left("name", ?) FROM "users""#,
            r#"SELECT SUBSTR("name", $1, $2), LEFT("name", $3), LPAD("name", $4, $5), LEFT("name", $6) FROM "users""#,
            "SELECT SUBSTR(`name`, ?, ?), LEFT(`name`, ?), LPAD(`name`, ?, ?), LEFT(`name`, ?) FROM `users`",
        ]
    );
    golden!(
        "counts that are columns",
        select((
            User.name.substr(User.logins, 3),
            User.name.substr_from(User.logins),
            User.name.right(User.logins - 1),
            User.name.rpad(User.logins, "*"),
        )),
        [
            r#"SELECT orm_substr("name", "logins", ?), orm_substr("name", "logins"), orm_right("name", "logins" - ?), rpad("name", "logins", ?) FROM "users""#,
            r#"SELECT LEFT(SUBSTR("name", "logins"), $1), SUBSTR("name", "logins"), RIGHT("name", CASE WHEN ("logins" - $2::int8) < 0 THEN 0 ELSE CAST("logins" - $3::int8 AS int4) END), RPAD("name", "logins", $4) FROM "users""#,
            "SELECT SUBSTR(`name`, GREATEST(`logins`, 1), ?), SUBSTR(`name`, GREATEST(`logins`, 1)), RIGHT(`name`, GREATEST(`logins` - ?, 0)), RPAD(`name`, GREATEST(`logins`, 0), ?) FROM `users`",
        ]
    );
    golden!(
        "texts in texts",
        select(User.name.replace("a", "b").concat("!").concat(User.email))
            .filter(User.name.position_of("x").gt(1) & User.name.concat("!").eq("a!")),
        [
            r#"SELECT orm_replace("name", ?, ?) || ? || "email" FROM "users" WHERE instr("name", ?) > ? AND ("name" || ?) = ?"#,
            r#"SELECT REPLACE("name", $1::text, $2::text) || $3::text || "email" FROM "users" WHERE STRPOS("name", $4::text) > $5 AND ("name" || $6::text) = $7"#,
            "SELECT CONCAT(REPLACE(`name`, ?, ?), ?, `email`) FROM `users` WHERE LOCATE(?, `name` COLLATE utf8mb4_0900_bin) > ? AND (CONCAT(`name`, ?)) = ?",
        ]
    );
}

#[test]
fn functions_of_numbers() {
    golden!(
        "signs and roundings",
        select((
            User.logins.abs(),
            User.logins.sign(),
            User.score.ceil(),
            User.score.round(),
        )),
        [
            r#"SELECT abs("logins"), sign("logins"), ceil("score"), orm_round("score") FROM "users""#,
            r#"SELECT ABS("logins"), CAST(SIGN("logins") AS int4), CEIL("score"), ROUND("score") FROM "users""#,
            "SELECT ABS(`logins`), SIGN(`logins`), CEIL(`score`), ROUND(`score`) FROM `users`",
        ]
    );
    golden!(
        "roots and powers",
        select((
            User.score.sqrt(),
            User.score.ln(),
            User.score.power(2.0),
            User.score.exp(),
        )),
        [
            r#"SELECT sqrt("score"), ln("score"), orm_power("score", ?), orm_exp("score") FROM "users""#,
            r#"SELECT SQRT(NULLIF(GREATEST("score", '-5e-324'::float8), '-5e-324'::float8)), LN(NULLIF(GREATEST("score", 0), 0)), POWER("score", $1::float8), EXP("score") FROM "users""#,
            "SELECT SQRT(`score`), LN(`score`), POWER(`score`, ?), EXP(`score`) FROM `users`",
        ]
    );
    golden!(
        "the greatest, and NULL",
        select((
            User.logins.greatest(1).greatest(User.logins),
            User.boss_id.least(User.id),
        )),
        [
            r#"SELECT max("logins", ?, "logins"), min("boss_id", "id") FROM "users""#,
            r#"SELECT GREATEST("logins", $1::int8, "logins"), CASE WHEN "boss_id" IS NULL OR "id" IS NULL THEN NULL ELSE LEAST("boss_id", "id") END FROM "users""#,
            "SELECT GREATEST(`logins`, ?, `logins`), LEAST(`boss_id`, `id`) FROM `users`",
        ]
    );
}

#[test]
fn casts() {
    golden!(
        "casts",
        select((
            User.logins.cast::<i64>(),
            User.logins.cast::<String>(),
            User.score.cast::<i64>(),
            User.active.cast::<i32>(),
            User.role.cast::<String>(),
        )),
        [
            r#"SELECT CAST("logins" AS INTEGER), CAST("logins" AS TEXT), orm_truncate("score"), CAST("active" AS INTEGER), CAST("role" AS TEXT) FROM "users""#,
            r#"SELECT CAST("logins" AS int8), CAST("logins" AS text), CAST(TRUNC("score") AS int8), CAST("active" AS int4), CAST("role" AS text) FROM "users""#,
            "SELECT CAST(`logins` AS SIGNED), CAST(`logins` AS CHAR), (TRUNCATE(`score`, 0) DIV 1), CAST(`active` AS SIGNED), CAST(`role` AS CHAR) FROM `users`",
        ]
    );
}

#[test]
fn comparisons() {
    golden!(
        "distinct",
        select(User.id).filter(User.email.distinct_from("x") & User.email.distinct_from(Null)),
        [
            r#"SELECT "id" FROM "users" WHERE NOT ("email" IS ?) AND "email" IS NOT NULL"#,
            r#"SELECT "id" FROM "users" WHERE NOT ("email" IS NOT DISTINCT FROM $1) AND "email" IS NOT NULL"#,
            "SELECT `id` FROM `users` WHERE NOT (`email` <=> ?) AND `email` IS NOT NULL",
        ]
    );
    golden!(
        "searches that ignore case",
        select(User.id).filter(
            User.name.istarts_with("a")
                & User.name.iends_with("a")
                & User.name.ieq("a")
                & User.name.ilike("a%")
        ),
        [
            r#"SELECT "id" FROM "users" WHERE instr(orm_lower("name"), orm_lower(?)) = 1 AND orm_ends_with(orm_lower("name"), orm_lower(?)) AND orm_lower("name") = orm_lower(?) AND orm_like(orm_lower("name"), orm_lower(?))"#,
            r#"SELECT "id" FROM "users" WHERE "name" ILIKE $1 AND "name" ILIKE $2 AND LOWER("name") = LOWER($3::text) AND "name" ILIKE $4"#,
            "SELECT `id` FROM `users` WHERE LOWER(`name`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE x'5C' AND LOWER(`name`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE x'5C' AND LOWER(`name`) = LOWER(?) COLLATE utf8mb4_0900_bin AND LOWER(`name`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        ]
    );
    golden!(
        "regular expressions",
        select(User.id).filter(User.name.matches("^a") & User.name.not_like("b%")),
        [
            r#"SELECT "id" FROM "users" WHERE "name" REGEXP ? AND NOT (orm_like("name", ?))"#,
            r#"SELECT "id" FROM "users" WHERE "name" ~ $1 AND NOT ("name" LIKE $2)"#,
            "SELECT `id` FROM `users` WHERE REGEXP_LIKE(`name` COLLATE utf8mb4_0900_bin, ?, 'cn') AND NOT (`name` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C')",
        ]
    );
}
