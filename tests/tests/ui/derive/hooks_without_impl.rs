//! A model that says that it has hooks implements them.

use orm::prelude::*;

#[derive(Model)]
#[orm(table = "users", hooks)]
struct User {
    #[orm(primary_key)]
    id: i64,
}

fn main() {}
