//! A lock is of a table, not of a column.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
}

fn main() {
    let _ = select(User).for_update().of(User.id);
}
