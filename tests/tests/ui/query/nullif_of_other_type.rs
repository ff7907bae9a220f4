//! NULLIF compares with a value of the column's type.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = select(User.name.nullif(0));
}
