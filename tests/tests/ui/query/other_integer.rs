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
    let wide: i64 = 5;
    let _ = select(User).filter(User.logins.eq(wide));
}
