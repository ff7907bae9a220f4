//! A composite reference has as many columns as it refers to.

use orm::prelude::*;

#[derive(Model)]
#[orm(foreign_key(shop, number, references = (Order.shop,)))]
struct Line {
    #[orm(primary_key)]
    id: i64,
    shop: i64,
    number: i64,
}

#[derive(Model)]
struct Order {
    #[orm(primary_key)]
    shop: i64,
    #[orm(primary_key)]
    number: i64,
}

fn main() {}
