//! The program of the chapter "Types": UUIDs, unsigned integers, enums and types of a program's own.

use orm::prelude::*;
use orm::types::{Codec, Type};
use orm::value::{ConversionError, Value, ValueRef};
use uuid::Uuid;

// ANCHOR: types
#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Small,
    Large,
}

#[derive(DbType, Clone, Debug, PartialEq)]
#[orm(length = 20)]
struct Sku(String);
// ANCHOR_END: types

// ANCHOR: codec
#[derive(DbType, Clone, Debug, PartialEq)]
#[orm(codec)]
struct Shelf {
    row: u8,
    level: u8,
}

impl Codec for Shelf {
    const TYPE: Type = Type::Text;
    const NAME: &'static str = "a shelf";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(format!("{}/{}", self.row, self.level))
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let ValueRef::Text(text) = value else {
            return Err(ConversionError::Kind);
        };
        let parts = text.split_once('/');
        let (row, level) = parts.ok_or(ConversionError::Format)?;
        let number = |text: &str| {
            text.parse().map_err(|_| ConversionError::Format)
        };
        Ok(Self {
            row: number(row)?,
            level: number(level)?,
        })
    }
}
// ANCHOR_END: codec

// ANCHOR: model
#[derive(Model, Clone, Debug)]
#[orm(table = "parts")]
struct Part {
    #[orm(primary_key)]
    id: Uuid,
    sku: Sku,
    size: Size,
    shelf: Option<Shelf>,
    stock: u32,
    serial: u64,
}
// ANCHOR_END: model

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    create(&engine)?;
    let mut conn = engine.connection()?;
    store(&mut conn)?;
    find(&mut conn)?;
    take(&mut conn)
}

// ANCHOR: create
fn create(engine: &Engine) -> orm::Result<()> {
    Metadata::of((Part,)).create_all(engine)
    // BEGIN IMMEDIATE
    // PostgreSQL: BEGIN ISOLATION LEVEL READ COMMITTED
    // MySQL: none
    // CREATE TABLE "parts" (
    //     "id" BLOB NOT NULL,
    //     "sku" VARCHAR(20) NOT NULL,
    //     "size" VARCHAR(5) NOT NULL,
    //     "shelf" TEXT,
    //     "stock" INTEGER NOT NULL,
    //     "serial" TEXT COLLATE decimal NOT NULL,
    //     CONSTRAINT "pk_parts" PRIMARY KEY ("id"),
    //     CONSTRAINT "ck_parts_size" CHECK ("size" IN ('small',
    //         'large')),
    //     CONSTRAINT "ck_parts_stock" CHECK ("stock" BETWEEN 0
    //         AND 4294967295),
    //     CONSTRAINT "ck_parts_serial" CHECK ("serial" BETWEEN '0'
    //         AND '18446744073709551615')
    // )
    // PostgreSQL: CREATE TABLE "parts" (
    //     "id" UUID NOT NULL,
    //     "sku" VARCHAR(20) NOT NULL,
    //     "size" VARCHAR(5) NOT NULL,
    //     "shelf" TEXT,
    //     "stock" BIGINT NOT NULL,
    //     "serial" NUMERIC(20, 0) NOT NULL,
    //     CONSTRAINT "pk_parts" PRIMARY KEY ("id"),
    //     CONSTRAINT "ck_parts_size" CHECK ("size" IN ('small',
    //         'large')),
    //     CONSTRAINT "ck_parts_stock" CHECK ("stock" BETWEEN 0
    //         AND 4294967295),
    //     CONSTRAINT "ck_parts_serial" CHECK ("serial" BETWEEN 0
    //         AND 18446744073709551615)
    // )
    // MySQL: CREATE TABLE `parts` (
    //     `id` BINARY(16) NOT NULL,
    //     `sku` VARCHAR(20) COLLATE utf8mb4_0900_bin NOT NULL,
    //     `size` VARCHAR(5) COLLATE utf8mb4_0900_bin NOT NULL,
    //     `shelf` LONGTEXT COLLATE utf8mb4_0900_bin,
    //     `stock` INT UNSIGNED NOT NULL,
    //     `serial` BIGINT UNSIGNED NOT NULL,
    //     CONSTRAINT `pk_parts` PRIMARY KEY (`id`),
    //     CONSTRAINT `ck_parts_size` CHECK (`size` IN ('small',
    //         'large'))
    // ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin
    // COMMIT
    // MySQL: none
}
// ANCHOR_END: create

// ANCHOR: store
fn store(conn: &mut Connection) -> orm::Result<()> {
    let bolt = Part {
        id: Uuid::from_u128(1),
        sku: Sku("bolt-8".to_owned()),
        size: Size::Small,
        shelf: Some(Shelf { row: 4, level: 2 }),
        stock: 4_000_000_000,
        serial: u64::MAX,
    };
    insert(Part).values(bolt).execute(conn)?;
    // INSERT INTO "parts" ("id", "sku", "size", "shelf", "stock",
    //     "serial") VALUES (?, ?, ?, ?, ?, ?)
    Ok(())
}
// ANCHOR_END: store

// ANCHOR: find
fn find(conn: &mut Connection) -> orm::Result<()> {
    let shelf = Shelf { row: 4, level: 2 };
    let found: Vec<(Sku, Option<Shelf>, u64)> =
        select((Part.sku, Part.shelf, Part.serial))
            .filter(Part.id.eq(Uuid::from_u128(1)))
            .filter(Part.sku.starts_with("bolt"))
            .filter(Part.size.in_([Size::Small, Size::Large]))
            .filter(Part.shelf.eq(shelf))
            .filter(Part.serial.gt(1_u64 << 63))
            .all(conn)?;
    // SELECT "sku", "shelf", "serial" FROM "parts" WHERE "id" = ?
    //     AND instr("sku", ?) = 1 AND "size" IN (?, ?) AND "shelf" = ?
    //     AND "serial" > ?
    // PostgreSQL: SELECT "sku", "shelf", "serial" FROM "parts"
    //     WHERE "id" = $1 AND "sku" LIKE $2 AND "size" = ANY($3)
    //     AND "shelf" = $4 AND "serial" > $5
    // MySQL: SELECT `sku`, `shelf`, `serial` FROM `parts`
    //     WHERE `id` = ? AND `sku` LIKE ? COLLATE utf8mb4_0900_bin
    //     ESCAPE x'5C' AND `size` IN (?, ?) AND `shelf` = ?
    //     AND `serial` > CAST(? AS DECIMAL(65,30))
    assert_eq!(found[0].0, Sku("bolt-8".to_owned()));
    assert_eq!(found[0].2, u64::MAX);
    Ok(())
}
// ANCHOR_END: find

// ANCHOR: take
fn take(conn: &mut Connection) -> orm::Result<()> {
    let too_many = update(Part)
        .set(Part.stock, Part.stock + 1_000_000_000)
        .execute(conn);
    // UPDATE "parts" SET "stock" = unsigned_store("stock" + ?, 32)
    // PostgreSQL: UPDATE "parts" SET "stock" = "stock" + $1
    // MySQL: UPDATE `parts` SET `stock` = `stock` + ?
    let error = too_many.expect_err("the stock is too large");
    assert!(error.is_invalid_value() || error.is_check_violation());

    let stock: u32 = select(Part.stock).one(conn)?;
    // SELECT "stock" FROM "parts" LIMIT 2
    assert_eq!(stock, 4_000_000_000);
    Ok(())
}
// ANCHOR_END: take
