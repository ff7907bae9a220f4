//! A synonym has a name of its own.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(synonym = email, synonym = "login")]
    name: String,
    email: String,
}

fn main() {}
