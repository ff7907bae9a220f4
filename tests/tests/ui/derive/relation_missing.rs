//! A builder lacks a foreign key, which its relation fills in.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
}

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    author: BelongsTo<User>,
}

fn main() {
    let engine = Engine::connect("sqlite://").unwrap();
    Session::new(&engine).add(Post::builder());
}
