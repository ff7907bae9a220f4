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
