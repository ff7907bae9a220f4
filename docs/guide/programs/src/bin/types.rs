//! The program of the chapter "Types": numbers.

use orm::prelude::*;
use orm::query::avg_dp;
use rust_decimal::Decimal;

// ANCHOR: model
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "items")]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 12, scale = 2)]
    price: Decimal,
    stock: i32,
}
// ANCHOR_END: model

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    // Of `Item` alone: only PostgreSQL has a table of notes.
    Metadata::of((Item,)).create_all(&engine)?;
    arrays()?;
    let mut conn = engine.connection()?;
    store(&mut conn)?;
    compute(&mut conn)?;
    quotients(&mut conn)?;
    divide(&mut conn)
}

// ANCHOR: note
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "notes")]
struct Note {
    #[orm(primary_key)]
    id: i64,
    /// A column `"tags" text[] NOT NULL`.
    tags: Vec<String>,
    /// Each mark may be NULL: `"marks" int4[] NOT NULL`.
    marks: Vec<Option<i32>>,
    /// The array may be NULL, and is nested: `"grid" float8[]`.
    grid: Option<Vec<Vec<f64>>>,
}
// ANCHOR_END: note

// ANCHOR: arrays
fn arrays() -> orm::Result<()> {
    let postgres = &orm::postgres::PostgresDialect;
    let found = Note.tags.has("news") & Note.tags.len().gt(1);
    assert_eq!(
        select(Note.tags.get(0)).filter(found).to_sql(postgres)?,
        "SELECT \"tags\"[1] FROM \"notes\" \
         WHERE ($1 = ANY(\"tags\")) AND (cardinality(\"tags\")) > $2",
    );
    let both = Note.tags.contains(["news", "sport"]);
    let change = update(Note)
        .set(Note.tags, Note.tags.without("sport").append("old"))
        .filter(both);
    assert_eq!(
        change.to_sql(postgres)?,
        "UPDATE \"notes\" SET \"tags\" = \
         array_append(array_remove(\"tags\", $1), $2) \
         WHERE (\"tags\" @> $3)",
    );
    Ok(())
}
// ANCHOR_END: arrays

// ANCHOR: store
fn store(conn: &mut Connection) -> orm::Result<()> {
    let price = Decimal::new(1999, 2);
    let row = Item::builder().price(price).stock(7);
    insert(Item).values(row).execute(conn)?;
    // INSERT INTO "items" ("price", "stock") VALUES (?, ?)

    let too_fine = Decimal::new(1, 3);
    let row = Item::builder().price(too_fine).stock(7);
    let refused = insert(Item).values(row).execute(conn);
    assert!(refused.is_err_and(|error| error.is_invalid_value()));
    Ok(())
}
// ANCHOR_END: store

// ANCHOR: compute
fn compute(conn: &mut Connection) -> orm::Result<()> {
    let total = select(sum(Item.price * Item.price)).one(conn)?;
    // SELECT decimal_sum(decimal_mul("price", "price")
    //     COLLATE decimal) COLLATE decimal FROM "items" LIMIT 2
    // PostgreSQL: SELECT SUM("price" * "price") FROM "items" LIMIT 2
    // MySQL: SELECT SUM(`price` * `price`) FROM `items` LIMIT 2
    assert_eq!(total, Some(Decimal::new(3_996_001, 4)));

    update(Item)
        .set(Item.price, Item.price * Decimal::new(105, 2))
        .execute(conn)?;
    // UPDATE "items" SET "price" = decimal_store(
    //     decimal_mul("price", ?) COLLATE decimal, 12, 2)
    // PostgreSQL: UPDATE "items" SET "price" = "price" * $1
    // MySQL: UPDATE `items` SET `price` = `price` * CAST(? AS
    //     DECIMAL(65,30))
    let price = select(Item.price).one(conn)?;
    // SELECT "price" FROM "items" LIMIT 2
    assert_eq!(price, Decimal::new(2099, 2));
    Ok(())
}
// ANCHOR_END: compute

// ANCHOR: quotients
fn quotients(conn: &mut Connection) -> orm::Result<()> {
    let each = Item.price.div_dp(Item.stock.cast::<Decimal>(), 2);
    let each = select(each).one(conn)?;
    // SELECT decimal_div("price", CAST("stock" AS TEXT)
    //     COLLATE decimal, 2) COLLATE decimal FROM "items" LIMIT 2
    // PostgreSQL: SELECT ROUND(DIV("price" * 1000, NULLIF(CAST("stock"
    //     AS numeric), 0)) * 0.001, 2) FROM "items" LIMIT 2
    // MySQL: SELECT ROUND(`price` * 1.000 / NULLIF(CAST(`stock` AS
    //     DECIMAL(65,30)), 0), 2) FROM `items` LIMIT 2
    assert_eq!(each, Some(Decimal::new(300, 2)));

    let mean = select(avg_dp(Item.price, 1)).one(conn)?;
    // SELECT decimal_div(decimal_sum("price") COLLATE decimal,
    //     COUNT("price"), 1) COLLATE decimal FROM "items" LIMIT 2
    // PostgreSQL: SELECT ROUND(DIV(SUM("price") * 100,
    //     NULLIF(COUNT("price"), 0)) * 0.01, 1) FROM "items" LIMIT 2
    // MySQL: SELECT ROUND(SUM(`price`) * 1.00 / NULLIF(COUNT(`price`),
    //     0), 1) FROM `items` LIMIT 2
    assert_eq!(mean, Some(Decimal::new(210, 1)));
    Ok(())
}
// ANCHOR_END: quotients

// ANCHOR: divide
fn divide(conn: &mut Connection) -> orm::Result<()> {
    let parts = (Item.stock / 2, Item.stock % 2, Item.stock / 0);
    let parts: (Option<i32>, Option<i32>, Option<i32>) =
        select(parts).one(conn)?;
    // SELECT "stock" / ?, "stock" % ?, "stock" / ? FROM "items"
    //     LIMIT 2
    // PostgreSQL: SELECT "stock" / NULLIF($1, 0), MOD("stock",
    //     NULLIF($2, 0)), "stock" / NULLIF($3, 0) FROM "items" LIMIT 2
    // MySQL: SELECT `stock` DIV NULLIF(?, 0), MOD(`stock`, NULLIF(?,
    //     0)), `stock` DIV NULLIF(?, 0) FROM `items` LIMIT 2
    assert_eq!(parts, (Some(3), Some(1), None));
    Ok(())
}
// ANCHOR_END: divide
