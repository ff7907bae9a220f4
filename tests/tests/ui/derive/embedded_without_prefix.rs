//! Two flattened fields of one struct have different prefixes.

use orm::prelude::*;

#[derive(Embedded)]
struct Address {
    city: String,
}

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(flatten)]
    home: Address,
    #[orm(flatten)]
    work: Address,
}

fn main() {}
