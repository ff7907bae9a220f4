//! The column of an `Option` is nullable already, and that of another field NOT NULL.

use orm::prelude::*;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(nullable)]
    price: Option<i64>,
    #[orm(not_null)]
    name: String,
}

fn main() {}
