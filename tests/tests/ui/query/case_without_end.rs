//! A CASE ends by `otherwise` or by `end`.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    age: i32,
}

fn main() {
    let _ = select(case().when(User.age.lt(18), "young"));
}
