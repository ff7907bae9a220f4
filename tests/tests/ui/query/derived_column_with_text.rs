//! The columns of a derived table have types.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let users = select((User.id, User.name)).as_table("some");
    let (id, _) = users.columns();
    let _ = select(User.name).join_on(&users, id.eq("1"));
}
