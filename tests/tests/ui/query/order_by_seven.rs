//! More orders than a tuple may have.

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
    let id = User.id;
    let _ = select(User).order_by((id, id, id, id, id, id, id));
}
