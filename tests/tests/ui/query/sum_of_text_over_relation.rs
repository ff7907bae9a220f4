//! A relation's texts can't be added up.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    posts: HasMany<Post>,
}

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    title: String,
    author: BelongsTo<User>,
}

fn main() {
    let _ = select(User.posts.sum(Post.title));
}
