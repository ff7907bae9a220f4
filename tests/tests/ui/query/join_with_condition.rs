//! A join on a condition is `join_on`.

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
}

fn main() {
    let _ = select(Post).join(User, Post.author_id.eq(User.id));
}
