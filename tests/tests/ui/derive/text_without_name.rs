//! A text without a key, on a struct and on a field.

use orm::prelude::*;

#[derive(Model)]
#[orm("users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm("surname")]
    name: String,
}

fn main() {}
