//! A number is given to `limit`.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    score: f64,
}

fn main() {
    let _ = select(User.name).limit_by(10);
}
