//! A relation that is only read has the first row, or all of them.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    latest: ViewOnly<Order>,
}

#[derive(Model)]
struct Order {
    #[orm(primary_key)]
    id: i64,
}

fn main() {}
