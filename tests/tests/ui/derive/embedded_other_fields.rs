//! Each field of a flattened struct is a column.

use orm::prelude::*;

#[derive(Embedded)]
struct Times {
    created: i64,
}

#[derive(Embedded)]
struct Address {
    city: String,
    #[orm(skip)]
    map: Vec<u8>,
    #[orm(flatten)]
    times: Times,
}

fn main() {}
