//! A session sets the columns of an `Option` one by one, beginning with the default.

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
    home: Option<Address>,
}

fn main() {}
