//! A row is named by a key of the model's type.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
}

fn contains(conn: &mut Connection) -> orm::Result<bool> {
    select(User).contains("1", conn)
}

fn main() {}
