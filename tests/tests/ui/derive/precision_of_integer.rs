//! An integer has no precision and scale.
use orm::prelude::*;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 12, scale = 2)]
    count: i32,
}

fn main() {}
