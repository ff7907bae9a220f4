//! A key is NOT NULL, and a column is nullable or not.

use orm::prelude::*;

#[derive(Model)]
struct Item {
    #[orm(primary_key, nullable)]
    id: i64,
    #[orm(nullable, not_null)]
    price: i64,
}

fn main() {}
