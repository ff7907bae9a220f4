//! A field has a type that a column can hold.

use orm::prelude::*;

#[derive(FromRow)]
struct Total {
    posts: u128,
}

fn main() {}
