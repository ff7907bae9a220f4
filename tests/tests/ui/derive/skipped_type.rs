//! A skipped field has a value when its row is loaded.

use orm::prelude::*;

struct Cache;

#[derive(Model)]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(skip)]
    cache: Cache,
}

fn main() {}
