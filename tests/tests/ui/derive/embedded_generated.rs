//! The columns of a flattened struct have a prefix in the model, which old names and expressions do not know.

use orm::prelude::*;

#[derive(Embedded, Clone)]
struct Address {
    #[orm(generated = "zip || 'x'")]
    full: String,
    #[orm(renamed_from = "postcode")]
    zip: String,
}

fn main() {}
