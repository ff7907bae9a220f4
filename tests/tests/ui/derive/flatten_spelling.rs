//! The attributes of a column are on the fields of its struct.

use orm::prelude::*;

#[derive(Embedded)]
struct Address {
    city: String,
}

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(prefix = "t_")]
    tenant: i64,
    #[orm(flatten, index)]
    home: Address,
}

fn main() {}
