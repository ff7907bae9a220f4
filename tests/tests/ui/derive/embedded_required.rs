//! A builder is given a flattened field whose columns have no defaults.

use orm::prelude::*;

#[derive(Embedded)]
struct Address {
    city: String,
}

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(flatten, prefix = "home_")]
    home: Address,
}

fn main() {
    let mut session = Session::new(&Engine::connect("sqlite://").unwrap());
    session.add(User::builder());
}
