//! A deferred key, and a deferred version column.

use orm::prelude::*;
use orm::Deferred;

#[derive(Model)]
#[orm(table = "pages")]
struct Page {
    #[orm(primary_key)]
    id: Deferred<i64>,
    #[orm(version)]
    version: Deferred<i32>,
}

fn main() {}
