//! A query for rows selects as many columns.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = select(User).filter((User.id, User.name).in_(select(User.id)));
}
