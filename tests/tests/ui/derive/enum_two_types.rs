//! A field that two variants have is one column, of one type.

use orm::prelude::*;

#[derive(Embedded)]
enum Kind {
    Cat { coat: i32 },
    Dog { coat: String },
}

fn main() {}
