//! Text and bytes have a length.

use orm::prelude::*;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 10)]
    price: i64,
}

fn main() {}
