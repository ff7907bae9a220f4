//! Exact decimals and operators of numbers.

use rust_decimal::Decimal;

use crate::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "items")]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 12, scale = 2)]
    price: Decimal,
    #[orm(precision = 12, scale = 2)]
    rebate: Option<Decimal>,
}

#[expect(clippy::unwrap_used, reason = "a test")]
fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn decimals_in_conditions() {
    golden!(
        "a comparison with a value",
        select(Item.id).filter(Item.price.gt(d("1.5"))),
        [
            r#"SELECT "id" FROM "items" WHERE "price" > ?"#,
            r#"SELECT "id" FROM "items" WHERE "price" > $1"#,
            "SELECT `id` FROM `items` WHERE `price` > CAST(? AS DECIMAL(65,30))",
        ]
    );
    golden!(
        "a list",
        select(Item.id).filter(Item.price.in_([d("1"), d("2")])),
        [
            r#"SELECT "id" FROM "items" WHERE "price" IN (?, ?)"#,
            r#"SELECT "id" FROM "items" WHERE "price" = ANY($1)"#,
            "SELECT `id` FROM `items` WHERE `price` IN (CAST(? AS DECIMAL(65,30)), CAST(? AS DECIMAL(65,30)))",
        ]
    );
    golden!(
        "a computed value",
        select(Item.id)
            .filter((Item.price - Item.rebate).lt(d("0")))
            .order_by((Item.price * d("2")).desc()),
        [
            r#"SELECT "id" FROM "items" WHERE (decimal_sub("price", "rebate") COLLATE decimal) < ? ORDER BY decimal_mul("price", ?) COLLATE decimal DESC"#,
            r#"SELECT "id" FROM "items" WHERE ("price" - "rebate") < $1 ORDER BY "price" * $2::numeric DESC"#,
            "SELECT `id` FROM `items` WHERE (`price` - `rebate`) < CAST(? AS DECIMAL(65,30)) ORDER BY `price` * CAST(? AS DECIMAL(65,30)) DESC",
        ]
    );
    golden!(
        "COALESCE",
        select(Item.id).filter(Item.rebate.coalesce(d("0")).gt(d("1"))),
        [
            r#"SELECT "id" FROM "items" WHERE (COALESCE("rebate", ?) COLLATE decimal) > ?"#,
            r#"SELECT "id" FROM "items" WHERE (COALESCE("rebate", $1::numeric)) > $2"#,
            "SELECT `id` FROM `items` WHERE (COALESCE(`rebate`, CAST(? AS DECIMAL(65,30)))) > CAST(? AS DECIMAL(65,30))",
        ]
    );
}

#[test]
fn aggregates_of_decimals() {
    golden!(
        "sums and means",
        select((sum(Item.price), avg(Item.price), max(Item.price))),
        [
            r#"SELECT decimal_sum("price") COLLATE decimal, decimal_avg("price"), MAX("price") COLLATE decimal FROM "items""#,
            r#"SELECT SUM("price"), (CAST(SUM("price") AS float8) / COUNT("price")), MAX("price") FROM "items""#,
            "SELECT SUM(`price`), (CAST(SUM(`price`) AS DOUBLE) / COUNT(`price`)), MAX(`price`) FROM `items`",
        ]
    );
}

#[test]
fn decimals_that_are_set() {
    golden!(
        "a value",
        update(Item).set(Item.price, d("1.25")),
        [
            r#"UPDATE "items" SET "price" = ?"#,
            r#"UPDATE "items" SET "price" = $1"#,
            "UPDATE `items` SET `price` = CAST(? AS DECIMAL(65,30))",
        ]
    );
    golden!(
        "an expression",
        update(Item).set(Item.price, Item.price * d("1.1")),
        [
            r#"UPDATE "items" SET "price" = decimal_store(decimal_mul("price", ?) COLLATE decimal, 12, 2)"#,
            r#"UPDATE "items" SET "price" = "price" * $1::numeric"#,
            "UPDATE `items` SET `price` = `price` * CAST(? AS DECIMAL(65,30))",
        ]
    );
}

#[derive(Model, Clone, Debug)]
#[orm(table = "counters")]
struct Counter {
    #[orm(primary_key)]
    id: i64,
    tiny: i8,
    byte: u8,
    short: u16,
    word: u32,
    long: u64,
    #[orm(precision = 12, scale = 2, server_default = "0.50")]
    price: Decimal,
}

