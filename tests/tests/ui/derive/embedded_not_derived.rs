//! A field is flattened if its struct derives `Embedded`.

use orm::prelude::*;

struct Address {
    city: String,
}

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(flatten)]
    home: Address,
}

fn main() {}
