//! A window function needs a window.

use orm::prelude::*;
use orm::query::row_number;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = select((User.name, row_number()));
}
