//! Only texts are joined.

use orm::prelude::*;
use orm::query::string_agg;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = select(string_agg(User.id, ", ", ()));
}
