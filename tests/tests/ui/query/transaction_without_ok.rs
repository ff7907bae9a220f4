//! The closure of a transaction returns a result.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let engine = Engine::connect("sqlite://").unwrap();
    let _ = engine.transaction(|session| {
        session.add(User::builder().name("ada"));
    });
}
