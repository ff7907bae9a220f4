//! Only a query of entities stands for their table.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let users = select((User.id, User.name)).as_entity(User);
}
