//! The greatest of values that PostgreSQL has no greatest of.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    active: bool,
}

fn main() {
    let _ = select(max(User.active));
}
