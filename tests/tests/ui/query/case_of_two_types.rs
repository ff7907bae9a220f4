//! All values of a CASE have the type of the first one.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    age: i32,
}

fn main() {
    let _ = case().when(User.age.lt(18), "young").otherwise(User.age);
}
