//! The primary key is the model's, and a variant gives all of its fields.

use orm::prelude::*;

#[derive(Embedded)]
enum Kind {
    Cat {
        #[orm(primary_key)]
        id: i64,
        #[orm(default = 9)]
        lives: i32,
    },
}

fn main() {}
