//! A relation is the model's.

use orm::prelude::*;

#[derive(Embedded)]
struct Address {
    city: String,
    country: BelongsTo<Country>,
}

fn main() {}
