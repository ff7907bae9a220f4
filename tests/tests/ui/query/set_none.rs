//! `None` alone has no type: `Null` is meant.

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
    let _ = update(User).set(User.email, None);
}
