use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    title: String,
}

fn main() {
    let users: Vec<User> = Vec::new();
    let _ = update_many(User).rows(&users).set((User.name, Post.title));
}
