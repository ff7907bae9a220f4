//! A row in a list has a value of each column's type.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = select(User).filter((User.id, User.name).in_([("ada", 1)]));
}
