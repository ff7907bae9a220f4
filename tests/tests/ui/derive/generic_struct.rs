//! A model is one table, not a family of them.

use orm::prelude::*;

#[derive(Model)]
struct Box2<T> {
    #[orm(primary_key)]
    id: i64,
    value: T,
}

fn main() {}
