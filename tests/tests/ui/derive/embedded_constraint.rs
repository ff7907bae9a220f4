//! A constraint over several columns is the model's.

use orm::prelude::*;

#[derive(Embedded)]
#[orm(unique(city, zip))]
struct Address {
    city: String,
    zip: String,
}

fn main() {}
