//! The program of the chapter "Migrations".

#[expect(
    unreachable_pub,
    reason = "in the chapter they are a library's"
)]
#[path = "../../shop/second.rs"]
mod models;

use models::Product;
// ANCHOR: program
use orm::prelude::*;
use orm_migrate::{Embedded, embed};

const MIGRATIONS: Embedded = embed!("migrations");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().len() > 1 {
        // Such as `shop status`.
        orm_migrate::cli::run_embedded(MIGRATIONS);
    }
    let engine =
        Engine::options("sqlite://shop.db").echo().connect()?;
    MIGRATIONS.run(&engine)?; // applies what is pending
    engine.transaction(|session| {
        session.add(Product::builder().name("tea"));
        Ok(())
    })?;
    // BEGIN IMMEDIATE
    // INSERT INTO "products" ("name") VALUES (?)
    // SELECT "id", "name", "price" FROM "products"
    //     WHERE "id" = ?
    // COMMIT
    Ok(())
}
// ANCHOR_END: program
