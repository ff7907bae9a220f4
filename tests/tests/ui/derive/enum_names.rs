//! Variants have labels and conditions of their own.

use orm::prelude::*;

#[derive(Embedded)]
enum Kind {
    Cat,
    Null,
    #[orm(rename = "cat")]
    Fish,
}

fn main() {}
