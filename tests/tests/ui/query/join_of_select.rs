//! A query is joined as a derived table.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let names = select((User.id, User.name));
    let _ = select(User.id).join_on(names, User.id.eq(1));
}
