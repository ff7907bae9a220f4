//! A database generates one key of a table.

use orm::prelude::*;

#[derive(Model)]
struct Line {
    #[orm(primary_key, auto_increment)]
    order_id: i64,
    #[orm(primary_key, auto_increment)]
    number: i64,
}

fn main() {}
