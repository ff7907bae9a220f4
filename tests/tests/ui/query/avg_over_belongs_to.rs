//! A relation to one entity has no mean to compute.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    points: i64,
    posts: HasMany<Post>,
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
    let _ = select(Post.author.avg(User.points));
}
