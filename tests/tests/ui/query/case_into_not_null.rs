//! A CASE without `otherwise` is NULL for the other rows.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    age: i32,
}

fn main() {
    let _ = update(User).set(User.age, case().when(User.age.lt(0), 0).end());
}
