//! A field has a type that a column can hold.

use orm::prelude::*;

struct Colour;

#[derive(Model)]
struct Car {
    #[orm(primary_key)]
    id: i64,
    colour: Colour,
}

fn main() {}
