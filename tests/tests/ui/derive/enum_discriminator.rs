//! The discriminator is a column beside the fields.

use orm::prelude::*;

#[derive(Embedded)]
enum Kind {
    Cat { kind: String },
}

#[derive(Embedded)]
#[orm(discriminator = "kind of animal")]
enum Other {
    Cat,
}

fn main() {}
