//! A number of rows must not be NULL: `coalesce` is meant.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    score: f64,
}

fn main() {
    let most = scalar(select(max(User.id)));
    let _ = select(User.name).limit_by(most);
}
