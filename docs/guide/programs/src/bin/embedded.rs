//! The program of the section "Value objects and shared columns".

use std::time::{SystemTime, UNIX_EPOCH};

use orm::prelude::*;

// ANCHOR: address
#[derive(Embedded, Clone, Debug, Default, PartialEq)]
struct Address {
    #[orm(length = 80)]
    city: String,
    #[orm(length = 10, index)]
    zip: String,
}
// ANCHOR_END: address

// ANCHOR: times
#[derive(Embedded, Clone, Debug)]
struct Times {
    #[orm(default = now())]
    created: i64,
    #[orm(default = now(), update_default = now())]
    changed: i64,
}
// ANCHOR_END: times

// ANCHOR: shop
#[derive(Model, Clone, Debug)]
#[orm(table = "shops", unique(name, seat.zip))]
struct Shop {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 40)]
    name: String,
    #[orm(flatten, prefix = "seat_")]
    seat: Address,
    #[orm(flatten, prefix = "depot_")]
    depot: Option<Address>,
    #[orm(flatten)]
    times: Times,
}
// ANCHOR_END: shop

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs().cast_signed())
}

fn main() -> orm::Result<()> {
    let engine = Engine::options("sqlite://").echo().connect()?;
    create(&engine)?;
    let mut session = Session::new(&engine);
    let shop = write(&mut session)?;
    read(&mut session, shop)
}

// ANCHOR: create
fn create(engine: &Engine) -> orm::Result<()> {
    Metadata::of((Shop,)).create_all(engine)
    // BEGIN IMMEDIATE
    // CREATE TABLE "shops" (
    //     "id" INTEGER NOT NULL,
    //     "name" VARCHAR(40) NOT NULL,
    //     "seat_city" VARCHAR(80) NOT NULL,
    //     "seat_zip" VARCHAR(10) NOT NULL,
    //     "depot_city" VARCHAR(80),
    //     "depot_zip" VARCHAR(10),
    //     "created" INTEGER NOT NULL,
    //     "changed" INTEGER NOT NULL,
    //     CONSTRAINT "pk_shops"
    //         PRIMARY KEY ("id" AUTOINCREMENT),
    //     CONSTRAINT "uq_shops_name_seat_zip"
    //         UNIQUE ("name", "seat_zip")
    // )
    // CREATE INDEX "ix_shops_seat_zip" ON "shops" ("seat_zip")
    // CREATE INDEX "ix_shops_depot_zip" ON "shops" ("depot_zip")
    // COMMIT
}
// ANCHOR_END: create

// ANCHOR: write
fn write(session: &mut Session) -> orm::Result<Ref<Shop>> {
    let seat = Address {
        city: "Bonn".to_owned(),
        zip: "53111".to_owned(),
    };
    // The columns of `times` have defaults, and `depot` is `None`.
    let shop = session.add(Shop::builder().name("Tea").seat(seat));
    session.commit()?;
    // INSERT INTO "shops" ("name", "seat_city", "seat_zip",
    //     "depot_city", "depot_zip", "created", "changed")
    //     VALUES (?, ?, ?, ?, ?, ?, ?)

    session[shop].seat.zip = "53113".into();
    session.commit()?;
    // UPDATE "shops" SET "seat_zip" = ?, "changed" = ?
    //     WHERE "id" = ? AND "seat_zip" IS ?
    Ok(shop)
}
// ANCHOR_END: write

// ANCHOR: read
fn read(session: &mut Session, shop: Ref<Shop>) -> orm::Result<()> {
    let in_bonn = select(Shop)
        .filter(Shop.seat.city.eq("Bonn"))
        .order_by(Shop.seat.zip.asc());
    assert_eq!(in_bonn.all(session)?, [shop]);
    // SELECT "id", "name", "seat_city", "seat_zip", "depot_city",
    //     "depot_zip", "created", "changed"
    //     FROM "shops" WHERE "seat_city" = ? ORDER BY "seat_zip" ASC

    let seat = session[shop].seat.clone();
    let there = select(Shop.name)
        .filter(Shop.seat.eq(&seat) & Shop.depot.is_null());
    assert_eq!(there.all(session)?, ["Tea"]);
    // SELECT "name" FROM "shops"
    //     WHERE "seat_city" = ? AND "seat_zip" = ?
    //     AND "depot_city" IS NULL AND "depot_zip" IS NULL

    update(Shop)
        .set_all(Shop.depot.to(&seat))
        .synchronize()
        .execute(session)?;
    // BEGIN IMMEDIATE
    // SELECT "id" FROM "shops"
    // UPDATE "shops" SET "depot_city" = ?, "depot_zip" = ?,
    //     "changed" = ?
    // SELECT "id", "name", "seat_city", "seat_zip", "depot_city",
    //     "depot_zip", "created", "changed"
    //     FROM "shops" WHERE "id" = ?
    assert_eq!(session[shop].depot, Some(seat));
    session.commit()
    // COMMIT
}
// ANCHOR_END: read
