//! A column is NOT NULL already unless its field is an `Option`.

use orm::prelude::*;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(not_null)]
    name: String,
}

fn main() {}
