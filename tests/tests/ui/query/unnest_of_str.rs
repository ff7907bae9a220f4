//! A list of borrowed texts is no list of columns' values.

use orm::prelude::*;
use orm::query::unnest;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    score: f64,
}

fn main() {
    let _ = unnest("names", ["ada", "bob"]);
}
