//! Constraints name fields of their struct.

use orm::prelude::*;

#[derive(Model)]
#[orm(unique(shop, numbr), index(shop, shop))]
struct Order {
    #[orm(primary_key)]
    id: i64,
    shop: i64,
    number: i64,
}

fn main() {}
