//! An integer is a bound by `Preceding`.

use orm::prelude::*;
use orm::query::FrameBound;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    score: f64,
}

fn main() {
    let _ = FrameBound::preceding(5);
}
