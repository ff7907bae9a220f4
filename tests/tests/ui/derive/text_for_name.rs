//! Texts where names of constants and fields are expected.

use orm::prelude::*;

#[derive(Model)]
#[orm(const_name = "Letters")]
#[orm(index("text", "id"))]
struct Letter {
    #[orm(primary_key)]
    id: i64,
    text: String,
}

fn main() {}
