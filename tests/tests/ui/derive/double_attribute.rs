//! An attribute stands once.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    #[orm(length = 60)]
    name: String,
}

fn main() {}
