//! Several orders are a tuple.

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
    let _ = select(User).order_by(User.name, User.id);
}
