//! The fields of a variant have names.

use orm::prelude::*;

#[derive(Embedded)]
enum Kind {
    Cat(i32, Option<String>),
    Fish,
}

fn main() {}
