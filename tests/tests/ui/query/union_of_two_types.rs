//! The queries of a union select the same types.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = select(User.id).union(select(User.name));
}