#[test]
fn columns_of_numbers() {
    let script = |dialect: &dyn Dialect| {
        let metadata = Metadata::of((Counter,));
        metadata.create_script(dialect).unwrap()
    };
    let sqlite = script(&SqliteDialect);
    let postgres = script(&PostgresDialect);
    let mysql = script(&MysqlDialect::MySql);
    for (script, lines) in [
        (
            &sqlite,
            &[
                r#""tiny" INTEGER NOT NULL,"#,
                r#""word" INTEGER NOT NULL,"#,
                r#""long" TEXT COLLATE decimal NOT NULL,"#,
                r#""price" TEXT COLLATE decimal NOT NULL DEFAULT '0.50',"#,
                r#"CONSTRAINT "ck_counters_byte" CHECK ("byte" BETWEEN 0 AND 255)"#,
                r#"CHECK ("long" BETWEEN '0' AND '18446744073709551615')"#,
            ][..],
        ),
        (
            &postgres,
            &[
                r#""tiny" SMALLINT NOT NULL,"#,
                r#""short" INTEGER NOT NULL,"#,
                r#""word" BIGINT NOT NULL,"#,
                r#""long" NUMERIC(20, 0) NOT NULL,"#,
                r#""price" NUMERIC(12, 2) NOT NULL DEFAULT '0.50',"#,
                r#"CHECK ("tiny" BETWEEN -128 AND 127)"#,
                r#"CHECK ("long" BETWEEN 0 AND 18446744073709551615)"#,
            ],
        ),
        (
            &mysql,
            &[
                "`tiny` TINYINT NOT NULL,",
                "`byte` TINYINT UNSIGNED NOT NULL,",
                "`short` SMALLINT UNSIGNED NOT NULL,",
                "`word` INT UNSIGNED NOT NULL,",
                "`long` BIGINT UNSIGNED NOT NULL,",
                "`price` DECIMAL(12, 2) NOT NULL DEFAULT '0.50',",
            ],
        ),
    ] {
        for line in lines {
            assert!(script.contains(line), "{line} is not in\n{script}");
        }
    }
    assert!(!mysql.contains("CHECK"), "{mysql}");
}

#[test]
fn operators() {
    golden!(
        "quotients and remainders",
        select((
            User.logins / 2,
            User.logins % 2,
            User.score / 2.0,
            -User.logins
        )),
        [
            r#"SELECT "logins" / ?, "logins" % ?, "score" / ?, -"logins" FROM "users""#,
            r#"SELECT "logins" / NULLIF($1::int8, 0), MOD("logins", NULLIF($2::int8, 0)), "score" / NULLIF($3::float8, 0), -"logins" FROM "users""#,
            "SELECT `logins` DIV NULLIF(?, 0), MOD(`logins`, NULLIF(?, 0)), `score` / NULLIF(?, 0), -`logins` FROM `users`",
        ]
    );
    golden!(
        "bits",
        select(User.id).filter(User.logins.bit_and(4).ne(0) | User.logins.bit_xor(1).eq(0)),
        [
            r#"SELECT "id" FROM "users" WHERE ("logins" & ?) <> ? OR (("logins" | ?) - ("logins" & ?)) = ?"#,
            r#"SELECT "id" FROM "users" WHERE ("logins" & $1::int8) <> $2 OR (("logins" | $3::int8) - ("logins" & $4::int8)) = $5"#,
            "SELECT `id` FROM `users` WHERE (CAST(`logins` & ? AS SIGNED)) <> ? OR (CAST(`logins` ^ ? AS SIGNED)) = ?",
        ]
    );
    golden!(
        "a quotient that is set",
        update(User).set(User.logins, (User.logins / 2).coalesce(0)),
        [
            r#"UPDATE "users" SET "logins" = integer_store(COALESCE("logins" / ?, ?), 32)"#,
            r#"UPDATE "users" SET "logins" = COALESCE("logins" / NULLIF($1::int8, 0), $2::int8)"#,
            "UPDATE `users` SET `logins` = COALESCE(`logins` DIV NULLIF(?, 0), ?)",
        ]
    );
}

#[test]
fn operands_are_grouped_and_joined_as_others() {
    let ungrouped = select((User.logins / 2, count_all())).to_sql(&SqliteDialect);
    let error = ungrouped.unwrap_err();
    assert_eq!(error.kind(), orm::ErrorKind::Usage);
    assert!(error.message().contains("GROUP BY"), "{error}");
    let grouped = select((User.logins / 2, count_all())).group_by(User.logins);
    assert!(grouped.to_sql(&SqliteDialect).is_ok());
    let joined = select((User.id, -Post.id)).left_join(Post);
    let error = joined.to_sql(&SqliteDialect).unwrap_err();
    assert!(error.message().contains("optional"), "{error}");
}

#[test]
fn quotients_of_decimals() {
    golden!(
        "a quotient and a mean",
        select((
            Counter.price.div_dp(Decimal::TWO, 3),
            orm::query::avg_dp(Counter.price, 0)
        ))
        .group_by(Counter.price),
        [
            r#"SELECT decimal_div("price", ?, 3) COLLATE decimal, decimal_div(decimal_sum("price") COLLATE decimal, COUNT("price"), 0) COLLATE decimal FROM "counters" GROUP BY "price""#,
            r#"SELECT ROUND(DIV("price" * 10000, NULLIF($1::numeric, 0)) * 0.0001, 3), ROUND(DIV(SUM("price") * 10, NULLIF(COUNT("price"), 0)) * 0.1, 0) FROM "counters" GROUP BY "price""#,
            "SELECT ROUND(`price` * 1.0000 / NULLIF(CAST(? AS DECIMAL(65,30)), 0), 3), ROUND(SUM(`price`) * 1.0 / NULLIF(COUNT(`price`), 0), 0) FROM `counters` GROUP BY `price`",
        ]
    );
    golden!(
        "an integer as a decimal, and values on the left",
        select((
            User.logins.cast::<Decimal>(),
            2 * User.logins,
            1.5 - User.score
        )),
        [
            r#"SELECT CAST("logins" AS TEXT) COLLATE decimal, ? * "logins", ? - "score" FROM "users""#,
            r#"SELECT CAST("logins" AS numeric), $1::int8 * "logins", $2::float8 - "score" FROM "users""#,
            "SELECT CAST(`logins` AS DECIMAL(65,30)), ? * `logins`, ? - `score` FROM `users`",
        ]
    );
}
