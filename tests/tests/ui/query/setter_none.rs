//! `None` alone has no type: the setter is left out, or `Null` is meant.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
    active: bool,
}

fn main() {
    let _ = User::builder().email(None);
}
