//! The order of a model takes `asc` and `desc`.

use orm::prelude::*;

#[derive(Model)]
#[orm(order_by = name.descending())]
struct City {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {}
