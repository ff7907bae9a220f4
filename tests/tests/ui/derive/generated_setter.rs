//! A generated column has no setter.

use orm::prelude::*;

#[derive(Model, Clone)]
struct Line {
    #[orm(primary_key)]
    id: i64,
    price: i64,
    #[orm(generated = "price * 2")]
    twice: i64,
}

fn main() {
    let _ = Line::builder().price(1).twice(2);
}
