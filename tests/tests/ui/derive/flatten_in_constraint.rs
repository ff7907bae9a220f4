//! A constraint names a column of a flattened struct.

use orm::prelude::*;

#[derive(Embedded)]
struct Address {
    city: String,
}

#[derive(Model)]
#[orm(unique(tenant, home), index(tenant.city, id))]
struct User {
    #[orm(primary_key)]
    id: i64,
    tenant: i64,
    #[orm(flatten)]
    home: Address,
}

fn main() {}
