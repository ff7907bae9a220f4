//! A derived table has columns, an entity stands for its table.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let users = select(User).as_table("users");
}
