//! A database generates keys only.

use orm::prelude::*;

#[derive(Model)]
struct Page {
    #[orm(primary_key)]
    slug: String,
    #[orm(auto_increment)]
    number: i64,
}

fn main() {}
