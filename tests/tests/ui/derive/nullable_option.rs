//! The column of an `Option` is nullable already.

use orm::prelude::*;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(nullable)]
    price: Option<i64>,
}

fn main() {}
