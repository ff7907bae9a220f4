//! A deferred column of a unique constraint, and `deferred` on a plain field.

use orm::prelude::*;
use orm::Deferred;

#[derive(Model)]
#[orm(table = "pages")]
struct Page {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique)]
    slug: Deferred<String>,
    #[orm(deferred = "text")]
    body: String,
}

fn main() {}
