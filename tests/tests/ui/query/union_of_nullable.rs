//! A column that may be NULL is another type than one that may not.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
}

fn main() {
    let _ = select((User.id, User.name)).union(select((User.id, User.email)));
}
