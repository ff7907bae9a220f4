//! Two columns whose names differ in their case only.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(column = "ID")]
    other: i64,
}

fn main() {}
