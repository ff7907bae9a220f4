//! A default that the column has no room for.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 2, server_default = "new")]
    state: Option<String>,
}

fn main() {}
