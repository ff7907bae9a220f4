//! A database generates integers only.

use orm::prelude::*;

#[derive(Model)]
struct Page {
    #[orm(primary_key, auto_increment)]
    slug: String,
}

fn main() {}
