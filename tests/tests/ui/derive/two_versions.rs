//! A row has one version.

use orm::prelude::*;

#[derive(Model)]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(version)]
    version: i32,
    #[orm(version)]
    revision: i32,
}

fn main() {}
