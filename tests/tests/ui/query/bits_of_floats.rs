//! Floats have no bitwise operators.
use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    score: f64,
}

fn main() {
    let _ = select(User.score.bit_and(1.0));
}
