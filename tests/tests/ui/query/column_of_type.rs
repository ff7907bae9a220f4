//! A column is a field of the value, not an item of the type.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
    active: bool,
}

fn main() {
    let _ = select(User::email);
}
