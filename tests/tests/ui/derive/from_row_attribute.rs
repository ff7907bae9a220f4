//! A field's column has another name.

use orm::prelude::*;

#[derive(FromRow)]
struct Total {
    #[orm(rename = "COUNT(*)")]
    posts: i64,
}

fn main() {}
