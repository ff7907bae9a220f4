//! A float has no one form in JSON.

use orm::prelude::*;
use orm::query::json_array_agg;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    score: f64,
}

fn main() {
    let _ = select(json_array_agg(User.score, ()));
}
