//! Texts where names are expected.

use orm::prelude::*;

#[derive(Model)]
#[orm("users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm("surname")]
    name: String,
}

#[derive(Model)]
#[orm(const_name = "Letters")]
#[orm(index("text", "id"))]
struct Letter {
    #[orm(primary_key)]
    id: i64,
    text: String,
}

fn main() {}
