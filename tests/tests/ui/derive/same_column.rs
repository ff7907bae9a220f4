//! Two fields have two columns.

use orm::prelude::*;

#[derive(Model)]
struct Page {
    #[orm(primary_key)]
    id: i64,
    name: String,
    #[orm(column = "name")]
    title: String,
}

fn main() {}
