//! The order of a model names a field of it.

use orm::prelude::*;

#[derive(Model)]
#[orm(order_by = (nam, id.desc()))]
struct City {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {}
