//! A window is of a function, not of a column.

use orm::prelude::*;
use orm::query::window;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = select(User.id.over(window()));
}
