use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
}

#[derive(FromRow)]
struct Author {
    key: i64,
    name: String,
}

fn main() {
    let _ = Author.key(User.name);
}
