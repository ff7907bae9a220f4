//! A skipped field has no column.

use orm::prelude::*;

#[derive(Model)]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(skip, unique)]
    text: String,
}

fn main() {}
