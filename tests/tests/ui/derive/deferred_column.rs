//! A deferred key, version or unique column, and `deferred` on a plain field.

use orm::prelude::*;
use orm::Deferred;

#[derive(Model)]
#[orm(table = "pages")]
struct Page {
    #[orm(primary_key)]
    id: Deferred<i64>,
    #[orm(version)]
    version: Deferred<i32>,
    #[orm(unique)]
    slug: Deferred<String>,
    #[orm(deferred = "text")]
    body: String,
}

fn main() {}
