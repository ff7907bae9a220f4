//! What is computed, as its column stores it.

use crate::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "parts")]
struct Part {
    #[orm(primary_key, length = 20)]
    name: String,
    #[orm(length = 9)]
    short: String,
    small: i16,
    logins: i32,
    #[cfg(feature = "rust_decimal")]
    #[orm(precision = 6, scale = 2)]
    price: rust_decimal::Decimal,
}

#[test]
fn assigned_values() {
    golden!(
        "functions and columns",
        update(Part)
            .set(Part.short, Part.short.concat("!"))
            .set(Part.name, Part.short)
            .set(Part.small, Part.small.abs())
            .set(Part.logins, Part.logins.coalesce(7) - 1),
        [
            r#"UPDATE "parts" SET "short" = text_store("short" || ?, 9), "name" = "short", "small" = integer_cast(abs("small"), 16), "logins" = integer_store(COALESCE("logins", ?) - ?, 32)"#,
            r#"UPDATE "parts" SET "short" = "short" || $1::text, "name" = "short", "small" = ABS("small"), "logins" = COALESCE("logins", $2::int8) - $3::int8"#,
            "UPDATE `parts` SET `name` = `short`, `short` = CONCAT(`short`, ?), `small` = ABS(`small`), `logins` = COALESCE(`logins`, ?) - ?",
        ]
    );
    golden!(
        "a float of arithmetic",
        update(User)
            .set(User.score, User.score * 2.0)
            .set(User.name, User.name),
        [
            r#"UPDATE "users" SET "score" = float_store("score" * ?, 64), "name" = "name""#,
            r#"UPDATE "users" SET "score" = "score" * $1::float8, "name" = "name""#,
            "UPDATE `users` SET `score` = `score` * ?, `name` = `name`",
        ]
    );
    golden!(
        "a float without arithmetic",
        update(User).set(User.score, User.score.ceil()),
        [
            r#"UPDATE "users" SET "score" = ceil("score")"#,
            r#"UPDATE "users" SET "score" = CEIL("score")"#,
            "UPDATE `users` SET `score` = CEIL(`score`)",
        ]
    );
    golden!(
        "columns of other tables",
        update(Part)
            .from(User)
            .set(Part.short, User.name)
            .set(Part.logins, User.logins)
            .filter(User.name.eq(Part.name)),
        [
            r#"UPDATE "parts" SET "short" = text_store("users"."name", 9), "logins" = "users"."logins" FROM "users" WHERE "users"."name" = "parts"."name""#,
            r#"UPDATE "parts" SET "short" = "users"."name", "logins" = "users"."logins" FROM "users" WHERE "users"."name" = "parts"."name""#,
            "UPDATE `parts`, `users` SET `parts`.`short` = `users`.`name`, `parts`.`logins` = `users`.`logins` WHERE `users`.`name` = `parts`.`name`",
        ]
    );
}

#[test]
fn inserted_values() {
    golden!(
        "columns",
        insert(Part).from_select(
            (Part.name, Part.short, Part.logins),
            select((Part.short, Part.short, User.logins)).join_on(User, User.id.eq(1))
        ),
        [
            r#"INSERT INTO "parts" ("name", "short", "logins") SELECT "parts"."short", "parts"."short", "users"."logins" FROM "parts" INNER JOIN "users" ON "users"."id" = ?"#,
            r#"INSERT INTO "parts" ("name", "short", "logins") SELECT "parts"."short", "parts"."short", "users"."logins" FROM "parts" INNER JOIN "users" ON "users"."id" = $1"#,
            "INSERT INTO `parts` (`name`, `short`, `logins`) SELECT `parts`.`short`, `parts`.`short`, `users`.`logins` FROM `parts` INNER JOIN `users` ON `users`.`id` = ?",
        ]
    );
    golden!(
        "computed values, in an order",
        insert(Part).from_select(
            (Part.short, Part.logins),
            select((User.name, User.logins + 1))
                .order_by(User.name)
                .limit(3)
        ),
        [
            r#"INSERT INTO "parts" ("short", "logins") SELECT text_store("name", 9), integer_store("logins" + ?, 32) FROM "users" ORDER BY "name" ASC LIMIT ?"#,
            r#"INSERT INTO "parts" ("short", "logins") SELECT "name", "logins" + $1::int8 FROM "users" ORDER BY "name" ASC LIMIT $2"#,
            "INSERT INTO `parts` (`short`, `logins`) SELECT `name`, `logins` + ? FROM `users` ORDER BY `name` ASC LIMIT ?",
        ]
    );
    golden!(
        "rows that depend on the select list",
        insert(Part).from_select(
            (Part.short, Part.logins),
            select((User.name, User.logins)).distinct()
        ),
        [
            r#"INSERT INTO "parts" ("short", "logins") SELECT text_store("v"."c0", 9), "v"."c1" FROM (SELECT DISTINCT "name" AS "c0", "logins" AS "c1" FROM "users") AS "v""#,
            r#"INSERT INTO "parts" ("short", "logins") SELECT DISTINCT "name", "logins" FROM "users""#,
            "INSERT INTO `parts` (`short`, `logins`) SELECT DISTINCT `name`, `logins` FROM `users`",
        ]
    );
    golden!(
        "a set operation",
        insert(Part).from_select(
            Part.logins,
            select(User.logins).union_all(select(User.logins.abs()))
        ),
        [
            r#"INSERT INTO "parts" ("logins") SELECT integer_cast("v"."c0", 32) FROM (SELECT "logins" AS "c0" FROM "users" UNION ALL SELECT abs("logins") FROM "users") AS "v""#,
            r#"INSERT INTO "parts" ("logins") SELECT "logins" FROM "users" UNION ALL SELECT ABS("logins") FROM "users""#,
            "INSERT INTO `parts` (`logins`) SELECT `logins` FROM `users` UNION ALL SELECT ABS(`logins`) FROM `users`",
        ]
    );
    #[cfg(feature = "rust_decimal")]
    golden!(
        "decimals",
        insert(Part).from_select(
            (Part.name, Part.price),
            select((Part.name.concat("2"), Part.price))
        ),
        [
            r#"INSERT INTO "parts" ("name", "price") SELECT text_store("name" || ?, 20), "price" FROM "parts""#,
            r#"INSERT INTO "parts" ("name", "price") SELECT "name" || $1::text, "price" FROM "parts""#,
            "INSERT INTO `parts` (`name`, `price`) SELECT CONCAT(`name`, ?), `price` FROM `parts`",
        ]
    );
}
