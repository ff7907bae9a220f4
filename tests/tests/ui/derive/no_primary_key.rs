//! A model has a primary key.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    id: i64,
    title: String,
}

fn main() {}
