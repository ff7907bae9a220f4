//! Text has a collation.

use orm::prelude::*;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(collation = "C")]
    price: i64,
}

fn main() {}
