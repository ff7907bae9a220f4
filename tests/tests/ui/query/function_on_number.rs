use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    logins: i32,
    active: bool,
}

fn main() {
    let _ = select(User.logins.lower());
}
