//! A relation references a model.

use orm::prelude::*;

struct Address {
    street: String,
}

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    addresses: HasMany<Address>,
}

fn main() {}
