//! What identifies a row is in the model.

use orm::prelude::*;

#[derive(Embedded)]
struct Address {
    #[orm(primary_key)]
    id: i64,
    #[orm(version)]
    version: i32,
    city: String,
}

fn main() {}
