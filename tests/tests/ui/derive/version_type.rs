//! A version counts.

use orm::prelude::*;

#[derive(Model)]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(version)]
    version: String,
}

fn main() {}
